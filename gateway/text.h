#ifndef REGLAB_GATEWAY_TEXT_H_
#define REGLAB_GATEWAY_TEXT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reglab::gateway {

// Decodes %XX, and "+" as a space where `plus_is_space`. Nothing when an escape
// is broken, or when what comes out is no UTF-8 or holds a NUL.
std::optional<std::string> PercentDecode(std::string_view text,
                                         bool plus_is_space);

bool ValidUtf8(std::string_view text);

// "display_name" → "displayName"; a path is turned part by part.
std::string CamelPath(std::string_view snake_path);
// "displayName" → "display_name".
std::string SnakePath(std::string_view camel_path);

// The candidate most like `name`, or "" when none is near: so that an error can
// say what was probably meant.
std::string Nearest(std::string_view name,
                    const std::vector<std::string>& candidates);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_TEXT_H_
