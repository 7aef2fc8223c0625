#include "services/membership/feed_token_store.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/role_rules.h"

namespace reglab::membership::feed_tokens {

using v1::FeedToken;
using v1::Standing;

namespace {

constexpr int kMostOfOrganization = 500;

#define COLUMNS                                                    \
  "t.name, t.display_name, t.feed, t.organization, t.person, "     \
  "t.expire_time, t.last_use_time, t.create_time, t.update_time, " \
  "t.etag"

#define FROM_READABLE                     \
  " FROM feed_tokens t WHERE t.name = $1" \
  " AND (t.visibility = ANY($2) OR t.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE OF t");

// Locks the organisation, so that two at once count each other.
const Statement kCount(
    "WITH locked AS (SELECT name FROM organizations WHERE name = $1 FOR UPDATE)"
    " SELECT (SELECT count(*) FROM feed_tokens WHERE organization = $1)"
    " FROM locked");

const Statement kIsOfOrganization(
    "SELECT FROM people WHERE name = $1 AND organization = $2");

const Statement kInsert(
    "INSERT INTO feed_tokens AS t (name, display_name, feed, organization,"
    " owners, person, expire_time, etag, token_id, secret_sha256)"
    " VALUES ($1, $2, $3, $4, ARRAY[$4], $5, $6, $7, $8, $9)"
    " RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE feed_tokens t SET display_name = $2, expire_time = $3, etag = $4,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM feed_tokens WHERE name = $1");

// A token of a person reads what the person may, one of an organisation what
// those may who sit somewhere for it.
const Statement kFind(
    "SELECT t.name AS caller, t.display_name, t.organization,"
    " ARRAY(SELECT 'MEMBER' FROM members_today m"
    "   WHERE m.organization = t.organization) AS roles,"
    " ARRAY(SELECT DISTINCT a.parent FROM appointments_today a"
    "   WHERE CASE WHEN t.person IS NULL"
    "    THEN a.organization = t.organization ELSE a.person = t.person END"
    "   ORDER BY a.parent) AS bodies,"
    " t.expire_time, t.feed, t.secret_sha256,"
    " coalesce(t.last_use_time > now() - interval '5 minutes', false)"
    "   AS use_is_noted"
    " FROM feed_tokens t JOIN organizations o ON o.name = t.organization"
    " LEFT JOIN people p ON p.name = t.person"
    " WHERE t.token_id = $1 AND o.delete_time IS NULL"
    " AND (t.person IS NULL OR p.organization = t.organization)"
    " AND (t.expire_time IS NULL OR t.expire_time > now())");

const Statement kNoteUse(
    "UPDATE feed_tokens SET last_use_time = now() WHERE token_id = $1"
    " AND (last_use_time IS NULL"
    "  OR last_use_time <= now() - interval '5 minutes')");

void RecordChange(Transaction& tx, Change::Kind kind, const FeedToken& token,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "membership.FeedToken",
             .name = token.name(),
             .etag = token.etag(),
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = {token.organization()}});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM feed_tokens t",
    .visible = "(t.visibility = ANY({v}) OR t.owners && {o})",
    .key = "t.name",
    .organization = "t.organization = {n}",
    .fields = {{"name", "t.name", ListField::Type::kText, true, nullptr, true},
               {"display_name", "t.display_name", ListField::Type::kText, true,
                nullptr, true},
               {"create_time", "t.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"organization", "t.organization", ListField::Type::kText},
               {"person", "t.person", ListField::Type::kText},
               {"expire_time", "t.expire_time", ListField::Type::kTime}},
    .default_order = "create_time desc",
};

absl::StatusOr<FeedToken> Get(Transaction& tx, const Audience& audience,
                              std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<FeedToken>(rows[0]);
}

absl::StatusOr<FeedToken> Lock(Transaction& tx, const Audience& audience,
                               std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  FeedToken token = ReadRow<FeedToken>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, token.etag()));
  return token;
}

absl::StatusOr<FeedToken> Insert(Transaction& tx, FeedToken token,
                                 std::string_view id,
                                 std::string_view secret_sha256) {
  ASSIGN_OR_RETURN(Rows count, tx.Query(kCount, {token.organization()}));
  if (!count.empty() && count[0].Int(0) >= kMostOfOrganization) {
    return Refused("TOO_MANY_FEED_TOKENS",
                   {absl::StrCat("The organisation has ", kMostOfOrganization,
                                 " feed tokens. Revoke those that nobody uses; "
                                 "the list shows when each was last used."),
                    absl::StrCat("Organisationen har ", kMostOfOrganization,
                                 " flödeslänkar. Återkalla dem som ingen "
                                 "använder; listan visar när var och en senast "
                                 "användes.")});
  }
  if (!token.person().empty()) {
    ASSIGN_OR_RETURN(
        Rows rows,
        tx.Query(kIsOfOrganization, {token.person(), token.organization()}));
    if (rows.empty()) {
      return InvalidField(
          "feed_token.person",
          {"There is no such person in the organisation. Choose one of its own "
           "people, or leave the field out.",
           "Det finns ingen sådan person i organisationen. Välj någon av dess "
           "egna, eller utelämna fältet."});
    }
  }
  token.set_name(absl::StrCat("feed-tokens/", std::string(id)));
  token.set_etag(NewEtag());
  Params params = Fields(token, {"name", "display_name", "feed", "organization",
                                 "person?", "expire_time", "etag"});
  params.push_back(id);
  params.push_back(absl::BytesToHexString(std::string(secret_sha256)));
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kInsert, params, token.name()));
  FeedToken stored = ReadRow<FeedToken>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<FeedToken> Update(Transaction& tx, FeedToken token,
                                 std::vector<std::string> changed) {
  token.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate,
                               Fields(token, {"name", "display_name",
                                              "expire_time", "etag"}),
                               token.name()));
  FeedToken stored = ReadRow<FeedToken>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const FeedToken& token) {
  tx.Send(kDelete, {token.name()});
  RecordChange(tx, Change::Kind::kDeleted, token, {});
  return absl::OkStatus();
}

absl::StatusOr<Holder> Find(Transaction& tx, std::string_view id) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFind, {id}));
  if (rows.empty()) return Holder{};
  const int columns = rows.columns();
  Holder holder;
  *holder.answer.mutable_standing() = ReadRow<Standing>(rows[0]);
  holder.answer.mutable_standing()->set_requests_per_minute(
      kUsualRequestsPerMinute);
  holder.answer.set_feed(std::string(rows[0].Text(columns - 3)));
  holder.secret_sha256 =
      absl::HexStringToBytes(std::string(rows[0].Text(columns - 2)));
  holder.use_is_noted = rows[0].Bool(columns - 1);
  return holder;
}

absl::Status NoteUse(Transaction& tx, std::string_view id) {
  tx.Send(kNoteUse, {id});
  return absl::OkStatus();
}

}  // namespace reglab::membership::feed_tokens
