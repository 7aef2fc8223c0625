#include "services/membership/period_rules.h"

#include <string>

#include "absl/time/civil_time.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::membership {
namespace {

absl::CivilDay DayOf(std::string_view date) {
  absl::CivilDay day;
  absl::ParseCivilTime(ForAbsl(date), &day);
  return day;
}

}  // namespace

absl::Status CheckDay(std::string_view field, std::string_view date) {
  absl::CivilDay day;
  if (date.empty() ||
      (date.size() == 10 && absl::ParseCivilTime(ForAbsl(date), &day))) {
    return absl::OkStatus();
  }
  return InvalidField(
      field,
      {"It is not a day of the calendar. Write year, month and day: "
       "2026-11-23.",
       "Det är inte en dag i kalendern. Skriv år, månad och dag: 2026-11-23."});
}

absl::Status CheckPeriod(std::string_view resource, std::string_view start_date,
                         std::string_view end_date) {
  const std::string end_field = std::string(resource) + ".end_date";
  RETURN_IF_ERROR(CheckDay(std::string(resource) + ".start_date", start_date));
  RETURN_IF_ERROR(CheckDay(end_field, end_date));
  // Dates of this form compare as text.
  if (!start_date.empty() && !end_date.empty() && end_date < start_date) {
    return InvalidField(
        end_field,
        {"It is before the start date. Give a later day, or leave it out.",
         "Det ligger före startdatumet. Ange en senare dag, eller utelämna "
         "det."});
  }
  return absl::OkStatus();
}

int64_t DaysBetween(std::string_view from, std::string_view to) {
  return DayOf(to) - DayOf(from);
}

std::string DayBefore(std::string_view date) {
  return absl::FormatCivilTime(DayOf(date) - 1);
}

}  // namespace reglab::membership
