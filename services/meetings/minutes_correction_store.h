#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_CORRECTION_STORE_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_CORRECTION_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/minutes_correction.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::minutes_corrections {

extern const Listing kListing;

// NOT_FOUND, also for what the audience may not read.
absl::StatusOr<v1::MinutesCorrection> Get(Transaction& tx,
                                          const Audience& audience,
                                          std::string_view name);

// As Get, and keeps others from changing it until the transaction ends.
// ABORTED/ETAG_MISMATCH when `etag` is set and not the current one.
absl::StatusOr<v1::MinutesCorrection> Lock(Transaction& tx,
                                           const Audience& audience,
                                           std::string_view name,
                                           std::string_view etag);

// Owned by the body and by the organisation that proposes it.
absl::StatusOr<v1::MinutesCorrection> Insert(Transaction& tx,
                                             const v1::Meeting& meeting,
                                             v1::MinutesCorrection correction);

// Writes state and reason.
absl::StatusOr<v1::MinutesCorrection> Update(Transaction& tx,
                                             v1::MinutesCorrection correction);

// How many were proposed, and how many of them wait for an answer.
struct Counts {
  int proposed = 0;
  int open = 0;
};
absl::StatusOr<Counts> Count(Transaction& tx, std::string_view minutes);

// The texts of those that were accepted to this version, the oldest first.
absl::StatusOr<std::vector<std::string>> Accepted(Transaction& tx,
                                                  std::string_view minutes,
                                                  int version);

}  // namespace reglab::meetings::minutes_corrections

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_CORRECTION_STORE_H_
