#include "services/learning/idea_rules.h"

#include "gtest/gtest.h"
#include "services/common/errors.h"

namespace reglab::learning {
namespace {

v1::Idea Proposed() {
  v1::Idea idea;
  idea.set_name("ideas/studiebesok");
  idea.set_proposer("organizations/region-uppsala");
  return idea;
}

Caller From(const std::string& organization) {
  Caller caller;
  caller.name = "people/x";
  caller.organization = organization;
  return caller;
}

TEST(Idea, IsItsProposersAndTheSecretariats) {
  EXPECT_TRUE(
      CheckProposes(From("organizations/region-uppsala"), Proposed()).ok());
  EXPECT_EQ(
      ReasonOf(CheckProposes(From("organizations/region-skane"), Proposed())),
      "NOT_THE_PROPOSER");
  EXPECT_EQ(ReasonOf(CheckProposes(From(""), v1::Idea())), "NOT_THE_PROPOSER");
  Caller secretariat = From("");
  secretariat.roles = {"SECRETARIAT"};
  EXPECT_TRUE(CheckProposes(secretariat, Proposed()).ok());
}

TEST(Idea, IsProposedByAColleagueInTheDelegatedMeeting) {
  Caller colleague = From("organizations/region-uppsala");
  colleague.delegations = {{"meetings/m", {"learning.ideas.write"}}};
  colleague.ConfineTo("learning.ideas.write");
  v1::Idea idea = Proposed();
  EXPECT_EQ(ReasonOf(CheckMayPropose(colleague, idea)), "OTHER_MATTER");
  idea.set_meeting("meetings/m");
  EXPECT_TRUE(CheckMayPropose(colleague, idea).ok());
  idea.set_proposer("organizations/region-skane");
  EXPECT_EQ(ReasonOf(CheckMayPropose(colleague, idea)), "NOT_THE_PROPOSER");
}

}  // namespace
}  // namespace reglab::learning
