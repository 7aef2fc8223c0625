#ifndef REGLAB_SERVICES_MEMBERSHIP_ACCESS_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_ACCESS_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/common/access_rules.h"
#include "services/common/identity.h"

namespace reglab::membership {

// Beside CheckSecretariat and CheckActsFor, which all services share.

// Nobody hands out more than they have: names `field` and the first of `scopes`
// that the caller lacks (PERMISSION_DENIED).
absl::Status CheckMayGrant(const Caller& caller, std::string_view field,
                           const std::vector<std::string>& scopes);

// Whether the caller sees how people of `organization` are reached.
bool SeesContactDetails(const Caller& caller, std::string_view organization);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_ACCESS_RULES_H_
