#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_VERSION_STORE_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_VERSION_STORE_H_

#include <string_view>
#include <vector>

#include "reglab/meetings/v1/minutes_version.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::minutes_versions {

extern const Listing kListing;

// NOT_FOUND, also when the minutes or the meeting may not be read.
absl::StatusOr<v1::MinutesVersion> Get(Transaction& tx,
                                       const Audience& audience,
                                       std::string_view name);

// Those of minutes that may be read, without their text, up to this number; at
// most the last 500.
absl::StatusOr<std::vector<v1::MinutesVersion>> History(
    Transaction& tx, std::string_view minutes, int last);

// Freezes a version: the next number after that of `minutes`, in their state.
// `version` has text, change, reason and, when it is circulated, until when and
// to whom.
absl::StatusOr<v1::MinutesVersion> Insert(Transaction& tx,
                                          const v1::Meeting& meeting,
                                          const v1::Minutes& minutes,
                                          v1::MinutesVersion version);

}  // namespace reglab::meetings::minutes_versions

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_VERSION_STORE_H_
