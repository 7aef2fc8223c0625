#ifndef REGLAB_GATEWAY_METHODS_H_
#define REGLAB_GATEWAY_METHODS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "gateway/routes.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace reglab::gateway {

inline constexpr int kServices = 3;
inline constexpr std::string_view kServiceNames[kServices] = {
    "membership", "meetings", "learning"};

// What the gateway needs to know of an RPC, looked up once at start.
struct Method {
  std::string path;  // "/reglab.learning.v1.IdeasService/GetIdea"
  int service;       // in kServiceNames
  bool is_public;
  bool reads;              // changes nothing, so that it may be done twice
  absl::Duration time;     // after which it is given up
  size_t most_body_bytes;  // 0: as many as any
  // The media types that `text_field` of the request may come in, or none.
  std::vector<std::string> media_types;
  const google::protobuf::FieldDescriptor* text_field;
  // The field of the request that is the body as it came, in any media type; or
  // null (reglab.options.v1.Content).
  const google::protobuf::FieldDescriptor* content_field;
  bool answers_content;  // the bytes of a document, no JSON
  bool streams;          // such a document, in parts
  const google::protobuf::Descriptor* response;
  // Numbers of string fields of the response; 0 when there is none.
  int name_field;
  int etag_field;
  int next_page_token_field;
  // Of the request; 0 and null when there is none.
  int request_id_field;
  const google::protobuf::FieldDescriptor* validate_only;
};

Method DescribeMethod(const google::protobuf::MethodDescriptor* method);

// Those of all routes. Immutable.
class Methods {
 public:
  explicit Methods(const Routes& routes);
  const Method& Of(const Route& route) const;

 private:
  absl::flat_hash_map<const google::protobuf::MethodDescriptor*, Method>
      methods_;
};

// Whether messages of this type are reglab.options.v1.Content.
bool IsContent(const google::protobuf::Descriptor* type);

// The string that a message's wire bytes hold in a field of the top level; ""
// when it is not set.
std::string_view StringOnWire(std::string_view wire, int field_number);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_METHODS_H_
