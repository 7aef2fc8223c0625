#ifndef REGLAB_SERVICES_MEETINGS_POSITION_STORE_H_
#define REGLAB_SERVICES_MEETINGS_POSITION_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/consultation.pb.h"
#include "reglab/meetings/v1/position.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::positions {

extern const Listing kListing;

// NOT_FOUND, also when the audience may not read its consultation.
absl::StatusOr<v1::Position> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name);

// As Get, and keeps others from changing it until the transaction ends; lock
// its consultation before. ABORTED/ETAG_MISMATCH when `etag` is set and not the
// current one.
absl::StatusOr<v1::Position> Lock(Transaction& tx, const Audience& audience,
                                  std::string_view name, std::string_view etag);

// ALREADY_EXISTS/POSITION_EXISTS when its organisation has one on the question.
absl::StatusOr<v1::Position> Insert(Transaction& tx,
                                    const v1::Consultation& consultation,
                                    v1::Position position);

// `changed` are the field paths for the journal.
absl::StatusOr<v1::Position> Update(Transaction& tx,
                                    const v1::Consultation& consultation,
                                    v1::Position position,
                                    std::vector<std::string> changed);

absl::Status Delete(Transaction& tx, const v1::Consultation& consultation,
                    const v1::Position& position);

}  // namespace reglab::meetings::positions

#endif  // REGLAB_SERVICES_MEETINGS_POSITION_STORE_H_
