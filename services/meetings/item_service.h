#ifndef REGLAB_SERVICES_MEETINGS_ITEM_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_ITEM_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of what stands under a meeting: agenda items,
// attendances, notes, questions, discussions, conclusions, decisions, actions.
void AddItems(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_ITEM_SERVICE_H_
