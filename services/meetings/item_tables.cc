// The SQL of everything that stands under a meeting. Rows come as the JSON of
// their resources, with columns of the same names, one or a thousand at a time.
#include "services/meetings/item_store.h"

namespace reglab::meetings::items {

using v1::Meeting;

namespace {

#define READABLE                                  \
  "((i.visibility = ANY({v}) OR i.owners && {o})" \
  " AND (m.visibility = ANY({v}) OR m.owners && {o}))"

#define SELECT_FROM(table) \
  "SELECT i.* FROM " table " i JOIN meetings m ON m.name = i.parent"

// What may be read, with its meeting.
#define READABLE_ROW                                \
  " WHERE i.name = $1"                              \
  " AND (i.visibility = ANY($2) OR i.owners && $3)" \
  " AND (m.visibility = ANY($2) OR m.owners && $3)"

#define READABLE_ROWS                               \
  " WHERE i.parent = $1"                            \
  " AND (i.visibility = ANY($2) OR i.owners && $3)" \
  " AND (m.visibility = ANY($2) OR m.owners && $3)" \
  " ORDER BY i.position, i.name"

#define SELECT_READABLE(table) SELECT_FROM(table) READABLE_ROW

#define SELECT_ALL(table) SELECT_FROM(table) READABLE_ROWS

// AgendaItems. When they start is worked out for each row that is shown.
#define SELECT_FROM_AGENDA                                  \
  "SELECT i.*, agenda_start(i, m.start_time) AS start_time" \
  " FROM agenda_items i JOIN meetings m ON m.name = i.parent"
const Statement kGetAgendaItem(SELECT_FROM_AGENDA READABLE_ROW);
const Statement kLockAgendaItem(SELECT_FROM_AGENDA READABLE_ROW
                                " FOR UPDATE OF i");
const Statement kAllAgendaItems(SELECT_FROM_AGENDA READABLE_ROWS);
const Statement kInsertAgendaItems(
    "INSERT INTO agenda_items (name, parent, position, source_line, visibility,"
    " owners, etag, display_name, number, kind, presenter, text, heading,"
    " heading_level, duration_minutes, presenter_organization,"
    " presenter_person, follows_up)"
    "SELECT r.name, $2::text, coalesce(r.position, 0), coalesce(r.source_line,"
    " 0), r.visibility, $3::text[], r.etag, r.display_name, r.number, r.kind,"
    " r.presenter, r.text, r.heading, r.heading_level, r.duration_minutes,"
    " r.presenter_organization, r.presenter_person, coalesce(r.follows_up,"
    " '{}')"
    " FROM jsonb_populate_recordset(NULL::agenda_items, $1::jsonb) r"
    " ON CONFLICT (name) DO NOTHING");
const Statement kUpdateAgendaItem(
    "UPDATE agenda_items i SET position = coalesce(r.position, 0), visibility ="
    " r.visibility, etag = r.etag, display_name = r.display_name, number ="
    " r.number, kind = r.kind, presenter = r.presenter, text = r.text,"
    " duration_minutes = r.duration_minutes, presenter_organization ="
    " r.presenter_organization, presenter_person = r.presenter_person,"
    " follows_up = coalesce(r.follows_up, '{}'), update_time = now()"
    " FROM jsonb_populate_record(NULL::agenda_items, $1::jsonb) r"
    " WHERE i.name = r.name RETURNING i.owners, i.update_time");
const Statement kDeleteAgendaItem(
    "DELETE FROM agenda_items WHERE name = $1 RETURNING owners");
const Listing kAgendaItemListing = {
    .select = SELECT_FROM_AGENDA,
    .visible = READABLE,
    .parent = "i.parent",
    .key = "i.name",
    .organization = "i.presenter_organization = {n}",
    .fields = {{"name", "i.name", ListField::Type::kText, true},
               {"position", "i.position", ListField::Type::kInt, true},
               {"source_line", "i.source_line", ListField::Type::kInt},
               {"display_name", "i.display_name", ListField::Type::kText, true},
               {"kind", "i.kind", ListField::Type::kEnum},
               {"number", "i.number", ListField::Type::kText},
               {"presenter", "i.presenter", ListField::Type::kText}},
    .default_order = "position",
};

// Attendances.
const Statement kGetAttendance(SELECT_READABLE("attendances"));
const Statement kLockAttendance(
    SELECT_READABLE("attendances") " FOR UPDATE OF i");
const Statement kAllAttendances(SELECT_ALL("attendances"));
const Statement kInsertAttendances(
    "INSERT INTO attendances (name, parent, agenda_item, position, source_line,"
    " visibility, owners, etag, organization, organization_text, person,"
    " name_text, role, status, answer, answer_time, comment, guest,"
    " guest_email, invitation, invite_time)"
    "SELECT r.name, $2::text, r.agenda_item, coalesce(r.position, 0),"
    " coalesce(r.source_line, 0), r.visibility, coalesce(r.owners,"
    " $3::text[]), r.etag,"
    " r.organization, r.organization_text, r.person, r.name_text, r.role,"
    " r.status, r.answer, r.answer_time, r.comment, coalesce(r.guest, false),"
    " r.guest_email, r.invitation, r.invite_time"
    " FROM jsonb_populate_recordset(NULL::attendances, $1::jsonb) r"
    " ON CONFLICT (name) DO NOTHING");
const Statement kUpdateAttendance(
    "UPDATE attendances i SET agenda_item = r.agenda_item, position ="
    " coalesce(r.position, 0), visibility = r.visibility, etag = r.etag,"
    " organization = r.organization, organization_text = r.organization_text,"
    " person = r.person, name_text = r.name_text, role = r.role, status ="
    " r.status, answer = r.answer, answer_time = r.answer_time, comment ="
    " r.comment, unreachable = coalesce(r.unreachable, false),"
    " update_time = now()"
    " FROM jsonb_populate_record(NULL::attendances, $1::jsonb) r"
    " WHERE i.name = r.name RETURNING i.owners, i.update_time");
const Statement kDeleteAttendance(
    "DELETE FROM attendances WHERE name = $1 RETURNING owners");
const Listing kAttendanceListing = {
    .select = SELECT_FROM("attendances"),
    .visible = READABLE,
    .parent = "i.parent",
    .key = "i.name",
    .organization = "i.organization = {n}",
    .fields = {{"name", "i.name", ListField::Type::kText, true},
               {"position", "i.position", ListField::Type::kInt, true},
               {"source_line", "i.source_line", ListField::Type::kInt},
               {"agenda_item", "i.agenda_item"},
               {"organization", "i.organization", ListField::Type::kText},
               {"organization_text", "i.organization_text",
                ListField::Type::kText},
               {"person", "i.person", ListField::Type::kText},
               {"name_text", "i.name_text", ListField::Type::kText},
               {"role", "i.role", ListField::Type::kText},
               {"status", "i.status", ListField::Type::kEnum},
               {"answer", "i.answer", ListField::Type::kEnum},
               {"invitation", "i.invitation", ListField::Type::kText},
               {"guest", "i.guest", ListField::Type::kBool},
               {"unreachable", "i.unreachable", ListField::Type::kBool}},
    .default_order = "position",
};

// Notes.
const Statement kGetNote(SELECT_READABLE("notes"));
const Statement kLockNote(SELECT_READABLE("notes") " FOR UPDATE OF i");
const Statement kAllNotes(SELECT_ALL("notes"));
const Statement kInsertNotes(
    "INSERT INTO notes (name, parent, agenda_item, position, source_line,"
    " visibility, owners, etag, text, layout)"
    "SELECT r.name, $2::text, r.agenda_item, coalesce(r.position, 0),"
    " coalesce(r.source_line, 0), r.visibility, $3::text[], r.etag, r.text,"
    " r.layout"
    " FROM jsonb_populate_recordset(NULL::notes, $1::jsonb) r"
    " ON CONFLICT (name) DO NOTHING");
const Statement kUpdateNote(
    "UPDATE notes i SET agenda_item = r.agenda_item, position ="
    " coalesce(r.position, 0), visibility = r.visibility, etag = r.etag, text ="
    " r.text, update_time = now()"
    " FROM jsonb_populate_record(NULL::notes, $1::jsonb) r"
    " WHERE i.name = r.name RETURNING i.owners, i.update_time");
const Statement kDeleteNote(
    "DELETE FROM notes WHERE name = $1 RETURNING owners");
const Listing kNoteListing = {
    .select = SELECT_FROM("notes"),
    .visible = READABLE,
    .parent = "i.parent",
    .key = "i.name",
    .fields = {{"name", "i.name", ListField::Type::kText, true},
               {"position", "i.position", ListField::Type::kInt, true},
               {"source_line", "i.source_line", ListField::Type::kInt},
               {"agenda_item", "i.agenda_item"},
               {"text", "i.text", ListField::Type::kText}},
    .default_order = "position",
};

// Questions.
const Statement kGetQuestion(SELECT_READABLE("questions"));
const Statement kLockQuestion(SELECT_READABLE("questions") " FOR UPDATE OF i");
const Statement kAllQuestions(SELECT_ALL("questions"));
const Statement kInsertQuestions(
    "INSERT INTO questions (name, parent, agenda_item, position, source_line,"
    " visibility, owners, etag, text, answer, respondent)"
    "SELECT r.name, $2::text, r.agenda_item, coalesce(r.position, 0),"
    " coalesce(r.source_line, 0), r.visibility, $3::text[], r.etag, r.text,"
    " r.answer, r.respondent"
    " FROM jsonb_populate_recordset(NULL::questions, $1::jsonb) r"
    " ON CONFLICT (name) DO NOTHING");
const Statement kUpdateQuestion(
    "UPDATE questions i SET agenda_item = r.agenda_item, position ="
    " coalesce(r.position, 0), visibility = r.visibility, etag = r.etag, text ="
    " r.text, answer = r.answer, respondent = r.respondent, update_time = now()"
    " FROM jsonb_populate_record(NULL::questions, $1::jsonb) r"
    " WHERE i.name = r.name RETURNING i.owners, i.update_time");
const Statement kDeleteQuestion(
    "DELETE FROM questions WHERE name = $1 RETURNING owners");
const Listing kQuestionListing = {
    .select = SELECT_FROM("questions"),
    .visible = READABLE,
    .parent = "i.parent",
    .key = "i.name",
    .fields = {{"name", "i.name", ListField::Type::kText, true},
               {"position", "i.position", ListField::Type::kInt, true},
               {"source_line", "i.source_line", ListField::Type::kInt},
               {"agenda_item", "i.agenda_item"},
               {"text", "i.text", ListField::Type::kText}},
    .default_order = "position",
};

// Discussions.
const Statement kGetDiscussion(SELECT_READABLE("discussions"));
const Statement kLockDiscussion(
    SELECT_READABLE("discussions") " FOR UPDATE OF i");
const Statement kAllDiscussions(SELECT_ALL("discussions"));
const Statement kInsertDiscussions(
    "INSERT INTO discussions (name, parent, agenda_item, position, source_line,"
    " visibility, owners, etag, text, \"group\", organizations, label,"
    " label_line, label_level)"
    "SELECT r.name, $2::text, r.agenda_item, coalesce(r.position, 0),"
    " coalesce(r.source_line, 0), r.visibility, $3::text[], r.etag, r.text,"
    " r.\"group\", coalesce(r.organizations, '{}'), r.label, r.label_line,"
    " r.label_level"
    " FROM jsonb_populate_recordset(NULL::discussions, $1::jsonb) r"
    " ON CONFLICT (name) DO NOTHING");
const Statement kUpdateDiscussion(
    "UPDATE discussions i SET agenda_item = r.agenda_item, position ="
    " coalesce(r.position, 0), visibility = r.visibility, etag = r.etag, text ="
    " r.text, \"group\" = r.\"group\", organizations ="
    " coalesce(r.organizations, '{}'), update_time = now()"
    " FROM jsonb_populate_record(NULL::discussions, $1::jsonb) r"
    " WHERE i.name = r.name RETURNING i.owners, i.update_time");
const Statement kDeleteDiscussion(
    "DELETE FROM discussions WHERE name = $1 RETURNING owners");
const Listing kDiscussionListing = {
    .select = SELECT_FROM("discussions"),
    .visible = READABLE,
    .parent = "i.parent",
    .key = "i.name",
    .organization = "i.organizations @> ARRAY[{n}]",
    .fields = {{"name", "i.name", ListField::Type::kText, true},
               {"position", "i.position", ListField::Type::kInt, true},
               {"source_line", "i.source_line", ListField::Type::kInt},
               {"agenda_item", "i.agenda_item"},
               {"text", "i.text", ListField::Type::kText},
               {"group", "i.\"group\"", ListField::Type::kText},
               {"organizations", "i.organizations",
                ListField::Type::kTextArray}},
    .default_order = "position",
};

// Conclusions.
const Statement kGetConclusion(SELECT_READABLE("conclusions"));
const Statement kLockConclusion(
    SELECT_READABLE("conclusions") " FOR UPDATE OF i");
const Statement kAllConclusions(SELECT_ALL("conclusions"));
const Statement kInsertConclusions(
    "INSERT INTO conclusions (name, parent, agenda_item, position, source_line,"
    " visibility, owners, etag, text, points, label, label_line, label_level)"
    "SELECT r.name, $2::text, r.agenda_item, coalesce(r.position, 0),"
    " coalesce(r.source_line, 0), r.visibility, $3::text[], r.etag, r.text,"
    " coalesce(r.points, '{}'), r.label, r.label_line, r.label_level"
    " FROM jsonb_populate_recordset(NULL::conclusions, $1::jsonb) r"
    " ON CONFLICT (name) DO NOTHING");
const Statement kUpdateConclusion(
    "UPDATE conclusions i SET agenda_item = r.agenda_item, position ="
    " coalesce(r.position, 0), visibility = r.visibility, etag = r.etag, text ="
    " r.text, points = coalesce(r.points, '{}'), update_time = now()"
    " FROM jsonb_populate_record(NULL::conclusions, $1::jsonb) r"
    " WHERE i.name = r.name RETURNING i.owners, i.update_time");
const Statement kDeleteConclusion(
    "DELETE FROM conclusions WHERE name = $1 RETURNING owners");
const Listing kConclusionListing = {
    .select = SELECT_FROM("conclusions"),
    .visible = READABLE,
    .parent = "i.parent",
    .key = "i.name",
    .fields = {{"name", "i.name", ListField::Type::kText, true},
               {"position", "i.position", ListField::Type::kInt, true},
               {"source_line", "i.source_line", ListField::Type::kInt},
               {"agenda_item", "i.agenda_item"},
               {"text", "i.text", ListField::Type::kText}},
    .default_order = "position",
};

// Decisions.
const Statement kGetDecision(SELECT_READABLE("decisions"));
const Statement kLockDecision(SELECT_READABLE("decisions") " FOR UPDATE OF i");
const Statement kAllDecisions(SELECT_ALL("decisions"));
const Statement kInsertDecisions(
    "INSERT INTO decisions (name, parent, agenda_item, position, source_line,"
    " visibility, owners, etag, text, body, number, subject, label, label_line,"
    " label_level, source_text, quoted, suggestion)"
    "SELECT r.name, $2::text, r.agenda_item, coalesce(r.position, 0),"
    " coalesce(r.source_line, 0), r.visibility, $3::text[], r.etag, r.text,"
    " r.body, r.number, r.subject, r.label, r.label_line, r.label_level,"
    " r.source_text, r.quoted, r.suggestion"
    " FROM jsonb_populate_recordset(NULL::decisions, $1::jsonb) r"
    " ON CONFLICT (name) DO NOTHING");
const Statement kUpdateDecision(
    "UPDATE decisions i SET agenda_item = r.agenda_item, position ="
    " coalesce(r.position, 0), visibility = r.visibility, etag = r.etag, text ="
    " r.text, body = r.body, number = r.number, subject = r.subject,"
    " source_text = CASE WHEN i.text = r.text THEN i.source_text END,"
    " update_time = now()"
    " FROM jsonb_populate_record(NULL::decisions, $1::jsonb) r"
    " WHERE i.name = r.name RETURNING i.owners, i.update_time");
const Statement kDeleteDecision(
    "DELETE FROM decisions WHERE name = $1 RETURNING owners");
const Listing kDecisionListing = {
    .select = SELECT_FROM("decisions"),
    .visible = READABLE,
    .parent = "i.parent",
    .key = "i.name",
    .fields = {{"name", "i.name", ListField::Type::kText, true},
               {"position", "i.position", ListField::Type::kInt, true},
               {"source_line", "i.source_line", ListField::Type::kInt},
               {"agenda_item", "i.agenda_item"},
               {"text", "i.text", ListField::Type::kText},
               {"body", "i.body", ListField::Type::kText},
               {"number", "i.number", ListField::Type::kText},
               {"subject", "i.subject", ListField::Type::kText}},
    .default_order = "position",
};

// Actions.
const Statement kGetAction(SELECT_READABLE("actions"));
const Statement kLockAction(SELECT_READABLE("actions") " FOR UPDATE OF i");
const Statement kAllActions(SELECT_ALL("actions"));
const Statement kInsertActions(
    "INSERT INTO actions (name, parent, agenda_item, position, source_line,"
    " visibility, owners, etag, text, owner, owner_text, due_date, state,"
    " label, label_line, label_level, source_text, quoted, done_date, reason,"
    " suggestion)"
    "SELECT r.name, $2::text, r.agenda_item, coalesce(r.position, 0),"
    " coalesce(r.source_line, 0), r.visibility, $3::text[], r.etag, r.text,"
    " r.owner, r.owner_text, r.due_date, coalesce(r.state, 'OPEN'), r.label,"
    " r.label_line, r.label_level, r.source_text, r.quoted, r.done_date,"
    " r.reason, r.suggestion"
    " FROM jsonb_populate_recordset(NULL::actions, $1::jsonb) r"
    " ON CONFLICT (name) DO NOTHING");
const Statement kUpdateAction(
    "UPDATE actions i SET agenda_item = r.agenda_item, position ="
    " coalesce(r.position, 0), visibility = r.visibility, etag = r.etag, text ="
    " r.text, owner = r.owner, owner_text = r.owner_text, due_date ="
    " r.due_date, state = coalesce(r.state, 'OPEN'), done_date = r.done_date,"
    " reason = r.reason, source_text = CASE WHEN i.text = r.text THEN"
    " i.source_text END, update_time = now()"
    " FROM jsonb_populate_record(NULL::actions, $1::jsonb) r"
    " WHERE i.name = r.name RETURNING i.owners, i.update_time");
const Statement kDeleteAction(
    "DELETE FROM actions WHERE name = $1 RETURNING owners");
const Listing kActionListing = {
    .select = SELECT_FROM("actions"),
    .visible = READABLE,
    .parent = "i.parent",
    .key = "i.name",
    .organization = "i.owner = {n}",
    .fields = {{"name", "i.name", ListField::Type::kText, true},
               {"position", "i.position", ListField::Type::kInt, true},
               {"source_line", "i.source_line", ListField::Type::kInt},
               {"agenda_item", "i.agenda_item"},
               {"text", "i.text", ListField::Type::kText},
               {"owner", "i.owner", ListField::Type::kText},
               {"due_date", "i.due_date", ListField::Type::kDate, true},
               {"done_date", "i.done_date", ListField::Type::kDate},
               {"state", "i.state", ListField::Type::kEnum, false,
                v1::Action::State_descriptor()}},
    .default_order = "due_date",
};

// Suggestions.
const Statement kGetSuggestion(SELECT_READABLE("suggestions"));
const Statement kLockSuggestion(
    SELECT_READABLE("suggestions") " FOR UPDATE OF i");
const Statement kAllSuggestions(SELECT_ALL("suggestions"));
const Statement kInsertSuggestions(
    "INSERT INTO suggestions (name, parent, agenda_item, position, source_line,"
    " visibility, owners, etag, kind, state, text, quote, replacement,"
    " referral_kind, target, target_text, title, owner_text, due_date, number,"
    " reason, created_resource)"
    "SELECT r.name, $2::text, r.agenda_item, coalesce(r.position, 0),"
    " coalesce(r.source_line, 0), r.visibility, $3::text[], r.etag, r.kind,"
    " r.state, r.text, r.quote, r.replacement, r.referral_kind, r.target,"
    " r.target_text, r.title, r.owner_text, r.due_date, r.number, r.reason,"
    " r.created_resource"
    " FROM jsonb_populate_recordset(NULL::suggestions, $1::jsonb) r"
    " ON CONFLICT (name) DO NOTHING");
const Statement kUpdateSuggestion(
    "UPDATE suggestions i SET agenda_item = r.agenda_item, position ="
    " coalesce(r.position, 0), visibility = r.visibility, etag = r.etag, kind ="
    " r.kind, state = r.state, text = r.text, quote = r.quote, replacement ="
    " r.replacement, referral_kind = r.referral_kind, target = r.target,"
    " target_text = r.target_text, title = r.title, owner_text = r.owner_text,"
    " due_date = r.due_date, number = r.number, reason = r.reason,"
    " created_resource = r.created_resource, update_time = now()"
    " FROM jsonb_populate_record(NULL::suggestions, $1::jsonb) r"
    " WHERE i.name = r.name RETURNING i.owners, i.update_time");
const Statement kDeleteSuggestion(
    "DELETE FROM suggestions WHERE name = $1 RETURNING owners");
const Listing kSuggestionListing = {
    .select = SELECT_FROM("suggestions"),
    .visible = READABLE,
    .parent = "i.parent",
    .key = "i.name",
    .fields = {{"name", "i.name", ListField::Type::kText, true},
               {"position", "i.position", ListField::Type::kInt, true},
               {"source_line", "i.source_line", ListField::Type::kInt},
               {"agenda_item", "i.agenda_item"},
               {"kind", "i.kind", ListField::Type::kEnum, false,
                v1::Suggestion::Kind_descriptor()},
               {"state", "i.state", ListField::Type::kEnum, false,
                v1::Suggestion::State_descriptor()},
               {"referral_kind", "i.referral_kind", ListField::Type::kEnum},
               {"target", "i.target", ListField::Type::kText},
               {"title", "i.title", ListField::Type::kText},
               {"text", "i.text", ListField::Type::kText}},
    .default_order = "position",
};

}  // namespace

template <>
const Table& TableOf<v1::AgendaItem>() {
  static constexpr Table kTable = {
      "agenda-items",     "meetings.AgendaItem", "agenda_item",
      Meeting::PUBLIC,    &kGetAgendaItem,       &kLockAgendaItem,
      &kAllAgendaItems,   &kInsertAgendaItems,   &kUpdateAgendaItem,
      &kDeleteAgendaItem, &kAgendaItemListing};
  return kTable;
}

template <>
const Table& TableOf<v1::Attendance>() {
  static constexpr Table kTable = {
      "attendances",      "meetings.Attendance", "attendance",
      Meeting::MEMBERS,   &kGetAttendance,       &kLockAttendance,
      &kAllAttendances,   &kInsertAttendances,   &kUpdateAttendance,
      &kDeleteAttendance, &kAttendanceListing};
  return kTable;
}

template <>
const Table& TableOf<v1::Note>() {
  static constexpr Table kTable = {
      "notes",      "meetings.Note", "note",       Meeting::MEMBERS,
      &kGetNote,    &kLockNote,      &kAllNotes,   &kInsertNotes,
      &kUpdateNote, &kDeleteNote,    &kNoteListing};
  return kTable;
}

template <>
const Table& TableOf<v1::Question>() {
  static constexpr Table kTable = {
      "questions",      "meetings.Question", "question",
      Meeting::MEMBERS, &kGetQuestion,       &kLockQuestion,
      &kAllQuestions,   &kInsertQuestions,   &kUpdateQuestion,
      &kDeleteQuestion, &kQuestionListing};
  return kTable;
}

template <>
const Table& TableOf<v1::Discussion>() {
  static constexpr Table kTable = {
      "discussions",      "meetings.Discussion", "discussion",
      Meeting::MEMBERS,   &kGetDiscussion,       &kLockDiscussion,
      &kAllDiscussions,   &kInsertDiscussions,   &kUpdateDiscussion,
      &kDeleteDiscussion, &kDiscussionListing};
  return kTable;
}

template <>
const Table& TableOf<v1::Conclusion>() {
  static constexpr Table kTable = {
      "conclusions",      "meetings.Conclusion", "conclusion",
      Meeting::MEMBERS,   &kGetConclusion,       &kLockConclusion,
      &kAllConclusions,   &kInsertConclusions,   &kUpdateConclusion,
      &kDeleteConclusion, &kConclusionListing};
  return kTable;
}

template <>
const Table& TableOf<v1::Decision>() {
  static constexpr Table kTable = {
      "decisions",      "meetings.Decision", "decision",
      Meeting::MEMBERS, &kGetDecision,       &kLockDecision,
      &kAllDecisions,   &kInsertDecisions,   &kUpdateDecision,
      &kDeleteDecision, &kDecisionListing};
  return kTable;
}

template <>
const Table& TableOf<v1::Action>() {
  static constexpr Table kTable = {
      "actions",      "meetings.Action", "action",       Meeting::MEMBERS,
      &kGetAction,    &kLockAction,      &kAllActions,   &kInsertActions,
      &kUpdateAction, &kDeleteAction,    &kActionListing};
  return kTable;
}

template <>
const Table& TableOf<v1::Suggestion>() {
  static constexpr Table kTable = {
      "suggestions",         "meetings.Suggestion", "suggestion",
      Meeting::ORGANIZATION, &kGetSuggestion,       &kLockSuggestion,
      &kAllSuggestions,      &kInsertSuggestions,   &kUpdateSuggestion,
      &kDeleteSuggestion,    &kSuggestionListing};
  return kTable;
}

}  // namespace reglab::meetings::items
