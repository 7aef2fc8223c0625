#ifndef REGLAB_SERVICES_MEETINGS_REFERRAL_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_REFERRAL_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of reglab.meetings.v1.ReferralsService, and what
// happens when membership has taken a letter about a referral.
void AddReferrals(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_REFERRAL_SERVICE_H_
