#include "services/meetings/referral_store.h"

#include <set>
#include <utility>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/reminders.h"

namespace reglab::meetings::referrals {

using v1::Meeting;
using v1::Referral;

namespace {

#define COLUMNS                                                             \
  "r.name, r.kind, r.title, r.text, r.from_body, r.target, r.target_text,"  \
  " r.due_date, r.visibility, r.state, r.meeting, r.agenda_item,"           \
  " r.suggestion, r.source_line, r.answer, r.reason, r.send_time,"          \
  " r.end_time, r.answer_meeting, r.reminder_date, r.unreachable,"          \
  " (SELECT jsonb_agg(jsonb_build_object('state', s.state, 'time', s.time," \
  " 'caller', coalesce(s.caller, ''), 'organization',"                      \
  " coalesce(s.organization, ''), 'text', coalesce(s.text, ''))"            \
  " ORDER BY s.number) FROM referral_steps s WHERE s.referral = r.name) AS" \
  " steps, r.create_time, r.update_time, r.etag"

// A draft is for its owner, whatever it will be once it is sent.
#define READABLE(v, o)                                  \
  "(CASE r.state WHEN 'DRAFT' THEN 'ORGANIZATION' ELSE" \
  " r.visibility END = ANY(" v ") OR r.owners && " o ")"

#define FROM_READABLE \
  " FROM referrals r WHERE r.name = $1 AND " READABLE("$2", "$3")

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE OF r");

#define OWNERS                                                 \
  "array_remove(ARRAY[$5::text, CASE WHEN $10 <> 'DRAFT' THEN" \
  " $6::text END], NULL)"

const Statement kInsert(
    "INSERT INTO referrals AS r (name, kind, title, text, from_body, target,"
    " target_text, due_date, visibility, state, meeting, agenda_item,"
    " suggestion, source_line, answer, reason, send_time, end_time, etag,"
    " owners) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
    " $14, $15, $16, $17, $18, $19, " OWNERS
    ") ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE referrals r SET kind = $2, title = $3, text = $4, from_body = $5,"
    " target = $6, target_text = $7, due_date = $8, visibility = $9,"
    " state = $10, meeting = $11, agenda_item = $12, suggestion = $13,"
    " source_line = $14, answer = $15, reason = $16, send_time = $17,"
    " end_time = $18, etag = $19, owners = " OWNERS
    ", email = CASE WHEN $10 IN ('SENT', 'ACKNOWLEDGED') THEN r.email END,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

// Before the row itself is written, so that its answer has the step.
const Statement kInsertStep(
    "INSERT INTO referral_steps (referral, number, state, caller,"
    " organization, text) SELECT $1, count(*), $2, $3, $4, $5"
    " FROM referral_steps WHERE referral = $1");

const Statement kDelete("DELETE FROM referrals WHERE name = $1");

const Statement kEmail("SELECT email FROM referrals WHERE name = $1");

const Statement kSetEmail("UPDATE referrals SET email = $2 WHERE name = $1");

const Statement kSetUnreachable(
    "UPDATE referrals r SET unreachable = $2, etag = $3, update_time = now()"
    " WHERE name = $1 AND unreachable <> $2 RETURNING " COLUMNS);

const Statement kAgendaItemOf(
    "SELECT FROM agenda_items WHERE name = $1 AND parent = $2");

const Statement kForNextAgenda(
    "SELECT " COLUMNS
    " FROM referrals r WHERE r.from_body = $1 AND (r.state IN ('SENT',"
    " 'ACKNOWLEDGED') OR r.state IN ('ANSWERED', 'RETURNED',"
    " 'CLOSED_WITHOUT_ANSWER') AND NOT EXISTS (SELECT FROM meetings m"
    " WHERE m.name = r.answer_meeting AND m.state <> 'CANCELLED'))"
    " ORDER BY r.end_time, r.send_time, r.name LIMIT 500 FOR UPDATE OF r");

const Statement kStandsOn(
    "UPDATE referrals r SET answer_meeting = $1, update_time = now(),"
    " etag = e.etag FROM unnest($2::text[], $3::text[]) AS e(name, etag)"
    " WHERE r.name = e.name AND r.end_time IS NOT NULL RETURNING " COLUMNS);

const Statement kOfMeeting("SELECT " COLUMNS
                           " FROM referrals r WHERE r.meeting = $1"
                           " ORDER BY r.source_line, r.name LIMIT 500");

const Statement kDue(
    "SELECT name, due_date < today() FROM referrals r"
    " WHERE state IN ('SENT', 'ACKNOWLEDGED') AND " REMINDER_DUE(
        "r") " ORDER BY due_date, name LIMIT 100 FOR UPDATE SKIP LOCKED");

const Statement kReminded(
    "UPDATE referrals r SET reminder_date = today(), update_time = now(),"
    " etag = e.etag FROM unnest($1::text[], $2::text[]) AS e(name, etag)"
    " WHERE r.name = e.name RETURNING " COLUMNS ", r.email");

const Statement kNextPosition(
    "SELECT coalesce(max(position), 0) + 1 FROM agenda_items"
    " WHERE parent = $1");

const Statement kNextMeeting(
    "SELECT name FROM meetings WHERE body = $1 AND date >= today()"
    " AND name <> $2"
    " AND state IN ('PLANNED', 'CONVENED') ORDER BY date, name LIMIT 1");

Params ValuesOf(const Referral& referral) {
  return Fields(referral,
                {"name", "kind", "title", "text", "from_body", "target?",
                 "target_text?", "due_date?", "visibility", "state", "meeting?",
                 "agenda_item?", "suggestion?", "source_line", "answer?",
                 "reason?", "send_time", "end_time", "etag"});
}

void RecordChange(Transaction& tx, Change::Kind kind, const Referral& referral,
                  std::vector<std::string> paths) {
  const bool draft = referral.state() == Referral::DRAFT;
  std::vector<std::string> owners = {referral.from_body()};
  if (!draft && !referral.target().empty()) {
    owners.push_back(referral.target());
  }
  tx.Record({.kind = kind,
             .type = "meetings.Referral",
             .name = referral.name(),
             .etag = referral.etag(),
             .field_paths = std::move(paths),
             .visibility = Meeting::Visibility_Name(
                 draft ? Meeting::ORGANIZATION : referral.visibility()),
             .owners = std::move(owners)});
}

std::vector<Referral> AllOf(const Rows& rows) {
  std::vector<Referral> referrals;
  for (int i = 0; i < rows.size(); ++i) {
    referrals.push_back(ReadRow<Referral>(rows[i]));
  }
  return referrals;
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM referrals r",
    .visible = READABLE("{v}", "{o}"),
    .key = "r.name",
    .organization = "r.target = {n}",
    .fields = {{"name", "r.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "r.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"due_date", "r.due_date", ListField::Type::kDate, true},
               {"send_time", "r.send_time", ListField::Type::kTime},
               {"kind", "r.kind", ListField::Type::kEnum, false,
                Referral::Kind_descriptor()},
               {"state", "r.state", ListField::Type::kEnum, false,
                Referral::State_descriptor()},
               {"visibility", "r.visibility", ListField::Type::kEnum, false,
                Meeting::Visibility_descriptor()},
               {"from_body", "r.from_body"},
               {"target", "r.target"},
               {"target_text", "r.target_text"},
               {"title", "r.title"},
               {"text", "r.text"},
               {"meeting", "r.meeting"},
               {"agenda_item", "r.agenda_item"},
               {"suggestion", "r.suggestion"},
               {"answer_meeting", "r.answer_meeting"}},
    .default_order = "create_time desc",
};

absl::StatusOr<Referral> Get(Transaction& tx, const Audience& audience,
                             std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Referral>(rows[0]);
}

absl::StatusOr<Referral> Lock(Transaction& tx, const Audience& audience,
                              std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Referral referral = ReadRow<Referral>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, referral.etag()));
  return referral;
}

absl::StatusOr<Referral> Insert(Transaction& tx, Referral referral) {
  referral.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, ValuesOf(referral)));
  if (rows.empty()) return AlreadyExists(referral.name());
  Referral stored = ReadRow<Referral>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Referral> Update(Transaction& tx, Referral referral,
                                std::vector<std::string> changed) {
  referral.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate, ValuesOf(referral), referral.name()));
  Referral stored = ReadRow<Referral>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::StatusOr<Referral> Take(Transaction& tx, Referral referral,
                              const Step& step,
                              std::vector<std::string> changed) {
  tx.Send(kInsertStep, {referral.name(), Referral::State_Name(step.state),
                        step.caller, step.organization, step.text});
  referral.set_state(step.state);
  changed.push_back("state");
  return Update(tx, std::move(referral), std::move(changed));
}

absl::Status Delete(Transaction& tx, const Referral& referral) {
  tx.Send(kDelete, {referral.name()});
  RecordChange(tx, Change::Kind::kDeleted, referral, {});
  return absl::OkStatus();
}

absl::StatusOr<std::string> EmailOf(Transaction& tx, std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kEmail, {name}, name));
  return std::string(rows[0].Text(0));
}

absl::Status SetEmail(Transaction& tx, std::string_view name,
                      std::string_view email) {
  tx.Send(kSetEmail, {name, email});
  return absl::OkStatus();
}

absl::Status SetUnreachable(Transaction& tx, std::string_view name,
                            bool unreachable) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kSetUnreachable, {name, unreachable, NewEtag()}));
  if (!rows.empty()) {
    RecordChange(tx, Change::Kind::kUpdated, ReadRow<Referral>(rows[0]),
                 {"unreachable"});
  }
  return absl::OkStatus();
}

absl::Status CheckSource(Transaction& tx, const Audience& audience,
                         const Referral& referral) {
  if (!referral.meeting().empty() &&
      !meetings::Get(tx, audience, referral.meeting()).ok()) {
    return InvalidField(
        "referral.meeting",
        {Concat("There is no ", referral.meeting(),
                ". Name a meeting that exists, or leave it out."),
         Concat(referral.meeting(),
                " finns inte. Ange ett möte som finns, eller utelämna "
                "fältet.")});
  }
  if (referral.agenda_item().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.Query(kAgendaItemOf, {referral.agenda_item(), referral.meeting()}));
  if (!rows.empty()) return absl::OkStatus();
  return InvalidField(
      "referral.agenda_item",
      {Concat(referral.agenda_item(),
              " is not on the agenda of the meeting that is named. Name an "
              "item of that meeting, or leave it out."),
       Concat(referral.agenda_item(),
              " står inte på dagordningen för mötet som anges. Ange en punkt "
              "på det mötet, eller utelämna fältet.")});
}

absl::StatusOr<std::vector<Referral>> ForNextAgenda(Transaction& tx,
                                                    std::string_view body) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kForNextAgenda, {body}));
  return AllOf(rows);
}

absl::Status StandsOn(Transaction& tx, std::string_view meeting,
                      const std::vector<std::string>& names) {
  std::vector<std::string> etags;
  for (size_t i = 0; i < names.size(); ++i) etags.push_back(NewEtag());
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Query(kStandsOn, {meeting, names, etags}));
  for (int i = 0; i < rows.size(); ++i) {
    RecordChange(tx, Change::Kind::kUpdated, ReadRow<Referral>(rows[i]),
                 {"answer_meeting"});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Referral>> OfMeeting(Transaction& tx,
                                                std::string_view meeting) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kOfMeeting, {meeting}));
  return AllOf(rows);
}

absl::StatusOr<std::vector<Due>> TakeDue(Transaction& tx) {
  ASSIGN_OR_RETURN(const Rows due, tx.Query(kDue));
  std::vector<std::string> names;
  std::vector<std::string> etags;
  std::set<std::string, std::less<>> overdue;
  for (int i = 0; i < due.size(); ++i) {
    names.emplace_back(due[i].Text(0));
    etags.push_back(NewEtag());
    if (due[i].Bool(1)) overdue.insert(names.back());
  }
  std::vector<Due> taken;
  if (names.empty()) return taken;
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kReminded, {names, etags}));
  for (int i = 0; i < rows.size(); ++i) {
    Due one{ReadRow<Referral>(rows[i]),
            std::string(rows[i].Text(rows.columns() - 1))};
    one.overdue = overdue.contains(one.referral.name());
    RecordChange(tx, Change::Kind::kUpdated, one.referral, {"reminder_date"});
    taken.push_back(std::move(one));
  }
  return taken;
}

absl::StatusOr<Referral> NoteReminder(Transaction& tx, std::string_view name) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.QueryOne(kReminded,
                               {std::vector<std::string>{std::string(name)},
                                std::vector<std::string>{NewEtag()}},
                               name));
  Referral referral = ReadRow<Referral>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, referral, {"reminder_date"});
  return referral;
}

absl::StatusOr<int> NextPosition(Transaction& tx, std::string_view meeting) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.QueryOne(kNextPosition, {meeting}, meeting));
  return int(rows[0].Int(0));
}

absl::StatusOr<std::string> NextMeeting(Transaction& tx, std::string_view body,
                                        std::string_view after) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kNextMeeting, {body, after}));
  return rows.empty() ? std::string() : std::string(rows[0].Text(0));
}

}  // namespace reglab::meetings::referrals
