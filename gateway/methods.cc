#include "gateway/methods.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "google/api/annotations.pb.h"
#include "reglab/options/v1/content.pb.h"
#include "reglab/options/v1/options.pb.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

using google::protobuf::FieldDescriptor;

int StringField(const google::protobuf::Descriptor* type, const char* name) {
  const FieldDescriptor* field = type->FindFieldByName(name);
  return field != nullptr && !field->is_repeated() &&
                 field->cpp_type() == FieldDescriptor::CPPTYPE_STRING
             ? field->number()
             : 0;
}

}  // namespace

bool IsContent(const google::protobuf::Descriptor* type) {
  // By name: the OpenAPI document has descriptors of its own.
  return type != nullptr &&
         type->full_name() == options::v1::Content::descriptor()->full_name();
}

Method DescribeMethod(const google::protobuf::MethodDescriptor* method) {
  Method result;
  result.path =
      Concat("/", method->service()->full_name(), "/", method->name());
  result.service = -1;
  const std::string& package = method->file()->package();
  for (int i = 0; i < kServices; ++i) {
    if (package == Concat("reglab.", kServiceNames[i], ".v1")) {
      result.service = i;
    }
  }
  result.is_public =
      method->options().GetExtension(options::v1::access).public_();
  result.reads = method->options().GetExtension(google::api::http).has_get() ||
                 method->name().starts_with("Authenticate");
  result.streams = method->server_streaming();
  // Reading a whole document takes longer than anything else, but for a client
  // that takes one slowly.
  result.time = result.streams                         ? absl::Minutes(10)
                : method->name().starts_with("Import") ? absl::Seconds(60)
                                                       : absl::Seconds(10);
  const auto& body = method->options().GetExtension(options::v1::body);
  result.most_body_bytes = size_t(body.most_bytes());
  result.media_types.assign(body.media_types().begin(),
                            body.media_types().end());
  result.text_field = method->input_type()->FindFieldByName(body.text_field());
  const FieldDescriptor* field = method->input_type()->FindFieldByName(
      method->options().GetExtension(google::api::http).body());
  result.content_field =
      field != nullptr && IsContent(field->message_type()) ? field : nullptr;
  result.answers_content = IsContent(method->output_type());
  result.response = method->output_type();
  result.name_field = StringField(result.response, "name");
  result.etag_field = StringField(result.response, "etag");
  result.next_page_token_field =
      StringField(result.response, "next_page_token");
  result.request_id_field = StringField(method->input_type(), "request_id");
  result.validate_only = method->input_type()->FindFieldByName("validate_only");
  return result;
}

Methods::Methods(const Routes& routes) {
  for (const Route& route : routes.all()) {
    methods_.emplace(route.method, DescribeMethod(route.method));
  }
}

const Method& Methods::Of(const Route& route) const {
  return methods_.find(route.method)->second;
}

std::string_view StringOnWire(std::string_view wire, int field_number) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const uint8_t*>(wire.data()), int(wire.size()));
  std::string_view found;
  while (const uint32_t tag = input.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) == field_number &&
        WireFormatLite::GetTagWireType(tag) ==
            WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      uint32_t length = 0;
      if (!input.ReadVarint32(&length)) break;
      const int at = input.CurrentPosition();
      if (!input.Skip(int(length))) break;
      found = wire.substr(size_t(at), length);
    } else if (!WireFormatLite::SkipField(&input, tag)) {
      break;
    }
  }
  return found;
}

}  // namespace reglab::gateway
