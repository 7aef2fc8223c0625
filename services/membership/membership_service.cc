#include "services/membership/membership_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/appointment_store.h"
#include "services/membership/day_store.h"
#include "services/membership/membership_rules.h"
#include "services/membership/membership_store.h"
#include "services/membership/organization_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::ApproveMembershipRequest;
using v1::CreateMembershipRequest;
using v1::DeleteMembershipRequest;
using v1::EndMembershipRequest;
using v1::GetMembershipRequest;
using v1::ListMembershipsRequest;
using v1::ListMembershipsResponse;
using v1::Membership;
using v1::RejectMembershipRequest;
using v1::UpdateMembershipRequest;

absl::StatusOr<Membership> GetMembership(Call& call,
                                         const GetMembershipRequest& request) {
  ASSIGN_OR_RETURN(Membership membership, call.Read([&](Transaction& tx) {
    return memberships::Get(tx, call.audience(), request.name(),
                            request.as_of());
  }));
  return ShownTo(call.caller(), std::move(membership));
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
    for (Membership& membership : *response.mutable_memberships()) {
      membership = ShownTo(call.caller(), std::move(membership));
    }
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
  ASSIGN_OR_RETURN(
      const std::string id,
      ChooseId("membership_id", request.membership_id(), RandomId()));
  membership.set_name(absl::StrCat(request.parent(), "/memberships/", id));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Membership> {
    RETURN_IF_ERROR(
        organizations::Lock(tx, call.audience(), request.parent(), "")
            .status());
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    RETURN_IF_ERROR(CheckMembership(membership, today));
    Membership created = membership;
    const bool ended = created.state() == Membership::ENDED;
    const bool dated =
        created.state() == Membership::ACTIVE && !created.start_date().empty();
    AddStep(created, created.state(),
            ended   ? created.end_date()
            : dated ? created.start_date()
                    : today,
            request.reason(), call.caller().name);
    return memberships::Insert(tx, created);
  });
}

// The membership, with its organisation locked: what follows for its other
// memberships is decided one at a time.
absl::StatusOr<Membership> LockWithOrganization(Call& call, Transaction& tx,
                                                const std::string& name,
                                                const std::string& etag) {
  absl::StatusOr<v1::Organization> organization =
      organizations::Lock(tx, call.audience(), ParentOf(name), "");
  if (absl::IsNotFound(organization.status())) return NotFound(name);
  RETURN_IF_ERROR(organization.status());
  return memberships::Lock(tx, call.audience(), name, etag);
}

absl::StatusOr<Membership> UpdateMembership(
    Call& call, const UpdateMembershipRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Membership& patch = request.membership();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Membership> {
    ASSIGN_OR_RETURN(
        Membership membership,
        LockWithOrganization(call, tx, patch.name(), patch.etag()));
    const Membership before = membership;
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, membership));
    if (changed.empty()) return membership;
    RETURN_IF_ERROR(CheckUpdate(before, membership));
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    RETURN_IF_ERROR(CheckMembership(membership, today));
    return memberships::Update(tx, membership, changed);
  });
}

absl::StatusOr<Membership> ApproveMembership(
    Call& call, const ApproveMembershipRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Membership> {
    ASSIGN_OR_RETURN(
        Membership membership,
        LockWithOrganization(call, tx, request.name(), request.etag()));
    RETURN_IF_ERROR(CheckTransition(membership.state(), Membership::ACTIVE));
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    membership.set_state(Membership::ACTIVE);
    if (!request.start_date().empty()) {
      membership.set_start_date(request.start_date());
    } else if (membership.start_date().empty()) {
      membership.set_start_date(today);
    }
    RETURN_IF_ERROR(CheckMembership(membership, today));
    AddStep(membership, Membership::ACTIVE, membership.start_date(),
            request.reason(), call.caller().name);
    return memberships::Update(tx, membership,
                               {"state", "start_date", "history"});
  });
}

absl::StatusOr<Membership> RejectMembership(
    Call& call, const RejectMembershipRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Membership> {
    ASSIGN_OR_RETURN(
        Membership membership,
        LockWithOrganization(call, tx, request.name(), request.etag()));
    RETURN_IF_ERROR(CheckTransition(membership.state(), Membership::REJECTED));
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    membership.set_state(Membership::REJECTED);
    AddStep(membership, Membership::REJECTED, today, request.reason(),
            call.caller().name);
    return memberships::Update(tx, membership, {"state", "history"});
  });
}

absl::StatusOr<Membership> EndMembership(Call& call,
                                         const EndMembershipRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Membership> {
    ASSIGN_OR_RETURN(
        Membership membership,
        LockWithOrganization(call, tx, request.name(), request.etag()));
    RETURN_IF_ERROR(CheckTransition(membership.state(), Membership::ENDED));
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    EndOn(membership, request.end_date().empty() ? today : request.end_date(),
          today);
    RETURN_IF_ERROR(CheckMembership(membership, today));
    AddStep(membership, Membership::ENDED, membership.end_date(),
            request.reason(), call.caller().name);
    RETURN_IF_ERROR(appointments::EndRepresentatives(
        tx, ParentOf(membership.name()), membership.end_date()));
    return memberships::Update(tx, membership,
                               {"state", "end_date", "history"});
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
  rpcs.Handle(service + "ApproveMembership", ApproveMembership);
  rpcs.Handle(service + "RejectMembership", RejectMembership);
  rpcs.Handle(service + "EndMembership", EndMembership);
  rpcs.Handle(service + "DeleteMembership", DeleteMembership);
}

}  // namespace reglab::membership
