#include "services/membership/access_rules.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"

namespace reglab::membership {

absl::Status CheckSecretariat(const Caller& caller) {
  if (caller.secretariat()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kPermissionDenied, "SECRETARIAT_ONLY",
      {"Only the secretariat may do this. Ask the secretariat to do it.",
       "Bara kansliet får göra detta. Be kansliet att göra det."});
}

absl::Status CheckActsFor(const Caller& caller, std::string_view organization) {
  if (caller.secretariat()) return absl::OkStatus();
  if (!organization.empty() && caller.organization == organization) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, "OTHER_ORGANIZATION",
                   {"Only the secretariat and the organisation itself may do "
                    "this. Use a key "
                    "of that organisation, or ask the secretariat.",
                    "Bara kansliet och organisationen själv får göra detta. "
                    "Använd en nyckel "
                    "som hör till organisationen, eller be kansliet."});
}

absl::Status CheckMayGrant(const Caller& caller, std::string_view field,
                           const std::vector<std::string>& scopes) {
  for (const std::string& scope : scopes) {
    if (caller.May(scope)) continue;
    return MakeError(
        absl::StatusCode::kPermissionDenied, "SCOPE_NOT_HELD",
        {absl::StrCat("The scope ", scope,
                      " can't be given, because you don't have it. Leave it "
                      "out, or ask the secretariat."),
         absl::StrCat("Behörigheten ", scope,
                      " kan inte ges, eftersom du inte själv har den. Utelämna "
                      "den, eller be kansliet.")},
        {{std::string(field),
          {absl::StrCat("You don't have ", scope, "."),
           absl::StrCat("Du har inte ", scope, ".")}}});
  }
  return absl::OkStatus();
}

bool SeesContactDetails(const Caller& caller, std::string_view organization) {
  return caller.secretariat() ||
         (!organization.empty() && caller.organization == organization);
}

}  // namespace reglab::membership
