#include "services/membership/delegation_store.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/delegation_rules.h"

namespace reglab::membership::delegations {

using v1::Delegation;

namespace {

#define COLUMNS                                                     \
  "d.name, d.organization, d.grantor, d.person, d.permissions, "    \
  "d.subject, d.start_date, d.end_date, d.revoke_time, d.revoker, " \
  "d.create_time, d.update_time, d.etag"

#define FROM_READABLE                     \
  " FROM delegations d WHERE d.name = $1" \
  " AND (d.visibility = ANY($2) OR d.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

const Statement kInsert(
    "INSERT INTO delegations AS d (name, organization, owners, grantor, person,"
    " permissions, subject, start_date, end_date, etag)"
    " VALUES ($1, $2, ARRAY[$2], $3, $4, $5, $6, $7, $8, $9)"
    " RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE delegations d SET end_date = $2, etag = $3, update_time = now()"
    " WHERE name = $1 RETURNING " COLUMNS);

const Statement kRevoke(
    "UPDATE delegations d SET revoke_time = now(), revoker = $2, etag = $3,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kCountLasting(
    "SELECT count(*) FROM delegations WHERE person = $1"
    " AND end_date >= today() AND revoke_time IS NULL");

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Delegation& delegation,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "membership.Delegation",
             .name = delegation.name(),
             .etag = delegation.etag(),
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = {delegation.organization()}});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM delegations d",
    .visible = "(d.visibility = ANY({v}) OR d.owners && {o})",
    // A day is over when the next one begins in Sweden.
    .in_force =
        "{d}::date BETWEEN d.start_date AND d.end_date"
        " AND coalesce((d.revoke_time AT TIME ZONE 'Europe/Stockholm')::date"
        " > {d}::date, true)",
    .key = "d.name",
    .fields = {{"name", "d.name", ListField::Type::kText, true, nullptr, true},
               {"end_date", "d.end_date", ListField::Type::kDate, true, nullptr,
                true},
               {"start_date", "d.start_date", ListField::Type::kDate},
               {"organization", "d.organization", ListField::Type::kText},
               {"person", "d.person", ListField::Type::kText},
               {"subject", "d.subject", ListField::Type::kText},
               {"revoke_time", "d.revoke_time", ListField::Type::kTime}},
    .default_order = "end_date desc",
};

absl::StatusOr<Delegation> Get(Transaction& tx, const Audience& audience,
                               std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Delegation>(rows[0]);
}

absl::StatusOr<Delegation> Lock(Transaction& tx, const Audience& audience,
                                std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Delegation delegation = ReadRow<Delegation>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, delegation.etag()));
  return delegation;
}

absl::StatusOr<Delegation> Insert(Transaction& tx, Delegation delegation) {
  ASSIGN_OR_RETURN(Rows lasting,
                   tx.Query(kCountLasting, {delegation.person()}));
  if (lasting[0].Int(0) >= kMostDelegations) {
    return Refused(
        "TOO_MANY_DELEGATIONS",
        {absl::StrCat("The person has ", kMostDelegations,
                      " delegations that are not over. Revoke one first."),
         absl::StrCat("Personen har ", kMostDelegations,
                      " delegationer som inte är över. Återkalla en först.")},
        {{"delegation.person",
          {"They have too many delegations.",
           "Personen har för många delegationer."}}});
  }
  delegation.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kInsert,
                  Fields(delegation, {"name", "organization", "grantor",
                                      "person", "permissions", "subject",
                                      "start_date", "end_date", "etag"}),
                  delegation.name()));
  Delegation stored = ReadRow<Delegation>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Delegation> Update(Transaction& tx, Delegation delegation,
                                  std::vector<std::string> changed) {
  delegation.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kUpdate, Fields(delegation, {"name", "end_date", "etag"}),
                  delegation.name()));
  Delegation stored = ReadRow<Delegation>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::StatusOr<Delegation> Revoke(Transaction& tx, const Delegation& delegation,
                                  std::string_view revoker) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kRevoke, {delegation.name(), revoker, NewEtag()},
                               delegation.name()));
  Delegation stored = ReadRow<Delegation>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, {"revoke_time", "revoker"});
  return stored;
}

}  // namespace reglab::membership::delegations
