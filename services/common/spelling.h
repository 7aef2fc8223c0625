#ifndef REGLAB_SERVICES_COMMON_SPELLING_H_
#define REGLAB_SERVICES_COMMON_SPELLING_H_

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace reglab {

// How names and letters are written. Plain functions over text.

// Debian's Abseil has a string_view of its own, which takes no other.
inline absl::string_view ForAbsl(std::string_view text) {
  return {text.data(), text.size()};
}

// absl::StrCat for parts of which some are std::string_view.
template <class Part>
decltype(auto) ForStrCat(const Part& part) {
  if constexpr (std::is_same_v<Part, std::string_view>) {
    return ForAbsl(part);
  } else {
    return (part);
  }
}
template <class... Parts>
std::string Concat(const Parts&... parts) {
  return absl::StrCat(ForStrCat(parts)...);
}

// The parts of `text` between separators; one empty part of an empty text.
std::vector<std::string_view> Split(std::string_view text, char separator);

// What stands before and after the first separator; all and nothing without.
std::pair<std::string_view, std::string_view> Cut(std::string_view text,
                                                  char separator);

// Takes `prefix` or `suffix` off `text`; false, and nothing done, without it.
bool TakePrefix(std::string_view& text, std::string_view prefix);
bool TakeSuffix(std::string_view& text, std::string_view suffix);

// Without spaces and tabs at both ends.
std::string_view Trim(std::string_view text);

// Takes the first code point off `text`; nothing, and `text` as it was, when it
// does not begin with well-formed UTF-8 (or is empty).
std::optional<char32_t> TakeCodePoint(std::string_view& text);

bool IsUtf8(std::string_view text);

// "activity.startDate" → "activity.start_date"; what is written so already
// stays as it is.
std::string SnakeCase(std::string_view path);

// "display_name" → "displayName"; a path is turned part by part.
std::string CamelPath(std::string_view snake_path);

// The name that `wanted` most likely means: the one with the fewest letters to
// change. "" when there are no names.
std::string_view Nearest(std::string_view wanted,
                         const std::vector<std::string_view>& names);

// What a caller wrote, fit to be repeated in an error: well-formed, without
// control characters, at most 80 characters.
std::string Excerpt(std::string_view text);

// A date that exists, written 2022-09-13, from year 1 to 9999.
bool IsDate(std::string_view text);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_SPELLING_H_
