// Lists of one organisation: whichever part it has in an activity, by an index.

#include <gmock/gmock.h>

#include "reglab/learning/v1/activity.pb.h"
#include "reglab/learning/v1/idea.pb.h"
#include "services/learning/activity_store.h"
#include "services/learning/idea_store.h"
#include "tests/integration/explain.h"

namespace reglab::learning {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using v1::ListActivitiesRequest;
using v1::ListActivitiesResponse;

testing::Suite& Running() {
  static testing::Suite& suite = [&]() -> testing::Suite& {
    testing::Suite& started = testing::Suite::With({"membership", "learning"});
    started.Sql(
        "learning",
        "INSERT INTO activities (name, display_name, kind, lead, leads,"
        " partners, cases, state, visibility, etag)"
        " SELECT 'activities/a' || i, 'Aktivitet ' || i, k.name, 'MEMBER',"
        "  ARRAY['organizations/lead' || i % 2000],"
        "  ARRAY['organizations/partner' || i % 2000],"
        "  jsonb_build_array(jsonb_build_object('organization',"
        "   'organizations/case' || i % 2000, 'place', 'Ort')),"
        "  'OPEN', 'PUBLIC', 'x' FROM generate_series(1, 20000) i,"
        "  (SELECT name FROM activity_kinds ORDER BY name LIMIT 1) k;"
        "UPDATE activities SET leads = leads || "
        "'organizations/everywhere'::text"
        " WHERE name = 'activities/a1';"
        "UPDATE activities SET partners = '{organizations/everywhere}'"
        " WHERE name = 'activities/a2';"
        "UPDATE activities SET cases ="
        " '[{\"place\": \"X\"}, {\"organization\": "
        "\"organizations/everywhere\"}]'"
        " WHERE name = 'activities/a3';"
        "INSERT INTO ideas (name, title, proposer, state, visibility, etag)"
        " SELECT 'ideas/i' || i, 'Idé ' || i, 'organizations/lead' || i % 400,"
        "  'PROPOSED', 'PUBLIC', 'x' FROM generate_series(1, 20000) i");
    // Alone: it also empties what the indexes put off.
    started.Sql("learning", "VACUUM ANALYZE");
    return started;
  }();
  return suite;
}

TEST(ActivitiesOfAnOrganization, AreThoseItLeadsPartnersOrIsACaseIn) {
  ListActivitiesRequest request;
  request.set_organization("organizations/everywhere");
  request.set_order_by("name");
  const auto answer = Running().Call<ListActivitiesResponse>(
      "/reglab.learning.v1.ActivitiesService/ListActivities", request,
      testing::Nobody());
  ASSERT_TRUE(answer.ok()) << answer.status();
  std::vector<std::string> names;
  for (const auto& one : answer->activities()) names.push_back(one.name());
  EXPECT_THAT(names,
              ElementsAre("activities/a1", "activities/a2", "activities/a3"));
}

TEST(ActivitiesOfAnOrganization, AreFoundByTheirIndexes) {
  ListActivitiesRequest request;
  request.set_organization("organizations/case7");
  const std::string plan =
      testing::PlanOf(Running(), "learning", activities::kListing, request);
  EXPECT_THAT(plan, HasSubstr("activities_by_leads"));
  EXPECT_THAT(plan, HasSubstr("activities_by_partners"));
  EXPECT_THAT(plan, HasSubstr("activities_by_cases"));
  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan")));
}

TEST(IdeasOfAnOrganization, AreFoundByAnIndex) {
  v1::ListIdeasRequest request;
  request.set_organization("organizations/lead7");
  EXPECT_THAT(testing::PlanOf(Running(), "learning", ideas::kListing, request),
              HasSubstr("ideas_by_proposer"));
  const auto answer = Running().Call<v1::ListIdeasResponse>(
      "/reglab.learning.v1.IdeasService/ListIdeas", request, testing::Nobody());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->ideas_size(), 20);
  EXPECT_EQ(answer->ideas(0).proposer(), "organizations/lead7");
}

}  // namespace
}  // namespace reglab::learning
