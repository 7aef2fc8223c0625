#ifndef REGLAB_SERVICES_MEETINGS_HANDLERS_H_
#define REGLAB_SERVICES_MEETINGS_HANDLERS_H_

#include "services/common/call.h"

namespace reglab::meetings {

// The handlers of all services of reglab.meetings.v1.
void AddHandlers(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_HANDLERS_H_
