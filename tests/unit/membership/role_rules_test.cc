#include "services/membership/role_rules.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/common/errors.h"
#include "services/membership/contract_rules.h"

namespace reglab::membership {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(RoleTest, ARepresentativeWritesAndAColleagueReads) {
  EXPECT_THAT(ScopesOfPerson({"SECRETARIAT", "MEMBER"}), ElementsAre("*"));
  EXPECT_THAT(ScopesOfPerson({}), IsEmpty());
  EXPECT_THAT(ScopesOfPerson({"GUEST"}), IsEmpty());
  const auto representative =
      ScopesOfPerson({"MEMBER", "MEMBER_REPRESENTATIVE"});
  for (const char* scope :
       {"learning.ideas.write", "membership.people.write",
        "membership.clients.write", "membership.keys.write",
        "membership.feed-tokens.write", "membership.invitations.write",
        "membership.delegations.write"}) {
    EXPECT_THAT(representative, Contains(scope));
  }
  for (const char* role : {"MEMBER", "BOARD", "OPERATOR"}) {
    for (const std::string& scope : ScopesOfPerson({role})) {
      EXPECT_FALSE(scope.ends_with(".write")) << role << scope;
    }
  }
}

TEST(RoleTest, OnlyTheSecretariatDecidesAndRunsMeetings) {
  for (const char* permission :
       {"membership.organizations.write", "membership.memberships.decide",
        "membership.appointments.write", "membership.bodies.write",
        "meetings.meetings.write", "meetings.minutes.import",
        "learning.activity-kinds.write"}) {
    EXPECT_THAT(RolesWith(permission), ElementsAre("SECRETARIAT"))
        << permission;
    EXPECT_FALSE(IsForOrganizations(permission)) << permission;
  }
}

TEST(RoleTest, AnOperatorSeesTheJournalAndNoContent) {
  for (const std::string& scope : ScopesOfPerson({"OPERATOR"})) {
    EXPECT_TRUE(scope.starts_with("membership.journal-entries.")) << scope;
  }
}

TEST(RoleTest, AClientDoesNoMoreThanARepresentativeCould) {
  const std::vector<std::string> all = {"*"};
  EXPECT_THAT(ScopesOfClient({"SECRETARIAT"}, all), ElementsAre("*"));
  const auto member = ScopesOfClient({"MEMBER"}, all);
  EXPECT_THAT(member, Contains("learning.ideas.write"));
  EXPECT_THAT(member, Not(Contains("*")));
  EXPECT_THAT(member, Not(Contains("meetings.meetings.write")));
  // What is no member any more applies, and keeps its people and programs.
  const auto former = ScopesOfClient({}, all);
  EXPECT_THAT(former, Contains("membership.memberships.write"));
  EXPECT_THAT(former, Not(Contains("learning.ideas.write")));
  EXPECT_THAT(ScopesOfClient({"MEMBER"}, {"learning.*", "meetings.*"}),
              ElementsAre("learning.activities.write", "learning.ideas.write",
                          "meetings.contributions.write"));
  EXPECT_THAT(ScopesOfClient({"MEMBER"}, {"learning.ideas.write"}),
              ElementsAre("learning.ideas.write"));
  EXPECT_THAT(ScopesOfClient({"OPERATOR"}, {"learning.*"}), IsEmpty());
}

// Every permission of the contract is placed: who has it is printed, so that
// one for the secretariat alone is so on purpose.
TEST(RoleTest, EveryScopeOfTheTableIsDeclaredAndEveryPermissionHasARole) {
  for (const char* role : {"MEMBER", "MEMBER_REPRESENTATIVE"}) {
    EXPECT_TRUE(CheckPermissions("scopes", ScopesOfPerson({role}), true).ok())
        << TextOf(CheckPermissions("scopes", ScopesOfPerson({role}), true)).en;
  }
  std::set<std::string> seen;
  for (const DeclaredMethod& method : DeclaredMethods()) {
    if (method.is_public || method.any_caller || method.for_processes ||
        !seen.insert(method.permission).second) {
      continue;
    }
    const std::vector<std::string> roles = RolesWith(method.permission);
    ASSERT_FALSE(roles.empty()) << method.permission;
    std::printf("%-40s", method.permission.c_str());
    for (const std::string& role : roles) std::printf(" %s", role.c_str());
    std::printf("\n");
  }
  EXPECT_GT(seen.size(), 25u);
}

}  // namespace
}  // namespace reglab::membership
