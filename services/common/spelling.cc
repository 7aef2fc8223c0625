#include "services/common/spelling.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"

namespace reglab {
namespace {

// Names are short; what is longer is no misspelling of one, and comparing it
// would cost time for nothing.
constexpr size_t kLongestName = 64;

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      const bool same =
          absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (same ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::pair<std::string_view, std::string_view> Cut(std::string_view text,
                                                  char separator) {
  const size_t at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool TakeSuffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<char32_t> TakeCodePoint(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) {
    text.remove_prefix(1);
    return first;
  }
  size_t length = 0;
  char32_t code = 0;
  char32_t least = 0;
  if ((first & 0xE0) == 0xC0) {
    length = 2, code = first & 0x1F, least = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    length = 3, code = first & 0x0F, least = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    length = 4, code = first & 0x07, least = 0x10000;
  } else {
    return std::nullopt;
  }
  if (text.size() < length) return std::nullopt;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    code = (code << 6) | (byte(i) & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least || code > 0x10FFFF || surrogate) return std::nullopt;
  text.remove_prefix(length);
  return code;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    if (absl::ascii_isascii(text.front())) {
      text.remove_prefix(1);
    } else if (!TakeCodePoint(text)) {
      return false;
    }
  }
  return true;
}

std::string SnakeCase(std::string_view path) {
  std::string snake;
  snake.reserve(path.size() + 4);
  for (const char c : path) {
    if (absl::ascii_isupper(c)) {
      if (!snake.empty() && snake.back() != '.') snake += '_';
      snake += absl::ascii_tolower(c);
    } else {
      snake += c;
    }
  }
  return snake;
}

std::string CamelPath(std::string_view snake_path) {
  std::string camel;
  camel.reserve(snake_path.size());
  bool raise = false;
  for (char c : snake_path) {
    if (c == '_') {
      raise = true;
      continue;
    }
    camel.push_back(raise ? absl::ascii_toupper(c) : c);
    raise = false;
  }
  return camel;
}

std::string_view Nearest(std::string_view wanted,
                         const std::vector<std::string_view>& names) {
  wanted = wanted.substr(0, kLongestName);
  std::string_view nearest;
  size_t least = SIZE_MAX;
  for (const std::string_view name : names) {
    const size_t distance = EditDistance(wanted, name);
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::string Excerpt(std::string_view text) {
  std::string excerpt;
  for (int count = 0; !text.empty(); ++count) {
    if (count == 80) return excerpt + "…";
    const std::string_view before = text;
    const std::optional<char32_t> code = TakeCodePoint(text);
    if (!code) {
      text.remove_prefix(1);
      excerpt += "\uFFFD";
    } else if (*code < 0x20 || (*code >= 0x7F && *code < 0xA0)) {
      excerpt += ' ';
    } else {
      excerpt += before.substr(0, before.size() - text.size());
    }
  }
  return excerpt;
}

bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!absl::ascii_isdigit(text[i])) return false;
  }
  int year = 0;
  int month = 0;
  int day = 0;
  if (!absl::SimpleAtoi(ForAbsl(text.substr(0, 4)), &year) ||
      !absl::SimpleAtoi(ForAbsl(text.substr(5, 2)), &month) ||
      !absl::SimpleAtoi(ForAbsl(text.substr(8, 2)), &day) || year < 1) {
    return false;
  }
  const absl::CivilDay date(year, month, day);  // moves 02-30 to 03-02
  return date.year() == year && date.month() == month && date.day() == day;
}

}  // namespace reglab
