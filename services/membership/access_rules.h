#ifndef REGLAB_SERVICES_MEMBERSHIP_ACCESS_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_ACCESS_RULES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "reglab/membership/v1/access.pb.h"
#include "reglab/membership/v1/client.pb.h"
#include "services/common/access_rules.h"
#include "services/common/identity.h"

namespace reglab::membership {

// Beside CheckSecretariat and CheckActsFor, which all services share.

// Nobody hands out more than they have: names `field` and the first of `scopes`
// that the caller lacks (PERMISSION_DENIED).
absl::Status CheckMayGrant(const Caller& caller, std::string_view field,
                           const std::vector<std::string>& scopes);

// What one field of a client can't tell by itself: an operator's client acts
// for no organisation and has none but an operator's permissions; only the
// secretariat gives a client of an organisation more requests a minute than
// that may give itself. INVALID_ARGUMENT, PERMISSION_DENIED.
absl::Status CheckClient(const Caller& caller, const v1::Client& client);

// One question of CheckAccess, looked up.
struct Asked {
  std::string permission;
  bool for_everyone = false;   // no permission is needed
  bool for_processes = false;  // no caller may
  std::string resource;        // may be empty
  // For which organisation it would be done; "" when that is not known: then it
  // is the caller's own. Nothing when the caller may not read the resource.
  std::optional<std::string> organization = "";
  // Of an activity that is written: who leads it and what it is part of (it may
  // be part of nothing), when learning told.
  std::optional<std::vector<std::string>> leads = std::nullopt;
  std::string part_of = "";
};
v1::AccessAnswer AnswerTo(Caller caller, const Asked& asked);

// Whether the caller sees how people of `organization` are reached.
bool SeesContactDetails(const Caller& caller, std::string_view organization);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_ACCESS_RULES_H_
