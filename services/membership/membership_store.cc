#include "services/membership/membership_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/day_store.h"

namespace reglab::membership::memberships {

using v1::Membership;

namespace {

// An active membership is over when its last day is.
#define STATE                                                  \
  "CASE WHEN m.state = 'ACTIVE' AND m.end_date < today() THEN" \
  " 'ENDED' ELSE m.state END"

#define COLUMNS                                                     \
  "m.name, m.category, " STATE                                      \
  " AS state, m.start_date, m.end_date, m.history, m.create_time, " \
  "m.update_time, m.etag"

// A day that is not known is open.
#define IN_FORCE(day)                                  \
  "m.state IN ('ACTIVE', 'ENDED') AND " day            \
  "::date BETWEEN coalesce(m.start_date, '-infinity')" \
  " AND coalesce(m.end_date, 'infinity')"

#define FROM_READABLE                                             \
  " FROM memberships m JOIN organizations p ON p.name = m.parent" \
  " WHERE m.name = $1 AND p.delete_time IS NULL"                  \
  " AND (m.visibility = ANY($2) OR m.owners && $3)"               \
  " AND (p.visibility = ANY($2) OR p.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE
                     " AND ($4::date IS NULL OR (" IN_FORCE("$4") "))");

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE OF m");

const Statement kInsert(
    "INSERT INTO memberships AS m"
    " (name, parent, owners, category, state, start_date, end_date, history,"
    " etag) VALUES ($1, $8, ARRAY[$8], $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE memberships m SET category = $2, state = $3, start_date = $4,"
    " end_date = $5, history = $6, etag = $7, update_time = now()"
    " WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM memberships WHERE name = $1");

const Statement kTaken("SELECT FROM memberships WHERE name = $1");

// Makes room in memberships_current, which knows no days.
const Statement kSettle(
    "UPDATE memberships SET state = 'ENDED'"
    " WHERE parent = $1 AND state = 'ACTIVE' AND end_date < today()");

// What was in force on some of the days. Where the first day of the new one is
// not known, only what is open at its end is sure to overlap.
const Statement kOverlaps(
    "SELECT FROM memberships"
    " WHERE parent = $1 AND name <> $2 AND state = 'ENDED'"
    " AND end_date >= coalesce($3::date, 'infinity')"
    " AND coalesce(start_date, '-infinity') <= coalesce($4::date, 'infinity')"
    " LIMIT 1");

const Statement kPartnerOn(
    "SELECT FROM memberships m WHERE m.parent = $1 AND " IN_FORCE(
        "$2") " GROUP BY m.parent HAVING bool_and(m.category = 'PARTNER')");

Params ValuesOf(const Membership& membership) {
  return Fields(membership, {"name", "category", "state", "start_date?",
                             "end_date?", "history", "etag"});
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

// The caller has locked the organisation, so that two can't both find nothing.
absl::Status CheckAlone(Transaction& tx, const Membership& membership) {
  if (membership.state() != Membership::ACTIVE &&
      membership.state() != Membership::ENDED) {
    return absl::OkStatus();
  }
  Params params = {ParentOf(membership.name())};
  for (Param& param :
       Fields(membership, {"name", "start_date?", "end_date?"})) {
    params.push_back(std::move(param));
  }
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kOverlaps, params));
  if (rows.empty()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kAlreadyExists, "MEMBERSHIP_OVERLAPS",
      {"The organisation had another membership on some of these days. Give "
       "days that are after it.",
       "Organisationen hade ett annat medlemskap under några av dagarna. Ange "
       "dagar efter det."},
      {{"membership.start_date",
        {"The organisation was a member then.",
         "Organisationen var medlem då."}}});
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
    .in_force = IN_FORCE("{d}"),
    .key = "m.name",
    .fields = {{"name", "m.name", ListField::Type::kText, true, nullptr, true},
               {"category", "m.category", ListField::Type::kEnum, false,
                Membership::Category_descriptor()},
               {"state", STATE, ListField::Type::kEnum, false,
                Membership::State_descriptor()},
               {"start_date", "m.start_date", ListField::Type::kDate, true},
               {"end_date", "m.end_date", ListField::Type::kDate, true}},
    .default_order = "start_date desc",
};

absl::StatusOr<Membership> Get(Transaction& tx, const Audience& audience,
                               std::string_view name, std::string_view as_of) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kGet,
                                          {name, audience.visibilities,
                                           audience.owners, DayOrNull(as_of)},
                                          name));
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
  tx.Send(kSettle, {ParentOf(membership.name())});
  RETURN_IF_ERROR(CheckAlone(tx, membership));
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
         "det, eller avsluta det först."},
        {{"membership.state",
          {"There is one already.", "Det finns redan ett."}}});
  }
  Membership stored = ReadRow<Membership>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Membership> Update(Transaction& tx, Membership membership,
                                  std::vector<std::string> changed) {
  RETURN_IF_ERROR(CheckAlone(tx, membership));
  membership.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows, tx.QueryOne(kUpdate, ValuesOf(membership), membership.name()));
  Membership stored = ReadRow<Membership>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status CheckMayBeRepresented(Transaction& tx,
                                   std::string_view organization,
                                   std::string_view day) {
  ASSIGN_OR_RETURN(Rows partner, tx.Query(kPartnerOn, {organization, day}));
  if (partner.empty()) return absl::OkStatus();
  return Refused(
      "PARTNER_HAS_NO_SEAT",
      {"The organisation is a partner, which has no seat in the member group. "
       "Appoint for another organisation, or make it a member first.",
       "Organisationen är partner och har ingen plats i medlemsgruppen. Utse "
       "för en annan organisation, eller gör den till medlem först."},
      {{"appointment.organization", {"It is a partner.", "Den är partner."}}});
}

absl::Status Delete(Transaction& tx, const Membership& membership) {
  tx.Send(kDelete, {membership.name()});
  RecordChange(tx, Change::Kind::kDeleted, membership, {});
  return absl::OkStatus();
}

}  // namespace reglab::membership::memberships
