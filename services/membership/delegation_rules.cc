#include "services/membership/delegation_rules.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/status_macros.h"
#include "services/membership/access_rules.h"
#include "services/membership/contract_rules.h"
#include "services/membership/period_rules.h"

namespace reglab::membership {

using v1::Delegation;

absl::Status CheckDelegationDates(const Delegation& delegation,
                                  std::string_view today) {
  RETURN_IF_ERROR(CheckPeriod("delegation", delegation.start_date(),
                              delegation.end_date()));
  // Dates of this form compare as text. What was made before keeps its start.
  if (!delegation.has_create_time() && delegation.start_date() < today) {
    return InvalidField("delegation.start_date",
                        {"It is past. Give today or a later day, or leave it "
                         "out.",
                         "Det har passerat. Ange dagens datum eller en senare "
                         "dag, eller utelämna det."});
  }
  if (delegation.end_date() < today) {
    return InvalidField("delegation.end_date",
                        {"It is past. Give a day that is still to come.",
                         "Det har passerat. Ange en kommande dag."});
  }
  if (DaysBetween(delegation.start_date(), delegation.end_date()) >
      kLongestDelegationDays) {
    return InvalidField(
        "delegation.end_date",
        {absl::StrCat("A delegation lasts at most ", kLongestDelegationDays,
                      " days. Give an earlier day, and renew it later."),
         absl::StrCat("En delegation gäller högst ", kLongestDelegationDays,
                      " dagar. Ange en tidigare dag, och förnya den senare.")});
  }
  return absl::OkStatus();
}

absl::Status CheckMayDelegate(const Caller& caller,
                              const Delegation& delegation) {
  RETURN_IF_ERROR(CheckActsFor(caller, delegation.organization()));
  const std::vector<std::string> permissions(delegation.permissions().begin(),
                                             delegation.permissions().end());
  RETURN_IF_ERROR(CheckPermissions("delegation.permissions", permissions,
                                   /*wildcards=*/false));
  return CheckMayGrant(caller, "delegation.permissions", permissions);
}

absl::Status CheckDelegationLasts(const Delegation& delegation,
                                  std::string_view today) {
  if (!delegation.has_revoke_time() && delegation.end_date() >= today) {
    return absl::OkStatus();
  }
  return Refused("DELEGATION_OVER",
                 {"The delegation was revoked, or its last day is past. Create "
                  "a new one.",
                  "Delegationen är återkallad, eller dess sista dag har "
                  "passerat. Lägg upp en ny."});
}

}  // namespace reglab::membership
