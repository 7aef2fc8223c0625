#include "services/common/access_rules.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab {

absl::Status CheckSecretariat(const Caller& caller) {
  if (caller.secretariat()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kPermissionDenied, "SECRETARIAT_ONLY",
      {"Only the secretariat may do this. Ask the secretariat to do it.",
       "Bara kansliet får göra detta. Be kansliet att göra det."});
}

absl::Status CheckActsFor(const Caller& caller, std::string_view organization,
                          std::string_view subject) {
  if (caller.secretariat() || caller.ActsFor(organization, subject)) {
    return absl::OkStatus();
  }
  if (!organization.empty() && caller.organization == organization) {
    const std::string matters = absl::StrJoin(caller.matters, ", ");
    return MakeError(
        absl::StatusCode::kPermissionDenied, "OTHER_MATTER",
        {Concat("This was delegated to you for ", matters,
                " alone. Ask the member representative to do this, or to "
                "delegate it."),
         Concat("Detta har delegerats till dig bara för ", matters,
                ". Be medlemsansvarig att göra detta, eller att delegera "
                "det.")});
  }
  return MakeError(absl::StatusCode::kPermissionDenied, "OTHER_ORGANIZATION",
                   {"Only the secretariat and the organisation itself may do "
                    "this. Use a key of that organisation, or ask the "
                    "secretariat.",
                    "Bara kansliet och organisationen själv får göra detta. "
                    "Använd en nyckel som hör till organisationen, eller be "
                    "kansliet."});
}

absl::Status CheckLeads(const Caller& caller,
                        const std::vector<std::string>& leads,
                        const std::vector<std::string>& subjects) {
  if (caller.secretariat()) return absl::OkStatus();
  for (const std::string& lead : leads) {
    for (const std::string& subject : subjects) {
      if (caller.ActsFor(lead, subject)) return absl::OkStatus();
    }
  }
  if (std::find(leads.begin(), leads.end(), caller.organization) !=
      leads.end()) {
    return CheckActsFor(caller, caller.organization, subjects.front());
  }
  return MakeError(
      absl::StatusCode::kPermissionDenied, "NOT_A_LEAD",
      {"Only those who lead the activity, and the secretariat, may do this. "
       "Use a key of a leading organisation, or ask the secretariat.",
       "Bara de som leder aktiviteten, och kansliet, får göra detta. Använd "
       "en nyckel som hör till en ledande organisation, eller be kansliet."});
}

}  // namespace reglab
