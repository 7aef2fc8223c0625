#include "services/membership/invitation_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/api_key.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/invitation_rules.h"
#include "services/membership/invitation_store.h"
#include "services/membership/organization_store.h"
#include "services/membership/outbox_store.h"
#include "services/membership/person_rules.h"
#include "services/membership/person_store.h"

namespace reglab::membership {
namespace {

using v1::CreateInvitationRequest;
using v1::GetInvitationRequest;
using v1::Invitation;
using v1::Invitee;
using v1::ListInvitationsRequest;
using v1::ListInvitationsResponse;
using v1::Person;
using v1::PreviewInvitationRequest;
using v1::ResendInvitationRequest;
using v1::RevokeInvitationRequest;

absl::StatusOr<Invitation> GetInvitation(Call& call,
                                         const GetInvitationRequest& request) {
  return call.Read([&](Transaction& tx) {
    return invitations::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListInvitationsResponse> ListInvitations(
    Call& call, const ListInvitationsRequest& request) {
  return List<ListInvitationsResponse>(call, invitations::kListing, request);
}

// The person whom the invitation names.
absl::StatusOr<Person> KnownPerson(Call& call, Transaction& tx,
                                   const Invitation& invitation) {
  ASSIGN_OR_RETURN(const Person person,
                   people::LockNamed(tx, call.audience(), "invitation.person",
                                     invitation.person()));
  RETURN_IF_ERROR(CheckActsFor(call.caller(), person.organization()));
  if (!invitation.organization().empty() &&
      invitation.organization() != person.organization()) {
    return InvalidField("invitation.organization",
                        {"It is not the person's. Leave it out.",
                         "Det är inte personens. Utelämna det."});
  }
  if (invitation.email().empty() && person.email().empty()) {
    return InvalidField("invitation.email",
                        {"The person has no e-mail address. Give one.",
                         "Personen har ingen e-postadress. Ange en."});
  }
  if (!invitation.email().empty()) {
    RETURN_IF_ERROR(people::CheckEmailIsFree(
        tx, "invitation.email", invitation.email(), person.name()));
  }
  return person;
}

// A person made of what the invitation says.
absl::StatusOr<Person> NewPerson(Call& call, Transaction& tx,
                                 const Invitation& invitation) {
  RETURN_IF_ERROR(CheckNewPerson(invitation));
  RETURN_IF_ERROR(CheckActsFor(call.caller(), invitation.organization()));
  RETURN_IF_ERROR(organizations::CheckExists(tx, "invitation.organization",
                                             invitation.organization()));
  RETURN_IF_ERROR(
      people::CheckEmailIsFree(tx, "invitation.email", invitation.email(), ""));
  Person person;
  person.set_name(absl::StrCat("people/", RandomId()));
  person.set_given_name(invitation.given_name());
  person.set_family_name(invitation.family_name());
  person.set_organization(invitation.organization());
  person.set_email(invitation.email());
  FillDefaults(person);
  return people::Insert(tx, person);
}

// Puts the letter with the link into the outbox. The token is the whole of the
// fragment, which no server is sent.
absl::Status SendLetter(Transaction& tx, const Invitation& invitation,
                        const std::string& token) {
  ASSIGN_OR_RETURN(const invitations::LetterNames names,
                   invitations::FindLetterNames(tx, invitation));
  const bool swedish = invitation.language() == "sv";
  return outbox::Enqueue(
      tx, {.template_name = "invitation",
           .language = invitation.language(),
           .email = invitation.email(),
           .person = invitation.person(),
           .parameters = {{"organization", names.organization},
                          {"inviter", !names.inviter.empty() ? names.inviter
                                      : swedish              ? "Reglabs kansli"
                                                : "Reglab's secretariat"},
                          {"expires", names.expires}},
           .organization = invitation.organization(),
           .subject = invitation.name(),
           .link = absl::StrCat("/invitation#", token)});
}

absl::StatusOr<Invitation> CreateInvitation(
    Call& call, const CreateInvitationRequest& request) {
  Invitation wanted = request.invitation();
  ClearOutputOnly(wanted);
  wanted.set_name(absl::StrCat("invitations/", RandomId()));
  wanted.set_inviter(call.caller().name);
  if (wanted.language().empty()) wanted.set_language("sv");
  if (wanted.person().empty() && wanted.organization().empty()) {
    wanted.set_organization(call.caller().organization);
  }
  ASSIGN_OR_RETURN(const absl::Duration lifetime,
                   LifetimeOf(wanted, absl::Now()));
  const std::string token = NewSecret();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Invitation> {
    Invitation invitation = wanted;
    ASSIGN_OR_RETURN(const Person person,
                     invitation.person().empty()
                         ? NewPerson(call, tx, invitation)
                         : KnownPerson(call, tx, invitation));
    invitation.set_person(person.name());
    invitation.set_organization(person.organization());
    if (invitation.email().empty()) invitation.set_email(person.email());
    RETURN_IF_ERROR(CheckAddress(invitation));
    RETURN_IF_ERROR(
        organizations::Lock(tx, call.audience(), person.organization(), "")
            .status());
    ASSIGN_OR_RETURN(
        const Invitation stored,
        invitations::Insert(tx, invitation, lifetime, HashSecret(token)));
    RETURN_IF_ERROR(SendLetter(tx, stored, token));
    return stored;
  });
}

absl::StatusOr<Invitation> ResendInvitation(
    Call& call, const ResendInvitationRequest& request) {
  const std::string token = NewSecret();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Invitation> {
    ASSIGN_OR_RETURN(
        const Invitation invitation,
        invitations::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckActsFor(call.caller(), invitation.organization()));
    RETURN_IF_ERROR(CheckResend(invitation, absl::Now()));
    ASSIGN_OR_RETURN(const Invitation renewed,
                     invitations::Renew(tx, invitation, HashSecret(token)));
    RETURN_IF_ERROR(SendLetter(tx, renewed, token));
    return renewed;
  });
}

absl::StatusOr<Invitation> RevokeInvitation(
    Call& call, const RevokeInvitationRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Invitation> {
    ASSIGN_OR_RETURN(
        const Invitation invitation,
        invitations::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckActsFor(call.caller(), invitation.organization()));
    RETURN_IF_ERROR(CheckWaits(invitation));
    return invitations::Revoke(tx, invitation);
  });
}

absl::StatusOr<Invitee> PreviewInvitation(
    Call& call, const PreviewInvitationRequest& request) {
  return call.Read([&](Transaction& tx) {
    return invitations::Preview(tx, request.token_sha256());
  });
}

}  // namespace

void AddInvitations(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.InvitationsService.";
  rpcs.Handle(service + "GetInvitation", GetInvitation);
  rpcs.Handle(service + "ListInvitations", ListInvitations);
  rpcs.Handle(service + "CreateInvitation", CreateInvitation);
  rpcs.Handle(service + "ResendInvitation", ResendInvitation);
  rpcs.Handle(service + "RevokeInvitation", RevokeInvitation);
  rpcs.Handle(service + "PreviewInvitation", PreviewInvitation);
}

}  // namespace reglab::membership
