#include "services/learning/activity_kind_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::learning::activity_kinds {

using v1::ActivityKind;

namespace {

#define COLUMNS                                                          \
  "k.name, k.display_name, k.display_name_en, k.description, k.status, " \
  "k.yearly_cap, k.gates, k.create_time, k.update_time, k.etag"

#define FROM_READABLE                        \
  " FROM activity_kinds k WHERE k.name = $1" \
  " AND (k.visibility = ANY($2) OR k.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

const Statement kInsert(
    "INSERT INTO activity_kinds AS k (name, display_name, display_name_en,"
    " description, status, yearly_cap, gates, etag)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE activity_kinds k SET display_name = $2, display_name_en = $3,"
    " description = $4, status = $5, yearly_cap = $6, gates = $7, etag = $8,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM activity_kinds WHERE name = $1");

const Statement kUsed("SELECT FROM activities WHERE kind = $1 LIMIT 1");

const Statement kOpenNames(
    "SELECT name FROM activity_kinds WHERE status <> 'RETIRED' ORDER BY name"
    " LIMIT 50");

Params ValuesOf(const ActivityKind& kind) {
  return Fields(kind, {"name", "display_name", "display_name_en", "description",
                       "status", "yearly_cap", "gates", "etag"});
}

void RecordChange(Transaction& tx, Change::Kind change,
                  const ActivityKind& kind, std::vector<std::string> paths) {
  tx.Record({.kind = change,
             .type = "learning.ActivityKind",
             .name = kind.name(),
             .etag = kind.etag(),
             .field_paths = std::move(paths),
             .visibility = "PUBLIC",
             .owners = {}});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM activity_kinds k",
    .visible = "(k.visibility = ANY({v}) OR k.owners && {o})",
    .key = "k.name",
    .fields = {{"name", "k.name", ListField::Type::kText, true, nullptr, true},
               {"display_name", "k.display_name", ListField::Type::kText, true,
                nullptr, true},
               {"status", "k.status", ListField::Type::kEnum, false,
                ActivityKind::Status_descriptor()}},
    .default_order = "display_name",
};

absl::StatusOr<ActivityKind> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<ActivityKind>(rows[0]);
}

absl::StatusOr<ActivityKind> Lock(Transaction& tx, const Audience& audience,
                                  std::string_view name,
                                  std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  ActivityKind kind = ReadRow<ActivityKind>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, kind.etag()));
  return kind;
}

absl::StatusOr<std::vector<std::string>> OpenNames(Transaction& tx) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kOpenNames));
  std::vector<std::string> names;
  for (int i = 0; i < rows.size(); ++i) names.emplace_back(rows[i].Text(0));
  return names;
}

absl::StatusOr<ActivityKind> Insert(Transaction& tx, ActivityKind kind) {
  kind.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, ValuesOf(kind)));
  if (rows.empty()) return AlreadyExists(kind.name());
  ActivityKind stored = ReadRow<ActivityKind>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<ActivityKind> Update(Transaction& tx, ActivityKind kind,
                                    std::vector<std::string> changed) {
  kind.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate, ValuesOf(kind), kind.name()));
  ActivityKind stored = ReadRow<ActivityKind>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const ActivityKind& kind) {
  ASSIGN_OR_RETURN(Rows used, tx.Query(kUsed, {kind.name()}));
  if (!used.empty()) {
    return Refused("KIND_IN_USE",
                   {"There are activities of this kind. Set its status to "
                    "RETIRED instead.",
                    "Det finns aktiviteter av detta slag. Sätt dess status "
                    "till RETIRED i stället."});
  }
  tx.Send(kDelete, {kind.name()});
  RecordChange(tx, Change::Kind::kDeleted, kind, {});
  return absl::OkStatus();
}

}  // namespace reglab::learning::activity_kinds
