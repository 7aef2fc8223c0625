#ifndef REGLAB_SERVICES_MEMBERSHIP_BODY_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_BODY_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/body.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::bodies {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read, and for what was not at
// work on the day `as_of`, if one is given.
absl::StatusOr<v1::Body> Get(Transaction& tx, const Audience& audience,
                             std::string_view name,
                             std::string_view as_of = "");

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Body> Lock(Transaction& tx, const Audience& audience,
                              std::string_view name, std::string_view etag);

// ALREADY_EXISTS when the name is taken.
absl::StatusOr<v1::Body> Insert(Transaction& tx, v1::Body body);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::Body> Update(Transaction& tx, v1::Body body,
                                std::vector<std::string> changed);
// FAILED_PRECONDITION when the body has appointments.
absl::Status Delete(Transaction& tx, const v1::Body& body);

}  // namespace reglab::membership::bodies

#endif  // REGLAB_SERVICES_MEMBERSHIP_BODY_STORE_H_
