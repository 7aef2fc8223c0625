#include "services/membership/delegation_rules.h"

#include <vector>

#include "gtest/gtest.h"
#include "services/common/errors.h"

namespace reglab::membership {
namespace {

using v1::Delegation;

constexpr char kToday[] = "2026-11-24";

Delegation MakeDelegation(const char* start_date, const char* end_date) {
  Delegation delegation;
  delegation.set_organization("organizations/a");
  delegation.add_permissions("learning.activities.write");
  delegation.set_start_date(start_date);
  delegation.set_end_date(end_date);
  return delegation;
}

Caller Representative(const std::vector<std::string>& scopes) {
  Caller caller;
  caller.name = "people/r";
  caller.organization = "organizations/a";
  caller.scopes = scopes;
  return caller;
}

TEST(DelegationTest, LastsFromTodayForAYearAtMost) {
  EXPECT_TRUE(
      CheckDelegationDates(MakeDelegation(kToday, kToday), kToday).ok());
  EXPECT_TRUE(
      CheckDelegationDates(MakeDelegation(kToday, "2027-11-25"), kToday).ok());
  for (const auto& [start, end] :
       std::vector<std::pair<const char*, const char*>>{
           {kToday, "2027-11-26"},
           {kToday, "2026-11-23"},
           {"2026-11-23", "2026-12-24"},
           {"2026-12-24", "2026-12-23"},
           {kToday, "2027-02-29"}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        CheckDelegationDates(MakeDelegation(start, end), kToday)))
        << start << " " << end;
  }
}

TEST(DelegationTest, KeepsItsFirstDayWhenItIsProlonged) {
  Delegation delegation = MakeDelegation("2026-01-01", "2026-12-31");
  delegation.mutable_create_time();
  EXPECT_TRUE(CheckDelegationDates(delegation, kToday).ok());
  delegation.set_end_date("2027-01-03");
  EXPECT_TRUE(
      absl::IsInvalidArgument(CheckDelegationDates(delegation, kToday)));
}

TEST(DelegationTest, GivesNoMoreThanTheGiverHolds) {
  const Delegation delegation = MakeDelegation(kToday, kToday);
  EXPECT_TRUE(CheckMayDelegate(Representative({"learning.activities.write"}),
                               delegation)
                  .ok());
  EXPECT_TRUE(
      CheckMayDelegate(Representative({"learning.*"}), delegation).ok());
  EXPECT_EQ(ReasonOf(CheckMayDelegate(Representative({"learning.ideas.write"}),
                                      delegation)),
            "SCOPE_NOT_HELD");
}

TEST(DelegationTest, IsNotPassedOn) {
  Caller colleague = Representative({});
  colleague.delegations = {
      {"organizations/a",
       {"membership.delegations.write", "learning.activities.write"}}};
  ASSERT_TRUE(colleague.May("learning.activities.write"));
  EXPECT_EQ(
      ReasonOf(CheckMayDelegate(colleague, MakeDelegation(kToday, kToday))),
      "SCOPE_NOT_HELD");
}

TEST(DelegationTest, IsGivenWithinTheOrganization) {
  Caller other = Representative({"learning.*"});
  other.organization = "organizations/b";
  EXPECT_EQ(ReasonOf(CheckMayDelegate(other, MakeDelegation(kToday, kToday))),
            "OTHER_ORGANIZATION");
}

TEST(DelegationTest, IsNotChangedWhenItIsOver) {
  Delegation delegation = MakeDelegation("2026-01-01", kToday);
  EXPECT_TRUE(CheckDelegationLasts(delegation, kToday).ok());
  EXPECT_EQ(ReasonOf(CheckDelegationLasts(delegation, "2026-11-25")),
            "DELEGATION_OVER");
  delegation.mutable_revoke_time();
  EXPECT_EQ(ReasonOf(CheckDelegationLasts(delegation, kToday)),
            "DELEGATION_OVER");
}

}  // namespace
}  // namespace reglab::membership
