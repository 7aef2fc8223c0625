#ifndef REGLAB_SERVICES_MEETINGS_CONTRIBUTION_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_CONTRIBUTION_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of ContributionsService.
void AddContributions(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_CONTRIBUTION_SERVICE_H_
