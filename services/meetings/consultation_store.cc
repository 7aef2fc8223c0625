#include "services/meetings/consultation_store.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/consultation_sql.h"
#include "services/meetings/meeting_rules.h"

namespace reglab::meetings::consultations {

using v1::Consultation;
using v1::Meeting;

namespace {

constexpr absl::Duration kDeadline = absl::Seconds(10);

#define COLUMNS                                                       \
  "c.name, c.title, c.description, c.body, c.meeting, c.agenda_item," \
  " c.open_date, c.close_date, " STATE_TODAY                          \
  " AS state, c.visibility, c.draft, c.adopted_draft, c.decision,"    \
  " c.create_time, c.update_time, c.etag"

#define FROM_READABLE \
  " FROM consultations c WHERE c.name = $1 AND " READABLE("$2", "$3")

const Statement kGet("SELECT " COLUMNS FROM_READABLE);
const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");
const Statement kShare("SELECT " COLUMNS FROM_READABLE " FOR SHARE");

const Statement kLockOf("SELECT " COLUMNS
                        " FROM consultations c WHERE c.meeting = $1"
                        " AND c.agenda_item IS NOT DISTINCT FROM $2"
                        " AND " STATE_TODAY
                        " <> 'ADOPTED' ORDER BY c.create_time, c.name LIMIT 1"
                        " FOR UPDATE");

const Statement kInsert(
    "INSERT INTO consultations AS c (name, title, description, body, meeting,"
    " agenda_item, open_date, close_date, state, visibility, etag, owners)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, ARRAY[$4])"
    " ON CONFLICT (name) DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE consultations c SET title = $2, description = $3, body = $4,"
    " meeting = $5, agenda_item = $6, open_date = $7, close_date = $8,"
    " state = $9, visibility = $10, etag = $11, draft = $12,"
    " adopted_draft = $13, decision = $14, owners = ARRAY[$4],"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM consultations WHERE name = $1");

const Statement kNeeded(
    "SELECT FROM drafts WHERE parent = $1"
    " UNION ALL SELECT FROM amendments WHERE parent = $1"
    " UNION ALL SELECT FROM positions WHERE parent = $1 LIMIT 1");

const Statement kLastParagraph(
    "SELECT paragraphs FROM consultations WHERE name = $1");
const Statement kSetLastParagraph(
    "UPDATE consultations SET paragraphs = $2 WHERE name = $1");

const Statement kToday("SELECT (now() AT TIME ZONE 'Europe/Stockholm')::date");

const Statement kNamesLike(
    "SELECT name FROM consultations WHERE name = $1 OR name LIKE $1 || '-%'");

// Those whose day has come since it was last recorded; replicas pass each other
// by.
const Statement kLockTurned(
    "SELECT c.name FROM consultations c WHERE c.state IN ('DRAFT', 'OPEN')"
    " AND " STATE_TODAY
    " <> c.state ORDER BY c.name LIMIT 100 FOR UPDATE SKIP LOCKED");
const Statement kTurn("UPDATE consultations c SET state = " STATE_TODAY
                      ", etag = r.etag, update_time = now()"
                      " FROM unnest($1::text[], $2::text[]) r (name, etag)"
                      " WHERE c.name = r.name RETURNING " COLUMNS);

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Consultation& consultation,
                  std::vector<std::string> paths) {
  tx.Record(ChangeOf(kind, "meetings.Consultation", consultation,
                     consultation.name(), consultation.etag(),
                     std::move(paths)));
}

absl::StatusOr<Consultation> Find(Transaction& tx, const Statement& statement,
                                  const Audience& audience,
                                  std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(statement, {name, audience.visibilities, audience.owners},
                  name));
  return ReadRow<Consultation>(rows[0]);
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM consultations c",
    .visible = READABLE("{v}", "{o}"),
    .key = "c.name",
    .search = "c.search",
    .fields = {{"name", "c.name", ListField::Type::kText, true, nullptr, true},
               {"title", "c.title", ListField::Type::kText, true, nullptr,
                true},
               {"create_time", "c.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"close_date", "c.close_date", ListField::Type::kDate, true},
               {"open_date", "c.open_date", ListField::Type::kDate},
               {"state", STATE_TODAY, ListField::Type::kEnum, false,
                Consultation::State_descriptor()},
               {"body", "c.body"},
               {"meeting", "c.meeting"},
               {"agenda_item", "c.agenda_item"},
               {"visibility", "c.visibility", ListField::Type::kEnum, false,
                Meeting::Visibility_descriptor()}},
    .default_order = "create_time desc",
};

absl::StatusOr<Consultation> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name) {
  return Find(tx, kGet, audience, name);
}

absl::StatusOr<Consultation> Lock(Transaction& tx, const Audience& audience,
                                  std::string_view name,
                                  std::string_view etag) {
  ASSIGN_OR_RETURN(Consultation consultation, Find(tx, kLock, audience, name));
  RETURN_IF_ERROR(CheckEtag(name, etag, consultation.etag()));
  return consultation;
}

absl::StatusOr<Consultation> Share(Transaction& tx, const Audience& audience,
                                   std::string_view name) {
  return Find(tx, kShare, audience, name);
}

absl::StatusOr<Consultation> LockOf(Transaction& tx, std::string_view meeting,
                                    std::string_view agenda_item) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kLockOf,
                                          {meeting, agenda_item.empty()
                                                        ? Param(std::nullopt)
                                                        : Param(agenda_item)},
                                          meeting));
  return ReadRow<Consultation>(rows[0]);
}

absl::StatusOr<Consultation> Insert(Transaction& tx,
                                    Consultation consultation) {
  consultation.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows, tx.Query(kInsert, Fields(consultation,
                                          {"name", "title", "description?",
                                           "body", "meeting?", "agenda_item?",
                                           "open_date?", "close_date?", "state",
                                           "visibility", "etag"})));
  if (rows.empty()) return AlreadyExists(consultation.name());
  Consultation stored = ReadRow<Consultation>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Consultation> Update(Transaction& tx, Consultation consultation,
                                    std::vector<std::string> changed) {
  consultation.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(
          kUpdate,
          Fields(consultation, {"name", "title", "description?", "body",
                                "meeting?", "agenda_item?", "open_date?",
                                "close_date?", "state", "visibility", "etag",
                                "draft?", "adopted_draft?", "decision?"}),
          consultation.name()));
  Consultation stored = ReadRow<Consultation>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Consultation& consultation) {
  ASSIGN_OR_RETURN(Rows needed, tx.Query(kNeeded, {consultation.name()}));
  if (!needed.empty()) {
    return Refused(
        "CONSULTATION_NOT_EMPTY",
        {"Something stands under the consultation. Close it instead.",
         "Det finns något under provtryckningen. Stäng den i "
         "stället."});
  }
  tx.Send(kDelete, {consultation.name()});
  RecordChange(tx, Change::Kind::kDeleted, consultation, {});
  return absl::OkStatus();
}

absl::StatusOr<int> LastParagraph(Transaction& tx, std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kLastParagraph, {name}, name));
  return int(rows[0].Int(0));
}

absl::StatusOr<Consultation> SetDraft(Transaction& tx,
                                      Consultation consultation,
                                      std::string_view draft,
                                      int last_paragraph) {
  tx.Send(kSetLastParagraph, {consultation.name(), last_paragraph});
  consultation.set_draft(std::string(draft));
  return Update(tx, std::move(consultation), {"draft"});
}

absl::StatusOr<std::string> Today(Transaction& tx) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kToday, {}, "today"));
  return std::string(rows[0].Text(0));
}

absl::Status TurnStates(Database& database) {
  const Database::Actor actor = {.caller = "",
                                 .process = "meetings",
                                 .method = "consultations.turn",
                                 .trace_id = "",
                                 .caller_json = {}};
  return database.Transact(
      absl::Now() + kDeadline, actor, false,
      [](Transaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(Rows turned, tx.Query(kLockTurned));
        if (turned.empty()) return absl::OkStatus();
        std::vector<std::string> names;
        std::vector<std::string> etags;
        for (int i = 0; i < turned.size(); ++i) {
          names.emplace_back(turned[i].Text(0));
          etags.push_back(NewEtag());
        }
        ASSIGN_OR_RETURN(Rows rows, tx.Query(kTurn, {names, etags}));
        for (int i = 0; i < rows.size(); ++i) {
          RecordChange(tx, Change::Kind::kUpdated,
                       ReadRow<Consultation>(rows[i]), {"state"});
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<std::string> FreeName(Transaction& tx, const std::string& id) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kNamesLike, {absl::StrCat("consultations/", id)}));
  std::set<std::string, std::less<>> taken;
  for (int i = 0; i < rows.size(); ++i) taken.emplace(rows[i].Text(0));
  std::string name = absl::StrCat("consultations/", id);
  for (int number = 2; taken.contains(name); ++number) {
    const std::string suffix = absl::StrCat("-", number);
    name = absl::StrCat("consultations/", id.substr(0, 63 - suffix.size()),
                        suffix);
  }
  return name;
}

Change ChangeOf(Change::Kind kind, std::string_view type,
                const Consultation& consultation, std::string name,
                std::string etag, std::vector<std::string> paths) {
  const Meeting::Visibility visibility =
      consultation.state() == Consultation::DRAFT
          ? Narrower(Meeting::BODY, consultation.visibility())
          : consultation.visibility();
  return {.kind = kind,
          .type = type,
          .name = std::move(name),
          .etag = std::move(etag),
          .field_paths = std::move(paths),
          .visibility = Meeting::Visibility_Name(visibility),
          .owners = {consultation.body()}};
}

}  // namespace reglab::meetings::consultations
