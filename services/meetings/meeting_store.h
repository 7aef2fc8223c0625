#ifndef REGLAB_SERVICES_MEETINGS_MEETING_STORE_H_
#define REGLAB_SERVICES_MEETINGS_MEETING_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/meeting.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::meetings {

extern const Listing kListing;

// NOT_FOUND, also for what the audience may not read.
absl::StatusOr<v1::Meeting> Get(Transaction& tx, const Audience& audience,
                                std::string_view name);

// As Get, and keeps others from changing it until the transaction ends.
// ABORTED/ETAG_MISMATCH when `etag` is set and not the current one.
absl::StatusOr<v1::Meeting> Lock(Transaction& tx, const Audience& audience,
                                 std::string_view name, std::string_view etag);

// `visibility_chosen`: by the caller, so that no change of state changes it.
// ALREADY_EXISTS when the name is taken.
absl::StatusOr<v1::Meeting> Insert(Transaction& tx, v1::Meeting meeting,
                                   bool visibility_chosen);

// `changed` are the field paths for the journal.
absl::StatusOr<v1::Meeting> Update(Transaction& tx, v1::Meeting meeting,
                                   std::vector<std::string> changed);

// FAILED_PRECONDITION when anything stands under the meeting or follows it.
absl::Status Delete(Transaction& tx, const v1::Meeting& meeting);

absl::StatusOr<bool> VisibilityChosen(Transaction& tx, std::string_view name);

// INVALID_ARGUMENT naming meeting.previous_meeting when it is set and not a
// meeting that the audience may read.
absl::Status CheckPrevious(Transaction& tx, const Audience& audience,
                           const v1::Meeting& meeting);

// "meetings/<id>", with "-2", "-3", … when that is taken.
absl::StatusOr<std::string> FreeName(Transaction& tx, const std::string& id);

// Who owns a meeting, and what stands under it: its body.
std::vector<std::string> OwnersOf(const v1::Meeting& meeting);

}  // namespace reglab::meetings::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MEETING_STORE_H_
