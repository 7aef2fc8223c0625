#include "services/meetings/action_rules.h"

#include "gtest/gtest.h"
#include "services/common/errors.h"
#include "services/meetings/holder_rules.h"

namespace reglab::meetings {
namespace {

using v1::Action;

TEST(Action, HasADayWhenDoneAndAReasonWhenDropped) {
  Action action;
  EXPECT_TRUE(SettleAction("2026-11-24", action).ok());
  EXPECT_EQ(action.state(), Action::OPEN);
  action.set_state(Action::DONE);
  EXPECT_TRUE(SettleAction("2026-11-24", action).ok());
  EXPECT_EQ(action.done_date(), "2026-11-24");
  action.set_done_date("2026-11-25");
  EXPECT_TRUE(absl::IsInvalidArgument(SettleAction("2026-11-24", action)));
  action.set_state(Action::DROPPED);
  EXPECT_TRUE(absl::IsInvalidArgument(SettleAction("2026-11-25", action)));
  action.set_reason("Ersatt.");
  EXPECT_TRUE(SettleAction("2026-11-25", action).ok());
  EXPECT_EQ(action.done_date(), "");
  action.set_state(Action::OPEN);
  EXPECT_TRUE(SettleAction("2026-11-25", action).ok());
  EXPECT_EQ(action.reason(), "");
}

TEST(Action, IsRemindedOfByAShortTitle) {
  Action action;
  action.set_name("meetings/x/actions/1");
  action.set_owner("organizations/region-uppsala");
  action.set_due_date("2026-12-01");
  for (int i = 0; i < 40; ++i) *action.mutable_text() += "å och ä ";
  const auto letter = ReminderOf(action, true);
  EXPECT_EQ(letter.recipients(0), "organizations/region-uppsala");
  EXPECT_EQ(letter.organization(), "organizations/region-uppsala");
  EXPECT_LT(letter.parameters().at("title").size(), 300u);
}

Caller Person(const std::vector<std::string>& roles) {
  Caller caller;
  caller.name = "people/astrid";
  caller.organization = "organizations/skr";
  caller.roles = roles;
  caller.scopes = {"meetings.actions.complete"};
  caller.bodies = {"bodies/rus-network"};
  return caller;
}

std::string Refusal(const Caller& caller, const std::string& holder) {
  return ReasonOf(CheckHolds(caller, holder, "meetings/x/actions/1",
                             "meetings.actions.complete"));
}

TEST(Holder, IsWhoeverActsForIt) {
  const Caller member = Person({"MEMBER"});
  EXPECT_EQ(Refusal(member, "people/astrid"), "");
  EXPECT_EQ(Refusal(member, "people/bo"), "NOT_HOLDER");
  EXPECT_EQ(Refusal(member, ""), "NOT_HOLDER");
  EXPECT_EQ(Refusal(member, "bodies/rus-network"), "");
  EXPECT_EQ(Refusal(member, "bodies/board"), "NOT_HOLDER");
  EXPECT_EQ(Refusal(member, "organizations/skr"), "NOT_REPRESENTATIVE");
  const Caller representative = Person({"MEMBER", "MEMBER_REPRESENTATIVE"});
  EXPECT_EQ(Refusal(representative, "organizations/skr"), "");
  EXPECT_EQ(Refusal(representative, "organizations/vinnova"),
            "OTHER_ORGANIZATION");
  Caller delegate = member;
  delegate.delegations = {{"meetings/x", {"meetings.actions.complete"}}};
  EXPECT_EQ(Refusal(delegate, "organizations/skr"), "");
  delegate.delegations[0].subject = "meetings/y";
  EXPECT_EQ(Refusal(delegate, "organizations/skr"), "OTHER_MATTER");
  EXPECT_EQ(Refusal(Person({"SECRETARIAT"}), ""), "");
}

TEST(Guest, ReadsAndActsOnTheSubjectOfTheLinkAlone) {
  Caller guest;
  guest.name = "guests/k3m5";
  guest.roles = {"GUEST"};
  guest.delegations = {{"referrals/a", {"meetings.referrals.answer"}}};
  const Audience audience = AudienceOf(guest);
  EXPECT_EQ(AudienceOn(guest, audience, "referrals/a").visibilities.size(), 4u);
  EXPECT_EQ(AudienceOn(guest, audience, "referrals/ab").visibilities.size(),
            1u);
  EXPECT_TRUE(
      CheckHolds(guest, "", "referrals/a", "meetings.referrals.answer").ok());
  EXPECT_FALSE(
      CheckHolds(guest, "", "referrals/b", "meetings.referrals.answer").ok());
}

}  // namespace
}  // namespace reglab::meetings
