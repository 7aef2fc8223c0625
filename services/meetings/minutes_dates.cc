#include "services/meetings/minutes_dates.h"

#include <absl/strings/str_format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "jan", "feb", "mar", "apr", "maj", "jun",
    "jul", "aug", "sep", "okt", "nov", "dec"};

#define REGLAB_NO_DIGIT "(?:[^\\d]|$)"
#define REGLAB_MONTH                                                    \
  "(jan(?:uari)?|feb(?:ruari)?|mar(?:s)?|apr(?:il)?|maj|jun(?:i)?|"     \
  "jul(?:i)?|aug(?:usti)?|sep(?:t|tember)?|okt(?:ober)?|nov(?:ember)?|" \
  "dec(?:ember)?)"

// Groups: 1–3 year, month, day; 4–6 the same without hyphens; 7–9 day, month
// in words, year; 10–12 and 13–15 day, month, year in figures; 16–17 day and
// month in figures.
const RE2& DatePattern() {
  static const RE2 pattern(
      "(?i)(?:^|[^\\d\\pL])(?:"
      "(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})" REGLAB_NO_DIGIT
      "|((?:19|20)\\d\\d)(\\d\\d)(\\d\\d)" REGLAB_NO_DIGIT
      "|(\\d{1,2})(?::?[ea])?"
      "(?:\\s*(?:[-–—]|och|till)\\s*\\d{1,2}(?::?[ea])?)?"
      "\\.?\\s*" REGLAB_MONTH
      "(?:\\.?,?\\s+(\\d{4})|[^\\d\\pL]|$)"
      "|(\\d{1,2})/(\\d{1,2})(?:\\s*[-–—,]?\\s*)(\\d{4})" REGLAB_NO_DIGIT
      "|(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})" REGLAB_NO_DIGIT
      "|(\\d{1,2})/(\\d{1,2})" REGLAB_NO_DIGIT ")",
      RE2::Quiet);
  return pattern;
}

const RE2& RangePattern() {
  static const RE2 pattern(
      "(?i)^[^\\d]{0,2}\\d{1,2}\\s*" REGLAB_MONTH
      "\\.?\\s*(?:[-–—]|till|och)\\s*\\d{1,2}\\s*" REGLAB_MONTH
      "\\.?\\s+(\\d{4})",
      RE2::Quiet);
  return pattern;
}

int Number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

int Month(std::string_view name) {
  const std::string lower = Lower(name);
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (lower.substr(0, 3) == kMonths[i]) return static_cast<int>(i) + 1;
  }
  return 0;
}

bool IsDay(int year, int month, int day) {
  using std::chrono::year_month_day;
  return year_month_day(std::chrono::year(year),
                        std::chrono::month(static_cast<unsigned>(month)),
                        std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

std::string Clock(std::string_view hour, std::string_view minute) {
  const int h = Number(hour);
  const int m = minute.empty() ? 0 : Number(minute);
  if (hour.empty() || h > 23 || m > 59) return "";
  return absl::StrFormat("%02d:%02d", h, m);
}

}  // namespace

std::string FoundDate::Iso() const {
  if (year == 0 || !possible) return "";
  return absl::StrFormat("%04d-%02d-%02d", year, month, day);
}

std::vector<FoundDate> FindDates(std::string_view text) {
  std::vector<FoundDate> dates;
  constexpr int kGroups = 18;
  re2::StringPiece groups[kGroups];
  const re2::StringPiece whole(text.data(), text.size());
  size_t at = 0;
  while (at < text.size() &&
         DatePattern().Match(whole, at, text.size(), RE2::UNANCHORED, groups,
                             kGroups)) {
    const auto group = [&](int i) {
      return std::string_view(groups[i].data(), groups[i].size());
    };
    FoundDate date;
    date.begin = groups[0].data() - text.data();
    while (date.begin < text.size() &&
           (text[date.begin] < '0' || text[date.begin] > '9')) {
      ++date.begin;
    }
    date.end = groups[0].data() + groups[0].size() - text.data();
    if (!group(1).empty()) {
      date.year = Number(group(1));
      date.month = Number(group(2));
      date.day = Number(group(3));
    } else if (!group(4).empty()) {
      date.year = Number(group(4));
      date.month = Number(group(5));
      date.day = Number(group(6));
    } else if (!group(7).empty()) {
      date.day = Number(group(7));
      date.month = Month(group(8));
      date.year = Number(group(9));
      RE2::PartialMatch(
          re2::StringPiece(text.data() + date.begin,
                           std::min<size_t>(60, text.size() - date.begin)),
          RangePattern(), nullptr, nullptr, &date.year);
    } else if (!group(10).empty()) {
      date.day = Number(group(10));
      date.month = Number(group(11));
      date.year = Number(group(12));
    } else if (!group(13).empty()) {
      date.day = Number(group(13));
      date.month = Number(group(14));
      date.year = Number(group(15));
    } else if (!group(16).empty()) {
      date.day = Number(group(16));
      date.month = Number(group(17));
    }
    // A leap year decides nothing where the year is not known.
    date.possible =
        IsDay(date.year == 0 ? 2024 : date.year, date.month, date.day);
    // The character after the date may begin the next one.
    const size_t next = std::max(date.begin + 1, date.end - 1);
    while (date.end > date.begin + 1 &&
           !(text[date.end - 1] >= '0' && text[date.end - 1] <= '9') &&
           !(static_cast<unsigned char>(text[date.end - 1]) >= 'a' &&
             static_cast<unsigned char>(text[date.end - 1]) <= 'z')) {
      --date.end;
    }
    // "16/20" is no day without a year, nor is "24/7" with a bad month.
    if (date.year != 0 || date.possible) dates.push_back(date);
    at = std::max(next, at + 1);
  }
  return dates;
}

std::string DayFrom(const FoundDate& date, std::string_view from) {
  if (!date.possible) return "";
  if (date.year != 0) return date.Iso();
  const int year = from.size() >= 4 ? Number(from.substr(0, 4)) : 0;
  if (year == 0) return "";
  // Twenty-ninth of February may be up to eight years away.
  for (int i = 0; i <= 8; ++i) {
    FoundDate day = date;
    day.year = year + i;
    if (IsDay(day.year, day.month, day.day) && day.Iso() >= from) {
      return day.Iso();
    }
  }
  return "";
}

FoundTime FindTime(std::string_view text) {
  static const RE2 pattern(
      "(?i)(?:(?:^|[^\\pL\\d])(?:kl(?:ockan)?\\.?)\\s*(\\d{1,2})(?:[.:](\\d\\d)"
      ")?"
      "(?:\\s*(?:[-–—]|till)\\s*(?:kl\\.?\\s*)?(\\d{1,2})(?:[.:](\\d\\d))?)?"
      "|(?:^|[^\\d.:])(\\d{1,2})[.:](\\d\\d)\\s*(?:[-–—]|till)\\s*"
      "(\\d{1,2})[.:](\\d\\d))",
      RE2::Quiet);
  FoundTime time;
  re2::StringPiece groups[9];
  if (!pattern.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                     RE2::UNANCHORED, groups, 9)) {
    return time;
  }
  const int first = groups[1].empty() ? 5 : 1;
  const auto group = [&](int i) {
    return std::string_view(groups[first + i].data(), groups[first + i].size());
  };
  time.start = Clock(group(0), group(1));
  if (!time.start.empty()) time.end = Clock(group(2), group(3));
  time.begin_at = groups[0].data() - text.data();
  time.end_at = time.begin_at + groups[0].size();
  return time;
}

bool IsOnlyDate(std::string_view text) {
  if (text.size() > 120) return false;
  std::string rest(text);
  const std::vector<FoundDate> dates = FindDates(text);
  if (dates.empty()) return false;
  for (auto date = dates.rbegin(); date != dates.rend(); ++date) {
    rest.erase(date->begin, date->end - date->begin);
  }
  const FoundTime time = FindTime(rest);
  if (!time.start.empty()) {
    rest.erase(time.begin_at, time.end_at - time.begin_at);
  }
  static const RE2 weekday(
      "(?i)(?:(?:mån|tis|ons|tors|fre|lör|sön)dag(?:en)?|den|datum|kl|och|"
      "[\\s.,:;–*_#()-])*",
      RE2::Quiet);
  return RE2::FullMatch(rest, weekday);
}

}  // namespace reglab::meetings
