#include <google/protobuf/empty.pb.h>
#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <set>

#include "reglab/learning/v1/activity.pb.h"
#include "reglab/learning/v1/activity_kind.pb.h"
#include "reglab/learning/v1/changes.pb.h"
#include "reglab/learning/v1/idea.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "services/common/page_token.h"
#include "services/learning/activity_store.h"
#include "tests/integration/service_fixture.h"

namespace reglab::learning {
namespace {

using testing::Member;
using testing::Nobody;
using testing::Secretariat;
using testing::Suite;
using ::testing::Test;
using v1::Activity;

constexpr char kGet[] = "/reglab.learning.v1.ActivitiesService/GetActivity";
constexpr char kList[] = "/reglab.learning.v1.ActivitiesService/ListActivities";
constexpr char kCreate[] =
    "/reglab.learning.v1.ActivitiesService/CreateActivity";
constexpr char kUpdate[] =
    "/reglab.learning.v1.ActivitiesService/UpdateActivity";
constexpr char kCreateIdea[] = "/reglab.learning.v1.IdeasService/CreateIdea";

class Learning : public Test {
 protected:
  static void SetUpTestSuite() {
    Suite& suite = Suite::With({"membership", "learning"});
    for (const char* id : {"region-uppsala", "region-halland"}) {
      membership::v1::CreateOrganizationRequest request;
      request.set_organization_id(id);
      request.mutable_organization()->set_display_name(id);
      request.mutable_organization()->set_kind(
          membership::v1::Organization::REGION);
      const auto made = suite.Call<membership::v1::Organization>(
          "/reglab.membership.v1.OrganizationsService/CreateOrganization",
          request, Secretariat());
      ASSERT_TRUE(made.ok()) << made.status();
    }
  }

  Suite& suite_ = Suite::With({"membership", "learning"});

  static v1::CreateActivityRequest Expedition(const std::string& id) {
    v1::CreateActivityRequest request;
    request.set_activity_id(id);
    Activity& activity = *request.mutable_activity();
    activity.set_display_name("Expedition elförsörjning " + id);
    activity.set_kind("activity-kinds/expedition");
    activity.set_lead(Activity::MEMBER);
    activity.add_leads("organizations/region-uppsala");
    activity.set_start_date("2027-02-01");
    activity.set_summary("Vi utforskar regional utvecklingsstrategi");
    activity.add_levels(Activity::REGIONAL);
    activity.add_cases()->set_question("Var finns målkonflikterna?");
    return request;
  }

  absl::StatusOr<Activity> Create(const v1::CreateActivityRequest& request,
                                  const Caller& caller) {
    return suite_.Call<Activity>(kCreate, request, caller);
  }
  absl::StatusOr<Activity> Get(const std::string& name, const Caller& caller) {
    v1::GetActivityRequest request;
    request.set_name(name);
    return suite_.Call<Activity>(kGet, request, caller);
  }
};

TEST_F(Learning, ActivityIsReadBackAsItWasCreated) {
  const auto made = Create(Expedition("as-created"), Secretariat());
  ASSERT_TRUE(made.ok()) << made.status();
  const auto read = Get("activities/as-created", Secretariat());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->DebugString(), made->DebugString());
  EXPECT_EQ(read->state(), Activity::DRAFT);
  EXPECT_EQ(read->visibility(), Activity::ORGANIZATION);
  EXPECT_EQ(read->start_date(), "2027-02-01");
  EXPECT_EQ(read->levels(0), Activity::REGIONAL);
  EXPECT_EQ(read->cases(0).question(), "Var finns målkonflikterna?");
  EXPECT_GT(read->create_time().seconds(), 1'700'000'000);
}

TEST_F(Learning, DraftIsReadByItsLeadsAndTheSecretariatAlone) {
  ASSERT_TRUE(Create(Expedition("a-draft"), Secretariat()).ok());
  const std::string name = "activities/a-draft";
  EXPECT_TRUE(Get(name, Member("organizations/region-uppsala")).ok());
  EXPECT_TRUE(absl::IsNotFound(Get(name, Nobody()).status()));
  EXPECT_TRUE(absl::IsNotFound(
      Get(name, Member("organizations/region-halland")).status()));
}

TEST_F(Learning, OpeningShowsItToEveryoneAndStatesAreNotSkipped) {
  ASSERT_TRUE(Create(Expedition("to-open"), Secretariat()).ok());
  v1::UpdateActivityRequest request;
  request.mutable_activity()->set_name("activities/to-open");
  request.mutable_activity()->set_state(Activity::OPEN);
  request.mutable_update_mask()->add_paths("state");
  const Caller lead = Member("organizations/region-uppsala");
  absl::Status skipped = suite_.Call<Activity>(kUpdate, request, lead).status();
  EXPECT_EQ(ReasonOf(skipped), "STATE_NOT_REACHABLE") << skipped;
  request.mutable_activity()->set_state(Activity::READY);
  ASSERT_TRUE(suite_.Call<Activity>(kUpdate, request, lead).ok());
  request.mutable_activity()->set_state(Activity::OPEN);
  ASSERT_TRUE(suite_.Call<Activity>(kUpdate, request, lead).ok());
  EXPECT_TRUE(Get("activities/to-open", Nobody()).ok());
}

TEST_F(Learning, AnotherOrganizationMayNotChangeWhatItCanRead) {
  v1::CreateActivityRequest open = Expedition("not-yours");
  open.mutable_activity()->set_state(Activity::OPEN);
  ASSERT_TRUE(Create(open, Secretariat()).ok());
  v1::UpdateActivityRequest request;
  request.mutable_activity()->set_name("activities/not-yours");
  request.mutable_activity()->set_place("Halmstad");
  EXPECT_TRUE(absl::IsPermissionDenied(
      suite_
          .Call<Activity>(kUpdate, request,
                          Member("organizations/region-halland"))
          .status()));
  EXPECT_TRUE(absl::IsUnauthenticated(
      suite_.Call<Activity>(kUpdate, request, Nobody()).status()));
}

TEST_F(Learning, StaleEtagIsRefused) {
  const auto made = Create(Expedition("etag"), Secretariat());
  ASSERT_TRUE(made.ok());
  v1::UpdateActivityRequest request;
  *request.mutable_activity() = *made;
  request.mutable_activity()->set_place("Uppsala");
  request.mutable_update_mask()->add_paths("place");
  ASSERT_TRUE(suite_.Call<Activity>(kUpdate, request, Secretariat()).ok());
  request.mutable_activity()->set_place("Gävle");
  EXPECT_EQ(
      ReasonOf(suite_.Call<Activity>(kUpdate, request, Secretariat()).status()),
      "ETAG_MISMATCH");
}

TEST_F(Learning, RepetitionWithTheSameRequestIdIsTheSameActivity) {
  v1::CreateActivityRequest request = Expedition("once");
  request.set_request_id("7f1d8a52-0c1d-4a58-9a1d-1f2e3d4c5b6a");
  std::vector<std::thread> threads;
  std::vector<std::string> answers(16);
  for (std::string& answer : answers) {
    threads.emplace_back([&] {
      const auto made = Create(request, Secretariat());
      answer = made.ok() ? made->etag() : made.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& answer : answers) EXPECT_EQ(answer, answers[0]);
  EXPECT_EQ(suite_.Sql("learning",
                       "SELECT count(*) FROM activities WHERE name "
                       "= 'activities/once'"),
            "1");
  request.mutable_activity()->set_place("någon annanstans");
  EXPECT_EQ(ReasonOf(Create(request, Secretariat()).status()),
            "REQUEST_ID_REUSED");
}

TEST_F(Learning, ValidateOnlyAnswersAndKeepsNothing) {
  v1::CreateActivityRequest request = Expedition("only-tried");
  request.set_validate_only(true);
  ASSERT_TRUE(Create(request, Secretariat()).ok());
  EXPECT_TRUE(
      absl::IsNotFound(Get("activities/only-tried", Secretariat()).status()));
}

TEST_F(Learning, UnknownKindAndUnknownOrganizationAreNamed) {
  v1::CreateActivityRequest request = Expedition("wrong");
  request.mutable_activity()->set_kind("activity-kinds/ballongfard");
  absl::Status status = Create(request, Secretariat()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_NE(
      ToProto(status, false).DebugString().find("activity-kinds/expedition"),
      std::string::npos)
      << status;
  request = Expedition("wrong");
  request.mutable_activity()->add_partners("organizations/finns-inte");
  status = Create(request, Secretariat()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_NE(ToProto(status, true).DebugString().find("finns-inte"),
            std::string::npos);
}

TEST_F(Learning, PagesShowEveryActivityOnceAndSearchFindsTheLongName) {
  for (int i = 0; i < 25; ++i) {
    v1::CreateActivityRequest request = Expedition("page-" + std::to_string(i));
    request.mutable_activity()->set_state(Activity::OPEN);
    request.mutable_activity()->set_place("sidort");
    ASSERT_TRUE(Create(request, Secretariat()).ok());
  }
  for (const char* order :
       {"", "display_name desc", "start_date, name desc", "create_time desc"}) {
    v1::ListActivitiesRequest request;
    request.set_page_size(7);
    request.set_order_by(order);
    request.set_filter(
        "kind = \"activity-kinds/expedition\" AND startDate >= "
        "2027-01-01 AND levels:REGIONAL");
    request.set_q("rus sidort");
    std::set<std::string> seen;
    int pages = 0;
    do {
      const auto page =
          suite_.Call<v1::ListActivitiesResponse>(kList, request, Nobody());
      ASSERT_TRUE(page.ok()) << order << page.status();
      for (const Activity& activity : page->activities()) {
        EXPECT_TRUE(seen.insert(activity.name()).second) << order;
      }
      request.set_page_token(page->next_page_token());
      ASSERT_LT(++pages, 10);
    } while (!request.page_token().empty());
    EXPECT_EQ(seen.size(), 25u) << order;
  }
}

// The plan of exactly the statement that the list sends.
std::string PlanOf(Suite& suite, const v1::ListActivitiesRequest& request) {
  Audience audience;
  audience.visibilities = {"PUBLIC"};
  const auto query = MakeListQuery(activities::kListing, request, audience);
  EXPECT_TRUE(query.ok()) << query.status();
  if (!query.ok()) return "";
  PGconn* connection =
      PQconnectdb((suite.Connection("learning") + " user=learning").c_str());
  std::vector<const char*> values;
  for (const Param& param : query->params) {
    values.push_back(param.text() ? param.text()->c_str() : nullptr);
  }
  PGresult* result = PQexecParams(connection, ("EXPLAIN " + query->sql).c_str(),
                                  static_cast<int>(values.size()), nullptr,
                                  values.data(), nullptr, nullptr, 0);
  EXPECT_EQ(PQresultStatus(result), PGRES_TUPLES_OK)
      << PQerrorMessage(connection) << query->sql;
  std::string plan;
  for (int i = 0; i < PQntuples(result); ++i) {
    plan += std::string(PQgetvalue(result, i, 0)) + "\n";
  }
  PQclear(result);
  PQfinish(connection);
  return plan;
}

TEST_F(Learning, PagesAreReadFromAnIndexHoweverTheyAreOrdered) {
  suite_.Sql(
      "learning",
      "INSERT INTO activities (name, display_name, kind, lead, state, "
      "visibility, start_date, end_date, create_time, update_time, etag) "
      "SELECT 'activities/bulk-' || n, 'Aktivitet ' || n * 7919 % 30000, "
      "'activity-kinds/' || (ARRAY['study-circle', 'provrum', 'expedition', "
      "'network-meeting'])[n % 4 + 1], 'REGLAB', (ARRAY['DRAFT', 'OPEN', "
      "'COMPLETED', 'COMPLETED', 'COMPLETED'])[n % 5 + 1], CASE n % 5 WHEN 0 "
      "THEN 'ORGANIZATION' ELSE 'PUBLIC' END, date '2020-01-01' + n * 31 % "
      "3000, date '2028-01-01' + n * 31 % 3000, now() - n * 17 % 9999 * "
      "interval '1 min', now() - n * 13 % 9999 * interval '1 min', 'e' || n "
      "FROM generate_series(1, 30000) n; ANALYZE activities");
  // Page tokens are made and read here as the service does it.
  SetPageTokenKey(std::string(32, 'k'));
  const std::vector<std::pair<std::string, PagePlace>> orders = {
      {"start_date", {"2023-05-05", "activities/bulk-7"}},
      {"end_date", {"2030-05-05", "activities/bulk-7"}},
      {"display_name", {"Aktivitet 2", "activities/bulk-7"}},
      {"create_time", {"2026-11-20 10:00:00+00", "activities/bulk-7"}},
      {"update_time", {"2026-11-20 10:00:00+00", "activities/bulk-7"}},
      {"name", {"activities/bulk-7"}}};
  for (const auto& [order, place] : orders) {
    for (const char* direction : {"", " desc"}) {
      v1::ListActivitiesRequest request;
      request.set_order_by(order + direction);
      for (const bool first : {true, false}) {
        if (!first) {
          const auto query =
              MakeListQuery(activities::kListing, request, Audience());
          ASSERT_TRUE(query.ok());
          request.set_page_token(MakePageToken(query->fingerprint, place));
        }
        const std::string plan = PlanOf(suite_, request);
        EXPECT_NE(plan.find("Index Scan"), std::string::npos) << plan;
        EXPECT_EQ(plan.find("Seq Scan"), std::string::npos) << plan;
        EXPECT_EQ(plan.find("Sort"), std::string::npos) << plan;
      }
    }
  }
  for (const char* filter :
       {"kind = \"activity-kinds/provrum\"", "state = OPEN",
        "parent_activity = \"activities/as-created\""}) {
    v1::ListActivitiesRequest request;
    request.set_filter(filter);
    const std::string plan = PlanOf(suite_, request);
    EXPECT_NE(plan.find("Index Cond"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("Seq Scan"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("Sort"), std::string::npos) << plan;
  }
  v1::ListActivitiesRequest request;
  request.set_filter("leads:\"organizations/region-uppsala\"");
  const std::string plan = PlanOf(suite_, request);
  EXPECT_EQ(plan.find("Seq Scan"), std::string::npos) << plan;
  suite_.Sql("learning",
             "DELETE FROM activities WHERE name LIKE 'activities/bulk-%'");
}

TEST_F(Learning, CancellingADraftDoesNotShowIt) {
  ASSERT_TRUE(Create(Expedition("comes-to-nothing"), Secretariat()).ok());
  v1::UpdateActivityRequest request;
  request.mutable_activity()->set_name("activities/comes-to-nothing");
  request.mutable_activity()->set_state(Activity::CANCELLED);
  ASSERT_TRUE(suite_.Call<Activity>(kUpdate, request, Secretariat()).ok());
  EXPECT_TRUE(
      absl::IsNotFound(Get("activities/comes-to-nothing", Nobody()).status()));
}

TEST_F(Learning, OpeningForTheLeadsAloneStaysWithThem) {
  v1::CreateActivityRequest create = Expedition("quietly-open");
  create.mutable_activity()->set_state(Activity::READY);
  ASSERT_TRUE(Create(create, Secretariat()).ok());
  v1::UpdateActivityRequest request;
  request.mutable_activity()->set_name("activities/quietly-open");
  request.mutable_activity()->set_state(Activity::OPEN);
  request.mutable_activity()->set_visibility(Activity::ORGANIZATION);
  ASSERT_TRUE(suite_.Call<Activity>(kUpdate, request, Secretariat()).ok());
  EXPECT_TRUE(
      absl::IsNotFound(Get("activities/quietly-open", Nobody()).status()));
}

TEST_F(Learning, AnActivityIsNoPartOfItsOwnPart) {
  ASSERT_TRUE(Create(Expedition("whole"), Secretariat()).ok());
  v1::CreateActivityRequest part = Expedition("part");
  part.mutable_activity()->set_parent_activity("activities/whole");
  ASSERT_TRUE(Create(part, Secretariat()).ok());
  v1::UpdateActivityRequest request;
  request.mutable_activity()->set_name("activities/whole");
  request.mutable_activity()->set_parent_activity("activities/part");
  const absl::Status circle =
      suite_.Call<Activity>(kUpdate, request, Secretariat()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(circle)) << circle;
  v1::DeleteActivityRequest remove;
  remove.set_name("activities/whole");
  EXPECT_EQ(ReasonOf(suite_
                         .Call<google::protobuf::Empty>(
                             "/reglab.learning.v1.ActivitiesService/"
                             "DeleteActivity",
                             remove, Secretariat())
                         .status()),
            "ACTIVITY_HAS_PARTS");
}

TEST_F(Learning, ChangesComeInOrderAndOnlyToWhoMayRead) {
  const auto made = Create(Expedition("in-the-feed"), Secretariat());
  ASSERT_TRUE(made.ok());
  v1::ListChangesRequest request;
  request.set_page_size(500);
  request.set_wait_seconds(5);
  const auto find = [&](const Caller& caller) {
    bool found = false;
    std::string since;
    for (int i = 0; i < 50 && !found; ++i) {
      request.set_since(since);
      const auto page = suite_.Call<v1::ListChangesResponse>(
          "/reglab.learning.v1.ChangesService/ListChanges", request, caller);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return false;
      int64_t last = 0;
      for (const v1::Change& change : page->changes()) {
        EXPECT_GT(change.seq(), last);
        last = change.seq();
        found = found || (change.name() == made->name() &&
                          change.kind() == v1::Change::CREATED &&
                          change.etag() == made->etag());
      }
      since = page->next_since();
      if (page->changes().empty()) break;
    }
    return found;
  };
  EXPECT_TRUE(find(Secretariat()));
  EXPECT_TRUE(find(Member("organizations/region-uppsala")));
  request.set_wait_seconds(0);
  EXPECT_FALSE(find(Nobody()));
}

TEST_F(Learning, JournalIsAHashChainWithoutGapsThatTheServiceCannotChange) {
  ASSERT_TRUE(Create(Expedition("chained"), Secretariat()).ok());
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (suite_.Sql("learning", "SELECT count(*) FROM journal_pending") !=
             "0" &&
         absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(suite_.Sql("learning",
                       "SELECT count(*) = max(seq) AND min(seq) = 1 FROM "
                       "journal"),
            "t");
  EXPECT_EQ(
      suite_.Sql("learning",
                 "SELECT count(*) FROM (SELECT hash <> sha256(coalesce(lag("
                 "hash) OVER (ORDER BY seq), sha256('')) || "
                 "journal_content(journal)) AS broken FROM journal) AS links "
                 "WHERE broken"),
      "0");
  EXPECT_EQ(suite_.Sql("learning",
                       "SELECT has_table_privilege('learning', 'journal', "
                       "'UPDATE') OR has_table_privilege('learning', "
                       "'journal', 'DELETE') OR has_table_privilege("
                       "'learning', 'journal', 'INSERT')"),
            "f");
}

TEST_F(Learning, IdeaOfOneSuggestionIsMadeOnce) {
  v1::CreateIdeaRequest request;
  request.mutable_idea()->set_title("Elförsörjning");
  request.mutable_idea()->set_meeting("meetings/2022-09-13-member-group");
  request.mutable_idea()->set_suggestion(
      "meetings/2022-09-13-member-group/suggestions/s9");
  const auto made = suite_.Call<v1::Idea>(kCreateIdea, request, Secretariat());
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->state(), v1::Idea::PROPOSED);
  EXPECT_EQ(made->visibility(), v1::Idea::MEMBERS);
  EXPECT_TRUE(absl::IsAlreadyExists(
      suite_.Call<v1::Idea>(kCreateIdea, request, Secretariat()).status()));
}

TEST_F(Learning, IdeaFromMinutesIsTheSameHoweverOftenItIsSent) {
  v1::CreateIdeaRequest request;
  request.mutable_idea()->set_title("Dela lärdomar hemma");
  const auto own = suite_.Call<v1::Idea>(kCreateIdea, request, Secretariat());
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->name(), "ideas/dela-lardomar-hemma");
  // The same title, from minutes, with a name of its own.
  request.mutable_idea()->set_meeting("meetings/m");
  request.mutable_idea()->set_suggestion("meetings/m/suggestions/1");
  const Caller member = Member("organizations/region-uppsala");
  EXPECT_TRUE(absl::IsInvalidArgument(
      suite_.Call<v1::Idea>(kCreateIdea, request, member).status()));
  const auto meetings =
      Assertions::Load("meetings", suite_.folder() + "/keys/meetings.pem",
                       suite_.folder() + "/keys/trusted");
  ASSERT_TRUE(meetings.ok()) << meetings.status();
  std::set<std::string> names;
  for (const char* id : {"11111111-0c1d-4a58-9a1d-1f2e3d4c5b6a",
                         "22222222-0c1d-4a58-9a1d-1f2e3d4c5b6a"}) {
    request.set_request_id(id);
    const auto made = suite_.CallWith<v1::Idea>(
        kCreateIdea, request,
        "Bearer " + *(*meetings)->Sign(member, "learning"));
    ASSERT_TRUE(made.ok()) << made.status();
    names.insert(made->name());
  }
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(names.count(own->name()), 0u);
}

TEST_F(Learning, SampleDataIsAccepted) {
  const std::string local =
      std::string(REGLAB_TEST_DATA) + "/../../deploy/local";
  std::ifstream organizations(local + "/organizations.csv");
  std::string line;
  std::getline(organizations, line);
  while (std::getline(organizations, line)) {
    membership::v1::CreateOrganizationRequest request;
    request.set_organization_id(line.substr(0, line.find(',')));
    request.mutable_organization()->set_display_name(line);
    request.mutable_organization()->set_kind(
        membership::v1::Organization::REGION);
    const absl::Status status =
        suite_
            .Call<membership::v1::Organization>(
                "/reglab.membership.v1.OrganizationsService/CreateOrganization",
                request, Secretariat())
            .status();
    EXPECT_TRUE(status.ok() || absl::IsAlreadyExists(status)) << status;
  }
  const auto send = [&](const std::string& file, const std::string& method,
                        auto request, auto response) {
    std::ifstream lines(local + "/sample/" + file);
    int sent = 0;
    while (std::getline(lines, line)) {
      // {"method": "POST", "path": "/v1/…?…Id=<id>", "body": {…}}
      const size_t id = line.find("Id=") + 3;
      const size_t body = line.find("\"body\": ") + 8;
      const auto* descriptor = request.GetDescriptor();
      request.Clear();
      request.GetReflection()->SetString(
          &request, descriptor->field(0),
          line.substr(id, line.find('"', id) - id));
      const auto parsed = google::protobuf::util::JsonStringToMessage(
          line.substr(body, line.size() - body - 1),
          request.GetReflection()->MutableMessage(&request,
                                                  descriptor->field(1)));
      EXPECT_TRUE(parsed.ok()) << parsed.ToString() << line;
      const absl::Status status =
          suite_.Call<decltype(response)>(method, request, Secretariat())
              .status();
      EXPECT_TRUE(status.ok()) << status << line;
      ++sent;
    }
    return sent;
  };
  EXPECT_EQ(
      send("20-bodies.ndjson", "/reglab.membership.v1.BodiesService/CreateBody",
           membership::v1::CreateBodyRequest(), membership::v1::Body()),
      8);
  EXPECT_EQ(send("40-activities.ndjson", kCreate, v1::CreateActivityRequest(),
                 Activity()),
            40);
  EXPECT_EQ(
      send("50-ideas.ndjson", kCreateIdea, v1::CreateIdeaRequest(), v1::Idea()),
      60);
}

TEST_F(Learning, WithoutAnAssertionNothingIsAnswered) {
  v1::GetActivityRequest request;
  request.set_name("activities/as-created");
  EXPECT_TRUE(absl::IsUnauthenticated(
      suite_.CallWith<Activity>(kGet, request, "").status()));
  EXPECT_TRUE(absl::IsUnauthenticated(
      suite_.CallWith<Activity>(kGet, request, "Bearer a.b.c").status()));
}

TEST_F(Learning, SurvivesKillAndDrainsWithExitZero) {
  v1::CreateActivityRequest request = Expedition("before-the-kill");
  ASSERT_TRUE(Create(request, Secretariat()).ok());
  suite_.End("learning", SIGKILL);
  suite_.Start("learning");
  absl::StatusOr<Activity> read = absl::UnavailableError("");
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (absl::IsUnavailable(read.status()) && absl::Now() < deadline) {
    read = Get("activities/before-the-kill", Secretariat());
  }
  EXPECT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(suite_.End("learning", SIGTERM), 0);
  suite_.Start("learning");
}

}  // namespace
}  // namespace reglab::learning
