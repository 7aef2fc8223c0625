#ifndef REGLAB_GATEWAY_SESSION_COOKIE_H_
#define REGLAB_GATEWAY_SESSION_COOKIE_H_

#include <string>
#include <string_view>

#include "gateway/edge/message.h"

namespace reglab::gateway {

// What a browser sends on its own account. The prefix binds a cookie to this
// host and to TLS, so no other host and nobody on the way can set one.
inline constexpr std::string_view kSessionCookie = "__Host-reglab-session";
inline constexpr std::string_view kLoginCookie = "__Host-reglab-login";

// The cookie's value; "" when the request has none.
std::string_view CookieOf(const Request& request, std::string_view name);

// The header line, with its end, that sets a cookie for `seconds`; 0 takes it
// away. Without a time, negative, it ends with the browser.
std::string SetCookieLine(std::string_view name, std::string_view value,
                          int seconds);

// Whether a page of ours made this request: by Sec-Fetch-Site, which every
// browser of today sends, else by Origin beside Host. What says neither is
// taken for another's.
bool IsSameOrigin(const Request& request);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_SESSION_COOKIE_H_
