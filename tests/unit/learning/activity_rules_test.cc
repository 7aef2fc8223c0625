#include "services/learning/activity_rules.h"

#include <gtest/gtest.h>

#include "google/rpc/status.pb.h"
#include "services/common/errors.h"
#include "services/learning/idea_rules.h"

namespace reglab::learning {
namespace {

using v1::Activity;

Activity Expedition() {
  Activity activity;
  activity.set_name("activities/x");
  activity.set_lead(Activity::MEMBER);
  activity.add_leads("organizations/region-uppsala");
  activity.set_state(Activity::DRAFT);
  activity.set_visibility(Activity::ORGANIZATION);
  return activity;
}

std::string Text(const absl::Status& status) {
  return ToProto(status, false).DebugString();
}

TEST(ActivityState, GoesForwardOneStepAtATime) {
  const Activity::State order[] = {Activity::DRAFT, Activity::READY,
                                   Activity::OPEN, Activity::RUNNING,
                                   Activity::COMPLETED};
  for (int from = 0; from < 5; ++from) {
    for (int to = 0; to < 5; ++to) {
      const bool allowed =
          to == from || to == from + 1 || (from == 1 && to == 0);
      EXPECT_EQ(CheckTransition(order[from], order[to]).ok(), allowed)
          << from << to;
    }
  }
}

TEST(ActivityState, IsCancelledFromAnyThatIsNotOver) {
  for (Activity::State from :
       {Activity::DRAFT, Activity::READY, Activity::OPEN, Activity::RUNNING}) {
    EXPECT_TRUE(CheckTransition(from, Activity::CANCELLED).ok());
  }
  EXPECT_FALSE(CheckTransition(Activity::COMPLETED, Activity::CANCELLED).ok());
  EXPECT_EQ(ReasonOf(CheckTransition(Activity::CANCELLED, Activity::OPEN)),
            "STATE_NOT_REACHABLE");
}

TEST(ActivityVisibility, FollowsTheState) {
  EXPECT_EQ(DefaultVisibility(Activity::READY), Activity::ORGANIZATION);
  EXPECT_EQ(DefaultVisibility(Activity::OPEN), Activity::PUBLIC);
  EXPECT_EQ(DefaultVisibility(Activity::CANCELLED), Activity::PUBLIC);
}

TEST(ActivityVisibility, IsSetByOpeningUnlessItWasChosen) {
  Activity activity = Expedition();
  EXPECT_EQ(NextVisibility(activity, Activity::READY), Activity::ORGANIZATION);
  EXPECT_EQ(NextVisibility(activity, Activity::OPEN), Activity::PUBLIC);
  activity.set_visibility(Activity::BODY);
  EXPECT_EQ(NextVisibility(activity, Activity::OPEN), Activity::BODY);
}

TEST(ActivityVisibility, DoesNotChangeWhenItIsCancelled) {
  Activity activity = Expedition();
  EXPECT_EQ(NextVisibility(activity, Activity::CANCELLED),
            Activity::ORGANIZATION);
  activity.set_state(Activity::OPEN);
  activity.set_visibility(Activity::PUBLIC);
  EXPECT_EQ(NextVisibility(activity, Activity::CANCELLED), Activity::PUBLIC);
}

TEST(ActivityVisibility, OfADraftIsItsLeadsOrTheirBody) {
  Activity activity = Expedition();
  activity.set_visibility(Activity::BODY);
  EXPECT_TRUE(CheckActivity(activity).ok());
  activity.set_visibility(Activity::MEMBERS);
  EXPECT_FALSE(CheckActivity(activity).ok());
  activity.set_state(Activity::OPEN);
  EXPECT_TRUE(CheckActivity(activity).ok());
}

TEST(ActivityFields, AreRightTogether) {
  EXPECT_TRUE(CheckActivity(Expedition()).ok());
}

TEST(ActivityFields, AllThatIsWrongIsNamedAtOnce) {
  Activity activity = Expedition();
  activity.set_start_date("2027-05-01");
  activity.set_end_date("2027-04-30");
  activity.add_partners("organizations/region-uppsala");
  activity.set_parent_activity("activities/x");
  activity.set_visibility(Activity::PUBLIC);
  const std::string text = Text(CheckActivity(activity));
  for (const char* field :
       {"activity.end_date", "activity.partners[0]", "activity.parent_activity",
        "activity.visibility"}) {
    EXPECT_NE(text.find(field), std::string::npos) << field << text;
  }
}

TEST(ActivityFields, MemberLedActivityHasALead) {
  Activity activity = Expedition();
  activity.clear_leads();
  EXPECT_NE(Text(CheckActivity(activity)).find("activity.leads"),
            std::string::npos);
}

TEST(ActivityLeads, RunItAndNobodyElseDoes) {
  Activity activity = Expedition();
  activity.add_leads("bodies/rus-network");
  Caller caller;
  caller.name = "clients/x";
  caller.organization = "organizations/region-halland";
  EXPECT_TRUE(absl::IsPermissionDenied(CheckRuns(caller, activity)));
  // One member of a body does not act for all of it.
  caller.bodies = {"bodies/rus-network"};
  EXPECT_TRUE(absl::IsPermissionDenied(CheckRuns(caller, activity)));
  caller.bodies = {};
  caller.organization = "organizations/region-uppsala";
  EXPECT_TRUE(CheckRuns(caller, activity).ok());
  caller.organization = "";
  EXPECT_FALSE(CheckRuns(caller, activity).ok());
  caller.roles = {"SECRETARIAT"};
  EXPECT_TRUE(CheckRuns(caller, activity).ok());
}

TEST(ActivityLeads, LetAColleagueRunWhatWasDelegated) {
  Activity activity = Expedition();
  activity.set_name("activities/expedition");
  Caller caller;
  caller.name = "people/x";
  caller.organization = "organizations/region-uppsala";
  caller.delegations = {
      {"activities/expedition", {"learning.activities.write"}}};
  caller.ConfineTo("learning.activities.write");
  EXPECT_TRUE(CheckRuns(caller, activity).ok());
  activity.set_name("activities/another");
  EXPECT_EQ(ReasonOf(CheckRuns(caller, activity)), "OTHER_MATTER");
  // What is part of it belongs to it.
  activity.set_parent_activity("activities/expedition");
  EXPECT_TRUE(CheckRuns(caller, activity).ok());
  // The organisation does not lead it any more.
  activity.clear_leads();
  activity.add_leads("organizations/region-halland");
  EXPECT_EQ(ReasonOf(CheckRuns(caller, activity)), "NOT_A_LEAD");
}

TEST(ActivityNames, AreAskedForOnce) {
  Activity activity = Expedition();
  activity.add_partners("organizations/vinnova");
  activity.add_cases()->set_organization("organizations/vinnova");
  activity.add_cases();
  EXPECT_EQ(NamesIn(activity),
            (std::vector<std::string>{"organizations/region-uppsala",
                                      "organizations/vinnova"}));
}

TEST(ActivityNames, ThatAreMissingAreToldFieldByField) {
  Activity activity = Expedition();
  activity.add_leads("organizations/borta");
  activity.add_partners("organizations/vinnova");
  activity.add_cases()->set_organization("organizations/borta");
  EXPECT_TRUE(CheckNoneMissing(activity, {}).ok());
  const std::string text =
      Text(CheckNoneMissing(activity, {"organizations/borta"}));
  EXPECT_NE(text.find("activity.leads[1]"), std::string::npos) << text;
  EXPECT_NE(text.find("activity.cases[0].organization"), std::string::npos);
  EXPECT_EQ(text.find("activity.leads[0]"), std::string::npos);
  EXPECT_EQ(text.find("activity.partners"), std::string::npos);
}

TEST(IdeaFromMinutes, ComesFromMeetingsAlone) {
  v1::Idea idea;
  idea.set_meeting("meetings/m");
  idea.set_suggestion("meetings/m/suggestions/1");
  Caller caller;
  caller.organization = "organizations/region-uppsala";
  caller.process = "gateway";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckMayPropose(caller, idea)));
  caller.process = "meetings";
  EXPECT_TRUE(CheckMayPropose(caller, idea).ok());
  idea.clear_suggestion();
  EXPECT_TRUE(absl::IsPermissionDenied(CheckMayPropose(caller, idea)));
}

TEST(IdeaProposer, IsTheOwnOrganization) {
  v1::Idea idea;
  idea.set_proposer("organizations/region-uppsala");
  Caller caller;
  caller.organization = "organizations/region-halland";
  EXPECT_FALSE(CheckProposes(caller, idea).ok());
  caller.organization = "organizations/region-uppsala";
  EXPECT_TRUE(CheckProposes(caller, idea).ok());
  // An idea of a meeting has no proposer: a caller without an organisation is
  // not its owner.
  caller.organization = "";
  idea.clear_proposer();
  EXPECT_FALSE(CheckProposes(caller, idea).ok());
}

}  // namespace
}  // namespace reglab::learning
