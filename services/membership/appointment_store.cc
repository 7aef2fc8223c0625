#include "services/membership/appointment_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/appointment_rules.h"
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

const Statement kRenameAll(
    "UPDATE appointments a SET person_display_name = r.display_name,"
    " etag = $3, update_time = now()"
    " FROM unnest($1::text[], $2::text[]) AS r (person, display_name)"
    " WHERE a.person = r.person RETURNING " COLUMNS);

const Statement kFindAll("SELECT " COLUMNS
                         " FROM appointments a WHERE a.person = ANY($1)"
                         " UNION SELECT " COLUMNS
                         " FROM appointments a WHERE a.name = ANY($2)"
                         " UNION SELECT " COLUMNS
                         " FROM appointments a WHERE a.parent = ANY($3) AND "
                         "a.organization = ANY($4)");

const Statement kInsertAll(
    "INSERT INTO appointments (name, person, person_display_name, organization,"
    " role, start_date, end_date, etag, parent, owners)"
    " SELECT name, person, person_display_name, organization, role,"
    " start_date::date, end_date::date, etag, parent,"
    " ARRAY[parent, organization]"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],"
    " $6::text[], $7::text[], $8::text[], $9::text[]) AS r (name, person,"
    " person_display_name, organization, role, start_date, end_date, etag,"
    " parent)");

const Statement kUpdateAll(
    "UPDATE appointments a SET start_date = r.start_date::date,"
    " end_date = r.end_date::date, etag = r.etag, update_time = now()"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])"
    " AS r (name, start_date, end_date, etag, etag_before)"
    " WHERE a.name = r.name AND a.etag = r.etag_before");

Change ChangeOf(Change::Kind kind, const Appointment& appointment,
                std::vector<std::string> paths) {
  return {.kind = kind,
          .type = "membership.Appointment",
          .name = appointment.name(),
          .etag = appointment.etag(),
          .field_paths = std::move(paths),
          .visibility = "PUBLIC",
          .owners = {ParentOf(appointment.name()), appointment.organization()}};
}

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Appointment& appointment,
                  std::vector<std::string> paths) {
  tx.Record(ChangeOf(kind, appointment, std::move(paths)));
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
    .organization = "a.organization = {n}",
    .word =
        "a.words LIKE {p} OR a.words %>> {w}"
        " OR a.organization = ANY(ARRAY(SELECT o.name FROM organizations o"
        " WHERE o.words LIKE {p} OR o.words %>> {w}))"
        " OR a.parent = ANY(ARRAY(SELECT s.name FROM bodies s"
        " WHERE s.words LIKE {p} OR s.words %>> {w}))",
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
  return rows[0].Int(0) < seats ? absl::OkStatus() : SeatsTaken(seats);
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

absl::Status RenameAll(Transaction& tx, const std::vector<std::string>& people,
                       const std::vector<std::string>& display_names) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kRenameAll, {people, display_names, NewEtag()}));
  std::vector<Change> changes;
  for (int i = 0; i < rows.size(); ++i) {
    changes.push_back(ChangeOf(Change::Kind::kUpdated,
                               ReadRow<Appointment>(rows[i]),
                               {"person_display_name"}));
  }
  tx.Record(changes);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Appointment>> FindAll(
    Transaction& tx, const std::vector<std::string>& people,
    const std::vector<std::string>& names,
    const std::vector<std::string>& bodies,
    const std::vector<std::string>& organizations) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kFindAll, {people, names, bodies, organizations}));
  std::vector<Appointment> found;
  found.reserve(rows.size());
  for (int i = 0; i < rows.size(); ++i) {
    found.push_back(ReadRow<Appointment>(rows[i]));
  }
  return found;
}

absl::Status InsertAll(Transaction& tx, std::vector<Appointment> appointments) {
  std::vector<const google::protobuf::Message*> messages;
  std::vector<std::string> parents;
  std::vector<Change> changes;
  for (Appointment& appointment : appointments) {
    appointment.set_etag(NewEtag());
    messages.push_back(&appointment);
    parents.push_back(ParentOf(appointment.name()));
    changes.push_back(ChangeOf(Change::Kind::kCreated, appointment, {}));
  }
  Params params = FieldArrays(
      messages, {"name", "person", "person_display_name", "organization",
                 "role", "start_date", "end_date?", "etag"});
  params.emplace_back(parents);
  RETURN_IF_ERROR(tx.Query(kInsertAll, params).status());
  tx.Record(changes);
  return absl::OkStatus();
}

absl::Status UpdateAll(Transaction& tx, std::vector<Appointment> appointments,
                       std::vector<std::vector<std::string>> changed) {
  std::vector<const google::protobuf::Message*> messages;
  std::vector<std::string> etags_before;
  std::vector<Change> changes;
  for (size_t i = 0; i < appointments.size(); ++i) {
    etags_before.push_back(appointments[i].etag());
    appointments[i].set_etag(NewEtag());
    messages.push_back(&appointments[i]);
    changes.push_back(ChangeOf(Change::Kind::kUpdated, appointments[i],
                               std::move(changed[i])));
  }
  Params params =
      FieldArrays(messages, {"name", "start_date", "end_date?", "etag"});
  params.emplace_back(etags_before);
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kUpdateAll, params));
  if (rows.affected() != int64_t(appointments.size())) {
    return ChangedMeanwhile();
  }
  tx.Record(changes);
  return absl::OkStatus();
}

}  // namespace reglab::membership::appointments
