// Actions that end, what is out, and the reminders of it.
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "reglab/meetings/v1/action.pb.h"
#include "reglab/meetings/v1/outstanding_item.pb.h"
#include "services/common/errors.h"
#include "services/meetings/reminders.h"
#include "tests/integration/referral_calls.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;
using v1::Action;
using v1::OutstandingItem;

// An open action of a meeting of its own.
absl::StatusOr<Action> NewAction(const std::string& id,
                                 const std::string& owner,
                                 const std::string& due_date = "") {
  Running();
  RETURN_IF_ERROR(Create(id).status());
  v1::CreateActionRequest request;
  request.set_parent("meetings/" + id);
  request.mutable_action()->set_text("Ta fram ett skelett för expeditioner.");
  request.mutable_action()->set_owner(owner);
  request.mutable_action()->set_due_date(due_date);
  request.mutable_action()->set_visibility(v1::Meeting::MEMBERS);
  RETURN_IF_ERROR(Ask<Action>("ActionsService/CreateAction", request).status());
  v1::ConveneMeetingRequest convene;
  convene.set_name("meetings/" + id);
  RETURN_IF_ERROR(
      Ask<v1::Meeting>("MeetingsService/ConveneMeeting", convene).status());
  v1::ListActionsRequest list;
  list.set_parent("meetings/" + id);
  const auto listed =
      Ask<v1::ListActionsResponse>("ActionsService/ListActions", list);
  RETURN_IF_ERROR(listed.status());
  return listed->actions(0);
}

TEST(Actions, AreCompletedByTheirOwnerAndDroppedWithAReason) {
  const auto action = NewAction("owned", "organizations/region-uppsala");
  ASSERT_TRUE(action.ok()) << action.status();
  EXPECT_EQ(action->state(), Action::OPEN);
  v1::CompleteActionRequest complete;
  complete.set_name(action->name());
  const auto with = [&](const Caller& caller) {
    return Ask<Action>("ActionsService/CompleteAction", complete, caller);
  };
  EXPECT_EQ(ReasonOf(with(Member("organizations/region-halland")).status()),
            "OTHER_ORGANIZATION");
  complete.set_done_date(Day(1));
  EXPECT_THAT(Fields(with(Secretariat()).status()),
              ElementsAre("action.done_date"));
  complete.clear_done_date();
  const auto done = with(Person("rep", "organizations/region-uppsala",
                                {"MEMBER", "MEMBER_REPRESENTATIVE"}));
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->state(), Action::DONE);
  EXPECT_EQ(done->done_date(), Day(0));
  EXPECT_EQ(ReasonOf(with(Secretariat()).status()), "ACTION_NOT_OPEN");

  v1::ReopenActionRequest reopen;
  reopen.set_name(action->name());
  const auto open = Ask<Action>("ActionsService/ReopenAction", reopen);
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_EQ(open->done_date(), "");
  EXPECT_EQ(
      ReasonOf(Ask<Action>("ActionsService/ReopenAction", reopen).status()),
      "ACTION_OPEN");
  v1::UpdateActionRequest update;
  update.mutable_action()->set_name(action->name());
  update.mutable_action()->set_state(Action::DROPPED);
  EXPECT_THAT(
      Fields(Ask<Action>("ActionsService/UpdateAction", update).status()),
      ElementsAre("action.reason"));
  v1::DropActionRequest drop;
  drop.set_name(action->name());
  drop.set_reason("Ersatt av provrummet.");
  const auto dropped = Ask<Action>("ActionsService/DropAction", drop);
  ASSERT_TRUE(dropped.ok()) << dropped.status();
  EXPECT_EQ(dropped->reason(), "Ersatt av provrummet.");
}

TEST(Actions, AreListedAcrossMeetings) {
  ASSERT_TRUE(NewAction("across-1", "bodies/analyst-network", Day(3)).ok());
  ASSERT_TRUE(NewAction("across-2", "bodies/analyst-network", Day(2)).ok());
  v1::ListActionsRequest list;
  list.set_parent("meetings/-");
  list.set_filter(absl::StrCat(
      "owner = \"bodies/analyst-network\" AND state = OPEN AND due_date <= \"",
      Day(5), "\""));
  const auto listed =
      Ask<v1::ListActionsResponse>("ActionsService/ListActions", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->actions_size(), 2);
  EXPECT_TRUE(listed->actions(0).name().starts_with("meetings/across-2/"));
}

TEST(WhatIsOut, IsListedWithWhomAndForHowLong) {
  const std::string name =
      Sent(Referral::FORWARDED, "organizations/tillvaxtverket");
  Running().Sql("meetings",
                "UPDATE referrals SET send_time = now() - interval '40 days',"
                " due_date = today() - 5 WHERE name = '" +
                    name + "'");
  ASSERT_TRUE(NewAction("out", "organizations/tillvaxtverket", Day(-40)).ok());
  v1::ListOutstandingItemsRequest request;
  request.set_organization("organizations/tillvaxtverket");
  const auto list = [&](const Caller& caller = Secretariat()) {
    return Ask<v1::ListOutstandingItemsResponse>(
        "OutstandingItemsService/ListOutstandingItems", request, caller);
  };
  const auto out = list();
  ASSERT_TRUE(out.ok()) << out.status();
  ASSERT_EQ(out->outstanding_items_size(), 2);
  // By due date.
  EXPECT_EQ(out->outstanding_items(0).kind(), OutstandingItem::ACTION);
  EXPECT_EQ(out->outstanding_items(0).since(), "2026-09-15");
  const OutstandingItem& referral = out->outstanding_items(1);
  EXPECT_EQ(referral.name(), name);
  EXPECT_EQ(referral.days_out(), 40);
  EXPECT_TRUE(referral.overdue());
  EXPECT_EQ(referral.holder(), "organizations/tillvaxtverket");
  EXPECT_EQ(referral.body(), "bodies/member-group");
  // The public sees neither; a page at a time is the same list.
  EXPECT_EQ(list(Nobody())->outstanding_items_size(), 0);
  request.set_page_size(1);
  request.set_order_by("since");
  const auto first = list();
  ASSERT_TRUE(first.ok()) << first.status();
  request.set_page_token(first->next_page_token());
  const auto second = list();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(first->outstanding_items(0).name(),
            second->outstanding_items(0).name());
  EXPECT_EQ(second->next_page_token(), "");
  request.Clear();
  request.set_organization("organizations/tillvaxtverket");
  request.set_filter("kind = REFERRAL AND overdue = true AND days_out > 30");
  EXPECT_EQ(list()->outstanding_items_size(), 1);
  ASSERT_TRUE(Answer(name).ok());
  EXPECT_EQ(list()->outstanding_items_size(), 0);
}

TEST(Reminders, AreSentOnceHoweverManyReplicasThereAre) {
  SeatTheNetwork();
  const std::string soon = Sent(Referral::ASSIGNED, "bodies/rus-network");
  const std::string late = Sent(Referral::ASSIGNED, "bodies/rus-network");
  const std::string old = Sent(Referral::ASSIGNED, "bodies/rus-network");
  Suite& suite = Running();
  for (const auto& [name, days] :
       {std::pair(soon, 3), std::pair(late, -2), std::pair(old, -400)}) {
    suite.Sql("meetings", absl::StrCat("UPDATE referrals SET due_date = today()"
                                       " + ",
                                       days, " WHERE name = '", name, "'"));
  }
  const auto action = NewAction("reminded", "people/network-chair", Day(2));
  ASSERT_TRUE(action.ok()) << action.status();
  auto database =
      Database::Open({suite.Connection("meetings") + " user=meetings", 8});
  ASSERT_TRUE(database.ok()) << database.status();
  const auto run_many = [&] {
    std::vector<std::future<absl::Status>> all;
    for (int i = 0; i < 16; ++i) {
      all.push_back(std::async(std::launch::async,
                               [&] { return SendReminders(**database); }));
    }
    for (auto& one : all) EXPECT_TRUE(one.get().ok());
  };
  run_many();
  EXPECT_TRUE(Eventually([&] {
    return Letters(soon, "Snart dags att svara") == 1 &&
           Letters(late, "Svaret dröjer") == 1 &&
           Letters(action->name(), "Snart dags") == 1;
  }));
  EXPECT_EQ(GetReferral(soon)->reminder_date(), Day(0));
  EXPECT_EQ(GetReferral(old)->reminder_date(), "");
  // Not again today; but again when two weeks have gone by after it was due,
  // and when a day that was moved comes near.
  suite.Sql("meetings",
            "UPDATE referrals SET reminder_date = today() - 14, due_date ="
            " today() - 20 WHERE name = '" +
                late + "'");
  run_many();
  run_many();
  EXPECT_TRUE(Eventually([&] { return Letters(late, "Svaret dröjer") == 2; }));
  EXPECT_TRUE(Eventually([&] {
    return suite.Sql("meetings", "SELECT count(*) FROM work") == "0";
  }));
  EXPECT_EQ(Letters(soon, "Snart dags att svara"), 1);
  EXPECT_EQ(Letters(late, "Svaret dröjer"), 2);
  EXPECT_EQ(Letters(action->name(), "Snart dags"), 1);
}

}  // namespace
}  // namespace reglab::meetings
