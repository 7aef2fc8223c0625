#include "services/membership/session_store.h"

#include <utility>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::membership::sessions {

using v1::GuestLink;
using v1::Session;

namespace {

#define COLUMNS                                                               \
  "s.name, coalesce(i.issuer, '') AS issuer, s.create_time, s.last_use_time," \
  " s.expire_time"

#define FROM_SESSIONS \
  " FROM sessions s LEFT JOIN identities i ON i.name = s.identity"

#define OPEN              \
  "s.expire_time > now()" \
  " AND s.last_use_time > now() - interval '2 hours'"

const Statement kGet("SELECT " COLUMNS FROM_SESSIONS
                     " WHERE s.name = $1 AND " OPEN);

const Statement kInsert(
    "WITH s AS (INSERT INTO sessions (name, parent, identity, guest_link,"
    " organizations, secret_sha256, expire_time)"
    " VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))"
    " RETURNING *) SELECT " COLUMNS
    " FROM s LEFT JOIN identities i ON i.name = s.identity");

const Statement kFind("SELECT " COLUMNS
                      ", s.parent, s.organizations,"
                      " s.last_use_time > now() - interval '1 minute' AS noted,"
                      " g.name AS guest, g.subject, g.permission" FROM_SESSIONS
                      " LEFT JOIN guest_links g ON g.name = s.guest_link"
                      " WHERE s.secret_sha256 = $1 AND " OPEN);

// Repeats the condition, so that requests that come at once write once.
const Statement kNoteUse(
    "UPDATE sessions SET last_use_time = now() WHERE name = $1"
    " AND last_use_time <= now() - interval '1 minute'");

const Statement kDelete("DELETE FROM sessions WHERE name = $1 RETURNING 1");

const Statement kDeleteBySecret(
    "DELETE FROM sessions WHERE secret_sha256 = $1 RETURNING name");

const Statement kKeepNewest(
    "DELETE FROM sessions WHERE parent = $1 AND name NOT IN ("
    " SELECT name FROM sessions WHERE parent = $1"
    " ORDER BY create_time DESC, name LIMIT 20)");

// When somebody logs in is told to nobody but them and the secretariat.
void RecordChange(Transaction& tx, Change::Kind kind, std::string name) {
  tx.Record({.kind = kind,
             .type = "membership.Session",
             .name = std::move(name),
             .etag = "",
             .field_paths = {},
             .visibility = "ORGANIZATION",
             .owners = {}});
}

absl::StatusOr<Session> Insert(Transaction& tx, std::string_view parent,
                               Param identity, Param guest_link,
                               Param organizations,
                               std::string_view secret_sha256,
                               absl::Duration life) {
  const std::string name = Concat(parent, "/sessions/", RandomId());
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kInsert,
                  {name, parent, std::move(identity), std::move(guest_link),
                   std::move(organizations), Param::Bytes(secret_sha256),
                   absl::ToDoubleSeconds(life)},
                  name));
  tx.Send(kKeepNewest, {parent});
  RecordChange(tx, Change::Kind::kCreated, name);
  return ReadRow<Session>(rows[0]);
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS FROM_SESSIONS,
    .where = OPEN,
    .parent = "s.parent",
    .key = "s.name",
    .fields = {{"name", "s.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "s.create_time", ListField::Type::kTime, true,
                nullptr, true}},
    .default_order = "create_time desc",
};

absl::StatusOr<Session> Get(Transaction& tx, std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kGet, {name}, name));
  return ReadRow<Session>(rows[0]);
}

absl::StatusOr<Session> InsertForPerson(
    Transaction& tx, const identities::Linked& person,
    const google::protobuf::RepeatedPtrField<std::string>& organizations,
    std::string_view secret_sha256) {
  return Insert(
      tx, person.caller, person.identity, std::nullopt,
      std::vector<std::string>(organizations.begin(), organizations.end()),
      secret_sha256, kLife);
}

absl::StatusOr<Session> InsertForGuest(Transaction& tx, const GuestLink& link,
                                       std::string_view secret_sha256) {
  return Insert(tx, link.name(), std::nullopt, link.name(),
                std::vector<std::string>(), secret_sha256, kGuestLife);
}

absl::StatusOr<std::optional<Found>> Find(Transaction& tx,
                                          std::string_view secret_sha256) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFind, {Param::Bytes(secret_sha256)}));
  if (rows.empty()) return std::nullopt;
  const Row row = rows[0];
  int column = rows.columns() - 6;
  Found found{.session = ReadRow<Session>(row),
              .caller = std::string(row.Text(column))};
  for (std::string& name : row.Array(column + 1)) {
    *found.organizations.Add() = std::move(name);
  }
  found.use_is_noted = row.Bool(column + 2);
  if (!row.IsNull(column + 3)) {
    found.link.emplace();
    found.link->set_name(std::string(row.Text(column + 3)));
    found.link->set_subject(std::string(row.Text(column + 4)));
    found.link->set_permission(std::string(row.Text(column + 5)));
  }
  return found;
}

absl::Status NoteUse(Transaction& tx, std::string_view name) {
  tx.Send(kNoteUse, {name});
  return absl::OkStatus();
}

absl::Status Delete(Transaction& tx, std::string_view name) {
  RETURN_IF_ERROR(tx.QueryOne(kDelete, {name}, name).status());
  RecordChange(tx, Change::Kind::kDeleted, std::string(name));
  return absl::OkStatus();
}

absl::Status DeleteBySecret(Transaction& tx, std::string_view secret_sha256) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kDeleteBySecret, {Param::Bytes(secret_sha256)}));
  if (!rows.empty()) {
    RecordChange(tx, Change::Kind::kDeleted, std::string(rows[0].Text(0)));
  }
  return absl::OkStatus();
}

}  // namespace reglab::membership::sessions
