#ifndef REGLAB_SERVICES_MEMBERSHIP_SESSION_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_SESSION_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// The handlers of reglab.membership.v1.SessionsService.
void AddSessions(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_SESSION_SERVICE_H_
