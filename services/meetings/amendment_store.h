#ifndef REGLAB_SERVICES_MEETINGS_AMENDMENT_STORE_H_
#define REGLAB_SERVICES_MEETINGS_AMENDMENT_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/consultation.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::amendments {

extern const Listing kListing;

// NOT_FOUND, also when the audience may not read its consultation.
absl::StatusOr<v1::Amendment> Get(Transaction& tx, const Audience& audience,
                                  std::string_view name);

// As Get, and keeps others from changing it until the transaction ends; lock
// its consultation before. ABORTED/ETAG_MISMATCH when `etag` is set and not the
// current one.
absl::StatusOr<v1::Amendment> Lock(Transaction& tx, const Audience& audience,
                                   std::string_view name,
                                   std::string_view etag);

// Locks those of a consultation that are neither withdrawn nor worked in.
absl::StatusOr<std::vector<v1::Amendment>> LockPending(
    Transaction& tx, std::string_view consultation);

// Those that stand in a draft and are neither rejected, withdrawn nor worked
// in.
absl::StatusOr<std::vector<v1::Amendment>> InDraft(Transaction& tx,
                                                   std::string_view draft);

// Those that were disposed of at a meeting, in the order in which they were; of
// every visibility. At most kMostAmendments.
absl::StatusOr<std::vector<v1::Amendment>> DisposedAt(Transaction& tx,
                                                      std::string_view meeting);

// The one of a suggestion, if there is one.
absl::StatusOr<std::optional<v1::Amendment>> FindBySuggestion(
    Transaction& tx, std::string_view suggestion);

// FAILED_PRECONDITION/TOO_MANY_AMENDMENTS when the consultation has
// kMostAmendments.
absl::StatusOr<v1::Amendment> Insert(Transaction& tx,
                                     const v1::Consultation& consultation,
                                     v1::Amendment amendment);

// `changed` are the field paths for the journal.
absl::StatusOr<v1::Amendment> Update(Transaction& tx,
                                     const v1::Consultation& consultation,
                                     v1::Amendment amendment,
                                     std::vector<std::string> changed);

// The same of many, with one statement; they get their new etags.
absl::Status UpdateAll(Transaction& tx, const v1::Consultation& consultation,
                       std::vector<v1::Amendment>& amendments,
                       const std::vector<std::string>& changed);

// The most of one consultation.
inline constexpr int kMostAmendments = 10000;

}  // namespace reglab::meetings::amendments

#endif  // REGLAB_SERVICES_MEETINGS_AMENDMENT_STORE_H_
