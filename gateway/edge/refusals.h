#ifndef REGLAB_GATEWAY_EDGE_REFUSALS_H_
#define REGLAB_GATEWAY_EDGE_REFUSALS_H_

#include "absl/status/status.h"

namespace reglab::gateway {

// What HTTP itself refuses, in words of the API's own.
absl::Status MalformedRequest();
absl::Status HeadersTooLarge(size_t limit);
absl::Status AddressTooLong();
absl::Status BodyTooLarge(size_t limit);
absl::Status RequestTimeout();
absl::Status TooManyConnections();

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_EDGE_REFUSALS_H_
