#ifndef REGLAB_SERVICES_LEARNING_ACTIVITY_STORE_H_
#define REGLAB_SERVICES_LEARNING_ACTIVITY_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/learning/v1/activity.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::learning::activities {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Activity> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Activity> Lock(Transaction& tx, const Audience& audience,
                                  std::string_view name, std::string_view etag);

// Whether the activity is, at any remove, part of `whole`.
absl::StatusOr<bool> IsPartOf(Transaction& tx, std::string_view name,
                              std::string_view whole);

// ALREADY_EXISTS when the name is taken.
absl::StatusOr<v1::Activity> Insert(Transaction& tx, v1::Activity activity);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::Activity> Update(Transaction& tx, v1::Activity activity,
                                    std::vector<std::string> changed);
// FAILED_PRECONDITION when other activities are part of it.
absl::Status Delete(Transaction& tx, const v1::Activity& activity);

}  // namespace reglab::learning::activities

#endif  // REGLAB_SERVICES_LEARNING_ACTIVITY_STORE_H_
