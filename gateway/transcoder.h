#ifndef REGLAB_GATEWAY_TRANSCODER_H_
#define REGLAB_GATEWAY_TRANSCODER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/routes.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace reglab::gateway {

// What a REST request says beside its method and path. Views of the request's
// own buffers; empty when it is not there.
struct RestInput {
  std::string_view query;  // without "?", still percent-encoded
  std::string_view body;   // JSON, unpacked
  // The field that the body is, when it is no JSON; else null.
  const google::protobuf::FieldDescriptor* text_field = nullptr;
  // The reglab.options.v1.Content that the body is, of this type; else null.
  const google::protobuf::FieldDescriptor* content_field = nullptr;
  std::string_view content_type;     // the header's value
  std::string_view if_match;         // the header's value
  std::string_view idempotency_key;  // the header's value
};

// The request message that a REST request means, by the rules of the API:
// path, query parameters in lowerCamelCase, JSON body, merge-patch for PATCH,
// If-Match as etag, Idempotency-Key as request_id. INVALID_ARGUMENT names the
// fields at fault as the caller wrote them; never the parser's own text.
// Thread-safe.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RequestFromRest(
    const RouteMatch& match, const RestInput& input);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_TRANSCODER_H_
