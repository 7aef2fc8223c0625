#include "services/meetings/agenda_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "services/common/errors.h"

namespace reglab::meetings {
namespace {

using v1::Action;
using v1::AgendaItem;
using v1::Meeting;
using v1::MoveAgendaItemRequest;
using v1::Referral;

std::vector<AgendaEntry> Agenda(const std::vector<int32_t>& positions) {
  std::vector<AgendaEntry> entries;
  for (size_t i = 0; i < positions.size(); ++i) {
    entries.push_back({std::string(1, char('a' + i)), positions[i]});
  }
  return entries;
}

MoveAgendaItemRequest Move(const std::string& name) {
  MoveAgendaItemRequest request;
  request.set_name(name);
  return request;
}
MoveAgendaItemRequest Before(const std::string& name,
                             const std::string& other) {
  MoveAgendaItemRequest request = Move(name);
  request.set_before(other);
  return request;
}
MoveAgendaItemRequest After(const std::string& name, const std::string& other) {
  MoveAgendaItemRequest request = Move(name);
  request.set_after(other);
  return request;
}
MoveAgendaItemRequest To(const std::string& name, int index) {
  MoveAgendaItemRequest request = Move(name);
  request.set_index(index);
  return request;
}

// The order that the changed positions make, "bca".
std::string Order(std::vector<AgendaEntry> entries,
                  const std::vector<AgendaEntry>& changed) {
  for (const AgendaEntry& change : changed) {
    for (AgendaEntry& entry : entries) {
      if (entry.name == change.name) entry.position = change.position;
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const AgendaEntry& a, const AgendaEntry& b) {
              return std::pair(a.position, a.name) <
                     std::pair(b.position, b.name);
            });
  std::string order;
  for (const AgendaEntry& entry : entries) order += entry.name;
  return order;
}

std::string Moved(const std::vector<AgendaEntry>& entries,
                  const MoveAgendaItemRequest& request) {
  const auto changed = PositionsAfterMove(entries, request);
  EXPECT_TRUE(changed.ok()) << changed.status();
  return changed.ok() ? Order(entries, *changed) : "";
}

TEST(Move, PutsOneItemWhereItIsWanted) {
  const auto agenda = Agenda({1024, 2048, 3072, 4096});
  EXPECT_EQ(Moved(agenda, Before("d", "b")), "adbc");
  EXPECT_EQ(Moved(agenda, After("a", "c")), "bcad");
  EXPECT_EQ(Moved(agenda, After("a", "d")), "bcda");
  EXPECT_EQ(Moved(agenda, Before("c", "a")), "cabd");
  EXPECT_EQ(Moved(agenda, To("a", 3)), "bcad");
  EXPECT_EQ(Moved(agenda, To("d", 1)), "dabc");
  EXPECT_EQ(Moved(agenda, To("b", 99)), "acdb");
}

TEST(Move, ChangesNoOtherItemWhileThereIsRoom) {
  const auto changed =
      PositionsAfterMove(Agenda({1024, 2048, 3072}), Before("c", "b"));
  ASSERT_TRUE(changed.ok());
  ASSERT_EQ(changed->size(), 1u);
  EXPECT_EQ(changed->front().name, "c");
}

TEST(Move, MakesRoomWhereThereIsNone) {
  EXPECT_EQ(Moved(Agenda({0, 0, 0}), Before("c", "a")), "cab");
  EXPECT_EQ(Moved(Agenda({7, 8, 9}), After("c", "a")), "acb");
  EXPECT_EQ(Moved(Agenda({0, 1, 2147483647}), After("a", "c")), "bca");
}

TEST(Move, ToWhereAnItemStandsKeepsTheOrder) {
  const auto agenda = Agenda({1024, 2048, 3072});
  EXPECT_EQ(Moved(agenda, To("b", 2)), "abc");
  EXPECT_EQ(Moved(agenda, After("b", "a")), "abc");
}

// As if items were dragged about for a long time: always what a list would do.
TEST(Move, StaysRightAfterManyMoves) {
  auto agenda = Agenda({0, 0, 0, 5, 5, 6, 1000});
  std::string expected = "abcdefg";
  unsigned random = 17;
  for (int i = 0; i < 5000; ++i) {
    random = random * 1103515245 + 12345;
    const size_t from = (random >> 8) % expected.size();
    const size_t to = (random >> 16) % expected.size();
    const char name = expected[from];
    expected.erase(from, 1);
    expected.insert(to, 1, name);
    const auto changed = PositionsAfterMove(
        agenda, To(std::string(1, name), static_cast<int>(to) + 1));
    ASSERT_TRUE(changed.ok());
    ASSERT_EQ(Order(agenda, *changed), expected) << i;
    for (const AgendaEntry& change : *changed) {
      ASSERT_GE(change.position, 0);
      for (AgendaEntry& entry : agenda) {
        if (entry.name == change.name) entry.position = change.position;
      }
    }
    std::sort(agenda.begin(), agenda.end(),
              [](const AgendaEntry& a, const AgendaEntry& b) {
                return std::pair(a.position, a.name) <
                       std::pair(b.position, b.name);
              });
  }
}

TEST(Move, NeedsExactlyOnePlaceOnTheSameAgenda) {
  const auto agenda = Agenda({1, 2});
  MoveAgendaItemRequest both = Before("a", "b");
  both.set_index(1);
  for (const MoveAgendaItemRequest& request :
       {Move("a"), both, Before("a", "x"), After("a", "a")}) {
    const absl::Status refusal = PositionsAfterMove(agenda, request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(refusal)) << refusal;
  }
}

TEST(Agenda, DoesNotLastLongerThanItsMeeting) {
  Meeting meeting;
  EXPECT_TRUE(CheckAgendaFits(meeting, 10000, "x").ok());
  meeting.mutable_start_time()->set_seconds(0);
  meeting.mutable_end_time()->set_seconds(3 * 3600);
  EXPECT_TRUE(CheckAgendaFits(meeting, 180, "x").ok());
  const absl::Status refusal = CheckAgendaFits(meeting, 181, "x");
  EXPECT_TRUE(absl::IsFailedPrecondition(refusal));
  EXPECT_EQ(ReasonOf(refusal), "AGENDA_TOO_LONG");
}

TEST(Clock, IsPartOfWhatTheEtagTells) {
  AgendaItem item;
  item.set_etag("abc");
  FillClock(item);
  EXPECT_EQ(item.etag(), "abc");
  item.mutable_start_time()->set_seconds(1789459200);
  FillClock(item);
  EXPECT_EQ(item.etag(), "abc-1789459200");
  EXPECT_FALSE(item.has_end_time());
  item.set_etag("abc");
  item.set_duration_minutes(45);
  FillClock(item);
  EXPECT_EQ(item.end_time().seconds(), 1789459200 + 45 * 60);
}

Referral In(const std::string& name, Referral::State state) {
  Referral referral;
  referral.set_name(name);
  referral.set_title("Frågan om " + name);
  referral.set_target_text("SKR");
  referral.set_state(state);
  referral.set_visibility(Meeting::MEMBERS);
  return referral;
}

TEST(FollowUp, TellsOpenActionsReferralsAndAnswers) {
  Action action;
  action.set_name("meetings/m/actions/1");
  action.set_text("Ta fram ett skelett.");
  action.set_owner_text("Kansliet");
  action.set_due_date("2026-12-01");
  action.set_visibility(Meeting::BODY);
  Referral answered = In("referrals/answered", Referral::ANSWERED);
  answered.set_answer("SKR tar med frågan.");
  const std::vector<AgendaItem> items =
      FollowUps({action},
                {In("referrals/out", Referral::SENT), answered,
                 In("referrals/back", Referral::RETURNED)},
                {});
  ASSERT_EQ(items.size(), 4u);
  EXPECT_EQ(items[0].text(),
            "- Ta fram ett skelett. – Kansliet, senast 2026-12-01\n");
  EXPECT_EQ(items[0].follows_up(0), "meetings/m/actions/1");
  // What only the body may read does not come out with the agenda.
  EXPECT_EQ(items[0].visibility(), Meeting::BODY);
  EXPECT_EQ(items[1].text(), "- Frågan om referrals/out – SKR\n");
  EXPECT_EQ(items[2].display_name(), "Svar: Frågan om referrals/answered");
  EXPECT_EQ(items[2].text(), "Från SKR.\n\nSKR tar med frågan.");
  EXPECT_EQ(items[2].visibility(), Meeting::MEMBERS);
  EXPECT_EQ(items[3].display_name(),
            "Åter utan svar: Frågan om referrals/back");
}

TEST(FollowUp, PassesOverWhatStandsOnTheAgenda) {
  Action action;
  action.set_name("meetings/m/actions/1");
  EXPECT_TRUE(FollowUps({action}, {In("referrals/r", Referral::ANSWERED)},
                        {"meetings/m/actions/1", "referrals/r"})
                  .empty());
}

TEST(FollowUp, IsNoLongerThanAnAgendaItemMayBe) {
  std::vector<Action> actions(400);
  for (size_t i = 0; i < actions.size(); ++i) {
    actions[i].set_name("meetings/m/actions/" + std::to_string(i));
    std::string text;
    while (text.size() < 2000) text += "åäö ";
    actions[i].set_text(text);
  }
  const std::vector<AgendaItem> items = FollowUps(actions, {}, {});
  ASSERT_EQ(items.size(), 1u);
  EXPECT_LE(items[0].text().size(), 20000u);
  EXPECT_EQ(items[0].follows_up_size(), 400);
}

}  // namespace
}  // namespace reglab::meetings
