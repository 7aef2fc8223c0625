#ifndef REGLAB_SERVICES_MEETINGS_DRAFT_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_DRAFT_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of reglab.meetings.v1.DraftsService.
void AddDrafts(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_DRAFT_SERVICE_H_
