#ifndef REGLAB_TESTS_INTEGRATION_MINUTES_CALLS_H_
#define REGLAB_TESTS_INTEGRATION_MINUTES_CALLS_H_

// Short calls about minutes, for their tests.

#include <string>
#include <vector>

#include "reglab/meetings/v1/minutes.pb.h"
#include "tests/integration/membership_calls.h"

namespace reglab::meetings {

using options::v1::Content;
using testing::Member;
using testing::Nobody;
using testing::Secretariat;
using testing::Suite;
using v1::Minutes;

inline Suite& Running() {
  static Suite& suite = []() -> Suite& {
    Suite& started = Suite::With({"membership", "learning", "meetings"});
    for (const char* id : {"region-uppsala", "skr", "storsthlm"}) {
      EXPECT_TRUE(
          membership::CreateOrganization(id, "Organisation " + std::string(id))
              .ok());
    }
    EXPECT_TRUE(membership::CreateBody("member-group",
                                       membership::v1::Body::MEMBER_GROUP)
                    .ok());
    EXPECT_TRUE(
        membership::CreateBody("board", membership::v1::Body::BOARD).ok());
    for (const char* id : {"chair", "first", "second", "away"}) {
      EXPECT_TRUE(
          membership::CreatePerson(id, "organizations/region-uppsala").ok());
    }
    return started;
  }();
  return suite;
}

template <class Response>
absl::StatusOr<Response> Ask(const std::string& method,
                             const google::protobuf::Message& request,
                             const Caller& caller = Secretariat()) {
  return Running().Call<Response>("/reglab.meetings.v1." + method, request,
                                  caller);
}

inline std::string Day(int days) { return membership::DayFromNow(days); }

// A meeting of yesterday, with who was there.
inline std::string Meeting(const std::string& id, const std::string& body) {
  v1::CreateMeetingRequest request;
  Running();
  request.set_meeting_id(id);
  request.mutable_meeting()->set_display_name("Möte " + id);
  request.mutable_meeting()->set_body(body);
  request.mutable_meeting()->set_date(Day(-1));
  const auto created =
      Ask<v1::Meeting>("MeetingsService/CreateMeeting", request);
  EXPECT_TRUE(created.ok()) << created.status();
  v1::ConcludeMeetingRequest conclude;
  conclude.set_name("meetings/" + id);
  EXPECT_TRUE(
      Ask<v1::Meeting>("MeetingsService/ConcludeMeeting", conclude).ok());
  return "meetings/" + id;
}

inline std::string Attended(
    const std::string& meeting, const std::string& organization,
    const std::string& person = "",
    v1::Attendance::Status status = v1::Attendance::PRESENT) {
  v1::CreateAttendanceRequest request;
  request.set_parent(meeting);
  request.mutable_attendance()->set_organization(organization);
  request.mutable_attendance()->set_person(person);
  request.mutable_attendance()->set_name_text(
      person.empty() ? "" : "Namn " + person.substr(7));
  request.mutable_attendance()->set_status(status);
  const auto created =
      Ask<v1::Attendance>("AttendancesService/CreateAttendance", request);
  EXPECT_TRUE(created.ok()) << created.status();
  return created.ok() ? created->name() : "";
}

inline absl::StatusOr<v1::Note> AddNote(const std::string& meeting,
                                        const std::string& text) {
  v1::CreateNoteRequest request;
  request.set_parent(meeting);
  request.mutable_note()->set_text(text);
  return Ask<v1::Note>("NotesService/CreateNote", request);
}

inline absl::StatusOr<Minutes> Begin(
    const std::string& meeting, Minutes::Kind kind = Minutes::NOTES,
    const std::string& chair = "",
    const std::vector<std::string>& verifiers = {}) {
  v1::CreateMinutesRequest request;
  request.set_parent(meeting);
  request.mutable_minutes()->set_kind(kind);
  request.mutable_minutes()->set_chair(chair);
  for (const std::string& each : verifiers) {
    request.mutable_minutes()->add_verifiers(each);
  }
  return Ask<Minutes>("MinutesService/CreateMinutes", request);
}

inline absl::StatusOr<Minutes> Get(const std::string& meeting,
                                   const Caller& caller = Secretariat()) {
  v1::GetMinutesRequest request;
  request.set_name(meeting + "/minutes");
  return Ask<Minutes>("MinutesService/GetMinutes", request, caller);
}

inline absl::StatusOr<Minutes> Circulate(const std::string& meeting,
                                         const std::string& until,
                                         bool acknowledged = true) {
  v1::CirculateMinutesRequest request;
  request.set_name(meeting + "/minutes");
  request.set_corrections_until(until);
  request.set_disclosure_acknowledged(acknowledged);
  return Ask<Minutes>("MinutesService/CirculateMinutes", request);
}

inline absl::StatusOr<Minutes> Finalize(const std::string& meeting) {
  v1::FinalizeMinutesRequest request;
  request.set_name(meeting + "/minutes");
  return Ask<Minutes>("MinutesService/FinalizeMinutes", request);
}

template <class Request>
absl::StatusOr<Content> Document(const std::string& method,
                                 const std::string& meeting, int version = 0,
                                 const Caller& caller = Secretariat()) {
  Request request;
  request.set_name(meeting + "/minutes");
  request.set_version(version);
  return Ask<Content>("MinutesService/" + method, request, caller);
}

}  // namespace reglab::meetings

#endif  // REGLAB_TESTS_INTEGRATION_MINUTES_CALLS_H_
