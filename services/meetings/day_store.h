#ifndef REGLAB_SERVICES_MEETINGS_DAY_STORE_H_
#define REGLAB_SERVICES_MEETINGS_DAY_STORE_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/common/database.h"

namespace reglab::meetings {

// The day it is in Sweden, "2026-11-24", by the database's clock: the same for
// every replica.
absl::StatusOr<std::string> Today(Transaction& tx);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_DAY_STORE_H_
