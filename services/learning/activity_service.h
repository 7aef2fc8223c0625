#ifndef REGLAB_SERVICES_LEARNING_ACTIVITY_SERVICE_H_
#define REGLAB_SERVICES_LEARNING_ACTIVITY_SERVICE_H_

#include "services/common/call.h"

namespace reglab::learning {

// Registers the handlers of ActivitiesService.
void AddActivities(Rpcs& rpcs);

}  // namespace reglab::learning

#endif  // REGLAB_SERVICES_LEARNING_ACTIVITY_SERVICE_H_
