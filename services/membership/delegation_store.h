#ifndef REGLAB_SERVICES_MEMBERSHIP_DELEGATION_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_DELEGATION_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/delegation.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::delegations {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Delegation> Get(Transaction& tx, const Audience& audience,
                                   std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Delegation> Lock(Transaction& tx, const Audience& audience,
                                    std::string_view name,
                                    std::string_view etag);

// FAILED_PRECONDITION when the person has as many as one may have. The caller
// has locked the person, so that two can't both find room.
absl::StatusOr<v1::Delegation> Insert(Transaction& tx,
                                      v1::Delegation delegation);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::Delegation> Update(Transaction& tx,
                                      v1::Delegation delegation,
                                      std::vector<std::string> changed);
// Ends it now, noting who did.
absl::StatusOr<v1::Delegation> Revoke(Transaction& tx,
                                      const v1::Delegation& delegation,
                                      std::string_view revoker);

}  // namespace reglab::membership::delegations

#endif  // REGLAB_SERVICES_MEMBERSHIP_DELEGATION_STORE_H_
