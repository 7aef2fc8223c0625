#include "services/membership/membership_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::membership::memberships {

using v1::Membership;

namespace {

#define COLUMNS                                                            \
  "m.name, m.category, m.state, m.start_date, m.end_date, m.create_time, " \
  "m.update_time, m.etag"

#define FROM_READABLE                                             \
  " FROM memberships m JOIN organizations p ON p.name = m.parent" \
  " WHERE m.name = $1 AND p.delete_time IS NULL"                  \
  " AND (m.visibility = ANY($2) OR m.owners && $3)"               \
  " AND (p.visibility = ANY($2) OR p.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE OF m");

const Statement kInsert(
    "INSERT INTO memberships AS m"
    " (name, parent, owners, category, state, start_date, end_date, etag)"
    " VALUES ($1, $7, ARRAY[$7], $2, $3, $4, $5, $6)"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE memberships m SET category = $2, state = $3, start_date = $4,"
    " end_date = $5, etag = $6, update_time = now()"
    " WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM memberships WHERE name = $1");

const Statement kTaken("SELECT FROM memberships WHERE name = $1");

Params ValuesOf(const Membership& membership) {
  return Fields(membership, {"name", "category", "state", "start_date?",
                             "end_date?", "etag"});
}

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Membership& membership,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "membership.Membership",
             .name = membership.name(),
             .etag = membership.etag(),
             .field_paths = std::move(paths),
             .visibility = "PUBLIC",
             .owners = {ParentOf(membership.name())}});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS
              " FROM memberships m JOIN organizations p ON p.name = m.parent",
    .where = "p.delete_time IS NULL",
    .visible =
        "((m.visibility = ANY({v}) OR m.owners && {o})"
        " AND (p.visibility = ANY({v}) OR p.owners && {o}))",
    .parent = "m.parent",
    .key = "m.name",
    .organization = "m.parent = {n}",
    .fields = {{"name", "m.name", ListField::Type::kText, true, nullptr, true},
               {"category", "m.category", ListField::Type::kEnum, false,
                Membership::Category_descriptor()},
               {"state", "m.state", ListField::Type::kEnum, false,
                Membership::State_descriptor()},
               {"start_date", "m.start_date", ListField::Type::kDate, true},
               {"end_date", "m.end_date", ListField::Type::kDate, true}},
    .default_order = "start_date desc",
};

absl::StatusOr<Membership> Get(Transaction& tx, const Audience& audience,
                               std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Membership>(rows[0]);
}

absl::StatusOr<Membership> Lock(Transaction& tx, const Audience& audience,
                                std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Membership membership = ReadRow<Membership>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, membership.etag()));
  return membership;
}

absl::StatusOr<Membership> Insert(Transaction& tx, Membership membership) {
  membership.set_etag(NewEtag());
  Params values = ValuesOf(membership);
  values.push_back(ParentOf(membership.name()));
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, values));
  if (rows.empty()) {
    ASSIGN_OR_RETURN(Rows taken, tx.Query(kTaken, {membership.name()}));
    if (!taken.empty()) return AlreadyExists(membership.name());
    return MakeError(
        absl::StatusCode::kAlreadyExists, "MEMBERSHIP_EXISTS",
        {"The organisation has a membership that is applied for or active. "
         "Change that one, or end it first.",
         "Organisationen har ett medlemskap som är sökt eller aktivt. Ändra "
         "det, eller avsluta det först."});
  }
  Membership stored = ReadRow<Membership>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Membership> Update(Transaction& tx, Membership membership,
                                  std::vector<std::string> changed) {
  membership.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows, tx.QueryOne(kUpdate, ValuesOf(membership), membership.name()));
  Membership stored = ReadRow<Membership>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Membership& membership) {
  tx.Send(kDelete, {membership.name()});
  RecordChange(tx, Change::Kind::kDeleted, membership, {});
  return absl::OkStatus();
}

}  // namespace reglab::membership::memberships
