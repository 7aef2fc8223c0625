#include "services/meetings/amendment_store.h"

#include <utility>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/meetings/consultation_sql.h"
#include "services/meetings/consultation_store.h"

namespace reglab::meetings::amendments {

using v1::Amendment;
using v1::Consultation;

namespace {

#define FROM " FROM amendments a JOIN consultations c ON c.name = a.parent"

#define SELECT_READABLE \
  "SELECT a.*" FROM " WHERE a.name = $1 AND " READABLE("$2", "$3")

// Of kMostAmendments and no more.
#define AT_MOST " LIMIT 10000"

const Statement kGet(SELECT_READABLE);
const Statement kLock(SELECT_READABLE " FOR UPDATE OF a");

const Statement kLockPending(
    "SELECT a.* FROM amendments a WHERE a.parent = $1"
    " AND a.state <> 'WITHDRAWN' AND a.applied_draft IS NULL"
    " ORDER BY a.name" AT_MOST " FOR UPDATE");

const Statement kInDraft(
    "SELECT a.* FROM amendments a WHERE a.draft = $1"
    " AND a.state <> 'WITHDRAWN' AND a.applied_draft IS NULL"
    " AND coalesce(a.disposition, 'ACCEPTED') IN ('ACCEPTED', 'PARTLY')"
    " ORDER BY a.name" AT_MOST);

const Statement kDisposedAt(
    "SELECT a.* FROM amendments a WHERE a.disposition_meeting = $1"
    " ORDER BY a.dispose_time, a.name" AT_MOST);

const Statement kFindBySuggestion(
    "SELECT a.* FROM amendments a WHERE a.suggestion = $1");

const Statement kInsert(
    "INSERT INTO amendments AS a (name, action, text, insert_before, rationale,"
    " organizations, meeting, \"group\", suggestion, source_line, draft,"
    " paragraph, quote, occurrence, anchor, start_offset, end_offset,"
    " waiting_reason, state, etag, parent, supporters)"
    " SELECT $1, $2, $3, $4::boolean, $5, $6::text[], $7, $8, $9, $10::integer,"
    " $11, $12, $13, $14::integer, $15, $16::integer, $17::integer, $18, $19,"
    " $20, $21, '{}'"
    " WHERE (SELECT count(*) FROM amendments WHERE parent = $21) < 10000"
    " RETURNING a.*");

// What is set at creation alone is left.
const Statement kUpdate(
    "UPDATE amendments a SET action = r.action, text = r.text,"
    " insert_before = r.insert_before::boolean, rationale = r.rationale,"
    " organizations = r.organizations::text[], meeting = r.meeting,"
    " \"group\" = r.\"group\", source_line = r.source_line::integer,"
    " draft = r.draft, paragraph = r.paragraph, quote = r.quote,"
    " occurrence = r.occurrence::integer, anchor = r.anchor,"
    " start_offset = r.start_offset::integer,"
    " end_offset = r.end_offset::integer, waiting_reason = r.waiting_reason,"
    " supporters = r.supporters::text[], state = r.state,"
    " disposition = r.disposition, disposition_reason = r.disposition_reason,"
    " disposition_meeting = r.disposition_meeting,"
    " adopted_text = r.adopted_text,"
    " dispose_time = r.dispose_time::timestamptz,"
    " applied_draft = r.applied_draft, etag = r.etag, update_time = now()"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],"
    " $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],"
    " $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],"
    " $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],"
    " $22::text[], $23::text[], $24::text[], $25::text[], $26::text[])"
    " r (name, action, text, insert_before, rationale, organizations, meeting,"
    " \"group\", source_line, draft, paragraph, quote, occurrence, anchor,"
    " start_offset, end_offset, waiting_reason, supporters, state, disposition,"
    " disposition_reason, disposition_meeting, adopted_text, dispose_time,"
    " applied_draft, etag)"
    " WHERE a.name = r.name RETURNING a.*");

Change ChangeOf(Change::Kind kind, const Consultation& consultation,
                const Amendment& amendment, std::vector<std::string> paths) {
  return consultations::ChangeOf(kind, "meetings.Amendment", consultation,
                                 amendment.name(), amendment.etag(),
                                 std::move(paths));
}

absl::StatusOr<std::vector<Amendment>> All(Transaction& tx,
                                           const Statement& statement,
                                           std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(statement, {name}));
  std::vector<Amendment> amendments(rows.size());
  for (int i = 0; i < rows.size(); ++i) ReadRow(rows[i], amendments[i]);
  return amendments;
}

// Writes all of them, and returns the rows.
absl::StatusOr<Rows> Write(Transaction& tx,
                           std::vector<Amendment>& amendments) {
  std::vector<const google::protobuf::Message*> messages;
  for (Amendment& amendment : amendments) {
    amendment.set_etag(NewEtag());
    messages.push_back(&amendment);
  }
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.Query(kUpdate, FieldArrays(messages, {"name",
                                               "action",
                                               "text?",
                                               "insert_before",
                                               "rationale?",
                                               "organizations",
                                               "meeting?",
                                               "group?",
                                               "source_line",
                                               "draft?",
                                               "paragraph?",
                                               "quote?",
                                               "occurrence",
                                               "anchor",
                                               "start_offset",
                                               "end_offset",
                                               "waiting_reason",
                                               "supporters",
                                               "state",
                                               "disposition",
                                               "disposition_reason?",
                                               "disposition_meeting?",
                                               "adopted_text?",
                                               "dispose_time",
                                               "applied_draft?",
                                               "etag"})));
  if (rows.size() != int(amendments.size())) return ChangedMeanwhile();
  return rows;
}

}  // namespace

const Listing kListing = {
    .select = "SELECT a.*" FROM,
    .visible = READABLE("{v}", "{o}"),
    .parent = "a.parent",
    .key = "a.name",
    .organization =
        "a.organizations @> ARRAY[{n}] OR a.supporters @> ARRAY[{n}]",
    .fields = {{"name", "a.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "a.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"state", "a.state", ListField::Type::kEnum, false,
                Amendment::State_descriptor()},
               {"action", "a.action", ListField::Type::kEnum, false,
                Amendment::Action_descriptor()},
               {"anchor", "a.anchor", ListField::Type::kEnum, false,
                Amendment::Anchor_descriptor()},
               {"disposition", "a.disposition", ListField::Type::kEnum, false,
                Amendment::Disposition_descriptor()},
               {"waiting_reason", "a.waiting_reason", ListField::Type::kEnum,
                false, v1::WaitingAmendment::Reason_descriptor()},
               {"draft", "a.draft"},
               {"applied_draft", "a.applied_draft"},
               {"paragraph", "a.paragraph"},
               {"quote", "a.quote"},
               {"start_offset", "a.start_offset", ListField::Type::kInt},
               {"meeting", "a.meeting"},
               {"group", "a.\"group\""},
               {"suggestion", "a.suggestion"},
               {"disposition_meeting", "a.disposition_meeting"},
               {"organizations", "a.organizations",
                ListField::Type::kTextArray},
               {"supporters", "a.supporters", ListField::Type::kTextArray},
               {"text", "a.text"}},
    .default_order = "create_time",
};

absl::StatusOr<Amendment> Get(Transaction& tx, const Audience& audience,
                              std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Amendment>(rows[0]);
}

absl::StatusOr<Amendment> Lock(Transaction& tx, const Audience& audience,
                               std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Amendment amendment = ReadRow<Amendment>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, amendment.etag()));
  return amendment;
}

absl::StatusOr<std::vector<Amendment>> LockPending(
    Transaction& tx, std::string_view consultation) {
  return All(tx, kLockPending, consultation);
}

absl::StatusOr<std::vector<Amendment>> InDraft(Transaction& tx,
                                               std::string_view draft) {
  return All(tx, kInDraft, draft);
}

absl::StatusOr<std::vector<Amendment>> DisposedAt(Transaction& tx,
                                                  std::string_view meeting) {
  return All(tx, kDisposedAt, meeting);
}

absl::StatusOr<std::optional<Amendment>> FindBySuggestion(
    Transaction& tx, std::string_view suggestion) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFindBySuggestion, {suggestion}));
  if (rows.empty()) return std::nullopt;
  return ReadRow<Amendment>(rows[0]);
}

absl::StatusOr<Amendment> Insert(Transaction& tx,
                                 const Consultation& consultation,
                                 Amendment amendment) {
  amendment.set_etag(NewEtag());
  Params values = Fields(
      amendment, {"name",        "action",         "text?",    "insert_before",
                  "rationale?",  "organizations",  "meeting?", "group?",
                  "suggestion?", "source_line",    "draft?",   "paragraph?",
                  "quote?",      "occurrence",     "anchor",   "start_offset",
                  "end_offset",  "waiting_reason", "state",    "etag"});
  values.push_back(consultation.name());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, values));
  if (rows.empty()) {
    return Refused(
        "TOO_MANY_AMENDMENTS",
        {"The consultation has 10,000 amendments, and takes no more. "
         "Support one that says the same.",
         "Provtryckningen har 10 000 ändringsförslag och tar inte "
         "emot fler. Stöd ett som säger detsamma."});
  }
  Amendment stored = ReadRow<Amendment>(rows[0]);
  tx.Record(ChangeOf(Change::Kind::kCreated, consultation, stored, {}));
  return stored;
}

absl::StatusOr<Amendment> Update(Transaction& tx,
                                 const Consultation& consultation,
                                 Amendment amendment,
                                 std::vector<std::string> changed) {
  std::vector<Amendment> one = {std::move(amendment)};
  ASSIGN_OR_RETURN(Rows rows, Write(tx, one));
  Amendment stored = ReadRow<Amendment>(rows[0]);
  tx.Record(ChangeOf(Change::Kind::kUpdated, consultation, stored,
                     std::move(changed)));
  return stored;
}

absl::Status UpdateAll(Transaction& tx, const Consultation& consultation,
                       std::vector<Amendment>& amendments,
                       const std::vector<std::string>& changed) {
  if (amendments.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Write(tx, amendments).status());
  std::vector<Change> changes;
  changes.reserve(amendments.size());
  for (const Amendment& amendment : amendments) {
    changes.push_back(
        ChangeOf(Change::Kind::kUpdated, consultation, amendment, changed));
  }
  tx.Record(changes);
  return absl::OkStatus();
}

}  // namespace reglab::meetings::amendments
