#include "services/membership/delegation_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/day_store.h"
#include "services/membership/delegation_rules.h"
#include "services/membership/delegation_store.h"
#include "services/membership/person_store.h"

namespace reglab::membership {
namespace {

using v1::CreateDelegationRequest;
using v1::Delegation;
using v1::GetDelegationRequest;
using v1::ListDelegationsRequest;
using v1::ListDelegationsResponse;
using v1::Person;
using v1::RevokeDelegationRequest;
using v1::UpdateDelegationRequest;

absl::StatusOr<Delegation> GetDelegation(Call& call,
                                         const GetDelegationRequest& request) {
  return call.Read([&](Transaction& tx) {
    return delegations::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListDelegationsResponse> ListDelegations(
    Call& call, const ListDelegationsRequest& request) {
  return List<ListDelegationsResponse>(call, delegations::kListing, request);
}

absl::StatusOr<Delegation> CreateDelegation(
    Call& call, const CreateDelegationRequest& request) {
  Delegation wanted = request.delegation();
  ClearOutputOnly(wanted);
  wanted.set_name(absl::StrCat("delegations/", RandomId()));
  wanted.set_grantor(call.caller().name);
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Delegation> {
    ASSIGN_OR_RETURN(const Person person,
                     people::LockNamed(tx, call.audience(), "delegation.person",
                                       wanted.person()));
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    Delegation delegation = wanted;
    delegation.set_organization(person.organization());
    if (delegation.start_date().empty()) delegation.set_start_date(today);
    RETURN_IF_ERROR(CheckMayDelegate(call.caller(), delegation));
    RETURN_IF_ERROR(CheckDelegationDates(delegation, today));
    return delegations::Insert(tx, delegation);
  });
}

absl::StatusOr<Delegation> UpdateDelegation(
    Call& call, const UpdateDelegationRequest& request) {
  const Delegation& patch = request.delegation();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Delegation> {
    ASSIGN_OR_RETURN(
        Delegation delegation,
        delegations::Lock(tx, call.audience(), patch.name(), patch.etag()));
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    RETURN_IF_ERROR(CheckMayDelegate(call.caller(), delegation));
    RETURN_IF_ERROR(CheckDelegationLasts(delegation, today));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, delegation));
    if (changed.empty()) return delegation;
    RETURN_IF_ERROR(CheckDelegationDates(delegation, today));
    return delegations::Update(tx, delegation, changed);
  });
}

absl::StatusOr<Delegation> RevokeDelegation(
    Call& call, const RevokeDelegationRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Delegation> {
    ASSIGN_OR_RETURN(
        const Delegation delegation,
        delegations::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckActsFor(call.caller(), delegation.organization()));
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    RETURN_IF_ERROR(CheckDelegationLasts(delegation, today));
    return delegations::Revoke(tx, delegation, call.caller().name);
  });
}

}  // namespace

void AddDelegations(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.DelegationsService.";
  rpcs.Handle(service + "GetDelegation", GetDelegation);
  rpcs.Handle(service + "ListDelegations", ListDelegations);
  rpcs.Handle(service + "CreateDelegation", CreateDelegation);
  rpcs.Handle(service + "UpdateDelegation", UpdateDelegation);
  rpcs.Handle(service + "RevokeDelegation", RevokeDelegation);
}

}  // namespace reglab::membership
