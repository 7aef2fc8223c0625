#include "services/meetings/meeting_store.h"

#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::meetings::meetings {

using v1::Meeting;

namespace {

#define COLUMNS_BUT_LINK                                              \
  "m.name, m.display_name, m.body, m.date, m.start_time, m.end_time," \
  " m.place, m.format, m.host_organization, m.previous_meeting,"      \
  " m.description, m.state, m.visibility, m.uid, m.sequence,"         \
  " m.create_time, m.update_time, m.etag, m.contributions_close_date"

// For who writes. The owners, which are no field, come first.
#define COLUMNS "m.owners, " COLUMNS_BUT_LINK ", m.online_link"

// For readers: the link is not for those who read the meeting only because
// everyone may.
#define READ_COLUMNS(v, o)                                                \
  COLUMNS_BUT_LINK ", CASE WHEN 'MEMBERS' = ANY(" v ") OR m.owners && " o \
                   " OR m.host_organization = ANY(" o                     \
                   ") THEN m.online_link END AS online_link"

// What a calendar shows of a meeting changes.
#define CALENDAR_CHANGES                                                  \
  "(m.display_name, m.date, m.start_time, m.end_time, m.place, m.format," \
  " m.online_link, m.host_organization, m.visibility,"                    \
  " CASE m.state WHEN 'CONCLUDED' THEN 'CONVENED' ELSE m.state END)"      \
  " IS DISTINCT FROM ($2, $4, $5, $6, $7, $8, $9, $10, $14,"              \
  " CASE $13 WHEN 'CONCLUDED' THEN 'CONVENED' ELSE $13 END)"

#define FROM_READABLE                  \
  " FROM meetings m WHERE m.name = $1" \
  " AND (m.visibility = ANY($2) OR m.owners && $3)"

const Statement kGet("SELECT " READ_COLUMNS("$2", "$3") FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

const Statement kInsert(
    "INSERT INTO meetings AS m (name, display_name, body, date, start_time,"
    " end_time, place, format, online_link, host_organization,"
    " previous_meeting, description, state, visibility, etag, owners,"
    " visibility_chosen, contributions_close_date)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
    " $15, ARRAY[$3], $16, $17)"
    " ON CONFLICT (name) DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE meetings m SET display_name = $2, body = $3, date = $4,"
    " start_time = $5, end_time = $6, place = $7, format = $8,"
    " online_link = $9, host_organization = $10, previous_meeting = $11,"
    " description = $12, state = $13, visibility = $14, etag = $15,"
    " contributions_close_date = $17,"
    " visibility_chosen = visibility_chosen OR $16,"
    " sequence = m.sequence + (" CALENDAR_CHANGES
    ")::integer,"
    " calendar_time = CASE WHEN " CALENDAR_CHANGES
    " THEN now() ELSE m.calendar_time END,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kAddOwners(
    "UPDATE meetings SET owners = ARRAY("
    "SELECT DISTINCT o FROM unnest(owners || $2::text[]) o) WHERE name = $1");

const Statement kDelete(
    "WITH gone AS (DELETE FROM meetings WHERE name = $1 RETURNING *)"
    " INSERT INTO deleted_meetings (uid, name, visibility, owners,"
    " display_name, body, date, start_time, end_time, place, format,"
    " host_organization, sequence, create_time)"
    " SELECT uid, name, visibility, owners, display_name, body, date,"
    " start_time, end_time, place, format, host_organization, sequence + 1,"
    " create_time FROM gone");

const Statement kFollowOnPrevious(
    "UPDATE meetings m SET previous_meeting = $2, etag = $3,"
    " update_time = now() WHERE previous_meeting = $1 RETURNING " COLUMNS);

const Statement kPrevious(
    "SELECT name FROM meetings WHERE body = $1 AND date < $2::date"
    " AND state <> 'CANCELLED' ORDER BY date DESC, name DESC LIMIT 1");

const Statement kVisibilityChosen(
    "SELECT visibility_chosen FROM meetings WHERE name = $1");

const Statement kNeeded(
    "SELECT FROM minutes WHERE parent = $1"
    " UNION ALL SELECT FROM agenda_items WHERE parent = $1"
    " UNION ALL SELECT FROM attendances WHERE parent = $1"
    " UNION ALL SELECT FROM notes WHERE parent = $1"
    " UNION ALL SELECT FROM questions WHERE parent = $1"
    " UNION ALL SELECT FROM discussions WHERE parent = $1"
    " UNION ALL SELECT FROM conclusions WHERE parent = $1"
    " UNION ALL SELECT FROM decisions WHERE parent = $1"
    " UNION ALL SELECT FROM actions WHERE parent = $1"
    " UNION ALL SELECT FROM suggestions WHERE parent = $1"
    " UNION ALL SELECT FROM referrals WHERE meeting = $1"
    " UNION ALL SELECT FROM papers WHERE parent = $1"
    " UNION ALL SELECT FROM contributions WHERE meeting = $1 LIMIT 1");

const Statement kNamesLike(
    "SELECT name FROM meetings WHERE name = $1 OR name LIKE $1 || '-%'");

Params ValuesOf(const Meeting& meeting, bool visibility_chosen) {
  Params values =
      Fields(meeting, {"name", "display_name", "body", "date", "start_time",
                       "end_time", "place?", "format", "online_link?",
                       "host_organization?", "previous_meeting?",
                       "description?", "state", "visibility", "etag"});
  values.push_back(visibility_chosen);
  const std::string& close_date = meeting.contributions_close_date();
  values.push_back(close_date.empty() ? Param(std::nullopt)
                                      : Param(close_date));
  return values;
}

void RecordChange(Transaction& tx, Change::Kind kind, const Meeting& meeting,
                  std::vector<std::string> owners,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "meetings.Meeting",
             .name = meeting.name(),
             .etag = meeting.etag(),
             .field_paths = std::move(paths),
             .visibility = Meeting::Visibility_Name(meeting.visibility()),
             .owners = std::move(owners)});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " READ_COLUMNS("{v}", "{o}") " FROM meetings m",
    .visible = "(m.visibility = ANY({v}) OR m.owners && {o})",
    .key = "m.name",
    .organization = "m.host_organization = {n}",
    .search = "m.search",
    .fields = {{"name", "m.name", ListField::Type::kText, true},
               {"date", "m.date", ListField::Type::kDate, true},
               {"display_name", "m.display_name", ListField::Type::kText, true},
               {"body", "m.body"},
               {"state", "m.state", ListField::Type::kEnum},
               {"format", "m.format", ListField::Type::kEnum},
               {"host_organization", "m.host_organization"},
               {"previous_meeting", "m.previous_meeting"},
               {"visibility", "m.visibility", ListField::Type::kEnum},
               {"contributions_close_date", "m.contributions_close_date",
                ListField::Type::kDate},
               {"place", "m.place"},
               {"start_time", "m.start_time", ListField::Type::kTime}},
    .default_order = "date desc",
};

absl::StatusOr<Meeting> Get(Transaction& tx, const Audience& audience,
                            std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Meeting>(rows[0]);
}

absl::StatusOr<Meeting> Lock(Transaction& tx, const Audience& audience,
                             std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Meeting meeting = ReadRow<Meeting>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, meeting.etag()));
  return meeting;
}

absl::StatusOr<Meeting> Insert(Transaction& tx, Meeting meeting,
                               bool visibility_chosen) {
  meeting.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kInsert, ValuesOf(meeting, visibility_chosen)));
  if (rows.empty()) return AlreadyExists(meeting.name());
  Meeting stored = ReadRow<Meeting>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, rows[0].Array(0), {});
  return stored;
}

absl::StatusOr<Meeting> Update(Transaction& tx, Meeting meeting,
                               std::vector<std::string> changed) {
  meeting.set_etag(NewEtag());
  // A change of state changes the visibility of itself; that is no choice.
  bool chosen = false;
  for (const std::string& path : changed) chosen |= path == "visibility";
  for (const std::string& path : changed) chosen &= path != "state";
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kUpdate, ValuesOf(meeting, chosen),
                                          meeting.name()));
  Meeting stored = ReadRow<Meeting>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, rows[0].Array(0),
               std::move(changed));
  return stored;
}

void AddOwners(Transaction& tx, std::string_view name,
               const std::vector<std::string>& owners) {
  tx.Send(kAddOwners, {name, owners});
}

absl::Status Delete(Transaction& tx, const Meeting& meeting) {
  ASSIGN_OR_RETURN(Rows needed, tx.Query(kNeeded, {meeting.name()}));
  if (!needed.empty()) {
    return Refused(
        "MEETING_NOT_EMPTY",
        {"Something stands under the meeting. Delete that first, or cancel the "
         "meeting instead.",
         "Det finns något under mötet. Ta bort det först, eller ställ in mötet "
         "i stället."});
  }
  const std::optional<std::string> previous =
      meeting.previous_meeting().empty()
          ? std::nullopt
          : std::optional(meeting.previous_meeting());
  ASSIGN_OR_RETURN(
      const Rows followers,
      tx.Query(kFollowOnPrevious, {meeting.name(), previous, NewEtag()}));
  for (int i = 0; i < followers.size(); ++i) {
    RecordChange(tx, Change::Kind::kUpdated, ReadRow<Meeting>(followers[i]),
                 followers[i].Array(0), {"previous_meeting"});
  }
  tx.Send(kDelete, {meeting.name()});
  RecordChange(tx, Change::Kind::kDeleted, meeting, OwnersOf(meeting), {});
  return absl::OkStatus();
}

absl::StatusOr<std::string> PreviousOf(Transaction& tx,
                                       const Meeting& meeting) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Query(kPrevious, {meeting.body(), meeting.date()}));
  return rows.empty() ? std::string() : std::string(rows[0].Text(0));
}

absl::StatusOr<bool> VisibilityChosen(Transaction& tx, std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kVisibilityChosen, {name}, name));
  return rows[0].Bool(0);
}

absl::Status CheckPrevious(Transaction& tx, const Audience& audience,
                           const Meeting& meeting) {
  if (meeting.previous_meeting().empty()) return absl::OkStatus();
  if (Get(tx, audience, meeting.previous_meeting()).ok()) {
    return absl::OkStatus();
  }
  return InvalidField(
      "meeting.previous_meeting",
      {absl::StrCat("There is no ", meeting.previous_meeting(),
                    ". Name a meeting that exists, or leave it out."),
       absl::StrCat(meeting.previous_meeting(),
                    " finns inte. Ange ett möte som finns, eller utelämna "
                    "fältet.")});
}

absl::StatusOr<std::string> FreeName(Transaction& tx, const std::string& id) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kNamesLike, {absl::StrCat("meetings/", id)}));
  std::set<std::string, std::less<>> taken;
  for (int i = 0; i < rows.size(); ++i) taken.emplace(rows[i].Text(0));
  std::string name = absl::StrCat("meetings/", id);
  for (int number = 2; taken.contains(name); ++number) {
    const std::string suffix = absl::StrCat("-", number);
    name = absl::StrCat("meetings/", id.substr(0, 63 - suffix.size()), suffix);
  }
  return name;
}

std::vector<std::string> OwnersOf(const Meeting& meeting) {
  return {meeting.body()};
}

}  // namespace reglab::meetings::meetings
