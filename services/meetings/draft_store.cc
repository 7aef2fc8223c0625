#include "services/meetings/draft_store.h"

#include <algorithm>
#include <utility>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/meetings/consultation_sql.h"
#include "services/meetings/consultation_store.h"

namespace reglab::meetings::drafts {

using v1::Consultation;
using v1::Draft;
using v1::Paragraph;

namespace {

#define STATE                                                           \
  "CASE WHEN c.adopted_draft = d.name THEN 'ADOPTED' WHEN " STATE_TODAY \
  " = 'DRAFT' THEN 'PREPARED' ELSE 'OUT' END"

#define SELECT                                                            \
  "SELECT d.name, d.number, d.note, d.previous_draft, d.decision, " STATE \
  " AS state, d.create_time, d.update_time, d.etag"                       \
  " FROM drafts d JOIN consultations c ON c.name = d.parent"

const Statement kGet(SELECT " WHERE d.name = $1 AND " READABLE("$2", "$3"));
const Statement kGetStored(SELECT " WHERE d.name = $1");

const Statement kParagraphs(
    "SELECT id, kind, level, text FROM draft_paragraphs WHERE draft = $1"
    " AND ($2 = '' OR id = $2) ORDER BY position");

const Statement kInsert(
    "INSERT INTO drafts (name, number, note, previous_draft, etag, parent)"
    " VALUES ($1, $2, $3, $4, $5, $6)");

const Statement kInsertParagraphs(
    "INSERT INTO draft_paragraphs (draft, position, id, kind, level, text)"
    " SELECT $1, p.position, p.id, p.kind, p.level::integer, p.text"
    " FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])"
    " WITH ORDINALITY p (id, kind, level, text, position)");

const Statement kDeleteParagraphs(
    "DELETE FROM draft_paragraphs WHERE draft = $1");

const Statement kUpdate(
    "UPDATE drafts SET note = $2, decision = $3, etag = $4,"
    " update_time = now() WHERE name = $1");

void InsertParagraphs(Transaction& tx, const Draft& draft) {
  std::vector<const google::protobuf::Message*> messages;
  for (const Paragraph& paragraph : draft.paragraphs()) {
    messages.push_back(&paragraph);
  }
  Params params = FieldArrays(messages, {"id", "kind", "level", "text"});
  params.insert(params.begin(), Param(draft.name()));
  tx.Send(kInsertParagraphs, params);
}

// As it is stored, with the paragraphs that were just written.
absl::StatusOr<Draft> Stored(Transaction& tx, const Draft& written) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kGetStored, {written.name()}, written.name()));
  Draft draft = ReadRow<Draft>(rows[0]);
  *draft.mutable_paragraphs() = written.paragraphs();
  return draft;
}

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Consultation& consultation, const Draft& draft,
                  std::vector<std::string> paths) {
  tx.Record(consultations::ChangeOf(kind, "meetings.Draft", consultation,
                                    draft.name(), draft.etag(),
                                    std::move(paths)));
}

}  // namespace

const Listing kListing = {
    .select = SELECT,
    .visible = READABLE("{v}", "{o}"),
    .parent = "d.parent",
    .key = "d.name",
    .fields = {{"name", "d.name", ListField::Type::kText, true, nullptr, true},
               {"number", "d.number", ListField::Type::kInt, true, nullptr,
                true},
               {"create_time", "d.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"state", STATE, ListField::Type::kEnum, false,
                Draft::State_descriptor()}},
    .default_order = "number",
};

absl::StatusOr<Draft> Get(Transaction& tx, const Audience& audience,
                          std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  Draft draft = ReadRow<Draft>(rows[0]);
  ASSIGN_OR_RETURN(const std::vector<Paragraph> paragraphs,
                   Paragraphs(tx, name));
  draft.mutable_paragraphs()->Add(paragraphs.begin(), paragraphs.end());
  return draft;
}

absl::StatusOr<std::vector<Paragraph>> Paragraphs(Transaction& tx,
                                                  std::string_view draft,
                                                  std::string_view id) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kParagraphs, {draft, id}));
  std::vector<Paragraph> paragraphs(rows.size());
  for (int i = 0; i < rows.size(); ++i) ReadRow(rows[i], paragraphs[i]);
  return paragraphs;
}

absl::StatusOr<Draft> Insert(Transaction& tx, const Consultation& consultation,
                             const Draft& draft) {
  Draft written = draft;
  written.set_etag(NewEtag());
  Params values =
      Fields(written, {"name", "number", "note?", "previous_draft?", "etag"});
  values.push_back(consultation.name());
  tx.Send(kInsert, values);
  InsertParagraphs(tx, written);
  RecordChange(tx, Change::Kind::kCreated, consultation, written, {});
  return Stored(tx, written);
}

absl::StatusOr<Draft> Update(Transaction& tx, const Consultation& consultation,
                             const Draft& draft,
                             std::vector<std::string> changed) {
  Draft written = draft;
  written.set_etag(NewEtag());
  tx.Send(kUpdate, Fields(written, {"name", "note?", "decision?", "etag"}));
  if (std::find(changed.begin(), changed.end(), "paragraphs") !=
      changed.end()) {
    tx.Send(kDeleteParagraphs, {written.name()});
    InsertParagraphs(tx, written);
  }
  RecordChange(tx, Change::Kind::kUpdated, consultation, written,
               std::move(changed));
  return Stored(tx, written);
}

}  // namespace reglab::meetings::drafts
