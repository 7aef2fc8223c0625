#ifndef REGLAB_SERVICES_MEETINGS_ACTION_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_ACTION_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers what ActionsService has beside the standard methods (AddItems), and
// OutstandingItemsService.
void AddActions(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_ACTION_SERVICE_H_
