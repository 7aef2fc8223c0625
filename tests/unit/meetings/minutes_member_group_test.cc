// The real minutes of the member group on 2022-09-13.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "services/meetings/minutes_rules.h"
#include "tests/unit/meetings/minutes_documents.h"

namespace reglab::meetings {
namespace {

using Kind = ParsedSuggestion::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MemberGroupMinutes : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto path = SharedData() / "minutes-2022-09-13.md";
    if (!std::filesystem::exists(path)) {
      GTEST_SKIP() << path << " is not here; REGLAB_SHARED_DATA says where.";
    }
    document_ = FileText(path);
    minutes_ = ParseMinutes(document_);
  }

  std::string document_;
  ParsedMinutes minutes_;
};

TEST_F(MemberGroupMinutes, SayWhenWhoAndWhere) {
  EXPECT_EQ(minutes_.date, "2022-09-13");
  EXPECT_EQ(minutes_.body_text, "Medlemsgruppen");
  EXPECT_EQ(minutes_.body_id, "member-group");
  EXPECT_EQ(minutes_.host_text, "Storstockholm");
  EXPECT_EQ(minutes_.kind, ParsedMinutes::Kind::kNotes);
}

TEST_F(MemberGroupMinutes, NameTwentyOneOrganizations) {
  std::set<std::string> organizations;
  for (const ParsedAttendance& each : minutes_.attendances) {
    EXPECT_FALSE(each.absent);
    EXPECT_EQ(each.person_text, "");
    EXPECT_EQ(each.line, 7);
    organizations.insert(each.organization_text);
  }
  EXPECT_EQ(minutes_.attendances.size(), 21u);
  EXPECT_EQ(organizations.size(), 21u);
  EXPECT_TRUE(organizations.contains("Storsthlm"));
  EXPECT_TRUE(organizations.contains("Region Jämtland Härjedalen"));
}

TEST_F(MemberGroupMinutes, HoldThreeQuestionsToTheHost) {
  ASSERT_EQ(minutes_.questions.size(), 3u);
  EXPECT_EQ(minutes_.questions[1].question, "Finns det något skav?");
  for (const ParsedQuestion& each : minutes_.questions) {
    EXPECT_EQ(each.position.item, -1);
    EXPECT_EQ(each.answers.size(), 1u);
  }
  EXPECT_THAT(minutes_.questions[2].answers[0],
              HasSubstr("Ansvaret ligger på regionen"));
}

TEST_F(MemberGroupMinutes, HaveFourItemsEachWithItsDiscussions) {
  EXPECT_THAT(ItemTitles(minutes_),
              ElementsAre("Inriktningsmål för Reglab 2023-2026",
                          "Strategi för att nå inriktningsmålen",
                          "Dialog om verksamhetsplan 2023", "Gruppdialoger"));
  std::vector<int> discussions(4);
  for (const ParsedDiscussion& each : minutes_.discussions) {
    ASSERT_GE(each.position.item, 0);
    ++discussions[each.position.item];
  }
  EXPECT_THAT(discussions, ElementsAre(9, 9, 8, 14));
  EXPECT_EQ(minutes_.discussions[0].label.text, "Gruppernas diskussioner:");
}

TEST_F(MemberGroupMinutes, ConcludeOnTheNationalStrategyInTwoPoints) {
  ASSERT_EQ(minutes_.conclusions.size(), 1u);
  EXPECT_EQ(minutes_.conclusions[0].title, "Konklusion nationella strategin");
  EXPECT_EQ(minutes_.conclusions[0].position.item, 2);
  ASSERT_EQ(minutes_.conclusions[0].points.size(), 2u);
  EXPECT_THAT(minutes_.conclusions[0].points[1],
              HasSubstr("RUS-, analytiker- och"));
}

TEST_F(MemberGroupMinutes, SuggestTheWordingChanges) {
  const auto amendments = Suggested(minutes_, Kind::kAmendment);
  EXPECT_GE(amendments.size(), 8u);
  std::set<std::string> changes;
  for (const ParsedSuggestion* each : amendments) {
    changes.insert(each->quote + " → " + each->replacement);
  }
  EXPECT_TRUE(changes.contains("kommunal nivå → lokal nivå"));
  EXPECT_TRUE(changes.contains("kompetensutveckling → Lärande"));
  EXPECT_TRUE(changes.contains("stöd → "));
  EXPECT_TRUE(changes.contains(" → inom och mellan nivåer"));
  EXPECT_TRUE(
      changes.contains(" → omställning för en hållbar regional utveckling"));
}

TEST_F(MemberGroupMinutes, SendMattersOnToNetworksAndToSkr) {
  std::set<std::string> assigned;
  std::set<std::string> forwarded;
  int sorted_out = 0;
  for (const ParsedSuggestion* each : Suggested(minutes_, Kind::kReferral)) {
    if (each->referral == ParsedSuggestion::Referral::kAssigned) {
      assigned.insert(each->target_body_id);
      sorted_out += each->position.line == 110;
    } else {
      forwarded.insert(each->target_text);
    }
  }
  EXPECT_EQ(sorted_out, 3);
  EXPECT_EQ(assigned, (std::set<std::string>{"rus-network", "analyst-network",
                                             "evaluation-network"}));
  EXPECT_EQ(forwarded, std::set<std::string>{"SKR"});
}

TEST_F(MemberGroupMinutes, HoldTheIdeasForTheYearsToCome) {
  std::string ideas;
  for (const ParsedSuggestion* each : Suggested(minutes_, Kind::kIdea)) {
    ideas += each->title + "\n" + each->text + "\n";
  }
  for (const char* idea :
       {"Ett lärprojekt (grön omställning", "en expedition om Reglabs framtid",
        "Elförsörjning", "Målkonflikter", "lärandet på hemmaplan",
        "en modell för expeditioner", "Norrbotten", "vartannat år"}) {
    EXPECT_THAT(ideas, HasSubstr(idea));
  }
}

TEST_F(MemberGroupMinutes, KeepWhatTheNotesSayWithoutNamingTheReceiver) {
  ASSERT_EQ(minutes_.unresolved.size(), 1u);
  EXPECT_EQ(minutes_.unresolved[0].line, 103);
  EXPECT_EQ(minutes_.unresolved[0].reason,
            Unresolved::Reason::kUnnamedReferral);
}

}  // namespace
}  // namespace reglab::meetings
