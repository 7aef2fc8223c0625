#ifndef REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_RULES_H_

#include "absl/status/status.h"
#include "reglab/membership/v1/membership.pb.h"

namespace reglab::membership {

// Whether a membership can go from one state to another: an application becomes
// active or rejected, an active membership ends. FAILED_PRECONDITION.
absl::Status CheckTransition(v1::Membership::State from,
                             v1::Membership::State to);

// Whether dates and state fit each other: one that has ended says when.
// INVALID_ARGUMENT.
absl::Status CheckMembership(const v1::Membership& membership);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_RULES_H_
