#ifndef REGLAB_SERVICES_MEMBERSHIP_HANDLERS_H_
#define REGLAB_SERVICES_MEMBERSHIP_HANDLERS_H_

#include "services/common/call.h"

namespace reglab::membership {

// The handlers of all services of reglab.membership.v1.
void AddHandlers(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_HANDLERS_H_
