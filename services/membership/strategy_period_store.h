#ifndef REGLAB_SERVICES_MEMBERSHIP_STRATEGY_PERIOD_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_STRATEGY_PERIOD_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/strategy_period.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::strategy_periods {

extern const Listing kListing;

absl::StatusOr<v1::StrategyPeriod> Get(Transaction& tx,
                                       const Audience& audience,
                                       std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::StrategyPeriod> Lock(Transaction& tx,
                                        const Audience& audience,
                                        std::string_view name,
                                        std::string_view etag);

// ALREADY_EXISTS when the name is taken, or another period has one of the
// years. Periods are written one at a time, so that two can't take a year
// together.
absl::StatusOr<v1::StrategyPeriod> Insert(Transaction& tx,
                                          v1::StrategyPeriod period);
// `changed` are the paths of the fields that differ from what is stored. Errors
// as of Insert.
absl::StatusOr<v1::StrategyPeriod> Update(Transaction& tx,
                                          v1::StrategyPeriod period,
                                          std::vector<std::string> changed);
absl::Status Delete(Transaction& tx, const v1::StrategyPeriod& period);

}  // namespace reglab::membership::strategy_periods

#endif  // REGLAB_SERVICES_MEMBERSHIP_STRATEGY_PERIOD_STORE_H_
