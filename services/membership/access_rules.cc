#include "services/membership/access_rules.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"

namespace reglab::membership {

absl::Status CheckMayGrant(const Caller& caller, std::string_view field,
                           const std::vector<std::string>& scopes) {
  for (const std::string& scope : scopes) {
    if (caller.HasScope(scope)) continue;
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
