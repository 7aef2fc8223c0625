#ifndef REGLAB_SERVICES_MEMBERSHIP_RELATIONSHIP_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_RELATIONSHIP_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/relationship.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::relationships {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read, for what was not in force
// on the day `as_of`, if one is given, and when an organisation is deleted.
absl::StatusOr<v1::Relationship> Get(Transaction& tx, const Audience& audience,
                                     std::string_view name,
                                     std::string_view as_of);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Relationship> Lock(Transaction& tx, const Audience& audience,
                                      std::string_view name,
                                      std::string_view etag);

// ALREADY_EXISTS when the name is taken, or the two have the same relationship
// in that time; FAILED_PRECONDITION when an organisation would own itself on
// some day. Relationships are written one at a time, so that two can't close a
// circle together.
absl::StatusOr<v1::Relationship> Insert(Transaction& tx,
                                        v1::Relationship relationship);
// `changed` are the paths of the fields that differ from what is stored. Errors
// as of Insert.
absl::StatusOr<v1::Relationship> Update(Transaction& tx,
                                        v1::Relationship relationship,
                                        std::vector<std::string> changed);
absl::Status Delete(Transaction& tx, const v1::Relationship& relationship);

}  // namespace reglab::membership::relationships

#endif  // REGLAB_SERVICES_MEMBERSHIP_RELATIONSHIP_STORE_H_
