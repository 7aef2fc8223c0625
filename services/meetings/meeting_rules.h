#ifndef REGLAB_SERVICES_MEETINGS_MEETING_RULES_H_
#define REGLAB_SERVICES_MEETINGS_MEETING_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "services/common/access_rules.h"

namespace reglab::meetings {

// What is decided about meetings, without a database.

// A day that the calendar has, as 2022-09-13.
bool IsDate(std::string_view text);

// INVALID_ARGUMENT naming `field` unless `date` is empty or such a day.
absl::Status CheckDate(std::string_view field, std::string_view date);

// The clock in Sweden, with its summer time, as the system's tzdata has it.
// Ends the process when that has no Europe/Stockholm.
absl::TimeZone SwedishClock();

// The day in Sweden: "2026-09-15".
std::string SwedishDay(absl::Time time);

absl::Time TimeOf(const google::protobuf::Timestamp& time);

// "tisdag 15 september 2026 kl. 10.00–16.00", as far as it is known.
std::string WhenText(const v1::Meeting& meeting);

// INVALID_ARGUMENT for a day that does not exist, a start that is not on that
// day in Sweden, an end that is not after the start or has none, and a meeting
// that is its own predecessor.
absl::Status CheckMeeting(const v1::Meeting& meeting);

enum class Transition { kConvene, kConclude, kCancel };

// The state that follows; FAILED_PRECONDITION when there is no way from `from`.
absl::StatusOr<v1::Meeting::State> NextState(const v1::Meeting& meeting,
                                             Transition transition);

// FAILED_PRECONDITION/MEETING_STATE unless it is planned or convened.
absl::Status CheckAhead(const v1::Meeting& meeting);

// FAILED_PRECONDITION/MEETING_STATE unless it is convened.
absl::Status CheckConvened(const v1::Meeting& meeting);

// Who may read a meeting in this state when nobody chose otherwise. A
// cancelled one stays as visible as it was.
v1::Meeting::Visibility VisibilityAfter(v1::Meeting::State state,
                                        v1::Meeting::Visibility before);

// The narrower of the two: what stands under a meeting is never told to more
// people than the meeting.
v1::Meeting::Visibility Narrower(v1::Meeting::Visibility a,
                                 v1::Meeting::Visibility b);

// "2022-09-13" and "bodies/member-group" → "2022-09-13-member-group".
std::string MeetingId(std::string_view date, std::string_view body);

// "Medlemsgruppen" and "2022-09-13" → "Medlemsgruppen 13 september 2022".
std::string MeetingTitle(std::string_view body, std::string_view date);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MEETING_RULES_H_
