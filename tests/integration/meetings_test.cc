// The meetings service through its gRPC door, with membership and learning
// beside it, on a real PostgreSQL.
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <cctype>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "reglab/learning/v1/idea.pb.h"
#include "reglab/meetings/v1/changes.pb.h"
#include "reglab/meetings/v1/minutes.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "tests/integration/meetings_calls.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;

TEST(Meetings, ReadBackAsTheyWereCreated) {
  const auto created = Create("read-back");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->name(), "meetings/read-back");
  EXPECT_EQ(created->state(), v1::Meeting::PLANNED);
  EXPECT_EQ(created->visibility(), v1::Meeting::BODY);
  const auto read = GetMeeting(created->name(), Secretariat());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), created->SerializeAsString());
}

TEST(Meetings, PlannedAreTheBodysAndConvenedEveryones) {
  const auto created = Create("convened");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_TRUE(absl::IsNotFound(GetMeeting(created->name(), Nobody()).status()));
  Caller seated = Member("organizations/region-uppsala");
  EXPECT_TRUE(absl::IsNotFound(GetMeeting(created->name(), seated).status()));
  seated.bodies = {"bodies/member-group"};
  EXPECT_TRUE(GetMeeting(created->name(), seated).ok());
  v1::ConveneMeetingRequest convene;
  convene.set_name(created->name());
  convene.set_etag(created->etag());
  const auto convened =
      Ask<v1::Meeting>("MeetingsService/ConveneMeeting", convene);
  ASSERT_TRUE(convened.ok()) << convened.status();
  EXPECT_EQ(convened->state(), v1::Meeting::CONVENED);
  EXPECT_TRUE(GetMeeting(created->name(), Nobody()).ok());
  EXPECT_TRUE(absl::IsAborted(
      Ask<v1::Meeting>("MeetingsService/ConveneMeeting", convene).status()));
  convene.clear_etag();
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Ask<v1::Meeting>("MeetingsService/ConveneMeeting", convene).status()));
}

TEST(Meetings, NameBodiesAndOrganisationsThatExist) {
  Prepare();
  v1::CreateMeetingRequest request = Planned("nowhere");
  request.mutable_meeting()->set_body("bodies/nobody");
  request.mutable_meeting()->set_host_organization("organizations/nobody");
  const absl::Status refused =
      Ask<v1::Meeting>("MeetingsService/CreateMeeting", request).status();
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_EQ(Fields(refused), (std::vector<std::string>{
                                 "meeting.body", "meeting.host_organization"}));
}

TEST(Meetings, AreWrittenByTheSecretariatAlone) {
  Prepare();
  EXPECT_TRUE(absl::IsUnauthenticated(
      Ask<v1::Meeting>("MeetingsService/CreateMeeting", Planned("x"), Nobody())
          .status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<v1::Meeting>("MeetingsService/CreateMeeting", Planned("x"),
                       Member("organizations/region-uppsala"))
          .status()));
}

TEST(Meetings, WithAnAgendaAreNotDeleted) {
  const auto created = Create("with-agenda");
  ASSERT_TRUE(created.ok()) << created.status();
  v1::CreateAgendaItemRequest item;
  item.set_parent(created->name());
  item.mutable_agenda_item()->set_display_name("Mötets öppnande");
  item.mutable_agenda_item()->set_kind(v1::AgendaItem::FORMALITY);
  const auto opening =
      Ask<v1::AgendaItem>("AgendaItemsService/CreateAgendaItem", item);
  ASSERT_TRUE(opening.ok()) << opening.status();
  EXPECT_EQ(opening->name(),
            "meetings/with-agenda/agenda-items/motets-oppnande");
  EXPECT_EQ(opening->visibility(), v1::Meeting::PUBLIC);
  v1::DeleteMeetingRequest request;
  request.set_name(created->name());
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Ask<Empty>("MeetingsService/DeleteMeeting", request).status()));
  v1::DeleteAgendaItemRequest remove;
  remove.set_name(opening->name());
  EXPECT_TRUE(Ask<Empty>("AgendaItemsService/DeleteAgendaItem", remove).ok());
  EXPECT_TRUE(Ask<Empty>("MeetingsService/DeleteMeeting", request).ok());
  EXPECT_TRUE(
      absl::IsNotFound(GetMeeting(created->name(), Secretariat()).status()));
}

TEST(Parts, ArePublicOnlyAsFarAsTheirMeetingIs) {
  const auto created = Create("hidden-agenda");
  ASSERT_TRUE(created.ok()) << created.status();
  v1::CreateAgendaItemRequest item;
  item.set_parent(created->name());
  item.set_agenda_item_id("first");
  item.mutable_agenda_item()->set_display_name("Första punkten");
  const auto stored =
      Ask<v1::AgendaItem>("AgendaItemsService/CreateAgendaItem", item);
  ASSERT_TRUE(stored.ok()) << stored.status();
  v1::GetAgendaItemRequest get;
  get.set_name(stored->name());
  EXPECT_TRUE(absl::IsNotFound(
      Ask<v1::AgendaItem>("AgendaItemsService/GetAgendaItem", get, Nobody())
          .status()));
  v1::ListAgendaItemsRequest list;
  list.set_parent(created->name());
  EXPECT_TRUE(
      absl::IsNotFound(Ask<v1::ListAgendaItemsResponse>(
                           "AgendaItemsService/ListAgendaItems", list, Nobody())
                           .status()));
  // Across all meetings it is simply not among them.
  list.set_parent("meetings/-");
  list.set_page_size(500);
  const auto listed = Ask<v1::ListAgendaItemsResponse>(
      "AgendaItemsService/ListAgendaItems", list, Nobody());
  ASSERT_TRUE(listed.ok()) << listed.status();
  for (const v1::AgendaItem& each : listed->agenda_items()) {
    EXPECT_NE(each.name(), stored->name());
  }
}

TEST(Parts, AreCreatedChangedAndListedUnderTheirItem) {
  const auto created = Create("with-parts");
  ASSERT_TRUE(created.ok()) << created.status();
  v1::CreateAgendaItemRequest item;
  item.set_parent(created->name());
  item.set_agenda_item_id("economy");
  item.mutable_agenda_item()->set_display_name("Ekonomi");
  ASSERT_TRUE(
      Ask<v1::AgendaItem>("AgendaItemsService/CreateAgendaItem", item).ok());
  v1::CreateActionRequest request;
  request.set_parent(created->name());
  v1::Action& action = *request.mutable_action();
  action.set_text("Ta fram ett skelett.");
  action.set_agenda_item("meetings/with-parts/agenda-items/economy");
  action.set_owner("bodies/secretariat");
  action.set_due_date("2026-12-01");
  auto stored = Ask<v1::Action>("ActionsService/CreateAction", request);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->due_date(), "2026-12-01");
  EXPECT_EQ(stored->visibility(), v1::Meeting::MEMBERS);

  v1::UpdateActionRequest update;
  *update.mutable_action() = *stored;
  update.mutable_action()->set_state(v1::Action::DONE);
  update.mutable_update_mask()->add_paths("state");
  const auto updated = Ask<v1::Action>("ActionsService/UpdateAction", update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->state(), v1::Action::DONE);
  EXPECT_EQ(updated->text(), "Ta fram ett skelett.");
  EXPECT_NE(updated->etag(), stored->etag());

  v1::ListActionsRequest list;
  list.set_parent("meetings/-");
  list.set_filter("state = DONE AND due_date <= \"2026-12-01\"");
  list.set_order_by("due_date desc");
  const auto listed =
      Ask<v1::ListActionsResponse>("ActionsService/ListActions", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->actions_size(), 1);
  EXPECT_EQ(listed->actions(0).SerializeAsString(),
            updated->SerializeAsString());

  action.set_agenda_item("meetings/with-parts/agenda-items/none");
  EXPECT_EQ(
      Fields(Ask<v1::Action>("ActionsService/CreateAction", request).status()),
      std::vector<std::string>{"action.agenda_item"});
  action.clear_agenda_item();
  action.set_due_date("2026-02-30");
  EXPECT_EQ(
      Fields(Ask<v1::Action>("ActionsService/CreateAction", request).status()),
      std::vector<std::string>{"action.due_date"});
}

TEST(Import, WithValidateOnlyAnswersInFullAndKeepsNothing) {
  const auto answer = Import(RealMinutes(), true);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->meeting().name(), "meetings/2022-09-13-member-group");
  EXPECT_EQ(answer->attendances_size(), 21);
  EXPECT_TRUE(absl::IsNotFound(
      GetMeeting(answer->meeting().name(), Secretariat()).status()));
}

TEST(Import, MakesTheRealMinutesAMeetingOnce) {
  const auto answer = Import(RealMinutes());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->already_imported());
  const v1::Meeting& meeting = answer->meeting();
  EXPECT_EQ(meeting.name(), "meetings/2022-09-13-member-group");
  EXPECT_EQ(meeting.date(), "2022-09-13");
  EXPECT_EQ(meeting.body(), "bodies/member-group");
  EXPECT_EQ(meeting.host_organization(), "organizations/storsthlm");
  EXPECT_EQ(meeting.state(), v1::Meeting::CONCLUDED);
  std::set<std::string> organizations;
  for (const auto& attendance : answer->attendances()) {
    EXPECT_NE(attendance.organization(), "") << attendance.DebugString();
    organizations.insert(attendance.organization());
  }
  EXPECT_EQ(organizations.size(), 21u);
  EXPECT_EQ(answer->coverage().source_lines(),
            answer->coverage().placed_lines());

  const auto again = Import(RealMinutes() + "\r\n");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->already_imported());
  EXPECT_EQ(again->meeting().SerializeAsString(), meeting.SerializeAsString());
  EXPECT_EQ(again->discussions_size(), answer->discussions_size());
  EXPECT_EQ(again->suggestions_size(), answer->suggestions_size());
  EXPECT_EQ(again->coverage().placed_lines(),
            answer->coverage().placed_lines());
  EXPECT_EQ(again->unresolved_size(), answer->unresolved_size());
  EXPECT_EQ(Suite::With({}).Sql("meetings", "SELECT count(*) FROM minutes"),
            "1");
}

TEST(Import, IsGivenBackAsMarkdownThatHoldsEverySentence) {
  const auto answer = Import(RealMinutes());
  ASSERT_TRUE(answer.ok()) << answer.status();
  v1::GetMinutesRequest request;
  request.set_name(answer->meeting().name() + "/minutes");
  const auto minutes = Ask<v1::Minutes>("MinutesService/GetMinutes", request);
  ASSERT_TRUE(minutes.ok()) << minutes.status();
  const std::string rendered = Words(minutes->markdown());
  std::stringstream source(RealMinutes());
  size_t found = 0;
  for (std::string line; std::getline(source, line);) {
    const std::string words = Words(line);
    if (words.empty()) continue;
    const size_t at = rendered.find(words, found);
    EXPECT_NE(at, std::string::npos) << line;
    if (at != std::string::npos) found = at;
  }
  EXPECT_TRUE(absl::IsNotFound(
      Ask<v1::Minutes>("MinutesService/GetMinutes", request, Nobody())
          .status()));
  EXPECT_TRUE(Ask<v1::Minutes>("MinutesService/GetMinutes", request,
                               Member("organizations/region-uppsala"))
                  .ok());
}

TEST(Import, SaysWhatToAddWhenDayAndBodyAreMissing) {
  const absl::Status refused = Import("Vi träffades och pratade.").status();
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_EQ(Fields(refused), (std::vector<std::string>{"date", "body"}));
  const auto helped = Import("Vi träffades och pratade.", true,
                             "bodies/rus-network", "2024-02-29");
  ASSERT_TRUE(helped.ok()) << helped.status();
  EXPECT_EQ(helped->meeting().body(), "bodies/rus-network");
  EXPECT_EQ(helped->meeting().date(), "2024-02-29");
  EXPECT_EQ(Fields(Import("Text", true, "bodies/none", "2024-02-30").status()),
            std::vector<std::string>{"date"});
}

TEST(Import, RefusesWhatIsNoText) {
  for (const std::string& document :
       {std::string(), std::string(5'000'001, 'a')}) {
    EXPECT_EQ(Fields(Import(document).status()),
              std::vector<std::string>{"document"});
  }
}

// A file of deploy/local/sample.
std::string Sample(const std::string& file) {
  std::ifstream stream(std::string(REGLAB_TEST_DATA) +
                       "/../../deploy/local/sample/" + file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(SampleMinutes, AreReadInFull) {
  const auto board = Import(Sample("minutes-2026-05-19-board.md"));
  ASSERT_TRUE(board.ok()) << board.status();
  EXPECT_EQ(board->meeting().name(), "meetings/2026-05-19-board");
  EXPECT_EQ(board->agenda_items_size(), 7);
  EXPECT_EQ(board->attendances_size(), 7);
  // Three are marked; the third item is laid on file in running text.
  EXPECT_EQ(board->decisions_size(), 4);
  EXPECT_EQ(board->actions_size(), 1);
  const auto group = Import(Sample("minutes-2026-06-09-member-group.md"));
  ASSERT_TRUE(group.ok()) << group.status();
  EXPECT_EQ(group->meeting().name(), "meetings/2026-06-09-member-group");
  EXPECT_EQ(group->attendances_size(), 15);
  EXPECT_GE(group->suggestions_size(), 5);
  for (const auto& answer : {*board, *group}) {
    EXPECT_EQ(answer.coverage().source_lines(),
              answer.coverage().placed_lines());
    EXPECT_EQ(answer.unresolved_size(), 0) << answer.DebugString();
  }
}

TEST(SampleMeetings, AreAllAccepted) {
  // The two that the minutes become come before them.
  ASSERT_TRUE(Import(Sample("minutes-2026-05-19-board.md")).ok());
  ASSERT_TRUE(Import(Sample("minutes-2026-06-09-member-group.md")).ok());
  std::stringstream lines(Sample("30-meetings.ndjson"));
  int meetings = 0;
  for (std::string line; std::getline(lines, line);) {
    google::protobuf::Struct request;
    ASSERT_TRUE(
        google::protobuf::util::JsonStringToMessage(line, &request).ok());
    const std::string path = request.fields().at("path").string_value();
    std::string body;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(
                    request.fields().at("body"), &body)
                    .ok());
    const size_t id = path.find("?meetingId=");
    absl::Status status;
    if (id != std::string::npos) {
      v1::CreateMeetingRequest create;
      create.set_meeting_id(path.substr(id + 11));
      ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                      body, create.mutable_meeting())
                      .ok())
          << line;
      status =
          Ask<v1::Meeting>("MeetingsService/CreateMeeting", create).status();
      ++meetings;
    } else if (path.ends_with("/agenda-items")) {
      v1::CreateAgendaItemRequest create;
      create.set_parent(path.substr(4, path.size() - 17));
      ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                      body, create.mutable_agenda_item())
                      .ok())
          << line;
      status =
          Ask<v1::AgendaItem>("AgendaItemsService/CreateAgendaItem", create)
              .status();
    } else {
      v1::ConveneMeetingRequest request_of_any;
      const size_t last = path.rfind('/');
      request_of_any.set_name(path.substr(4, last - 4));
      std::string verb = path.substr(last + 1);
      verb[0] = char(std::toupper(verb[0]));
      // The three requests have the same fields.
      status = Ask<v1::Meeting>("MeetingsService/" + verb + "Meeting",
                                request_of_any)
                   .status();
    }
    EXPECT_TRUE(status.ok()) << status << line;
  }
  EXPECT_EQ(meetings, 22);
}

TEST(Changes, TellWhatMayBeReadAndNoMore) {
  ASSERT_TRUE(Create("unseen").ok());
  v1::ListChangesRequest request;
  request.set_page_size(500);
  absl::SleepFor(absl::Seconds(2));
  const auto seen = Ask<v1::ListChangesResponse>("ChangesService/ListChanges",
                                                 request, Nobody());
  ASSERT_TRUE(seen.ok()) << seen.status();
  for (const v1::Change& change : seen->changes()) {
    EXPECT_NE(change.name(), "meetings/unseen");
  }
}

}  // namespace
}  // namespace reglab::meetings
