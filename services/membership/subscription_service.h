#ifndef REGLAB_SERVICES_MEMBERSHIP_SUBSCRIPTION_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_SUBSCRIPTION_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

void AddSubscriptions(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_SUBSCRIPTION_SERVICE_H_
