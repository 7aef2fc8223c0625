#ifndef REGLAB_GATEWAY_TEXT_H_
#define REGLAB_GATEWAY_TEXT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reglab::gateway {

// Decodes %XX, and "+" as a space where `plus_is_space`. Nothing when an escape
// is broken, or when what comes out is no UTF-8 or holds a NUL.
std::optional<std::string> PercentDecode(std::string_view text,
                                         bool plus_is_space);

// "display_name" → "displayName"; a path is turned part by part.
std::string CamelPath(std::string_view snake_path);

// The parts of `text` between separators; one empty part of an empty text.
std::vector<std::string_view> Split(std::string_view text, char separator);

// What stands before and after the first separator; all and nothing without.
std::pair<std::string_view, std::string_view> Cut(std::string_view text,
                                                  char separator);

// Takes `prefix` or `suffix` off `text`; false, and nothing done, without it.
bool TakePrefix(std::string_view& text, std::string_view prefix);
bool TakeSuffix(std::string_view& text, std::string_view suffix);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_TEXT_H_
