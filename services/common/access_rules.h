#ifndef REGLAB_SERVICES_COMMON_ACCESS_RULES_H_
#define REGLAB_SERVICES_COMMON_ACCESS_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/common/identity.h"

namespace reglab {

// The permission of the method has been checked before; these say for whom it
// may be used, in every service alike. All return PERMISSION_DENIED.

// SECRETARIAT_ONLY for everyone but the secretariat.
absl::Status CheckSecretariat(const Caller& caller);

// OK for the secretariat and for whoever acts for `organization` where
// `subject` is concerned: the name of the resource that is written, or of what
// it belongs to. OTHER_ORGANIZATION for others, OTHER_MATTER for a colleague to
// whom only other matters were delegated. Without a subject, a delegation
// counts when it is for the whole organisation.
absl::Status CheckActsFor(const Caller& caller, std::string_view organization,
                          std::string_view subject = "");

// OK for the secretariat and for whoever acts for one of `leads`, the
// organisations that lead something together, where one of `subjects` is
// concerned: what is led, and what that is part of. What a body leads is run by
// the secretariat: one of its members does not act for all of it. NOT_A_LEAD
// for others, OTHER_MATTER for a colleague to whom only other matters were
// delegated.
absl::Status CheckLeads(const Caller& caller,
                        const std::vector<std::string>& leads,
                        const std::vector<std::string>& subjects);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_ACCESS_RULES_H_
