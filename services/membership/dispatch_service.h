#ifndef REGLAB_SERVICES_MEMBERSHIP_DISPATCH_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_DISPATCH_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// DispatchesService, and DeliveryService, which asks for dispatches.
void AddDispatches(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_DISPATCH_SERVICE_H_
