#include "services/membership/key_store.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::membership::keys {

using v1::AuthenticateKeyResponse;
using v1::Client;
using v1::Key;

namespace {

constexpr int kMostLiveKeys = 2;

#define COLUMNS "k.name, k.expire_time, k.last_use_time, k.create_time, k.etag"

#define FROM_READABLE                                \
  " FROM keys k JOIN clients c ON c.name = k.parent" \
  " WHERE k.name = $1"                               \
  " AND (c.visibility = ANY($2) OR c.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE OF k");

const Statement kInsert(
    "INSERT INTO keys AS k"
    " (name, parent, key_id, secret_sha256, bootstrap, expire_time, etag)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM keys WHERE name = $1");

const Statement kFindLive(
    "SELECT " COLUMNS
    ", k.bootstrap FROM keys k WHERE k.parent = $1"
    " AND (k.expire_time IS NULL OR k.expire_time > now())");

const Statement kFind(
    "SELECT c.name AS caller, coalesce(c.organization, '') AS organization,"
    " c.roles || ARRAY(SELECT 'MEMBER' FROM members_today m"
    "   WHERE m.organization = c.organization) AS roles,"
    " c.scopes,"
    " ARRAY(SELECT DISTINCT a.parent FROM appointments_today a"
    "   WHERE a.organization = c.organization ORDER BY a.parent) AS bodies,"
    " k.expire_time, c.requests_per_minute, k.secret_sha256,"
    " coalesce(k.last_use_time > now() - interval '5 minutes', false)"
    "   AS use_is_noted"
    " FROM keys k JOIN clients c ON c.name = k.parent"
    " LEFT JOIN organizations o ON o.name = c.organization"
    " WHERE k.key_id = $1 AND o.delete_time IS NULL"
    " AND (k.expire_time IS NULL OR k.expire_time > now())");

// Repeats the condition, so that replicas of the gateway that come at once
// write once.
const Statement kNoteUse(
    "UPDATE keys SET last_use_time = now() WHERE key_id = $1"
    " AND (last_use_time IS NULL"
    "  OR last_use_time <= now() - interval '5 minutes')");

void RecordChange(Transaction& tx, Change::Kind kind, const Client& client,
                  const Key& key) {
  std::vector<std::string> owners;
  if (!client.organization().empty()) owners.push_back(client.organization());
  tx.Record({.kind = kind,
             .type = "membership.Key",
             .name = key.name(),
             .etag = key.etag(),
             .field_paths = {},
             .visibility = "ORGANIZATION",
             .owners = std::move(owners)});
}

}  // namespace

const Listing kListing = {
    .select =
        "SELECT " COLUMNS " FROM keys k JOIN clients c ON c.name = k.parent",
    .visible = "(c.visibility = ANY({v}) OR c.owners && {o})",
    .parent = "k.parent",
    .key = "k.name",
    .fields = {{"name", "k.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "k.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"expire_time", "k.expire_time", ListField::Type::kTime}},
    .default_order = "create_time desc",
};

absl::StatusOr<Key> Get(Transaction& tx, const Audience& audience,
                        std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Key>(rows[0]);
}

absl::StatusOr<Key> Lock(Transaction& tx, const Audience& audience,
                         std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Key key = ReadRow<Key>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, key.etag()));
  return key;
}

absl::StatusOr<Key> Insert(Transaction& tx, const Client& client,
                           const Key& key, const NewKey& made) {
  ASSIGN_OR_RETURN(const LiveKeys live, FindLive(tx, client));
  if (static_cast<int>(live.bootstrap.size()) + live.others >= kMostLiveKeys) {
    return Refused("TOO_MANY_KEYS",
                   {"The client has two live keys. Revoke one of them first.",
                    "Klienten har två gällande nycklar. Återkalla en av dem "
                    "först."});
  }
  const std::string name = absl::StrCat(client.name(), "/keys/", made.id);
  Params params = {name, client.name(), made.id,
                   absl::BytesToHexString(made.secret_sha256), made.bootstrap};
  params.push_back(Fields(key, {"expire_time"})[0]);
  params.push_back(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kInsert, params, name));
  Key stored = ReadRow<Key>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, client, stored);
  return stored;
}

absl::Status Delete(Transaction& tx, const Client& client, const Key& key) {
  tx.Send(kDelete, {key.name()});
  RecordChange(tx, Change::Kind::kDeleted, client, key);
  return absl::OkStatus();
}

absl::StatusOr<Holder> Find(Transaction& tx, std::string_view id) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFind, {id}));
  if (rows.empty()) return Holder{};
  const int columns = rows.columns();
  return Holder{ReadRow<AuthenticateKeyResponse>(rows[0]),
                absl::HexStringToBytes(std::string(rows[0].Text(columns - 2))),
                rows[0].Bool(columns - 1)};
}

absl::Status NoteUse(Transaction& tx, std::string_view id) {
  tx.Send(kNoteUse, {id});
  return absl::OkStatus();
}

absl::StatusOr<LiveKeys> FindLive(Transaction& tx, const Client& client) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFindLive, {client.name()}));
  LiveKeys live;
  for (int i = 0; i < rows.size(); ++i) {
    if (rows[i].Bool(rows.columns() - 1)) {
      live.bootstrap.push_back(ReadRow<Key>(rows[i]));
    } else {
      ++live.others;
    }
  }
  return live;
}

}  // namespace reglab::membership::keys
