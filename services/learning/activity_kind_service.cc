#include "services/learning/activity_kind_service.h"

#include <set>
#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/learning/activity_kind_store.h"

namespace reglab::learning {
namespace {

using google::protobuf::Empty;
using v1::ActivityKind;
using v1::CreateActivityKindRequest;
using v1::DeleteActivityKindRequest;
using v1::GetActivityKindRequest;
using v1::ListActivityKindsRequest;
using v1::ListActivityKindsResponse;
using v1::UpdateActivityKindRequest;

absl::Status CheckSecretariat(const Call& call) {
  if (call.caller().secretariat()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kPermissionDenied, "SECRETARIAT_ONLY",
      {"Only the secretariat may do this. Ask the secretariat to do it.",
       "Bara kansliet får göra detta. Be kansliet att göra det."});
}

absl::Status CheckGatesOnce(const ActivityKind& kind) {
  std::set<int> leads;
  for (int i = 0; i < kind.gates_size(); ++i) {
    if (!leads.insert(kind.gates(i).lead()).second) {
      return InvalidField(Concat("activity_kind.gates[", i, "].lead"),
                          {"This lead has gates already. Put them together.",
                           "För den som leder så finns redan krav. Slå ihop "
                           "dem."});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ActivityKind> GetActivityKind(
    Call& call, const GetActivityKindRequest& request) {
  return call.Read([&](Transaction& tx) {
    return activity_kinds::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListActivityKindsResponse> ListActivityKinds(
    Call& call, const ListActivityKindsRequest& request) {
  return List<ListActivityKindsResponse>(call, activity_kinds::kListing,
                                         request);
}

absl::StatusOr<ActivityKind> CreateActivityKind(
    Call& call, const CreateActivityKindRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call));
  ActivityKind kind = request.activity_kind();
  ClearOutputOnly(kind);
  ASSIGN_OR_RETURN(const std::string id,
                   ChooseId("activity_kind_id", request.activity_kind_id(),
                            kind.display_name_en()));
  kind.set_name(Concat("activity-kinds/", id));
  RETURN_IF_ERROR(CheckGatesOnce(kind));
  return call.Write(
      [&](Transaction& tx) { return activity_kinds::Insert(tx, kind); });
}

absl::StatusOr<ActivityKind> UpdateActivityKind(
    Call& call, const UpdateActivityKindRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call));
  const ActivityKind& patch = request.activity_kind();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<ActivityKind> {
    ASSIGN_OR_RETURN(
        ActivityKind kind,
        activity_kinds::Lock(tx, call.audience(), patch.name(), patch.etag()));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, kind));
    if (changed.empty()) return kind;
    RETURN_IF_ERROR(CheckGatesOnce(kind));
    return activity_kinds::Update(tx, kind, changed);
  });
}

absl::StatusOr<Empty> DeleteActivityKind(
    Call& call, const DeleteActivityKindRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(const ActivityKind kind,
                     activity_kinds::Lock(tx, call.audience(), request.name(),
                                          request.etag()));
    RETURN_IF_ERROR(activity_kinds::Delete(tx, kind));
    return Empty();
  });
}

}  // namespace

void AddActivityKinds(Rpcs& rpcs) {
  const std::string service = "reglab.learning.v1.ActivityKindsService.";
  rpcs.Handle(service + "GetActivityKind", GetActivityKind);
  rpcs.Handle(service + "ListActivityKinds", ListActivityKinds);
  rpcs.Handle(service + "CreateActivityKind", CreateActivityKind);
  rpcs.Handle(service + "UpdateActivityKind", UpdateActivityKind);
  rpcs.Handle(service + "DeleteActivityKind", DeleteActivityKind);
}

}  // namespace reglab::learning
