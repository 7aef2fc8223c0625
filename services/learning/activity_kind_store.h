#ifndef REGLAB_SERVICES_LEARNING_ACTIVITY_KIND_STORE_H_
#define REGLAB_SERVICES_LEARNING_ACTIVITY_KIND_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/learning/v1/activity_kind.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::learning::activity_kinds {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::ActivityKind> Get(Transaction& tx, const Audience& audience,
                                     std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::ActivityKind> Lock(Transaction& tx, const Audience& audience,
                                      std::string_view name,
                                      std::string_view etag);

// The names of all kinds that are not retired, for an error that lists them.
absl::StatusOr<std::vector<std::string>> OpenNames(Transaction& tx);

// ALREADY_EXISTS when the name is taken.
absl::StatusOr<v1::ActivityKind> Insert(Transaction& tx, v1::ActivityKind kind);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::ActivityKind> Update(Transaction& tx, v1::ActivityKind kind,
                                        std::vector<std::string> changed);
// FAILED_PRECONDITION when activities are of that kind.
absl::Status Delete(Transaction& tx, const v1::ActivityKind& kind);

}  // namespace reglab::learning::activity_kinds

#endif  // REGLAB_SERVICES_LEARNING_ACTIVITY_KIND_STORE_H_
