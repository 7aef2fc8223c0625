#include "gateway/session_cookie.h"

#include "absl/strings/match.h"
#include "services/common/spelling.h"

namespace reglab::gateway {

std::string_view CookieOf(const Request& request, std::string_view name) {
  std::string_view rest = request[Field::kCookie];
  while (!rest.empty()) {
    // Several header lines were joined by a comma, which no value of ours has.
    const size_t end = rest.find_first_of(";,");
    const std::string_view pair = Trim(rest.substr(0, end));
    if (pair.size() > name.size() && pair.starts_with(name) &&
        pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return {};
}

std::string SetCookieLine(std::string_view name, std::string_view value,
                          int seconds) {
  return Concat("Set-Cookie: ", name, "=", value,
                "; Path=/; Secure; HttpOnly; SameSite=Lax",
                seconds < 0 ? std::string() : Concat("; Max-Age=", seconds),
                "\r\n");
}

bool IsSameOrigin(const Request& request) {
  if (request.has(Field::kSecFetchSite)) {
    return request[Field::kSecFetchSite] == "same-origin";
  }
  std::string_view origin = request[Field::kOrigin];
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!origin.starts_with(scheme)) continue;
    origin.remove_prefix(scheme.size());
    return !origin.empty() &&
           absl::EqualsIgnoreCase(ForAbsl(origin),
                                  ForAbsl(request[Field::kHost]));
  }
  return false;
}

}  // namespace reglab::gateway
