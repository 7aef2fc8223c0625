#ifndef REGLAB_GATEWAY_PROTOCOLS_MEDIA_TYPE_H_
#define REGLAB_GATEWAY_PROTOCOLS_MEDIA_TYPE_H_

#include "absl/status/status.h"
#include "gateway/edge/message.h"
#include "gateway/methods.h"

namespace reglab::gateway {

// Whether the body is one of the texts that the method takes, and no JSON.
bool IsText(const Request& request, const Method& method);

// INVALID_ARGUMENT / UNSUPPORTED_MEDIA_TYPE unless the body is JSON in UTF-8, a
// merge-patch where it may be one, or such a text; and not packed. Where the
// body is a document as it is, only packed ones are refused.
absl::Status CheckContentType(const Request& request, const Method& method);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_PROTOCOLS_MEDIA_TYPE_H_
