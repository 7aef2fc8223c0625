#ifndef REGLAB_SERVICES_MEMBERSHIP_PRIVACY_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_PRIVACY_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// Registers the handlers of what the suite keeps of people.
void AddPrivacy(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_PRIVACY_SERVICE_H_
