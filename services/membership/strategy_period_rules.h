#ifndef REGLAB_SERVICES_MEMBERSHIP_STRATEGY_PERIOD_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_STRATEGY_PERIOD_RULES_H_

#include "absl/status/status.h"
#include "reglab/membership/v1/strategy_period.pb.h"

namespace reglab::membership {

// Calls a period that has no name by its years: "2023–2026", "2027".
void FillDefaults(v1::StrategyPeriod& period);

// INVALID_ARGUMENT when it ends before it starts.
absl::Status CheckStrategyPeriod(const v1::StrategyPeriod& period);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_STRATEGY_PERIOD_RULES_H_
