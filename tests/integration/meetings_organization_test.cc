// Lists of one organisation: meetings that it hosts, and its parts in them.

#include <gmock/gmock.h>

#include "services/meetings/item_store.h"
#include "services/meetings/meeting_store.h"
#include "tests/integration/explain.h"

namespace reglab::meetings {
namespace {

using ::testing::HasSubstr;

testing::Suite& Running() {
  static testing::Suite& suite = [&]() -> testing::Suite& {
    testing::Suite& started = testing::Suite::With({"meetings"});
    started.Sql(
        "meetings",
        "INSERT INTO meetings (name, visibility, owners, display_name, body,"
        " date, host_organization, state, etag)"
        " SELECT 'meetings/m' || i, 'PUBLIC', '{}', 'Möte ' || i, 'bodies/b',"
        "  '2026-01-01', 'organizations/o' || i % 200, 'CONVENED', 'x'"
        "  FROM generate_series(1, 5000) i;"
        "INSERT INTO attendances (name, parent, position, source_line,"
        " visibility, owners, organization, etag)"
        " SELECT 'meetings/m' || i % 5000 + 1 || '/attendances/a' || i,"
        "  'meetings/m' || i % 5000 + 1, i, 0, 'PUBLIC', '{}',"
        "  'organizations/o' || i % 200, 'x' FROM generate_series(1, 20000) i;"
        "INSERT INTO discussions (name, parent, position, source_line,"
        " visibility, owners, text, organizations, etag)"
        " SELECT 'meetings/m' || i % 5000 + 1 || '/discussions/d' || i,"
        "  'meetings/m' || i % 5000 + 1, i, 0, 'PUBLIC', '{}', 'Ord',"
        "  ARRAY['organizations/o' || i % 2000, 'organizations/x'], 'x'"
        "  FROM generate_series(1, 20000) i;"
        "INSERT INTO actions (name, parent, position, source_line,"
        " visibility, owners, text, owner, state, etag)"
        " SELECT 'meetings/m' || i % 5000 + 1 || '/actions/a' || i,"
        "  'meetings/m' || i % 5000 + 1, i, 0, 'PUBLIC', '{}', 'Gör',"
        "  'organizations/o' || i % 200, 'OPEN', 'x'"
        "  FROM generate_series(1, 20000) i");
    // Alone: it also empties what the indexes put off.
    started.Sql("meetings", "VACUUM ANALYZE");
    return started;
  }();
  return suite;
}

template <class Response, class Request>
Response List(const std::string& method, Request request) {
  request.set_organization("organizations/o7");
  request.set_page_size(500);
  const auto answer = Running().Call<Response>("/reglab.meetings.v1." + method,
                                               request, testing::Nobody());
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? *answer : Response();
}

template <class Request>
std::string Plan(const Listing& listing, Request request) {
  request.set_organization("organizations/o7");
  return testing::PlanOf(Running(), "meetings", listing, request);
}

TEST(MeetingsOfAnOrganization, AreThoseItHosts) {
  const v1::ListMeetingsRequest request;
  const auto answer =
      List<v1::ListMeetingsResponse>("MeetingsService/ListMeetings", request);
  ASSERT_EQ(answer.meetings_size(), 25);
  EXPECT_EQ(answer.meetings(0).host_organization(), "organizations/o7");
  EXPECT_THAT(Plan(meetings::kListing, request),
              HasSubstr("meetings_host_organization"));
}

TEST(PartsOfAnOrganization, AreItsAttendancesDiscussionsAndActions) {
  v1::ListAttendancesRequest attendances;
  attendances.set_parent("meetings/-");
  EXPECT_EQ(List<v1::ListAttendancesResponse>(
                "AttendancesService/ListAttendances", attendances)
                .attendances_size(),
            100);
  EXPECT_THAT(Plan(*items::TableOf<v1::Attendance>().listing, attendances),
              HasSubstr("attendances_organization"));
  v1::ListDiscussionsRequest discussions;
  discussions.set_parent("meetings/-");
  EXPECT_EQ(List<v1::ListDiscussionsResponse>(
                "DiscussionsService/ListDiscussions", discussions)
                .discussions_size(),
            10);
  EXPECT_THAT(Plan(*items::TableOf<v1::Discussion>().listing, discussions),
              HasSubstr("discussions_organizations"));
  v1::ListActionsRequest actions;
  actions.set_parent("meetings/-");
  EXPECT_EQ(List<v1::ListActionsResponse>("ActionsService/ListActions", actions)
                .actions_size(),
            100);
  EXPECT_THAT(Plan(*items::TableOf<v1::Action>().listing, actions),
              HasSubstr("actions_owner"));
}

}  // namespace
}  // namespace reglab::meetings
