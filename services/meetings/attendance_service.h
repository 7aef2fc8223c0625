#ifndef REGLAB_SERVICES_MEETINGS_ATTENDANCE_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_ATTENDANCE_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// What attendances do beside what all parts of a meeting do: the answers to
// invitations, and what became of the letters.
void AddAttendances(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_ATTENDANCE_SERVICE_H_
