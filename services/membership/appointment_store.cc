#include "services/membership/appointment_store.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/day_store.h"

namespace reglab::membership::appointments {

using v1::Appointment;

namespace {

#define COLUMNS                                                       \
  "a.name, a.person, a.person_display_name, a.organization, a.role, " \
  "a.start_date, a.end_date, a.create_time, a.update_time, a.etag"

#define FROM_READABLE                                       \
  " FROM appointments a JOIN bodies b ON b.name = a.parent" \
  " WHERE a.name = $1"                                      \
  " AND (a.visibility = ANY($2) OR a.owners && $3)"         \
  " AND (b.visibility = ANY($2) OR b.owners && $3)"

#define IN_FORCE(day) \
  day "::date BETWEEN a.start_date AND coalesce(a.end_date, 'infinity')"

const Statement kGet("SELECT " COLUMNS FROM_READABLE
                     " AND ($4::date IS NULL OR " IN_FORCE("$4") ")");

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE OF a");

const Statement kInsert(
    "INSERT INTO appointments AS a (name, person, person_display_name,"
    " organization, role, start_date, end_date, etag, parent, owners)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ARRAY[$9, $4])"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE appointments a SET start_date = $2, end_date = $3, etag = $4,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM appointments WHERE name = $1");

const Statement kSameRole(
    "SELECT FROM appointments"
    " WHERE parent = $1 AND person = $2 AND role = $3 AND name <> $4"
    " AND start_date <= coalesce($6::date, 'infinity')"
    " AND coalesce(end_date, 'infinity') >= $5::date LIMIT 1");

const Statement kRename(
    "UPDATE appointments a SET person_display_name = $2, etag = $3,"
    " update_time = now() WHERE person = $1 RETURNING " COLUMNS);

// How many others of the organisation sit there at most: between the days on
// which somebody begins their number only falls.
const Statement kSeated(
    "WITH others AS ("
    "  SELECT person, start_date, coalesce(end_date, 'infinity') AS end_date"
    "  FROM appointments WHERE parent = $1 AND organization = $2"
    "  AND role <> 'DEPUTY' AND person <> $3"
    "  AND start_date <= coalesce($5::date, 'infinity')"
    "  AND coalesce(end_date, 'infinity') >= $4::date),"
    " days AS (SELECT $4::date AS day"
    "  UNION SELECT start_date FROM others WHERE start_date > $4::date)"
    " SELECT max((SELECT count(DISTINCT o.person) FROM others o"
    "  WHERE d.day BETWEEN o.start_date AND o.end_date)) FROM days d");

const Statement kEndRepresentatives(
    "UPDATE appointments a SET end_date = $2::date, etag = $3,"
    " update_time = now() WHERE organization = $1"
    " AND role = 'MEMBER_REPRESENTATIVE' AND start_date <= $2::date"
    " AND coalesce(end_date, 'infinity') > $2::date RETURNING " COLUMNS);

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Appointment& appointment,
                  std::vector<std::string> paths) {
  tx.Record(
      {.kind = kind,
       .type = "membership.Appointment",
       .name = appointment.name(),
       .etag = appointment.etag(),
       .field_paths = std::move(paths),
       .visibility = "PUBLIC",
       .owners = {ParentOf(appointment.name()), appointment.organization()}});
}

// The caller has locked the body, so that two can't both find nothing.
absl::Status CheckSameRole(Transaction& tx, const Appointment& appointment) {
  Params params = {ParentOf(appointment.name())};
  for (Param& param : Fields(appointment, {"person", "role", "name",
                                           "start_date", "end_date?"})) {
    params.push_back(std::move(param));
  }
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kSameRole, params));
  if (rows.empty()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kAlreadyExists, "APPOINTMENT_EXISTS",
      {"The person holds the same role in the body in that time. Change the "
       "dates, or change that appointment.",
       "Personen har samma roll i organet under den tiden. Ändra datumen, "
       "eller "
       "ändra det uppdraget."},
      {{"appointment.start_date",
        {"The person holds the role then.", "Personen har rollen då."}}});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS
              " FROM appointments a JOIN bodies b ON b.name = a.parent",
    .visible =
        "((a.visibility = ANY({v}) OR a.owners && {o})"
        " AND (b.visibility = ANY({v}) OR b.owners && {o}))",
    .parent = "a.parent",
    .in_force = IN_FORCE("{d}"),
    .key = "a.name",
    .fields = {{"name", "a.name", ListField::Type::kText, true, nullptr, true},
               {"person_display_name", "a.person_display_name",
                ListField::Type::kText, true, nullptr, true},
               {"start_date", "a.start_date", ListField::Type::kDate, true,
                nullptr, true},
               {"end_date", "a.end_date", ListField::Type::kDate},
               {"person", "a.person", ListField::Type::kText},
               {"organization", "a.organization", ListField::Type::kText},
               {"role", "a.role", ListField::Type::kEnum, false,
                Appointment::Role_descriptor()}},
    .default_order = "person_display_name",
};

absl::StatusOr<Appointment> Get(Transaction& tx, const Audience& audience,
                                std::string_view name, std::string_view as_of) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kGet,
                                          {name, audience.visibilities,
                                           audience.owners, DayOrNull(as_of)},
                                          name));
  return ReadRow<Appointment>(rows[0]);
}

absl::StatusOr<Appointment> Lock(Transaction& tx, const Audience& audience,
                                 std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Appointment appointment = ReadRow<Appointment>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, appointment.etag()));
  return appointment;
}

absl::StatusOr<Appointment> Insert(Transaction& tx, Appointment appointment) {
  RETURN_IF_ERROR(CheckSameRole(tx, appointment));
  appointment.set_etag(NewEtag());
  Params values = Fields(
      appointment, {"name", "person", "person_display_name", "organization",
                    "role", "start_date", "end_date?", "etag"});
  values.push_back(ParentOf(appointment.name()));
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, values));
  if (rows.empty()) return AlreadyExists(appointment.name());
  Appointment stored = ReadRow<Appointment>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Appointment> Update(Transaction& tx, Appointment appointment,
                                   std::vector<std::string> changed) {
  RETURN_IF_ERROR(CheckSameRole(tx, appointment));
  appointment.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate,
                               Fields(appointment, {"name", "start_date",
                                                    "end_date?", "etag"}),
                               appointment.name()));
  Appointment stored = ReadRow<Appointment>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status CheckSeats(Transaction& tx, const v1::Body& body,
                        const Appointment& appointment) {
  const int seats = body.seats_per_organization();
  if (seats == 0 || appointment.role() == Appointment::DEPUTY) {
    return absl::OkStatus();
  }
  Params params = {body.name()};
  for (Param& param : Fields(appointment, {"organization", "person",
                                           "start_date", "end_date?"})) {
    params.push_back(std::move(param));
  }
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kSeated, params));
  if (rows[0].Int(0) < seats) return absl::OkStatus();
  return Refused(
      "SEATS_TAKEN",
      {absl::StrCat("The body gives an organisation ", seats,
                    " seats, and they are taken in that time. End or hand over "
                    "an appointment first, or appoint a deputy."),
       absl::StrCat("Organet ger en organisation ", seats,
                    " platser, och de är upptagna under den tiden. Avsluta "
                    "eller lämna över ett uppdrag först, eller utse en "
                    "ersättare.")},
      {{"appointment.organization",
        {"Its seats are taken.", "Dess platser är upptagna."}}});
}

absl::Status EndRepresentatives(Transaction& tx, std::string_view organization,
                                std::string_view end_date) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kEndRepresentatives,
                                       {organization, end_date, NewEtag()}));
  for (int i = 0; i < rows.size(); ++i) {
    RecordChange(tx, Change::Kind::kUpdated, ReadRow<Appointment>(rows[i]),
                 {"end_date"});
  }
  return absl::OkStatus();
}

absl::Status Delete(Transaction& tx, const Appointment& appointment) {
  tx.Send(kDelete, {appointment.name()});
  RecordChange(tx, Change::Kind::kDeleted, appointment, {});
  return absl::OkStatus();
}

absl::Status Rename(Transaction& tx, std::string_view person,
                    std::string_view display_name) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kRename, {person, display_name, NewEtag()}));
  for (int i = 0; i < rows.size(); ++i) {
    RecordChange(tx, Change::Kind::kUpdated, ReadRow<Appointment>(rows[i]),
                 {"person_display_name"});
  }
  return absl::OkStatus();
}

}  // namespace reglab::membership::appointments
