#include "services/learning/activity_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::learning::activities {

using v1::Activity;

namespace {

#define COLUMNS                                                              \
  "a.name, a.display_name, a.kind, a.lead, a.leads, a.parent_activity, "     \
  "a.partners, a.cases, a.perspectives, a.policy_areas, a.scale, a.levels, " \
  "a.breadth, a.summary, a.description, a.start_date, a.end_date, a.place, " \
  "a.sharing_plan, a.presentation, a.website, a.max_seats, a.state, "        \
  "a.visibility, a.create_time, a.update_time, a.etag"

#define FROM_READABLE                    \
  " FROM activities a WHERE a.name = $1" \
  " AND (a.visibility = ANY($2) OR a.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

// Who leads an activity owns it.
const Statement kInsert(
    "INSERT INTO activities AS a (name, display_name, kind, lead, leads,"
    " parent_activity, partners, cases, perspectives, policy_areas, scale,"
    " levels, breadth, summary, description, start_date, end_date, place,"
    " sharing_plan, presentation, website, max_seats, state, visibility, etag,"
    " owners)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
    " $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $5)"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE activities a SET display_name = $2, kind = $3, lead = $4,"
    " leads = $5, parent_activity = $6, partners = $7, cases = $8,"
    " perspectives = $9, policy_areas = $10, scale = $11, levels = $12,"
    " breadth = $13, summary = $14, description = $15, start_date = $16,"
    " end_date = $17, place = $18, sharing_plan = $19, presentation = $20,"
    " website = $21, max_seats = $22, state = $23, visibility = $24,"
    " etag = $25, owners = $5, update_time = now()"
    " WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM activities WHERE name = $1");

const Statement kParts(
    "SELECT FROM activities WHERE parent_activity = $1 LIMIT 1");

const Statement kIsPartOf(
    "WITH RECURSIVE wholes AS ("
    "  SELECT parent_activity AS name FROM activities WHERE name = $1"
    "  UNION SELECT a.parent_activity FROM activities a"
    "  JOIN wholes w ON w.name = a.name)"
    " SELECT FROM wholes WHERE name = $2");

Params ValuesOf(const Activity& activity) {
  return Fields(activity, {"name",         "display_name", "kind",
                           "lead",         "leads",        "parent_activity?",
                           "partners",     "cases",        "perspectives",
                           "policy_areas", "scale",        "levels",
                           "breadth",      "summary",      "description",
                           "start_date?",  "end_date?",    "place",
                           "sharing_plan", "presentation", "website",
                           "max_seats",    "state",        "visibility",
                           "etag"});
}

void RecordChange(Transaction& tx, Change::Kind kind, const Activity& activity,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "learning.Activity",
             .name = activity.name(),
             .etag = activity.etag(),
             .field_paths = std::move(paths),
             .visibility = Activity::Visibility_Name(activity.visibility()),
             .owners = {activity.leads().begin(), activity.leads().end()}});
}

}  // namespace

using Type = ListField::Type;

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM activities a",
    .visible = "(a.visibility = ANY({v}) OR a.owners && {o})",
    .key = "a.name",
    .organization =
        "(a.leads @> ARRAY[{n}] OR a.partners @> ARRAY[{n}]"
        " OR a.cases @> jsonb_build_array(jsonb_build_object("
        "'organization', {n})))",
    .search = "a.search",
    .fields =
        {{"name", "a.name", Type::kText, true, nullptr, true},
         {"display_name", "a.display_name", Type::kText, true, nullptr, true},
         {"kind", "a.kind"},
         {"lead", "a.lead", Type::kEnum, false, Activity::Lead_descriptor()},
         {"leads", "a.leads", Type::kTextArray},
         {"organization", "a.leads", Type::kTextArray},
         {"partners", "a.partners", Type::kTextArray},
         {"parent_activity", "a.parent_activity"},
         {"perspectives", "a.perspectives", Type::kTextArray},
         {"policy_areas", "a.policy_areas", Type::kTextArray},
         {"scale", "a.scale"},
         {"levels", "a.levels", Type::kTextArray, false,
          Activity::GovernanceLevel_descriptor()},
         {"breadth", "a.breadth", Type::kEnum, false,
          Activity::Breadth_descriptor()},
         {"start_date", "a.start_date", Type::kDate, true},
         {"end_date", "a.end_date", Type::kDate, true},
         {"state", "a.state", Type::kEnum, false, Activity::State_descriptor()},
         {"create_time", "a.create_time", Type::kTime, true, nullptr, true},
         {"update_time", "a.update_time", Type::kTime, true, nullptr, true}},
    .default_order = "start_date",
};

absl::StatusOr<Activity> Get(Transaction& tx, const Audience& audience,
                             std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Activity>(rows[0]);
}

absl::StatusOr<Activity> Lock(Transaction& tx, const Audience& audience,
                              std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Activity activity = ReadRow<Activity>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, activity.etag()));
  return activity;
}

absl::StatusOr<bool> IsPartOf(Transaction& tx, std::string_view name,
                              std::string_view whole) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kIsPartOf, {name, whole}));
  return !rows.empty();
}

absl::StatusOr<Activity> Insert(Transaction& tx, Activity activity) {
  activity.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, ValuesOf(activity)));
  if (rows.empty()) return AlreadyExists(activity.name());
  Activity stored = ReadRow<Activity>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Activity> Update(Transaction& tx, Activity activity,
                                std::vector<std::string> changed) {
  activity.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate, ValuesOf(activity), activity.name()));
  Activity stored = ReadRow<Activity>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Activity& activity) {
  ASSIGN_OR_RETURN(Rows parts, tx.Query(kParts, {activity.name()}));
  if (!parts.empty()) {
    return Refused("ACTIVITY_HAS_PARTS",
                   {"Other activities are part of it. Delete these first, or "
                    "take them out of it.",
                    "Andra aktiviteter ingår i den. Ta bort dem först, eller "
                    "lyft ut dem."});
  }
  tx.Send(kDelete, {activity.name()});
  RecordChange(tx, Change::Kind::kDeleted, activity, {});
  return absl::OkStatus();
}

}  // namespace reglab::learning::activities
