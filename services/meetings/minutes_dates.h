// Days and times as people write them in Swedish.
#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_DATES_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_DATES_H_

#include <string>
#include <string_view>
#include <vector>

namespace reglab::meetings {

struct FoundDate {
  // 0 when the text names no year.
  int year = 0;
  int month = 0;
  int day = 0;
  // Where it stands in the text.
  size_t begin = 0;
  size_t end = 0;
  // False for 2022-13-45.
  bool possible = true;

  // 2022-09-13; empty without a year, or when there is no such day.
  std::string Iso() const;
};

// "2015-02-04", "20150204", "den 4 februari 2015", "4 feb. 2015", "4/2 2015",
// "4.2.2015", "13–14 september 2022" (its first day), "4 februari", "4/2".
std::vector<FoundDate> FindDates(std::string_view text);

// The first day from `from` (2022-09-13) on with the month and day of `date`,
// or the date itself when it has a year. Empty when that cannot be said.
std::string DayFrom(const FoundDate& date, std::string_view from);

struct FoundTime {
  // 10:00; the end may be empty.
  std::string start;
  std::string end;
  size_t begin_at = 0;
  size_t end_at = 0;
};

// "kl. 10.00–12.00", "klockan 9", "13:00 - 15:30"; empty start when none.
FoundTime FindTime(std::string_view text);

// A text that holds nothing but a day, its weekday and a time.
bool IsOnlyDate(std::string_view text);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_DATES_H_
