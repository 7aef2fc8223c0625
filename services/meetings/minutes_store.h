#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_STORE_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_STORE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/minutes.pb.h"
#include "services/common/database.h"
#include "services/common/identity.h"
#include "services/meetings/minutes_parts.h"

namespace reglab::meetings::minutes {

// What organisations, bodies and people are called, by resource name.
using Names = std::map<std::string, std::string, std::less<>>;

// The minutes with their meeting. NOT_FOUND, also when they or the meeting may
// not be read. The text is there when it was written down once: of what is
// final, approved or imported. Otherwise it is empty: see WithText.
struct WithMeeting {
  v1::Minutes minutes;
  v1::Meeting meeting;
};
absl::StatusOr<WithMeeting> Get(Transaction& tx, const Audience& audience,
                                std::string_view name);

// As Get, and keeps others from changing them, or anything under the meeting,
// until the transaction ends. ABORTED/ETAG_MISMATCH when `etag` is set and not
// the current one.
absl::StatusOr<WithMeeting> Lock(Transaction& tx, const Audience& audience,
                                 std::string_view name, std::string_view etag);

// Adds text, digest and approvals where they are not there yet: made from those
// parts of the meeting that every reader of the minutes may read.
absl::Status WithText(Transaction& tx, const Names& names, WithMeeting& all);

// All that attended or were missed, whoever may read it.
absl::StatusOr<std::vector<v1::Attendance>> Attendances(
    Transaction& tx, std::string_view meeting);

// Begins the minutes of a meeting, which is locked. ALREADY_EXISTS.
absl::StatusOr<v1::Minutes> Create(Transaction& tx, const v1::Meeting& meeting,
                                   v1::Minutes minutes);

// Writes kind, state, visibility, chair, verifiers, last day for corrections
// and number of the last version. `changed` are the field paths for the
// journal. The minutes get a new etag.
absl::Status Update(Transaction& tx, const v1::Meeting& meeting,
                    std::vector<std::string> changed, v1::Minutes& minutes);

// Approvals of another text fall away.
absl::Status Approve(Transaction& tx, const v1::Minutes& minutes,
                     std::string_view person);

// The day in Sweden.
absl::StatusOr<std::string> Today(Transaction& tx);

// The meeting that the document of this digest became; "" when it was never
// imported.
absl::StatusOr<std::string> MeetingOf(Transaction& tx, std::string_view digest);

// As MeetingOf, once no other import of the same document is under way.
absl::StatusOr<std::string> LockDigest(Transaction& tx,
                                       std::string_view digest);

// Inserts the document of a meeting as its first version, and all that stands
// under it in `response`. `importer` owns the suggestions.
absl::Status Insert(Transaction& tx, const ParsedMinutes& parsed,
                    std::string_view digest, const std::string& importer,
                    const Layouts& layouts,
                    v1::ImportMinutesResponse& response);

// What an earlier import of this meeting answered, as it stands today.
absl::StatusOr<v1::ImportMinutesResponse> Read(Transaction& tx,
                                               const Audience& audience,
                                               std::string_view meeting);

}  // namespace reglab::meetings::minutes

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_STORE_H_
