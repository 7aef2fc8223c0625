#ifndef REGLAB_SERVICES_MEMBERSHIP_IDENTITY_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_IDENTITY_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// The handlers of reglab.membership.v1.IdentitiesService.
void AddIdentities(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_IDENTITY_SERVICE_H_
