#ifndef REGLAB_SERVICES_MEETINGS_ATTENDANCE_RULES_H_
#define REGLAB_SERVICES_MEETINGS_ATTENDANCE_RULES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reglab/meetings/v1/attendance.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/membership/v1/dispatch.pb.h"
#include "services/common/identity.h"

namespace reglab::meetings {

// What is decided about invitations and their answers, without a database.

// People by the organisation for which they sit in a body.
using Seats = std::map<std::string, std::vector<std::string>>;

// Who is to be invited: an organisation, a person or a guest.
struct Invitee {
  std::string organization;
  // Of an organisation, who sits in the body for it.
  std::vector<std::string> seated;
  std::string person;
  v1::Guest guest;

  // By which nobody is invited twice: the address of a guest in small letters,
  // or the resource name.
  std::string Key() const;
};

// The organisations of `seats`, and those that are added; each once.
std::vector<Invitee> InviteesOf(const v1::ConveneMeetingRequest& request,
                                const Seats& seats);
// Those that are added. INVALID_ARGUMENT when there is nobody.
absl::StatusOr<std::vector<Invitee>> InviteesOf(
    const v1::InviteToMeetingRequest& request, const Seats& seats);

// The attendance of an invitee, without a name.
v1::Attendance AttendanceOf(const Invitee& invitee, absl::Time now);

// Who may read the attendance of an invitee, and the meeting whatever its
// visibility: a guest is known by the attendance that the link is for.
std::string OwnerOf(const Invitee& invitee, std::string_view attendance);

// The letter that invites. A guest gets one with a link that answers once:
// until the day after the meeting, but for a week at least and 89 days at most.
membership::v1::SendRequest InvitationLetter(const v1::Meeting& meeting,
                                             std::string_view attendance,
                                             const Invitee& invitee,
                                             std::string_view message,
                                             absl::Time now);

// What the invited are told later.
enum class News { kMoved, kCancelled };

// The letter to the invited of one attendance: to an organisation, or to people
// and addresses alone when it is empty.
membership::v1::SendRequest NewsLetter(
    const v1::Meeting& meeting, News news, std::string_view reason,
    std::string_view organization, const std::vector<std::string>& recipients);

// What a change of these fields does to the invited: they are told.
bool TellsTheInvited(const std::vector<std::string>& changed);

// OK for the secretariat; who acts for the invited organisation, be it by a
// delegation of that meeting; who sits in the body for it; the invited person;
// the guest with the link. PERMISSION_DENIED for others.
absl::Status CheckMayRespond(const Caller& caller, const v1::Meeting& meeting,
                             const v1::Attendance& attendance);

// FAILED_PRECONDITION/NOT_INVITED when the attendance is no invitation,
// INVALID_ARGUMENT when somebody is to come who says no, or for a person or a
// guest.
absl::Status CheckResponse(const v1::RespondAttendanceRequest& request,
                           const v1::Attendance& attendance);

// How the people who come for an organisation change: who is in both stays as
// he is, with what is known about him.
struct ParticipantChanges {
  std::vector<v1::Attendance> kept;
  std::vector<v1::Attendance> added;  // without names
  std::vector<v1::Attendance> removed;
};
ParticipantChanges ChangesOf(const v1::RespondAttendanceRequest& request,
                             const v1::Attendance& attendance,
                             const std::vector<v1::Attendance>& before);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_ATTENDANCE_RULES_H_
