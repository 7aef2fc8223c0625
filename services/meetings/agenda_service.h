#ifndef REGLAB_SERVICES_MEETINGS_AGENDA_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_AGENDA_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// What agenda items do beside what all parts of a meeting do: they are moved,
// and made of what is open.
void AddAgenda(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_AGENDA_SERVICE_H_
