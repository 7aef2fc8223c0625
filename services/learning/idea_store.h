#ifndef REGLAB_SERVICES_LEARNING_IDEA_STORE_H_
#define REGLAB_SERVICES_LEARNING_IDEA_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/learning/v1/idea.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::learning::ideas {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Idea> Get(Transaction& tx, const Audience& audience,
                             std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Idea> Lock(Transaction& tx, const Audience& audience,
                              std::string_view name, std::string_view etag);

// The idea that this suggestion of a meeting's minutes has become, if any; to
// whomever it belongs.
absl::StatusOr<std::optional<v1::Idea>> FindBySuggestion(
    Transaction& tx, std::string_view suggestion);

// ALREADY_EXISTS when the name is taken, or its suggestion has become an idea
// before.
absl::StatusOr<v1::Idea> Insert(Transaction& tx, v1::Idea idea);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::Idea> Update(Transaction& tx, v1::Idea idea,
                                std::vector<std::string> changed);
absl::Status Delete(Transaction& tx, const v1::Idea& idea);

}  // namespace reglab::learning::ideas

#endif  // REGLAB_SERVICES_LEARNING_IDEA_STORE_H_
