#include "services/learning/idea_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::learning::ideas {

using v1::Idea;

namespace {

#define COLUMNS                                                           \
  "i.name, i.title, i.description, i.proposer, i.meeting, i.suggestion, " \
  "i.source_line, i.year, i.state, i.visibility, i.create_time, "         \
  "i.update_time, i.etag"

#define FROM_READABLE               \
  " FROM ideas i WHERE i.name = $1" \
  " AND (i.visibility = ANY($2) OR i.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

const Statement kFindBySuggestion("SELECT " COLUMNS
                                  " FROM ideas i WHERE i.suggestion = $1");

// Who proposes an idea owns it.
const Statement kInsert(
    "INSERT INTO ideas AS i (name, title, description, proposer, meeting,"
    " suggestion, source_line, year, state, visibility, etag, owners)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
    " array_remove(ARRAY[$4], NULL))"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

// What is set once (the meeting and the suggestion that it came from) is left.
const Statement kUpdate(
    "UPDATE ideas i SET title = $2, description = $3, proposer = $4, year = $5,"
    " visibility = $6, etag = $7, owners = array_remove(ARRAY[$4], NULL),"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM ideas WHERE name = $1");

void RecordChange(Transaction& tx, Change::Kind kind, const Idea& idea,
                  std::vector<std::string> paths) {
  std::vector<std::string> owners;
  if (!idea.proposer().empty()) owners.push_back(idea.proposer());
  tx.Record({.kind = kind,
             .type = "learning.Idea",
             .name = idea.name(),
             .etag = idea.etag(),
             .field_paths = std::move(paths),
             .visibility = Idea::Visibility_Name(idea.visibility()),
             .owners = std::move(owners)});
}

}  // namespace

using Type = ListField::Type;

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM ideas i",
    .visible = "(i.visibility = ANY({v}) OR i.owners && {o})",
    .key = "i.name",
    .organization = "i.proposer = {n}",
    .search = "i.search",
    .fields =
        {{"name", "i.name", Type::kText, true, nullptr, true},
         {"title", "i.title", Type::kText, true, nullptr, true},
         {"proposer", "i.proposer"},
         {"organization", "i.proposer"},
         {"meeting", "i.meeting"},
         {"suggestion", "i.suggestion"},
         {"year", "i.year", Type::kInt},
         {"state", "i.state", Type::kEnum, false, Idea::State_descriptor()},
         {"create_time", "i.create_time", Type::kTime, true, nullptr, true},
         {"update_time", "i.update_time", Type::kTime, true, nullptr, true}},
    .default_order = "create_time",
};

absl::StatusOr<Idea> Get(Transaction& tx, const Audience& audience,
                         std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Idea>(rows[0]);
}

absl::StatusOr<Idea> Lock(Transaction& tx, const Audience& audience,
                          std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Idea idea = ReadRow<Idea>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, idea.etag()));
  return idea;
}

absl::StatusOr<std::optional<Idea>> FindBySuggestion(
    Transaction& tx, std::string_view suggestion) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFindBySuggestion, {suggestion}));
  if (rows.empty()) return std::nullopt;
  return ReadRow<Idea>(rows[0]);
}

absl::StatusOr<Idea> Insert(Transaction& tx, Idea idea) {
  idea.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.Query(kInsert,
               Fields(idea, {"name", "title", "description", "proposer?",
                             "meeting?", "suggestion?", "source_line", "year",
                             "state", "visibility", "etag"})));
  if (rows.empty()) return AlreadyExists(idea.name());
  Idea stored = ReadRow<Idea>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Idea> Update(Transaction& tx, Idea idea,
                            std::vector<std::string> changed) {
  idea.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kUpdate,
                  Fields(idea, {"name", "title", "description", "proposer?",
                                "year", "visibility", "etag"}),
                  idea.name()));
  Idea stored = ReadRow<Idea>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Idea& idea) {
  tx.Send(kDelete, {idea.name()});
  RecordChange(tx, Change::Kind::kDeleted, idea, {});
  return absl::OkStatus();
}

}  // namespace reglab::learning::ideas
