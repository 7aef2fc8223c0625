#ifndef REGLAB_GATEWAY_TOKEN_TEXT_H_
#define REGLAB_GATEWAY_TOKEN_TEXT_H_

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace reglab::gateway {

// What tokens and key sets are written in.

// base64url without padding (RFC 7515, section 2), in its one right spelling;
// nothing for any other text.
std::optional<std::string> DecodeBase64Url(std::string_view text);

// A JSON object, at most 32 deep; nothing for any other text.
std::optional<boost::json::object> ParseJsonObject(std::string_view text);

// The string in a member; "" when there is none.
std::string TextOf(const boost::json::object& object, std::string_view name);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_TOKEN_TEXT_H_
