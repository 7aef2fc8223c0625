#ifndef REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_RULES_H_

#include <string_view>

#include "absl/status/status.h"
#include "reglab/membership/v1/membership.pb.h"
#include "services/common/identity.h"

namespace reglab::membership {

// Whether a membership can go from one state to another: an application becomes
// active or rejected, an active membership ends. FAILED_PRECONDITION.
absl::Status CheckTransition(v1::Membership::State from,
                             v1::Membership::State to);

// Whether dates and state fit each other: one that has ended says when, and not
// with a day after `today`. INVALID_ARGUMENT.
absl::Status CheckMembership(const v1::Membership& membership,
                             std::string_view today);

// Whether an update may turn `before` into `after`: the state, and the last day
// of what is not over, are changed by approve, reject and end, which keep who
// decided and why. FAILED_PRECONDITION.
absl::Status CheckUpdate(const v1::Membership& before,
                         const v1::Membership& after);

// Notes in the membership's history what it became, from when, why and through
// whom.
void AddStep(v1::Membership& membership, v1::Membership::State state,
             std::string_view date, std::string_view reason,
             std::string_view actor);

// Ends an active membership with the day `end_date`: at once, or, when that is
// after `today`, by that day.
void EndOn(v1::Membership& membership, std::string_view end_date,
           std::string_view today);

// As the caller may see it: reasons and actors are for the organisation itself
// and the secretariat.
v1::Membership ShownTo(const Caller& caller, v1::Membership membership);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_RULES_H_
