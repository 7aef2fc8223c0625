#include "services/meetings/holder_rules.h"

#include <algorithm>

#include "services/common/access_rules.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::meetings {
namespace {

// Everyone in a member organisation has the permission for the sake of the
// bodies in which they sit; for the organisation speak those whose office, or
// whose program, it is.
absl::Status CheckActsAsOrganization(const Caller& caller,
                                     std::string_view organization,
                                     std::string_view subject,
                                     std::string_view permission) {
  if (caller.name.starts_with("clients/") ||
      caller.HasRole("MEMBER_REPRESENTATIVE")) {
    return CheckActsFor(caller, organization, subject);
  }
  Caller delegated = caller;
  delegated.scopes.clear();
  delegated.ConfineTo(permission);
  if (delegated.May(permission)) {
    return CheckActsFor(delegated, organization, subject);
  }
  return MakeError(
      absl::StatusCode::kPermissionDenied, "NOT_REPRESENTATIVE",
      {Concat("Only those who represent ", organization,
              " may do this, with the permission ", permission,
              ". Ask the member representative to do it, or to delegate it to "
              "you."),
       Concat("Bara de som företräder ", organization,
              " får göra detta, med behörigheten ", permission,
              ". Be medlemsansvarig att göra det, eller att delegera det till "
              "dig.")});
}

}  // namespace

bool IsGuestOf(const Caller& caller, std::string_view subject) {
  return caller.HasRole("GUEST") &&
         std::any_of(caller.delegations.begin(), caller.delegations.end(),
                     [&](const Delegation& delegation) {
                       return delegation.subject == subject;
                     });
}

absl::Status CheckHolds(const Caller& caller, std::string_view holder,
                        std::string_view subject, std::string_view permission) {
  if (caller.secretariat() || IsGuestOf(caller, subject)) {
    return absl::OkStatus();
  }
  if (holder.starts_with("organizations/")) {
    return CheckActsAsOrganization(caller, holder, subject, permission);
  }
  if (!holder.empty() && (caller.name == holder ||
                          std::find(caller.bodies.begin(), caller.bodies.end(),
                                    holder) != caller.bodies.end())) {
    return absl::OkStatus();
  }
  const std::string who =
      holder.empty() ? "" : Concat(" (", permission, ", ", holder, ")");
  return MakeError(
      absl::StatusCode::kPermissionDenied, "NOT_HOLDER",
      {Concat("Only the one who has this to do may do it, and the secretariat",
              who, ". Ask them, or the secretariat."),
       Concat("Bara den som har fått detta att göra får göra det, och kansliet",
              who, ". Be dem, eller kansliet.")});
}

Audience AudienceOn(const Caller& caller, const Audience& audience,
                    std::string_view subject) {
  if (!IsGuestOf(caller, subject)) return audience;
  Audience everything;
  everything.visibilities = {"PUBLIC", "MEMBERS", "BODY", "ORGANIZATION"};
  return everything;
}

}  // namespace reglab::meetings
