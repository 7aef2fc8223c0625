#ifndef REGLAB_SERVICES_MEMBERSHIP_PERIOD_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_PERIOD_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace reglab::membership {

// Whether two dates ("2022-09-13", "" is open) are days of the calendar and
// the last is not before the first. INVALID_ARGUMENT names the field, which is
// `resource` with ".start_date" or ".end_date".
absl::Status CheckPeriod(std::string_view resource, std::string_view start_date,
                         std::string_view end_date);

// INVALID_ARGUMENT naming `field` when the date is given and is no day of the
// calendar.
absl::Status CheckDay(std::string_view field, std::string_view date);

// From one day of the calendar to another: 1 to the next day.
int64_t DaysBetween(std::string_view from, std::string_view to);

// The day before a day of the calendar.
std::string DayBefore(std::string_view date);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_PERIOD_RULES_H_
