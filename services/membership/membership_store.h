#ifndef REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/membership.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::memberships {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Membership> Get(Transaction& tx, const Audience& audience,
                                   std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Membership> Lock(Transaction& tx, const Audience& audience,
                                    std::string_view name,
                                    std::string_view etag);

// ALREADY_EXISTS when the name is taken, or the organisation has a membership
// that is applied for or active.
absl::StatusOr<v1::Membership> Insert(Transaction& tx,
                                      v1::Membership membership);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::Membership> Update(Transaction& tx,
                                      v1::Membership membership,
                                      std::vector<std::string> changed);
absl::Status Delete(Transaction& tx, const v1::Membership& membership);

}  // namespace reglab::membership::memberships

#endif  // REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_STORE_H_
