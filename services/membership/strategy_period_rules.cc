#include "services/membership/strategy_period_rules.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"

namespace reglab::membership {

void FillDefaults(v1::StrategyPeriod& period) {
  if (!period.display_name().empty()) return;
  period.set_display_name(absl::StrCat(period.start_year()));
  if (period.end_year() != period.start_year()) {
    absl::StrAppend(period.mutable_display_name(), "–", period.end_year());
  }
}

absl::Status CheckStrategyPeriod(const v1::StrategyPeriod& period) {
  if (period.end_year() >= period.start_year()) return absl::OkStatus();
  return InvalidField(
      "strategy_period.end_year",
      {"It is before the first year. Give the same or a later year.",
       "Det ligger före det första året. Ange samma eller ett senare år."});
}

}  // namespace reglab::membership
