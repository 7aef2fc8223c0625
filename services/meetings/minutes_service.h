#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of reglab.meetings.v1.MinutesService, by file:
// reading and import, lives, documents and search. And those of
// MinutesCorrectionsService, and of MinutesVersionsService and
// CaseNumbersService (with the documents).
void AddMinutes(Rpcs& rpcs);
void AddMinutesLives(Rpcs& rpcs);
void AddMinutesDocuments(Rpcs& rpcs);
void AddMinutesCorrections(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_SERVICE_H_
