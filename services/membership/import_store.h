#ifndef REGLAB_SERVICES_MEMBERSHIP_IMPORT_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_IMPORT_STORE_H_

#include "absl/status/status.h"
#include "services/common/database.h"

namespace reglab::membership::imports {

// One import at a time, whichever replica it runs on, until the transaction
// ends: two would wait for each other's rows. RESOURCE_EXHAUSTED with the
// reason IMPORT_RUNNING while there is another.
absl::Status BeOnlyOne(Transaction& tx);

}  // namespace reglab::membership::imports

#endif  // REGLAB_SERVICES_MEMBERSHIP_IMPORT_STORE_H_
