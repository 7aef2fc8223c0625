#ifndef REGLAB_SERVICES_MEMBERSHIP_DIRECTORY_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_DIRECTORY_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// Registers the handlers of the directory that other services ask.
void AddDirectory(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_DIRECTORY_SERVICE_H_
