#ifndef REGLAB_SERVICES_MEETINGS_ATTENDANCE_STORE_H_
#define REGLAB_SERVICES_MEETINGS_ATTENDANCE_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/attendance.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "services/common/database.h"

// What attendances have beside what all parts of a meeting have (see
// item_store.h).
namespace reglab::meetings::attendances {

// An invitation, for who writes to the invited.
struct Invitation {
  std::string name;
  std::string organization;
  std::string person;
  std::string email;                // of a guest
  std::vector<std::string> people;  // who come for the organisation, if linked
};

// All of a meeting, by name.
absl::StatusOr<std::vector<Invitation>> Invitations(Transaction& tx,
                                                    std::string_view meeting);

// The names of all attendances of a meeting.
absl::StatusOr<std::vector<std::string>> Names(Transaction& tx,
                                               std::string_view meeting);

// Who come for the organisation that was invited, in order.
absl::StatusOr<std::vector<v1::Attendance>> Participants(
    Transaction& tx, std::string_view invitation);

// Everyone counts, whatever the caller may read: these are numbers alone.
// `regions` are the organisations that are regions.
absl::StatusOr<v1::MeetingRepresentation> Count(
    Transaction& tx, std::string_view meeting,
    const std::vector<std::string>& regions);

}  // namespace reglab::meetings::attendances

#endif  // REGLAB_SERVICES_MEETINGS_ATTENDANCE_STORE_H_
