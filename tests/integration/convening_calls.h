#ifndef REGLAB_TESTS_INTEGRATION_CONVENING_CALLS_H_
#define REGLAB_TESTS_INTEGRATION_CONVENING_CALLS_H_

// A member group with two regions and an agency in it, and short calls of the
// meetings service, for the tests of what happens around a meeting.

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "google/rpc/error_details.pb.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/attendance.pb.h"
#include "reglab/meetings/v1/calendar_event.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "tests/integration/membership_calls.h"

namespace reglab::meetings {

using google::protobuf::Empty;
using reglab::testing::Member;
using reglab::testing::Nobody;
using reglab::testing::Secretariat;
using reglab::testing::Suite;

inline constexpr char kUppsala[] = "organizations/region-uppsala";
inline constexpr char kHalland[] = "organizations/region-halland";
inline constexpr char kVinnova[] = "organizations/vinnova";

inline Suite& Running() {
  return Suite::With({"membership", "learning", "meetings"});
}

template <class Response>
absl::StatusOr<Response> Ask(const std::string& method,
                             const google::protobuf::Message& request,
                             const Caller& caller = Secretariat()) {
  return Running().Call<Response>("/reglab.meetings.v1." + method, request,
                                  caller);
}

// Once: the organisations, who represents them, and who sits in the group.
inline void Prepare() {
  static const bool prepared = [] {
    Running();
    namespace m = reglab::membership;
    EXPECT_TRUE(
        m::CreateBody("member-group", m::Body::MEMBER_GROUP).status().ok());
    EXPECT_TRUE(m::CreateBody("board", m::Body::BOARD).status().ok());
    for (const char* id :
         {"region-uppsala", "region-halland", "vinnova", "skr"}) {
      m::v1::CreateOrganizationRequest request;
      request.set_organization_id(id);
      request.mutable_organization()->set_display_name(id);
      request.mutable_organization()->set_kind(
          std::string(id).starts_with("region")
              ? m::Organization::REGION
              : m::Organization::NATIONAL_AGENCY);
      const auto created = m::Ask<m::Organization>(
          "OrganizationsService/CreateOrganization", request);
      EXPECT_TRUE(created.ok()) << created.status();
      if (std::string(id) == "skr") continue;
      const auto member = m::CreateMembership(
          "organizations/" + std::string(id), m::Membership::ACTIVE);
      EXPECT_TRUE(member.ok()) << member.status();
      const std::string person = "rep-" + std::string(id);
      EXPECT_TRUE(
          m::CreatePerson(person, "organizations/" + std::string(id)).ok());
      const auto seat =
          m::Appoint("bodies/member-group", "people/" + person,
                     m::Appointment::MEMBER_REPRESENTATIVE, "2020-01-01");
      EXPECT_TRUE(seat.ok()) << seat.status();
    }
    return true;
  }();
  (void)prepared;
}

// Who represents one of them, as the gateway would resolve the login.
inline Caller RepresentativeOf(const std::string& organization) {
  Caller caller;
  caller.name = "people/rep-" + organization.substr(organization.find('/') + 1);
  caller.organization = organization;
  caller.roles = {"MEMBER", "MEMBER_REPRESENTATIVE"};
  caller.scopes = {"meetings.attendances.respond"};
  caller.bodies = {"bodies/member-group"};
  return caller;
}

inline v1::CreateMeetingRequest Planned(const std::string& id,
                                        const std::string& date) {
  v1::CreateMeetingRequest request;
  request.set_meeting_id(id);
  v1::Meeting& meeting = *request.mutable_meeting();
  meeting.set_display_name("Möte " + id);
  meeting.set_body("bodies/member-group");
  meeting.set_date(date);
  return request;
}

// `start` and `end` in RFC 3339; "" for none.
inline absl::StatusOr<v1::Meeting> Plan(const std::string& id,
                                        const std::string& date,
                                        const std::string& start = "",
                                        const std::string& end = "") {
  Prepare();
  v1::CreateMeetingRequest request = Planned(id, date);
  const auto seconds = [](const std::string& text) {
    absl::Time time;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
    return absl::ToUnixSeconds(time);
  };
  v1::Meeting& meeting = *request.mutable_meeting();
  if (!start.empty()) meeting.mutable_start_time()->set_seconds(seconds(start));
  if (!end.empty()) meeting.mutable_end_time()->set_seconds(seconds(end));
  return Ask<v1::Meeting>("MeetingsService/CreateMeeting", request);
}

inline absl::StatusOr<v1::Meeting> Get(const std::string& name,
                                       const Caller& caller = Secretariat()) {
  v1::GetMeetingRequest request;
  request.set_name(name);
  return Ask<v1::Meeting>("MeetingsService/GetMeeting", request, caller);
}

inline absl::StatusOr<v1::Meeting> Convene(const std::string& name) {
  v1::ConveneMeetingRequest request;
  request.set_name(name);
  return Ask<v1::Meeting>("MeetingsService/ConveneMeeting", request);
}

inline v1::AgendaItem AddItem(const std::string& meeting, const std::string& id,
                              int minutes = 0) {
  v1::CreateAgendaItemRequest request;
  request.set_parent(meeting);
  request.set_agenda_item_id(id);
  request.mutable_agenda_item()->set_display_name("Punkt " + id);
  request.mutable_agenda_item()->set_duration_minutes(minutes);
  const auto item =
      Ask<v1::AgendaItem>("AgendaItemsService/CreateAgendaItem", request);
  EXPECT_TRUE(item.ok()) << item.status();
  return item.ok() ? *item : v1::AgendaItem();
}

inline std::vector<v1::AgendaItem> AgendaOf(
    const std::string& meeting, const Caller& caller = Secretariat()) {
  v1::ListAgendaItemsRequest request;
  request.set_parent(meeting);
  request.set_page_size(500);
  const auto list = Ask<v1::ListAgendaItemsResponse>(
      "AgendaItemsService/ListAgendaItems", request, caller);
  EXPECT_TRUE(list.ok()) << list.status();
  if (!list.ok()) return {};
  return {list->agenda_items().begin(), list->agenda_items().end()};
}

inline std::vector<v1::Attendance> AttendancesOf(
    const std::string& meeting, const std::string& filter = "",
    const Caller& caller = Secretariat()) {
  v1::ListAttendancesRequest request;
  request.set_parent(meeting);
  request.set_filter(filter);
  request.set_page_size(500);
  const auto list = Ask<v1::ListAttendancesResponse>(
      "AttendancesService/ListAttendances", request, caller);
  EXPECT_TRUE(list.ok()) << list.status();
  if (!list.ok()) return {};
  return {list->attendances().begin(), list->attendances().end()};
}

inline std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const google::rpc::Status proto = ToProto(status, false);
  for (const auto& detail : proto.details()) {
    google::rpc::BadRequest bad;
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& violation : bad.field_violations()) {
      fields.push_back(violation.field());
    }
  }
  return fields;
}

// What the SQL in membership's database answers once it is `wanted`, or after
// 20 seconds: letters are asked for by recorded work.
inline std::string Eventually(const std::string& sql,
                              const std::string& wanted) {
  std::string found;
  for (int i = 0; i < 400; ++i) {
    found = Running().Sql("membership", sql);
    if (found == wanted) break;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return found;
}

}  // namespace reglab::meetings

#endif  // REGLAB_TESTS_INTEGRATION_CONVENING_CALLS_H_
