#include "services/membership/membership_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/membership_rules.h"
#include "services/membership/membership_store.h"
#include "services/membership/organization_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::CreateMembershipRequest;
using v1::DeleteMembershipRequest;
using v1::GetMembershipRequest;
using v1::ListMembershipsRequest;
using v1::ListMembershipsResponse;
using v1::Membership;
using v1::UpdateMembershipRequest;

absl::StatusOr<Membership> GetMembership(Call& call,
                                         const GetMembershipRequest& request) {
  return call.Read([&](Transaction& tx) {
    return memberships::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListMembershipsResponse> ListMemberships(
    Call& call, const ListMembershipsRequest& request) {
  return call.Read([&](Transaction& tx)
                       -> absl::StatusOr<ListMembershipsResponse> {
    if (!request.parent().ends_with("/-")) {
      RETURN_IF_ERROR(
          organizations::Get(tx, call.audience(), request.parent()).status());
    }
    ListMembershipsResponse response;
    RETURN_IF_ERROR(
        RunList(tx, memberships::kListing, request, call.audience(), response));
    return response;
  });
}

absl::StatusOr<Membership> CreateMembership(
    Call& call, const CreateMembershipRequest& request) {
  Membership membership = request.membership();
  ClearOutputOnly(membership);
  if (membership.state() == Membership::STATE_UNSPECIFIED) {
    membership.set_state(Membership::APPLIED);
  }
  // An organisation applies for itself; the rest is the secretariat's.
  RETURN_IF_ERROR(membership.state() == Membership::APPLIED
                      ? CheckActsFor(call.caller(), request.parent())
                      : CheckSecretariat(call.caller()));
  RETURN_IF_ERROR(CheckMembership(membership));
  ASSIGN_OR_RETURN(
      const std::string id,
      ChooseId("membership_id", request.membership_id(), RandomId()));
  membership.set_name(absl::StrCat(request.parent(), "/memberships/", id));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Membership> {
    RETURN_IF_ERROR(
        organizations::Lock(tx, call.audience(), request.parent(), "")
            .status());
    return memberships::Insert(tx, membership);
  });
}

absl::StatusOr<Membership> UpdateMembership(
    Call& call, const UpdateMembershipRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Membership& patch = request.membership();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Membership> {
    ASSIGN_OR_RETURN(
        Membership membership,
        memberships::Lock(tx, call.audience(), patch.name(), patch.etag()));
    const Membership::State was = membership.state();
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, membership));
    if (changed.empty()) return membership;
    RETURN_IF_ERROR(CheckTransition(was, membership.state()));
    RETURN_IF_ERROR(CheckMembership(membership));
    return memberships::Update(tx, membership, changed);
  });
}

absl::StatusOr<Empty> DeleteMembership(Call& call,
                                       const DeleteMembershipRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Membership membership,
        memberships::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(memberships::Delete(tx, membership));
    return Empty();
  });
}

}  // namespace

void AddMemberships(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.MembershipsService.";
  rpcs.Handle(service + "GetMembership", GetMembership);
  rpcs.Handle(service + "ListMemberships", ListMemberships);
  rpcs.Handle(service + "CreateMembership", CreateMembership);
  rpcs.Handle(service + "UpdateMembership", UpdateMembership);
  rpcs.Handle(service + "DeleteMembership", DeleteMembership);
}

}  // namespace reglab::membership
