#ifndef REGLAB_SERVICES_MEETINGS_AMENDMENT_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_AMENDMENT_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of reglab.meetings.v1.AmendmentsService.
void AddAmendments(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_AMENDMENT_SERVICE_H_
