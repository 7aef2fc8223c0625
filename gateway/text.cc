#include "gateway/text.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "absl/strings/ascii.h"

namespace reglab::gateway {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text,
                                         bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    decoded.push_back(c);
  }
  if (!ValidUtf8(decoded)) return std::nullopt;
  return decoded;
}

bool ValidUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const size_t size = text.size();
  const auto continues = [&](size_t at, uint8_t low, uint8_t high) {
    return at < size && bytes[at] >= low && bytes[at] <= high;
  };
  size_t i = 0;
  while (i < size) {
    const uint8_t lead = bytes[i];
    if (lead < 0x80) {
      ++i;
      continue;
    }
    // The second byte's range keeps out overlong forms, surrogates and what is
    // beyond U+10FFFF.
    int more = 0;
    uint8_t low = 0x80;
    uint8_t high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (!continues(i + 1, low, high)) return false;
    for (int k = 2; k <= more; ++k) {
      if (!continues(i + k, 0x80, 0xBF)) return false;
    }
    i += more + 1;
  }
  return true;
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

std::string SnakePath(std::string_view camel_path) {
  std::string snake;
  snake.reserve(camel_path.size() + 4);
  for (char c : camel_path) {
    if (absl::ascii_isupper(c)) {
      snake.push_back('_');
      snake.push_back(absl::ascii_tolower(c));
    } else {
      snake.push_back(c);
    }
  }
  return snake;
}

std::string Nearest(std::string_view name,
                    const std::vector<std::string>& candidates) {
  // Underscores and case are the commonest mistakes, so they cost nothing.
  const auto plain = [](std::string_view text) {
    std::string out;
    for (char c : text.substr(0, 64)) {
      if (c != '_' && c != '-') out.push_back(absl::ascii_tolower(c));
    }
    return out;
  };
  const std::string wanted = plain(name);
  size_t least = std::max<size_t>(2, wanted.size() / 3) + 1;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(wanted, plain(candidate));
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace reglab::gateway
