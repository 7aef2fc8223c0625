#ifndef REGLAB_SERVICES_MEMBERSHIP_ACCESS_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_ACCESS_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// Registers the handlers that tell a caller what he may do.
void AddAccess(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_ACCESS_SERVICE_H_
