#ifndef REGLAB_SERVICES_MEMBERSHIP_STRATEGY_PERIOD_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_STRATEGY_PERIOD_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// Registers the handlers of strategy periods.
void AddStrategyPeriods(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_STRATEGY_PERIOD_SERVICE_H_
