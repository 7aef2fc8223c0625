#include "services/membership/guest_link_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/api_key.h"
#include "services/common/resource.h"
#include "services/membership/guest_link_store.h"
#include "services/membership/login_rules.h"
#include "services/membership/session_store.h"

namespace reglab::membership {
namespace {

using v1::CreateGuestLinkRequest;
using v1::GuestLink;
using v1::RedeemGuestLinkRequest;
using v1::RedeemGuestLinkResponse;

absl::StatusOr<GuestLink> CreateGuestLink(
    Call& call, const CreateGuestLinkRequest& request) {
  GuestLink wanted = request.guest_link();
  RETURN_IF_ERROR(CheckGuestLink(wanted, absl::Now()));
  wanted.set_name(absl::StrCat("guests/", RandomId()));
  const std::string token = NewSecret();
  ASSIGN_OR_RETURN(GuestLink link, call.Write([&](Transaction& tx) {
    return guest_links::Insert(tx, wanted, HashSecret(token));
  }));
  link.set_token(token);
  return link;
}

absl::StatusOr<RedeemGuestLinkResponse> RedeemGuestLink(
    Call& call, const RedeemGuestLinkRequest& request) {
  return call.Write(
      [&](Transaction& tx) -> absl::StatusOr<RedeemGuestLinkResponse> {
        ASSIGN_OR_RETURN(const GuestLink link,
                         guest_links::Redeem(tx, request.token_sha256()));
        RedeemGuestLinkResponse response;
        ASSIGN_OR_RETURN(
            *response.mutable_session(),
            sessions::InsertForGuest(tx, link, request.secret_sha256()));
        response.set_path(link.path());
        return response;
      });
}

}  // namespace

void AddGuestLinks(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.GuestLinksService.";
  rpcs.Handle(service + "CreateGuestLink", CreateGuestLink);
  rpcs.Handle(service + "RedeemGuestLink", RedeemGuestLink);
}

}  // namespace reglab::membership
