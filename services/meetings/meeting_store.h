#ifndef REGLAB_SERVICES_MEETINGS_MEETING_STORE_H_
#define REGLAB_SERVICES_MEETINGS_MEETING_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/meeting.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::meetings {

extern const Listing kListing;

// NOT_FOUND, also for what the audience may not read. Without the link, when
// the audience reads it only because everyone may.
absl::StatusOr<v1::Meeting> Get(Transaction& tx, const Audience& audience,
                                std::string_view name);

// As Get with the link, and keeps others from changing it until the transaction
// ends. ABORTED/ETAG_MISMATCH when `etag` is set and not the current one.
absl::StatusOr<v1::Meeting> Lock(Transaction& tx, const Audience& audience,
                                 std::string_view name, std::string_view etag);

// `visibility_chosen`: by the caller, so that no change of state changes it.
// ALREADY_EXISTS when the name is taken.
absl::StatusOr<v1::Meeting> Insert(Transaction& tx, v1::Meeting meeting,
                                   bool visibility_chosen);

// `changed` are the field paths for the journal.
absl::StatusOr<v1::Meeting> Update(Transaction& tx, v1::Meeting meeting,
                                   std::vector<std::string> changed);

// Lets others read it, and keeps that: the invited. Before an Update in the
// same transaction, which tells the journal.
void AddOwners(Transaction& tx, std::string_view name,
               const std::vector<std::string>& owners);

// FAILED_PRECONDITION when anything stands under the meeting. Those that follow
// on it then follow on the one before, and calendars keep it as cancelled.
absl::Status Delete(Transaction& tx, const v1::Meeting& meeting);

// The latest meeting of the same body on an earlier day that is not cancelled;
// "" when there is none.
absl::StatusOr<std::string> PreviousOf(Transaction& tx,
                                       const v1::Meeting& meeting);

absl::StatusOr<bool> VisibilityChosen(Transaction& tx, std::string_view name);

// INVALID_ARGUMENT naming meeting.previous_meeting when it is set and not a
// meeting that the audience may read.
absl::Status CheckPrevious(Transaction& tx, const Audience& audience,
                           const v1::Meeting& meeting);

// "meetings/<id>", with "-2", "-3", … when that is taken.
absl::StatusOr<std::string> FreeName(Transaction& tx, const std::string& id);

// Who owns what stands under a meeting: its body.
std::vector<std::string> OwnersOf(const v1::Meeting& meeting);

}  // namespace reglab::meetings::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MEETING_STORE_H_
