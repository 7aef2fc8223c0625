#include "gateway/json_values.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace reglab::gateway {
namespace {

void AppendInteger(int64_t value, std::string* out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out->append(digits, end);
}

template <class Real>
void AppendRealNumber(Real value, std::string* out) {
  if (std::isnan(value)) {
    out->append("\"NaN\"");
  } else if (std::isinf(value)) {
    out->append(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  } else {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    out->append(digits, end);
  }
}

// The last `width` digits of `value`; returns what is behind them.
char* WritePadded(uint32_t value, int width, char* at) {
  for (int i = width - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return at + width;
}

// Three, six or nine digits, as few as say it all.
char* WriteFraction(uint32_t nanos, char* at) {
  if (nanos == 0) return at;
  *at++ = '.';
  if (nanos % 1000000 == 0) return WritePadded(nanos / 1000000, 3, at);
  if (nanos % 1000 == 0) return WritePadded(nanos / 1000, 6, at);
  return WritePadded(nanos, 9, at);
}

}  // namespace

void AppendJsonReal(float value, std::string* out) {
  AppendRealNumber(value, out);
}

void AppendJsonReal(double value, std::string* out) {
  AppendRealNumber(value, out);
}

bool AppendJsonTime(int64_t seconds, int32_t nanos, std::string* out) {
  // From 0001-01-01 to the end of 9999.
  if (seconds < -62135596800 || seconds > 253402300799 || nanos < 0 ||
      nanos > 999999999) {
    return false;
  }
  int64_t days = seconds / 86400;
  int64_t rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  // Days since 1970 to a date of the proleptic Gregorian calendar; years begin
  // in March, so that the leap day is a year's last.
  days += 719468;
  const int64_t era = days / 146097;
  const auto day_of_era = static_cast<uint32_t>(days - era * 146097);
  const uint32_t year_of_era = (day_of_era - day_of_era / 1460 +
                                day_of_era / 36524 - day_of_era / 146096) /
                               365;
  const uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t march_month = (5 * day_of_year + 2) / 153;
  const uint32_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
  const uint32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  const auto year =
      static_cast<uint32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
  char text[40];
  char* at = text;
  *at++ = '"';
  at = WritePadded(year, 4, at);
  *at++ = '-';
  at = WritePadded(month, 2, at);
  *at++ = '-';
  at = WritePadded(day, 2, at);
  *at++ = 'T';
  at = WritePadded(static_cast<uint32_t>(rest / 3600), 2, at);
  *at++ = ':';
  at = WritePadded(static_cast<uint32_t>(rest / 60 % 60), 2, at);
  *at++ = ':';
  at = WritePadded(static_cast<uint32_t>(rest % 60), 2, at);
  at = WriteFraction(static_cast<uint32_t>(nanos), at);
  *at++ = 'Z';
  *at++ = '"';
  out->append(text, at);
  return true;
}

bool AppendJsonDuration(int64_t seconds, int32_t nanos, std::string* out) {
  constexpr int64_t kMost = 315576000000;
  if (seconds < -kMost || seconds > kMost || nanos < -999999999 ||
      nanos > 999999999 || (seconds > 0 && nanos < 0) ||
      (seconds < 0 && nanos > 0)) {
    return false;
  }
  out->append(seconds < 0 || nanos < 0 ? "\"-" : "\"");
  AppendInteger(std::abs(seconds), out);
  char fraction[10];
  out->append(fraction,
              WriteFraction(static_cast<uint32_t>(std::abs(nanos)), fraction));
  out->append("s\"");
  return true;
}

bool AppendCamelPath(std::string_view path, std::string* out) {
  bool raise = false;
  for (char c : path) {
    // A path is letters, digits, dots and underscores; nothing else may
    // reach the string unescaped.
    const bool lower = c >= 'a' && c <= 'z';
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '*';
    if (c == '_') {
      raise = true;
      continue;
    }
    if (!lower && !plain) return false;
    out->push_back(raise && lower ? static_cast<char>(c - 'a' + 'A') : c);
    raise = false;
  }
  return true;
}

void AppendJsonString(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  const char* at = text.data();
  const char* const end = at + text.size();
  const char* plain = at;  // what is copied as it is begins here
  while (true) {
    // Eight bytes at a time as long as none of them needs escaping: a byte
    // under 0x20, a quote or a backslash.
    while (end - at >= 8) {
      constexpr uint64_t kOnes = 0x0101010101010101;
      constexpr uint64_t kHighs = 0x8080808080808080;
      uint64_t word;
      std::memcpy(&word, at, sizeof(word));
      const uint64_t quote = word ^ (kOnes * '"');
      const uint64_t backslash = word ^ (kOnes * '\\');
      const uint64_t found =
          ((word - kOnes * 0x20) | (quote - kOnes) | (backslash - kOnes)) &
          ~word & kHighs;
      if (found != 0) break;
      at += 8;
    }
    // Then what is left, or the byte in these eight that needs it.
    while (at != end && static_cast<uint8_t>(*at) >= 0x20 && *at != '"' &&
           *at != '\\')
      ++at;
    if (at == end) break;
    const auto c = static_cast<uint8_t>(*at);
    out->append(plain, at);
    plain = ++at;
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      default:
        out->append("\\u00");
        out->push_back(kHex[c >> 4]);
        out->push_back(kHex[c & 15]);
    }
  }
  out->append(plain, end);
  out->push_back('"');
}

}  // namespace reglab::gateway
