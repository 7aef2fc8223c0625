#ifndef REGLAB_SERVICES_LEARNING_NAMES_H_
#define REGLAB_SERVICES_LEARNING_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/common/call.h"

namespace reglab::learning {

// Asks membership, once, whether these organisations and bodies exist.
// INVALID_ARGUMENT naming `field` and the first that does not; UNAVAILABLE when
// membership does not answer. Not inside a transaction.
absl::Status CheckNames(Call& call, std::string_view field,
                        const std::vector<std::string>& names);

}  // namespace reglab::learning

#endif  // REGLAB_SERVICES_LEARNING_NAMES_H_
