#ifndef REGLAB_SERVICES_MEMBERSHIP_IMPORT_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_IMPORT_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// Registers the handlers of imports.
void AddImports(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_IMPORT_SERVICE_H_
