#ifndef REGLAB_SERVICES_MEETINGS_PAPER_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_PAPER_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of PapersService.
void AddPapers(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_PAPER_SERVICE_H_
