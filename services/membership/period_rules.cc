#include "services/membership/period_rules.h"

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "services/common/errors.h"

namespace reglab::membership {
namespace {

absl::Status CheckDate(std::string_view resource, std::string_view field,
                       std::string_view date) {
  absl::CivilDay day;
  if (date.empty() || (date.size() == 10 && absl::ParseCivilTime(date, &day))) {
    return absl::OkStatus();
  }
  return InvalidField(
      absl::StrCat(resource, ".", field),
      {"It is not a day of the calendar. Write year, month and day: "
       "2026-11-23.",
       "Det är inte en dag i kalendern. Skriv år, månad och dag: 2026-11-23."});
}

}  // namespace

absl::Status CheckPeriod(std::string_view resource, std::string_view start_date,
                         std::string_view end_date) {
  if (absl::Status status = CheckDate(resource, "start_date", start_date);
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckDate(resource, "end_date", end_date);
      !status.ok()) {
    return status;
  }
  // Dates of this form compare as text.
  if (!start_date.empty() && !end_date.empty() && end_date < start_date) {
    return InvalidField(
        absl::StrCat(resource, ".end_date"),
        {"It is before the start date. Give a later day, or leave it out.",
         "Det ligger före startdatumet. Ange en senare dag, eller utelämna "
         "det."});
  }
  return absl::OkStatus();
}

}  // namespace reglab::membership
