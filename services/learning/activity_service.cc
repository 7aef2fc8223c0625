#include "services/learning/activity_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/learning/activity_kind_store.h"
#include "services/learning/activity_rules.h"
#include "services/learning/activity_store.h"
#include "services/learning/names.h"

namespace reglab::learning {
namespace {

using google::protobuf::Empty;
using v1::Activity;
using v1::ActivityKind;
using v1::CreateActivityRequest;
using v1::DeleteActivityRequest;
using v1::GetActivityRequest;
using v1::ListActivitiesRequest;
using v1::ListActivitiesResponse;
using v1::UpdateActivityRequest;

// The kind exists and is in use; an error lists those that are.
absl::Status CheckKind(Call& call, Transaction& tx, const Activity& activity) {
  absl::StatusOr<ActivityKind> kind =
      activity_kinds::Get(tx, call.audience(), activity.kind());
  if (kind.ok() && kind->status() != ActivityKind::RETIRED) {
    return absl::OkStatus();
  }
  if (!kind.ok() && !absl::IsNotFound(kind.status())) return kind.status();
  ASSIGN_OR_RETURN(const std::vector<std::string> known,
                   activity_kinds::OpenNames(tx));
  std::string names;
  for (const std::string& name : known) {
    if (!names.empty()) names += ", ";
    names += name;
  }
  return InvalidField(
      "activity.kind",
      {Concat("There is no such kind in use. Choose one of ", names, "."),
       Concat("Det finns inget sådant slag i bruk. Välj ett av ", names, ".")});
}

absl::Status CheckParent(Call& call, Transaction& tx,
                         const Activity& activity) {
  if (activity.parent_activity().empty()) return absl::OkStatus();
  absl::Status found =
      activities::Get(tx, call.audience(), activity.parent_activity()).status();
  if (absl::IsNotFound(found)) {
    return InvalidField(
        "activity.parent_activity",
        {"There is no such activity. Create it first, or leave the field out.",
         "Det finns ingen sådan aktivitet. Lägg upp den först, eller utelämna "
         "fältet."});
  }
  RETURN_IF_ERROR(found);
  ASSIGN_OR_RETURN(
      const bool circle,
      activities::IsPartOf(tx, activity.parent_activity(), activity.name()));
  if (!circle) return absl::OkStatus();
  return InvalidField(
      "activity.parent_activity",
      {"That activity is itself part of this one. Choose another, or take that "
       "one out first.",
       "Den aktiviteten ingår själv i den här. Välj en annan, eller lyft först "
       "ut den."});
}

absl::Status CheckNamesIn(Call& call, const Activity& activity) {
  ASSIGN_OR_RETURN(const std::vector<std::string> missing,
                   MissingNames(call, NamesIn(activity)));
  return CheckNoneMissing(activity, missing);
}

// Whether the caller says who may read it, be it what it was before.
bool SaysVisibility(const UpdateActivityRequest& request) {
  const auto& paths = request.update_mask().paths();
  if (paths.empty()) {
    return request.activity().visibility() != Activity::VISIBILITY_UNSPECIFIED;
  }
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return path == "visibility" || path == "*";
  });
}

absl::StatusOr<Activity> GetActivity(Call& call,
                                     const GetActivityRequest& request) {
  return call.Read([&](Transaction& tx) {
    return activities::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListActivitiesResponse> ListActivities(
    Call& call, const ListActivitiesRequest& request) {
  return List<ListActivitiesResponse>(call, activities::kListing, request);
}

absl::StatusOr<Activity> CreateActivity(Call& call,
                                        const CreateActivityRequest& request) {
  Activity activity = request.activity();
  ClearOutputOnly(activity);
  ASSIGN_OR_RETURN(
      const std::string id,
      ChooseId("activity_id", request.activity_id(), activity.display_name()));
  activity.set_name(Concat("activities/", id));
  if (activity.leads().empty() && !call.caller().organization.empty()) {
    activity.add_leads(call.caller().organization);
  }
  if (activity.state() == Activity::STATE_UNSPECIFIED) {
    activity.set_state(Activity::DRAFT);
  }
  if (activity.visibility() == Activity::VISIBILITY_UNSPECIFIED) {
    activity.set_visibility(DefaultVisibility(activity.state()));
  }
  RETURN_IF_ERROR(CheckActivity(activity));
  RETURN_IF_ERROR(CheckRuns(call.caller(), activity));
  RETURN_IF_ERROR(CheckNamesIn(call, activity));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Activity> {
    RETURN_IF_ERROR(CheckKind(call, tx, activity));
    RETURN_IF_ERROR(CheckParent(call, tx, activity));
    return activities::Insert(tx, activity);
  });
}

absl::StatusOr<Activity> UpdateActivity(Call& call,
                                        const UpdateActivityRequest& request) {
  const Activity& patch = request.activity();
  // Names that the patch brings are checked before the transaction; those that
  // are stored were checked when they came.
  RETURN_IF_ERROR(CheckNamesIn(call, patch));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Activity> {
    ASSIGN_OR_RETURN(
        Activity activity,
        activities::Lock(tx, call.audience(), patch.name(), patch.etag()));
    RETURN_IF_ERROR(CheckRuns(call.caller(), activity));
    const Activity before = activity;
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, activity));
    if (changed.empty()) return activity;
    if (activity.state() == Activity::STATE_UNSPECIFIED) {
      activity.set_state(before.state());
    }
    RETURN_IF_ERROR(CheckTransition(before.state(), activity.state()));
    if (activity.visibility() == Activity::VISIBILITY_UNSPECIFIED) {
      activity.set_visibility(DefaultVisibility(activity.state()));
    } else if (!SaysVisibility(request)) {
      activity.set_visibility(NextVisibility(before, activity.state()));
    }
    RETURN_IF_ERROR(CheckActivity(activity));
    if (activity.kind() != before.kind()) {
      RETURN_IF_ERROR(CheckKind(call, tx, activity));
    }
    if (activity.parent_activity() != before.parent_activity()) {
      RETURN_IF_ERROR(CheckParent(call, tx, activity));
    }
    return activities::Update(tx, activity, changed);
  });
}

absl::StatusOr<Empty> DeleteActivity(Call& call,
                                     const DeleteActivityRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Activity activity,
        activities::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckRuns(call.caller(), activity));
    RETURN_IF_ERROR(activities::Delete(tx, activity));
    return Empty();
  });
}

}  // namespace

void AddActivities(Rpcs& rpcs) {
  const std::string service = "reglab.learning.v1.ActivitiesService.";
  rpcs.Handle(service + "GetActivity", GetActivity);
  rpcs.Handle(service + "ListActivities", ListActivities);
  rpcs.Handle(service + "CreateActivity", CreateActivity);
  rpcs.Handle(service + "UpdateActivity", UpdateActivity);
  rpcs.Handle(service + "DeleteActivity", DeleteActivity);
}

}  // namespace reglab::learning
