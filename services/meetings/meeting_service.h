#ifndef REGLAB_SERVICES_MEETINGS_MEETING_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_MEETING_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of reglab.meetings.v1.MeetingsService.
void AddMeetings(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MEETING_SERVICE_H_
