#include "gateway/token_text.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "absl/strings/escaping.h"
#include "services/common/spelling.h"

namespace reglab::gateway {

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  // Abseil takes padding and spaces too, and passes over bits at the end.
  if (text.empty() || !absl::WebSafeBase64Unescape(ForAbsl(text), &bytes) ||
      absl::WebSafeBase64Escape(bytes) != ForAbsl(text)) {
    return std::nullopt;
  }
  return bytes;
}

std::optional<boost::json::object> ParseJsonObject(std::string_view text) {
  boost::system::error_code error;
  boost::json::value value =
      boost::json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::string TextOf(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value =
      object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return "";
  return std::string(value->get_string());
}

}  // namespace reglab::gateway
