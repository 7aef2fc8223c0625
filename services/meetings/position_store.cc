#include "services/meetings/position_store.h"

#include <utility>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/meetings/consultation_sql.h"
#include "services/meetings/consultation_store.h"

namespace reglab::meetings::positions {

using v1::Consultation;
using v1::Position;

namespace {

#define FROM " FROM positions p JOIN consultations c ON c.name = p.parent"

#define SELECT_READABLE \
  "SELECT p.*" FROM " WHERE p.name = $1 AND " READABLE("$2", "$3")

const Statement kGet(SELECT_READABLE);
const Statement kLock(SELECT_READABLE " FOR UPDATE OF p");

const Statement kInsert(
    "INSERT INTO positions AS p (name, question, text, organization, meeting,"
    " \"group\", paragraph, source_line, etag, parent)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " ON CONFLICT DO NOTHING RETURNING p.*");

const Statement kUpdate(
    "UPDATE positions p SET text = $2, paragraph = $3, source_line = $4,"
    " etag = $5, update_time = now() WHERE name = $1 RETURNING p.*");

const Statement kDelete("DELETE FROM positions WHERE name = $1");

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Consultation& consultation, const Position& position,
                  std::vector<std::string> paths) {
  tx.Record(consultations::ChangeOf(kind, "meetings.Position", consultation,
                                    position.name(), position.etag(),
                                    std::move(paths)));
}

}  // namespace

const Listing kListing = {
    .select = "SELECT p.*" FROM,
    .visible = READABLE("{v}", "{o}"),
    .parent = "p.parent",
    .key = "p.name",
    .organization = "p.organization = {n}",
    .fields = {{"name", "p.name", ListField::Type::kText, true, nullptr, true},
               {"question", "p.question", ListField::Type::kText, true, nullptr,
                true},
               {"create_time", "p.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"meeting", "p.meeting"},
               {"group", "p.\"group\""},
               {"paragraph", "p.paragraph"},
               {"text", "p.text"}},
    .default_order = "question",
};

absl::StatusOr<Position> Get(Transaction& tx, const Audience& audience,
                             std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Position>(rows[0]);
}

absl::StatusOr<Position> Lock(Transaction& tx, const Audience& audience,
                              std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Position position = ReadRow<Position>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, position.etag()));
  return position;
}

absl::StatusOr<Position> Insert(Transaction& tx,
                                const Consultation& consultation,
                                Position position) {
  position.set_etag(NewEtag());
  Params values =
      Fields(position, {"name", "question", "text", "organization?", "meeting?",
                        "group?", "paragraph?", "source_line", "etag"});
  values.push_back(consultation.name());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, values));
  if (rows.empty()) {
    return MakeError(absl::StatusCode::kAlreadyExists, "POSITION_EXISTS",
                     {"The organisation has a position on this question. "
                      "Change that one.",
                      "Organisationen har redan en ståndpunkt i frågan. Ändra "
                      "den."});
  }
  Position stored = ReadRow<Position>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, consultation, stored, {});
  return stored;
}

absl::StatusOr<Position> Update(Transaction& tx,
                                const Consultation& consultation,
                                Position position,
                                std::vector<std::string> changed) {
  position.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate,
                               Fields(position, {"name", "text", "paragraph?",
                                                 "source_line", "etag"}),
                               position.name()));
  Position stored = ReadRow<Position>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, consultation, stored,
               std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Consultation& consultation,
                    const Position& position) {
  tx.Send(kDelete, {position.name()});
  RecordChange(tx, Change::Kind::kDeleted, consultation, position, {});
  return absl::OkStatus();
}

}  // namespace reglab::meetings::positions
