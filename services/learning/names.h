#ifndef REGLAB_SERVICES_LEARNING_NAMES_H_
#define REGLAB_SERVICES_LEARNING_NAMES_H_

#include <string>
#include <vector>

#include "services/common/call.h"

namespace reglab::learning {

// Asks membership, once, which of these organisations and bodies do not exist.
// UNAVAILABLE when it does not answer. Not inside a transaction.
absl::StatusOr<std::vector<std::string>> MissingNames(
    Call& call, const std::vector<std::string>& names);

}  // namespace reglab::learning

#endif  // REGLAB_SERVICES_LEARNING_NAMES_H_
