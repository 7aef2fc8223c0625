#include "services/membership/session_service.h"

#include <optional>
#include <string>

#include "google/protobuf/empty.pb.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/process.h"
#include "services/common/resource.h"
#include "services/membership/identity_store.h"
#include "services/membership/invitation_store.h"
#include "services/membership/login_rules.h"
#include "services/membership/session_store.h"
#include "services/membership/standing_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::AuthenticateSessionRequest;
using v1::CreateSessionRequest;
using v1::DeleteSessionRequest;
using v1::EndSessionRequest;
using v1::GetSessionRequest;
using v1::ListSessionsRequest;
using v1::ListSessionsResponse;
using v1::Session;
using v1::Standing;

absl::StatusOr<Session> GetSession(Call& call,
                                   const GetSessionRequest& request) {
  RETURN_IF_ERROR(
      CheckOwnLogin(call.caller(), ParentOf(request.name()), request.name()));
  return call.Read(
      [&](Transaction& tx) { return sessions::Get(tx, request.name()); });
}

absl::StatusOr<ListSessionsResponse> ListSessions(
    Call& call, const ListSessionsRequest& request) {
  RETURN_IF_ERROR(
      CheckOwnLogin(call.caller(), request.parent(), request.parent()));
  return List<ListSessionsResponse>(call, sessions::kListing, request);
}

absl::StatusOr<Empty> DeleteSession(Call& call,
                                    const DeleteSessionRequest& request) {
  RETURN_IF_ERROR(
      CheckOwnLogin(call.caller(), ParentOf(request.name()), request.name()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    RETURN_IF_ERROR(sessions::Delete(tx, request.name()));
    return Empty();
  });
}

// The identity of this login, linked by the invitation if there is one.
absl::StatusOr<identities::Linked> IdentityOf(
    Transaction& tx, const CreateSessionRequest& request) {
  if (!request.invitation_token_sha256().empty()) {
    ASSIGN_OR_RETURN(
        const v1::Invitation invitation,
        invitations::Redeem(tx, request.invitation_token_sha256()));
    return identities::Link(tx, invitation.person(), request.issuer(),
                            request.subject());
  }
  ASSIGN_OR_RETURN(const std::optional<identities::Linked> found,
                   identities::Find(tx, request.issuer(), request.subject()));
  // A program has no browser.
  if (!found || found->identity.empty()) return NobodyLinked();
  return *found;
}

absl::StatusOr<Session> CreateSession(Call& call,
                                      const CreateSessionRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Session> {
    ASSIGN_OR_RETURN(const identities::Linked person, IdentityOf(tx, request));
    ASSIGN_OR_RETURN(const Standing standing,
                     standings::OfPerson(tx, person.caller));
    RETURN_IF_ERROR(CheckSpeaksFor(standing, request.organizations()));
    return sessions::InsertForPerson(tx, person, request.organizations(),
                                     request.secret_sha256());
  });
}

absl::StatusOr<Standing> StandingOf(Transaction& tx,
                                    const sessions::Found& found) {
  if (found.link) return StandingOfGuest(*found.link);
  ASSIGN_OR_RETURN(Standing standing, standings::OfPerson(tx, found.caller));
  RETURN_IF_ERROR(CheckSpeaksFor(standing, found.organizations));
  return standing;
}

absl::StatusOr<Standing> AuthenticateSession(
    Call& call, const AuthenticateSessionRequest& request) {
  std::optional<sessions::Found> found;
  ASSIGN_OR_RETURN(Standing standing,
                   call.Read([&](Transaction& tx) -> absl::StatusOr<Standing> {
                     ASSIGN_OR_RETURN(
                         found, sessions::Find(tx, request.secret_sha256()));
                     if (!found) {
                       return Unauthenticated(
                           {"You are no longer logged in. Log in again.",
                            "Du är inte längre inloggad. Logga in igen."});
                     }
                     return StandingOf(tx, *found);
                   }));
  *standing.mutable_expire_time() = found->session.expire_time();
  if (!found->use_is_noted) {
    const absl::Status noted =
        call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
              RETURN_IF_ERROR(sessions::NoteUse(tx, found->session.name()));
              return Empty();
            })
            .status();
    // Who calls is known; that the time was not kept must not stop them.
    if (!noted.ok()) {
      LogError("session_use_not_noted",
               {{"error", std::string_view(noted.message().data(),
                                           noted.message().size())}});
    }
  }
  return standing;
}

absl::StatusOr<Empty> EndSession(Call& call, const EndSessionRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    RETURN_IF_ERROR(sessions::DeleteBySecret(tx, request.secret_sha256()));
    return Empty();
  });
}

}  // namespace

void AddSessions(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.SessionsService.";
  rpcs.Handle(service + "GetSession", GetSession);
  rpcs.Handle(service + "ListSessions", ListSessions);
  rpcs.Handle(service + "DeleteSession", DeleteSession);
  rpcs.Handle(service + "CreateSession", CreateSession);
  rpcs.Handle(service + "AuthenticateSession", AuthenticateSession);
  rpcs.Handle(service + "EndSession", EndSession);
}

}  // namespace reglab::membership
