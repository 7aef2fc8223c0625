// Any bytes as the answer of a service: the JSON of them is JSON, and says what
// the library's says.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/json_writer.h"
#include "gateway/routes.h"
#include "services/common/json_reader.h"

namespace {

// We write them, the library leaves them out.
void DropEmptyLists(boost::json::value& value) {
  if (value.is_array()) {
    for (auto& element : value.get_array()) DropEmptyLists(element);
    return;
  }
  if (!value.is_object()) return;
  boost::json::object kept;
  for (auto& member : value.get_object()) {
    if (member.value().is_array() && member.value().get_array().empty()) {
      continue;
    }
    DropEmptyLists(member.value());
    kept[member.key()] = member.value();
  }
  value = kept;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reglab::gateway;
  static const auto* routes = new Routes(*Routes::Build());
  if (size == 0) return 0;
  const auto* type =
      routes->all()[data[0] % routes->all().size()].method->output_type();
  const std::string_view wire(reinterpret_cast<const char*>(data) + 1,
                              size - 1);
  (void)reglab::ParseJson(wire);
  std::string json;
  AppendJson(type, wire, &json);
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(type)
          ->New());
  // The services' own library has refused all other bytes long before.
  if (!message->ParseFromArray(wire.data(), static_cast<int>(wire.size()))) {
    return 0;
  }
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 200;
  boost::json::parse(json, error, {}, options);
  if (error) abort();
  std::string theirs;
  if (!google::protobuf::util::MessageToJsonString(*message, &theirs).ok()) {
    return 0;  // a time that is none
  }
  auto our_value = reglab::ParseJson(json);
  auto their_value = reglab::ParseJson(theirs);
  if (!our_value.ok() || !their_value.ok()) return 0;  // nested too deep
  DropEmptyLists(*our_value);
  DropEmptyLists(*their_value);
  if (*our_value != *their_value) abort();
  return 0;
}
