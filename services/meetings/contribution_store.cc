#include "services/meetings/contribution_store.h"

#include <set>
#include <utility>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/contribution_rules.h"

namespace reglab::meetings::contributions {

using v1::Contribution;
using v1::Meeting;

namespace {

#define COLUMNS                                                          \
  "c.name, c.organization, c.source, c.meeting, c.agenda_items, c.text," \
  " c.dialogue_date, c.state, c.understanding, c.correction, c.author,"  \
  " c.interpreter, c.interpret_time, c.respondent, c.response_time,"     \
  " c.visibility, c.create_time, c.update_time, c.etag"

#define FROM_READABLE                       \
  " FROM contributions c WHERE c.name = $1" \
  " AND (c.visibility = ANY($2) OR c.owners && $3)"

#define RETURNING " RETURNING " COLUMNS ", c.owners"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);
const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

const Statement kInsert(
    "INSERT INTO contributions AS c (name, organization, source, meeting,"
    " agenda_items, text, dialogue_date, state, author, visibility, etag,"
    " owners)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)" RETURNING);

const Statement kUpdate(
    "UPDATE contributions c SET agenda_items = $2, text = $3,"
    " dialogue_date = $4, visibility = $5, etag = $6, owners = $7,"
    " update_time = now() WHERE name = $1" RETURNING);

const Statement kInterpret(
    "UPDATE contributions c SET state = $2, understanding = $3,"
    " agenda_items = $4, interpreter = $5, etag = $6, interpret_time = now(),"
    " correction = NULL, respondent = NULL, response_time = NULL,"
    " update_time = now() WHERE name = $1" RETURNING);

const Statement kRespond(
    "UPDATE contributions c SET state = $2, correction = $3, respondent = $4,"
    " etag = $5, response_time = now(), update_time = now()"
    " WHERE name = $1" RETURNING);

const Statement kDelete(
    "DELETE FROM contributions c WHERE name = $1" RETURNING);

const Statement kAgendaItems(
    "SELECT name FROM agenda_items WHERE parent = $1 AND name = ANY($2)"
    " FOR KEY SHARE");

const Statement kToday(
    "SELECT ((now() AT TIME ZONE 'Europe/Stockholm')::date)::text");

absl::StatusOr<Contribution> Recorded(Transaction& tx, Change::Kind kind,
                                      const Statement& statement,
                                      const Params& values,
                                      std::string_view name,
                                      std::vector<std::string> paths) {
  ASSIGN_OR_RETURN(const Rows rows, tx.QueryOne(statement, values, name));
  Contribution stored = ReadRow<Contribution>(rows[0]);
  tx.Record({.kind = kind,
             .type = "meetings.Contribution",
             .name = stored.name(),
             .etag = stored.etag(),
             .field_paths = std::move(paths),
             .visibility = Meeting::Visibility_Name(stored.visibility()),
             .owners = rows[0].Array(rows.columns() - 1)});
  return stored;
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM contributions c",
    .visible = "(c.visibility = ANY({v}) OR c.owners && {o})",
    .key = "c.name",
    .organization = "c.organization = {n}",
    .search = "c.search",
    .fields = {{"name", "c.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "c.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"meeting", "c.meeting"},
               {"organization", "c.organization"},
               {"agenda_items", "c.agenda_items", ListField::Type::kTextArray},
               {"source", "c.source", ListField::Type::kEnum, false,
                Contribution::Source_descriptor()},
               {"state", "c.state", ListField::Type::kEnum, false,
                Contribution::State_descriptor()},
               {"visibility", "c.visibility", ListField::Type::kEnum, false,
                Meeting::Visibility_descriptor()},
               {"dialogue_date", "c.dialogue_date", ListField::Type::kDate}},
    .default_order = "create_time desc",
};

absl::StatusOr<Contribution> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Contribution>(rows[0]);
}

absl::StatusOr<Contribution> Lock(Transaction& tx, const Audience& audience,
                                  std::string_view name,
                                  std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Contribution contribution = ReadRow<Contribution>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, contribution.etag()));
  return contribution;
}

absl::StatusOr<Contribution> Insert(Transaction& tx, Contribution contribution,
                                    const Meeting& meeting) {
  contribution.set_etag(NewEtag());
  Params values =
      Fields(contribution, {"name", "organization", "source", "meeting?",
                            "agenda_items", "text", "dialogue_date?", "state",
                            "author", "visibility", "etag"});
  values.push_back(OwnersOf(contribution, meeting));
  return Recorded(tx, Change::Kind::kCreated, kInsert, values,
                  contribution.name(), {});
}

absl::StatusOr<Contribution> Update(Transaction& tx, Contribution contribution,
                                    const Meeting& meeting,
                                    std::vector<std::string> changed) {
  contribution.set_etag(NewEtag());
  Params values = Fields(
      contribution,
      {"name", "agenda_items", "text", "dialogue_date?", "visibility", "etag"});
  values.push_back(OwnersOf(contribution, meeting));
  return Recorded(tx, Change::Kind::kUpdated, kUpdate, values,
                  contribution.name(), std::move(changed));
}

absl::StatusOr<Contribution> Interpret(Transaction& tx,
                                       Contribution contribution) {
  contribution.set_etag(NewEtag());
  return Recorded(tx, Change::Kind::kUpdated, kInterpret,
                  Fields(contribution, {"name", "state", "understanding",
                                        "agenda_items", "interpreter", "etag"}),
                  contribution.name(),
                  {"state", "understanding", "agenda_items"});
}

absl::StatusOr<Contribution> Respond(Transaction& tx,
                                     Contribution contribution) {
  contribution.set_etag(NewEtag());
  return Recorded(tx, Change::Kind::kUpdated, kRespond,
                  Fields(contribution, {"name", "state", "correction?",
                                        "respondent", "etag"}),
                  contribution.name(), {"state", "correction"});
}

absl::Status Delete(Transaction& tx, const Contribution& contribution) {
  return Recorded(tx, Change::Kind::kDeleted, kDelete, {contribution.name()},
                  contribution.name(), {})
      .status();
}

absl::Status CheckAgendaItems(Transaction& tx, std::string_view field,
                              const Contribution& contribution) {
  if (contribution.agenda_items().empty()) return absl::OkStatus();
  const std::vector<std::string> items(contribution.agenda_items().begin(),
                                       contribution.agenda_items().end());
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Query(kAgendaItems, {contribution.meeting(), items}));
  std::set<std::string_view> found;
  for (int i = 0; i < rows.size(); ++i) found.insert(rows[i].Text(0));
  for (const std::string& item : items) {
    if (found.contains(item)) continue;
    return InvalidField(
        field,
        {Concat(item, " is not on the agenda of the meeting. Name its items."),
         Concat(item,
                " står inte på mötets dagordning. Ange punkter på "
                "den.")});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Today(Transaction& tx) {
  ASSIGN_OR_RETURN(const Rows rows, tx.QueryOne(kToday, {}, "today"));
  return std::string(rows[0].Text(0));
}

}  // namespace reglab::meetings::contributions
