#include "services/membership/identity_service.h"

#include <optional>
#include <string>

#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/identity_store.h"
#include "services/membership/login_rules.h"
#include "services/membership/standing_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::AuthenticatePersonRequest;
using v1::DeleteIdentityRequest;
using v1::ListIdentitiesRequest;
using v1::ListIdentitiesResponse;
using v1::Standing;

absl::StatusOr<ListIdentitiesResponse> ListIdentities(
    Call& call, const ListIdentitiesRequest& request) {
  RETURN_IF_ERROR(
      CheckOwnLogin(call.caller(), request.parent(), request.parent()));
  return List<ListIdentitiesResponse>(call, identities::kListing, request);
}

absl::StatusOr<Empty> DeleteIdentity(Call& call,
                                     const DeleteIdentityRequest& request) {
  RETURN_IF_ERROR(
      CheckOwnLogin(call.caller(), ParentOf(request.name()), request.name()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    RETURN_IF_ERROR(identities::Delete(tx, request.name()));
    return Empty();
  });
}

absl::StatusOr<Standing> AuthenticatePerson(
    Call& call, const AuthenticatePersonRequest& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Standing> {
    ASSIGN_OR_RETURN(const std::optional<identities::Linked> linked,
                     identities::Find(tx, request.issuer(), request.subject()));
    if (!linked) return NobodyLinked();
    ASSIGN_OR_RETURN(Standing standing,
                     linked->identity.empty()
                         ? standings::OfClient(tx, linked->caller)
                         : standings::OfPerson(tx, linked->caller));
    RETURN_IF_ERROR(CheckSpeaksFor(standing, request.organizations()));
    *standing.mutable_expire_time() = request.expire_time();
    return standing;
  });
}

}  // namespace

void AddIdentities(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.IdentitiesService.";
  rpcs.Handle(service + "ListIdentities", ListIdentities);
  rpcs.Handle(service + "DeleteIdentity", DeleteIdentity);
  rpcs.Handle(service + "AuthenticatePerson", AuthenticatePerson);
}

}  // namespace reglab::membership
