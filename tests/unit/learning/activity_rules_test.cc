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
  caller.bodies = {"bodies/rus-network"};
  EXPECT_TRUE(CheckRuns(caller, activity).ok());
  caller.bodies = {};
  caller.organization = "organizations/region-uppsala";
  EXPECT_TRUE(CheckRuns(caller, activity).ok());
  caller.organization = "";
  EXPECT_FALSE(CheckRuns(caller, activity).ok());
  caller.roles = {"SECRETARIAT"};
  EXPECT_TRUE(CheckRuns(caller, activity).ok());
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
