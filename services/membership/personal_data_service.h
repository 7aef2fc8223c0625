#ifndef REGLAB_SERVICES_MEMBERSHIP_PERSONAL_DATA_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_PERSONAL_DATA_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// Registers the handlers of export and erasure of people, and
// what keeps the erased erased and forgets what was kept for long enough.
void AddPersonalData(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_PERSONAL_DATA_SERVICE_H_
