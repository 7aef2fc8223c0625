#ifndef REGLAB_SERVICES_MEMBERSHIP_RETENTION_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_RETENTION_STORE_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/retention_rule.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::retention {

extern const Listing kListing;

absl::StatusOr<v1::RetentionRule> Get(Transaction& tx, std::string_view name);

// Carries out the retention rules (table retention_rules) that have not run for
// an hour: what has been kept for longer than a rule says is deleted or
// emptied, at most 1,000 rows of a rule in one transaction and 20 such
// transactions in one run. Journalled: the rule whenever it removed something,
// and each resource that it changed. Run by every replica; an advisory lock
// lets one of them do it.
absl::Status Apply(Database& database);

}  // namespace reglab::membership::retention

#endif  // REGLAB_SERVICES_MEMBERSHIP_RETENTION_STORE_H_
