#ifndef REGLAB_SERVICES_MEMBERSHIP_DIRECTORY_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_DIRECTORY_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/common/database.h"

namespace reglab::membership::directory {

// Those of `names` that are no organisation (deleted ones are none), body or
// person; each once, in their order, with one statement.
absl::StatusOr<std::vector<std::string>> FindMissing(
    Transaction& tx, const std::vector<std::string>& names);

}  // namespace reglab::membership::directory

#endif  // REGLAB_SERVICES_MEMBERSHIP_DIRECTORY_STORE_H_
