#ifndef REGLAB_SERVICES_MEMBERSHIP_DELEGATION_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_DELEGATION_RULES_H_

#include <string_view>

#include "absl/status/status.h"
#include "reglab/membership/v1/delegation.pb.h"
#include "services/common/identity.h"

namespace reglab::membership {

// The most days from the first to the last day of a delegation.
inline constexpr int kLongestDelegationDays = 366;
// The most delegations of one person that are not over: all of them travel
// with every call of that person.
inline constexpr int kMostDelegations = 20;

// Whether the dates of a delegation that is made or prolonged `today` fit:
// INVALID_ARGUMENT names the date.
absl::Status CheckDelegationDates(const v1::Delegation& delegation,
                                  std::string_view today);

// Whether the caller may let people of `delegation.organization` do what it
// says: PERMISSION_DENIED for another organisation, and for a permission that
// the caller does not hold as their own.
absl::Status CheckMayDelegate(const Caller& caller,
                              const v1::Delegation& delegation);

// Whether it can still be changed: FAILED_PRECONDITION when it was revoked or
// its last day is before `today`.
absl::Status CheckDelegationLasts(const v1::Delegation& delegation,
                                  std::string_view today);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_DELEGATION_RULES_H_
