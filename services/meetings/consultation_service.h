#ifndef REGLAB_SERVICES_MEETINGS_CONSULTATION_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_CONSULTATION_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of reglab.meetings.v1.ConsultationsService, and what
// records that the day of one has come.
void AddConsultations(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_CONSULTATION_SERVICE_H_
