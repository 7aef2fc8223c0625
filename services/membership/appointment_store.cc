#include "services/membership/appointment_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

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

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

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
       "ändra det uppdraget."});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS
              " FROM appointments a JOIN bodies b ON b.name = a.parent",
    .visible =
        "((a.visibility = ANY({v}) OR a.owners && {o})"
        " AND (b.visibility = ANY({v}) OR b.owners && {o}))",
    .parent = "a.parent",
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
                                std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
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
