// Relationships between organisations, strategy periods, what is kept of
// people.

#include <future>
#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/privacy.pb.h"
#include "reglab/membership/v1/relationship.pb.h"
#include "reglab/membership/v1/strategy_period.pb.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::PrivacyFields;
using v1::Relationship;
using v1::StrategyPeriod;

absl::StatusOr<Relationship> Relate(const std::string& organization,
                                    Relationship::Kind kind,
                                    const std::string& counterpart,
                                    const std::string& start_date = "",
                                    const std::string& end_date = "",
                                    const Caller& caller = Secretariat()) {
  v1::CreateRelationshipRequest request;
  Relationship& relationship = *request.mutable_relationship();
  relationship.set_organization("organizations/" + organization);
  relationship.set_kind(kind);
  relationship.set_counterpart("organizations/" + counterpart);
  relationship.set_start_date(start_date);
  relationship.set_end_date(end_date);
  return Ask<Relationship>("RelationshipsService/CreateRelationship", request,
                           caller);
}

absl::StatusOr<Relationship> Redate(const std::string& name,
                                    const std::string& start_date,
                                    const std::string& end_date) {
  v1::UpdateRelationshipRequest request;
  request.mutable_relationship()->set_name(name);
  request.mutable_relationship()->set_start_date(start_date);
  request.mutable_relationship()->set_end_date(end_date);
  request.mutable_update_mask()->add_paths("start_date");
  request.mutable_update_mask()->add_paths("end_date");
  return Ask<Relationship>("RelationshipsService/UpdateRelationship", request);
}

void CreateOrganizations(const std::string& prefix, int count) {
  for (int i = 1; i <= count; ++i) {
    const std::string id = prefix + std::to_string(i);
    ASSERT_TRUE(CreateOrganization(id, "Organisation " + id).ok());
  }
}

TEST(Relationships, StandOnTheirDays) {
  CreateOrganizations("r", 2);
  EXPECT_TRUE(
      absl::IsPermissionDenied(Relate("r1", Relationship::COOPERATES_WITH, "r2",
                                      "", "", Member("organizations/r1"))
                                   .status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Relate("r1", Relationship::COOPERATES_WITH, "r1").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Relate("r1", Relationship::COOPERATES_WITH, "nowhere").status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(Relate("r1", Relationship::COOPERATES_WITH, "r2",
                                     "2020-01-01", "2019-12-31")
                                  .status()));
  const auto related =
      Relate("r1", Relationship::DEVELOPMENT_RESPONSIBILITY_HELD_BY, "r2",
             "2019-01-01", "2022-12-31");
  ASSERT_TRUE(related.ok()) << related.status();
  // The other way round it is another relationship.
  EXPECT_TRUE(Relate("r2", Relationship::DEVELOPMENT_RESPONSIBILITY_HELD_BY,
                     "r1", "2019-01-01")
                  .ok());

  v1::ListRelationshipsRequest list;
  list.set_filter("organization = \"organizations/r1\"");
  for (const auto& [day, count] : std::vector<std::pair<const char*, int>>{
           {"2018-12-31", 0}, {"2022-09-13", 1}, {"2023-01-01", 0}, {"", 1}}) {
    list.set_as_of(day);
    const auto listed = Ask<v1::ListRelationshipsResponse>(
        "RelationshipsService/ListRelationships", list, Nobody());
    ASSERT_TRUE(listed.ok()) << listed.status();
    EXPECT_EQ(listed->relationships_size(), count) << day;
  }
  v1::GetRelationshipRequest get;
  get.set_name(related->name());
  get.set_as_of("2023-01-01");
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Relationship>("RelationshipsService/GetRelationship", get).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Redate(related->name(), "2023-01-01", "2022-12-31").status()));
  EXPECT_TRUE(Redate(related->name(), "2019-01-01", "").ok());
  get.set_as_of("2023-01-01");
  EXPECT_TRUE(
      Ask<Relationship>("RelationshipsService/GetRelationship", get).ok());
  v1::DeleteRelationshipRequest deletion;
  deletion.set_name(related->name());
  EXPECT_TRUE(
      Ask<Empty>("RelationshipsService/DeleteRelationship", deletion).ok());
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Relationship>("RelationshipsService/GetRelationship", get).status()));
}

TEST(Relationships, AreThereOnceAtATime) {
  CreateOrganizations("once", 2);
  const auto first = Relate("once1", Relationship::COOPERATES_WITH, "once2",
                            "2020-01-01", "2022-12-31");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(ReasonOf(Relate("once1", Relationship::COOPERATES_WITH, "once2",
                            "2022-12-31")
                         .status()),
            "RELATIONSHIP_EXISTS");
  // It does not matter who is named first.
  EXPECT_EQ(ReasonOf(Relate("once2", Relationship::COOPERATES_WITH, "once1", "",
                            "2020-01-01")
                         .status()),
            "RELATIONSHIP_EXISTS");
  const auto later =
      Relate("once2", Relationship::COOPERATES_WITH, "once1", "2023-01-01");
  ASSERT_TRUE(later.ok()) << later.status();
  EXPECT_EQ(ReasonOf(Redate(later->name(), "2022-06-01", "").status()),
            "RELATIONSHIP_EXISTS");
  EXPECT_TRUE(Relate("once1", Relationship::OWNED_BY, "once2").ok());
}

TEST(Relationships, NobodyOwnsItselfOnAnyDay) {
  CreateOrganizations("own", 4);
  constexpr auto kOwned = Relationship::OWNED_BY;
  ASSERT_TRUE(Relate("own1", kOwned, "own2", "2010-01-01", "2019-12-31").ok());
  ASSERT_TRUE(Relate("own2", kOwned, "own3", "2015-01-01").ok());
  ASSERT_TRUE(Relate("own3", kOwned, "own4").ok());
  // On the days on which all three stand.
  const auto circle = Relate("own4", kOwned, "own1", "2019-12-31");
  EXPECT_EQ(ReasonOf(circle.status()), "OWNERSHIP_CYCLE");
  EXPECT_TRUE(absl::IsFailedPrecondition(circle.status()));
  EXPECT_EQ(ReasonOf(Relate("own4", kOwned, "own1").status()),
            "OWNERSHIP_CYCLE");
  EXPECT_EQ(ReasonOf(Relate("own4", kOwned, "own3").status()),
            "OWNERSHIP_CYCLE");
  // Before and after them, it is none.
  EXPECT_TRUE(Relate("own4", kOwned, "own1", "", "2014-12-31").ok());
  const auto after = Relate("own4", kOwned, "own1", "2020-01-01");
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(ReasonOf(Redate(after->name(), "2019-06-01", "").status()),
            "OWNERSHIP_CYCLE");
  // Others than ownership may go round.
  EXPECT_TRUE(
      Relate("own4", Relationship::DEVELOPMENT_RESPONSIBILITY_HELD_BY, "own3")
          .ok());
  EXPECT_TRUE(
      Relate("own3", Relationship::DEVELOPMENT_RESPONSIBILITY_HELD_BY, "own4")
          .ok());
}

TEST(Relationships, NoCircleClosesWhenManyCome) {
  constexpr int kOrganizations = 8;
  CreateOrganizations("ring", kOrganizations);
  std::vector<std::future<absl::StatusOr<Relationship>>> answers;
  for (int i = 1; i <= kOrganizations; ++i) {
    answers.push_back(std::async(std::launch::async, [i] {
      return Relate("ring" + std::to_string(i), Relationship::OWNED_BY,
                    "ring" + std::to_string(i % kOrganizations + 1));
    }));
  }
  int refused = 0;
  for (auto& answer : answers) {
    const auto relationship = answer.get();
    if (relationship.ok()) continue;
    ++refused;
    EXPECT_EQ(ReasonOf(relationship.status()), "OWNERSHIP_CYCLE");
  }
  EXPECT_EQ(refused, 1);
}

absl::StatusOr<StrategyPeriod> CreatePeriod(
    int start_year, int end_year, const Caller& caller = Secretariat()) {
  v1::CreateStrategyPeriodRequest request;
  request.mutable_strategy_period()->set_start_year(start_year);
  request.mutable_strategy_period()->set_end_year(end_year);
  return Ask<StrategyPeriod>("StrategyPeriodsService/CreateStrategyPeriod",
                             request, caller);
}

TEST(StrategyPeriods, ShareNoYear) {
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreatePeriod(2023, 2026, Member("organizations/x")).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(CreatePeriod(2023, 2022).status()));
  const auto period = CreatePeriod(2023, 2026);
  ASSERT_TRUE(period.ok()) << period.status();
  EXPECT_EQ(period->name(), "strategy-periods/2023-2026");
  EXPECT_EQ(period->display_name(), "2023–2026");
  for (const auto& [first, last] : std::vector<std::pair<int, int>>{
           {2026, 2029}, {2020, 2023}, {2024, 2025}, {2000, 2100}}) {
    EXPECT_EQ(ReasonOf(CreatePeriod(first, last).status()),
              "STRATEGY_PERIOD_OVERLAPS");
  }
  const auto next = CreatePeriod(2027, 2030);
  ASSERT_TRUE(next.ok()) << next.status();
  v1::UpdateStrategyPeriodRequest update;
  update.mutable_strategy_period()->set_name(next->name());
  update.mutable_strategy_period()->set_start_year(2026);
  EXPECT_EQ(ReasonOf(Ask<StrategyPeriod>(
                         "StrategyPeriodsService/UpdateStrategyPeriod", update)
                         .status()),
            "STRATEGY_PERIOD_OVERLAPS");
  v1::ListStrategyPeriodsRequest list;
  list.set_as_of("2026-12-31");
  const auto listed = Ask<v1::ListStrategyPeriodsResponse>(
      "StrategyPeriodsService/ListStrategyPeriods", list, Nobody());
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->strategy_periods_size(), 1);
  EXPECT_EQ(listed->strategy_periods(0).name(), period->name());

  std::vector<std::future<absl::StatusOr<StrategyPeriod>>> answers;
  for (int i = 0; i < 6; ++i) {
    answers.push_back(std::async(std::launch::async,
                                 [i] { return CreatePeriod(2040 - i, 2040); }));
  }
  int created = 0;
  for (auto& answer : answers) created += answer.get().ok() ? 1 : 0;
  EXPECT_EQ(created, 1);
}

TEST(Privacy, SaysToAnyoneWhatIsKeptOfPeople) {
  const auto answer =
      Ask<PrivacyFields>("PrivacyService/GetPrivacyFields",
                         v1::GetPrivacyFieldsRequest(), Nobody());
  ASSERT_TRUE(answer.ok()) << answer.status();
  bool email = false;
  for (const auto& field : answer->fields()) {
    email = email ||
            (field.service() == "membership" &&
             field.type() == "membership.Person" && field.field() == "email" &&
             !field.purpose().empty() && !field.retention().empty());
  }
  EXPECT_TRUE(email);
}

}  // namespace
}  // namespace reglab::membership
