#ifndef REGLAB_SERVICES_MEETINGS_POSITION_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_POSITION_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of reglab.meetings.v1.PositionsService.
void AddPositions(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_POSITION_SERVICE_H_
