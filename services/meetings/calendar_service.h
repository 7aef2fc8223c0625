#ifndef REGLAB_SERVICES_MEETINGS_CALENDAR_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_CALENDAR_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Meetings as calendars show them.
void AddCalendar(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_CALENDAR_SERVICE_H_
