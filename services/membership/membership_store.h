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

// NOT_FOUND also for what the audience may not read, and for what was not in
// force on the day `as_of`, if one is given.
absl::StatusOr<v1::Membership> Get(Transaction& tx, const Audience& audience,
                                   std::string_view name,
                                   std::string_view as_of);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Membership> Lock(Transaction& tx, const Audience& audience,
                                    std::string_view name,
                                    std::string_view etag);

// ALREADY_EXISTS when the name is taken, the organisation has a membership that
// is applied for or active, or had one on some of the days. The caller has
// locked the organisation; so for Update.
absl::StatusOr<v1::Membership> Insert(Transaction& tx,
                                      v1::Membership membership);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::Membership> Update(Transaction& tx,
                                      v1::Membership membership,
                                      std::vector<std::string> changed);

// FAILED_PRECONDITION when the organisation belongs on that day as a partner,
// which has no member representative.
absl::Status CheckMayBeRepresented(Transaction& tx,
                                   std::string_view organization,
                                   std::string_view day);

absl::Status Delete(Transaction& tx, const v1::Membership& membership);

}  // namespace reglab::membership::memberships

#endif  // REGLAB_SERVICES_MEMBERSHIP_MEMBERSHIP_STORE_H_
