// Minutes as other people write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/meetings/minutes_rules.h"
#include "tests/unit/meetings/minutes_documents.h"

namespace reglab::meetings {
namespace {

using Kind = ParsedSuggestion::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(BoardRecord, IsARecordWithParagraphsAndVerifiers) {
  const ParsedMinutes minutes = ParseMinutes(Document("board-record.md"));
  EXPECT_EQ(minutes.kind, ParsedMinutes::Kind::kRecord);
  EXPECT_EQ(minutes.date, "2015-02-04");
  EXPECT_EQ(minutes.start_time, "10:00");
  EXPECT_EQ(minutes.end_time, "12:00");
  EXPECT_EQ(minutes.place, "Näringslivets hus, Stockholm");
  EXPECT_EQ(minutes.body_id, "board");
  EXPECT_THAT(Attending(minutes),
              ElementsAre("Region Uppsala | Anna Lindqvist | ordförande",
                          "Region Halland | Bo Sjöstedt | justerare",
                          "Tillväxtverket | Carin af Ekenstam | ",
                          "Vinnova | Dag Hermansson | ",
                          "-Region Dalarna | Eva Norberg | ",
                          "kansliet | Fredrik Ahl | adjungerade"));
  ASSERT_EQ(minutes.items.size(), 5u);
  EXPECT_EQ(minutes.items[3].number, "4");
  EXPECT_EQ(minutes.items[3].title, "Verksamhetsplan");
}

TEST(BoardRecord, DecidesByLabelSentenceAndClauses) {
  const ParsedMinutes minutes = ParseMinutes(Document("board-record.md"));
  ASSERT_EQ(minutes.decisions.size(), 3u);
  EXPECT_EQ(minutes.decisions[0].paragraph_number, "2");
  EXPECT_THAT(minutes.decisions[0].text, StartsWith("Bo Sjöstedt väljs"));
  EXPECT_EQ(minutes.decisions[1].text,
            "Styrelsen beslutade att lägga rapporten till handlingarna.");
  EXPECT_TRUE(minutes.decisions[1].quoted);
  EXPECT_THAT(minutes.decisions[2].text, HasSubstr("återkomma med en budget"));
  ASSERT_EQ(minutes.actions.size(), 1u);
  EXPECT_EQ(minutes.actions[0].owner_text, "Fredrik Ahl");
  EXPECT_EQ(minutes.actions[0].due_date, "2015-03-01");
  EXPECT_EQ(Suggested(minutes, Kind::kDecision).size(), 3u);
  EXPECT_EQ(Suggested(minutes, Kind::kAction).size(), 1u);
}

TEST(PlainText, HasItemsByNumberAndTheirTextOnTheNextLine) {
  const ParsedMinutes minutes = ParseMinutes(Document("plain-network.txt"));
  EXPECT_EQ(minutes.kind, ParsedMinutes::Kind::kNotes);
  EXPECT_EQ(minutes.date, "2015-02-04");
  EXPECT_EQ(minutes.start_time, "09:30");
  EXPECT_EQ(minutes.place, "Region Örebro län, Örebro");
  EXPECT_EQ(minutes.body_id, "rus-network");
  EXPECT_THAT(ItemTitles(minutes),
              ElementsAre("Mötets öppnande", "Laget runt",
                          "Uppföljning av strategin", "Nästa möte"));
  EXPECT_THAT(Attending(minutes),
              ElementsAre(" | Anna Lindqvist | ordförande",
                          " | Bo Sjöstedt | sekreterare", " | Cecilia Modig | ",
                          "Region Gotland |  | ", "Vinnova |  | ",
                          "-Region Blekinge |  | ", "-Region Skåne |  | "));
  ASSERT_EQ(minutes.discussions.size(), 2u);
  EXPECT_EQ(minutes.discussions[1].group, "Grupp 2");
  ASSERT_EQ(minutes.actions.size(), 1u);
  EXPECT_EQ(minutes.actions[0].due_date, "2015-03-15");
  const auto referrals = Suggested(minutes, Kind::kReferral);
  ASSERT_EQ(referrals.size(), 1u);
  EXPECT_EQ(referrals[0]->target_body_id, "analyst-network");
}

TEST(RunningText, HasNoHeadingAndTellsWhoCame) {
  const ParsedMinutes minutes = ParseMinutes(Document("running-text.txt"));
  EXPECT_EQ(minutes.date, "2015-02-04");
  EXPECT_EQ(minutes.body_id, "member-group");
  EXPECT_EQ(minutes.host_text, "Region Uppsala");
  EXPECT_TRUE(minutes.items.empty());
  EXPECT_THAT(Attending(minutes),
              ElementsAre("Region Uppsala |  | ", "Region Halland |  | ",
                          "Vinnova |  | ", "-Region Skåne |  | "));
  ASSERT_EQ(minutes.decisions.size(), 1u);
  ASSERT_EQ(minutes.actions.size(), 1u);
  EXPECT_EQ(minutes.actions[0].owner_text, "Kansliet");
  EXPECT_EQ(minutes.actions[0].due_date, "2015-09-01");
}

TEST(WindowsText, WithByteOrderMarkAndUnderlinedHeadings) {
  const std::string text = Document("crlf-underlined.txt");
  ASSERT_THAT(text, StartsWith("\xEF\xBB\xBF"));
  const ParsedMinutes minutes = ParseMinutes(text);
  EXPECT_EQ(minutes.title, "Minnesanteckningar medlemsgruppen");
  EXPECT_EQ(minutes.date, "2019-11-26");
  EXPECT_EQ(minutes.host_text, "Region Kronoberg");
  EXPECT_THAT(ItemTitles(minutes),
              ElementsAre("Verksamhetsplan 2020", "Övriga frågor"));
  EXPECT_EQ(minutes.attendances.size(), 4u);
  ASSERT_EQ(minutes.conclusions.size(), 1u);
  EXPECT_THAT(minutes.conclusions[0].points,
              ElementsAre("Fyra områden går vidare.",
                          "Kansliet skriver ihop en plan."));
}

TEST(BoldHeadings, AreItemsAndLabels) {
  const ParsedMinutes minutes = ParseMinutes(Document("bold-headings.md"));
  EXPECT_EQ(minutes.date, "2020-05-12");
  EXPECT_EQ(minutes.body_id, "analyst-network");
  EXPECT_THAT(ItemTitles(minutes), ElementsAre("Aktuellt läge"));
  ASSERT_EQ(minutes.attendances.size(), 5u);
  EXPECT_EQ(minutes.attendances[3].organization_text,
            "Sveriges Kommuner och Regioner");
  EXPECT_EQ(minutes.attendances[4].organization_text,
            "Myndigheten för ungdoms- och civilsamhällesfrågor");
  EXPECT_EQ(minutes.discussions.size(), 2u);
  ASSERT_EQ(minutes.actions.size(), 2u);
  EXPECT_EQ(minutes.actions[0].owner_text, "Karin Öberg");
  EXPECT_EQ(minutes.actions[0].due_date, "2020-08-15");
  EXPECT_EQ(minutes.actions[1].owner_text, "Kansliet");
  ASSERT_EQ(minutes.decisions.size(), 1u);
  EXPECT_EQ(minutes.decisions[0].text, "Nätverket ses igen i höst.");
  const auto amendments = Suggested(minutes, Kind::kAmendment);
  ASSERT_EQ(amendments.size(), 1u);
  EXPECT_EQ(amendments[0]->quote, "tillväxt");
  EXPECT_EQ(amendments[0]->replacement, "utveckling");
}

TEST(NumberedPoints, AreItemsOnceAndNotAgainAsAnAgenda) {
  const ParsedMinutes minutes = ParseMinutes(Document("numbered-points.md"));
  EXPECT_THAT(
      ItemTitles(minutes),
      ElementsAre("Mötets öppnande", "Följeforskning", "Övriga frågor"));
  EXPECT_EQ(minutes.items[1].position.line, 15);
  EXPECT_THAT(Attending(minutes), ElementsAre("Region Värmland | Gunilla Ek | ",
                                              "Region Värmland | Hans Roos | ",
                                              "Region Skåne | Ingrid Falk | "));
}

TEST(Tables, HoldNamesAndActions) {
  const ParsedMinutes minutes = ParseMinutes(Document("table.md"));
  EXPECT_EQ(minutes.date, "2023-10-05");
  EXPECT_EQ(minutes.place, "Teams");
  EXPECT_THAT(Attending(minutes),
              ElementsAre("Region Uppsala | Anna Lindqvist | ordförande",
                          "-Region Halland | Bo Sjöstedt | "));
  ASSERT_EQ(minutes.actions.size(), 2u);
  EXPECT_EQ(minutes.actions[1].owner_text, "Bo Sjöstedt");
  EXPECT_EQ(minutes.actions[1].due_date, "2023-11-15");
}

TEST(Capitals, AreHeadings) {
  const ParsedMinutes minutes = ParseMinutes(Document("capitals.txt"));
  EXPECT_EQ(minutes.date, "2024-02-20");
  EXPECT_EQ(minutes.body_id, "secretariat");
  EXPECT_THAT(ItemTitles(minutes), ElementsAre("EKONOMI", "ÅRSKONFERENSEN"));
  EXPECT_THAT(Attending(minutes), ElementsAre(" | Catarina Berg | ",
                                              " | Lotta Strand | processledare",
                                              "REGION GOTLAND |  | "));
  EXPECT_EQ(minutes.decisions.size(), 1u);
}

TEST(Questions, HaveTheirAnswersInTheSameParagraphOrTheNext) {
  const ParsedMinutes minutes = ParseMinutes(Document("questions.md"));
  ASSERT_EQ(minutes.questions.size(), 4u);
  EXPECT_EQ(minutes.questions[0].question, "Hur ser tidplanen ut?");
  EXPECT_THAT(minutes.questions[0].answers,
              ElementsAre("Den är inte klar än."));
  EXPECT_EQ(minutes.questions[1].question, "Vem fattar beslut?");
  EXPECT_EQ(minutes.questions[2].question, "Kan regionerna påverka?");
  EXPECT_EQ(minutes.questions[2].answers.size(), 1u);
  EXPECT_EQ(minutes.questions[3].position.item, 1);
  ASSERT_EQ(minutes.discussions.size(), 2u);
  EXPECT_EQ(minutes.discussions[0].group, "Grupp 1");
  EXPECT_EQ(minutes.discussions[0].position.item, 2);
}

TEST(BareTitles, AreItemsWhenNothingElseIs) {
  const ParsedMinutes minutes = ParseMinutes(Document("bare-titles.txt"));
  EXPECT_EQ(minutes.body_id, "international-network");
  EXPECT_THAT(ItemTitles(minutes),
              ElementsAre("Sammanhållningspolitiken efter 2020",
                          "Kommande utlysningar"));
  EXPECT_EQ(minutes.attendances.size(), 3u);
  EXPECT_EQ(minutes.discussions.size(), 2u);
  EXPECT_EQ(Suggested(minutes, Kind::kIdea).size(), 2u);
}

TEST(PointsOnly, HoldAWholeMeeting) {
  const ParsedMinutes minutes = ParseMinutes(Document("points-only.md"));
  EXPECT_EQ(minutes.date, "2022-09-13");
  EXPECT_EQ(minutes.body_id, "member-group");
  EXPECT_EQ(minutes.place, "Digitalt");
  EXPECT_EQ(minutes.attendances.size(), 2u);
  EXPECT_EQ(minutes.decisions.size(), 1u);
  ASSERT_EQ(minutes.actions.size(), 1u);
  EXPECT_EQ(minutes.actions[0].due_date, "2022-12-01");
}

TEST(Wishes, BecomeSuggestionsOfTheirKind) {
  const ParsedMinutes minutes = ParseMinutes(Document("wishes.md"));
  EXPECT_THAT(Attending(minutes),
              ElementsAre("Region Uppsala | Anna Lindqvist | ",
                          "Region Halland | Bo Sjöstedt | ", "Vinnova |  | ",
                          "-Region Skåne |  | "));
  std::vector<std::string> changes;
  for (const auto* each : Suggested(minutes, Kind::kAmendment)) {
    changes.push_back(each->quote + " → " + each->replacement);
  }
  EXPECT_THAT(changes,
              ElementsAre("deltagare → medskapare", "tillväxt → utveckling",
                          "landsbygden → hela landet", "innovativ → "));
  std::vector<std::string> targets;
  for (const auto* each : Suggested(minutes, Kind::kReferral)) {
    targets.push_back(each->target_text);
  }
  EXPECT_THAT(targets, ElementsAre("Analytikernätverket",
                                   "Utvärderingsnätverket", "SCB"));
  EXPECT_EQ(Suggested(minutes, Kind::kIdea).size(), 3u);
  ASSERT_EQ(minutes.actions.size(), 1u);
  EXPECT_EQ(minutes.actions[0].owner_text, "Bo Sjöstedt");
  EXPECT_EQ(minutes.actions[0].due_date, "2024-03-01");
}

TEST(NumberedHeadings, HoldDiscussionsDecisionsAndActionsByLabel) {
  const ParsedMinutes minutes = ParseMinutes(Document("labels.md"));
  EXPECT_EQ(minutes.date, "2023-03-14");
  EXPECT_EQ(minutes.end_time, "15:30");
  EXPECT_EQ(minutes.place, "Teams");
  EXPECT_EQ(minutes.host_text, "Region Dalarna");
  EXPECT_THAT(
      Attending(minutes),
      ElementsAre("Region Dalarna | Lena Holm | ordförande", "SKR | Per Öst | ",
                  "Region Gävleborg |  | ", "Tillväxtverket | Karin Wik | ",
                  "-Region Skåne |  | ", "-Region Blekinge | Maria Ceder | "));
  EXPECT_EQ(minutes.items.size(), 4u);
  EXPECT_EQ(minutes.discussions.size(), 3u);
  ASSERT_EQ(minutes.actions.size(), 1u);
  EXPECT_EQ(minutes.actions[0].owner_text, "Karin Wik");
  EXPECT_EQ(minutes.actions[0].due_date, "2023-03-31");
  const auto amendments = Suggested(minutes, Kind::kAmendment);
  ASSERT_EQ(amendments.size(), 1u);
  EXPECT_EQ(amendments[0]->title, "uppföljning → lärande utvärdering");
  const auto referrals = Suggested(minutes, Kind::kReferral);
  ASSERT_EQ(referrals.size(), 1u);
  EXPECT_EQ(referrals[0]->target_body_id, "board");
}

TEST(TypedRecord, HasParagraphSignsOnLinesOfTheirOwn) {
  const ParsedMinutes minutes = ParseMinutes(Document("typed-record.txt"));
  EXPECT_EQ(minutes.kind, ParsedMinutes::Kind::kRecord);
  EXPECT_EQ(minutes.date, "2015-02-04");
  EXPECT_EQ(minutes.body_id, "board");
  EXPECT_THAT(ItemTitles(minutes), ElementsAre("Mötet öppnas", "Dagordning",
                                               "Val av justerare", "Budget"));
  EXPECT_EQ(minutes.attendances.size(), 4u);
  ASSERT_EQ(minutes.decisions.size(), 4u);
  EXPECT_EQ(minutes.decisions[0].paragraph_number, "2");
  EXPECT_EQ(minutes.decisions[3].paragraph_number, "4");
}

TEST(Letter, IsReadWithoutAnyHeading) {
  const ParsedMinutes minutes = ParseMinutes(Document("letter.txt"));
  EXPECT_EQ(minutes.date, "2021-10-12");
  EXPECT_EQ(minutes.body_id, "member-group");
  EXPECT_THAT(Attending(minutes),
              ElementsAre("Region Uppsala |  | ", "Region Sörmland |  | ",
                          "Tillväxtverket |  | ", "SKR | Anna Svensson | ",
                          "-Vinnova |  | "));
  ASSERT_EQ(minutes.actions.size(), 2u);
  EXPECT_EQ(minutes.actions[0].owner_text, "kansliet");
  EXPECT_EQ(minutes.actions[1].due_date, "2021-11-01");
  ASSERT_EQ(minutes.conclusions.size(), 1u);
  EXPECT_EQ(minutes.conclusions[0].points.size(), 2u);
}

TEST(Date, ThatCannotBeIsNamed) {
  const ParsedMinutes minutes =
      ParseMinutes("Medlemsgruppen 2022-13-45\n\nVi sågs.\n");
  EXPECT_EQ(minutes.date, "");
  ASSERT_EQ(minutes.unresolved.size(), 1u);
  EXPECT_EQ(minutes.unresolved[0].reason, Unresolved::Reason::kImpossibleDate);
}

TEST(Date, WithoutYearIsNamed) {
  const ParsedMinutes minutes =
      ParseMinutes("Styrelsen\n\nDatum: 4 februari\n\nVi sågs.\n");
  EXPECT_EQ(minutes.date, "");
  ASSERT_EQ(minutes.unresolved.size(), 1u);
  EXPECT_EQ(minutes.unresolved[0].reason, Unresolved::Reason::kDateWithoutYear);
}

TEST(Date, OfTitleAndLineThatDifferIsNamed) {
  const ParsedMinutes minutes = ParseMinutes(
      "# Styrelsen 2021-02-03\n\nDatum: 2021-02-04\n\n## Ekonomi\n\nBra.\n");
  EXPECT_EQ(minutes.date, "2021-02-03");
  ASSERT_EQ(minutes.unresolved.size(), 1u);
  EXPECT_EQ(minutes.unresolved[0].reason, Unresolved::Reason::kSeveralDates);
}

TEST(Date, OfTheNextMeetingIsNotThisOne) {
  const ParsedMinutes minutes = ParseMinutes(
      "# Styrelsen\n\n## Nästa möte\n\nNästa möte är den 4 mars 2021.\n");
  EXPECT_EQ(minutes.date, "");
}

TEST(Labels, StraightAfterAListEndIt) {
  const ParsedMinutes minutes = ParseMinutes(
      "## Verksamhetsplan\n\n- Mer fokus\n- Tydligare mål\nFråga: Hur går "
      "det?\nSvar: Bra.\nBeslut: att planen antas.\nÅtgärd: Anna bokar "
      "lokal.\n");
  ASSERT_EQ(minutes.questions.size(), 1u);
  EXPECT_EQ(minutes.questions[0].answers.size(), 1u);
  ASSERT_EQ(minutes.decisions.size(), 1u);
  EXPECT_EQ(minutes.decisions[0].text, "att planen antas.");
  ASSERT_EQ(minutes.actions.size(), 1u);
  EXPECT_EQ(minutes.actions[0].owner_text, "Anna");
  EXPECT_EQ(minutes.placed_lines, minutes.source_lines);
}

TEST(Labels, BeneathANumberedPointArePartsOfTheirOwn) {
  for (const char* text :
       {"## Läget\n\n1. Ekonomi\n   Beslut: att budgeten antas.\n"
        "   Åtgärd: Anna bokar lokal.\n2. Övrigt\n",
        "1. Ekonomi\n   - Gott läge\n   Beslut: att budgeten antas.\n"
        "   Åtgärd: Anna bokar lokal.\n2. Övrigt\n",
        "## Läget\n\n- Ekonomi\nBeslut:\n- att budgeten antas.\n\n"
        "Åtgärd: Anna bokar lokal.\n"}) {
    const ParsedMinutes minutes = ParseMinutes(text);
    ASSERT_EQ(minutes.decisions.size(), 1u) << text;
    EXPECT_EQ(minutes.decisions[0].text, "att budgeten antas.") << text;
    EXPECT_EQ(minutes.actions.size(), 1u) << text;
    EXPECT_EQ(minutes.placed_lines, minutes.source_lines) << text;
  }
}

TEST(Ideas, AreLabelledOrProposedToReglab) {
  const ParsedMinutes minutes = ParseMinutes(
      "## Övrigt\n\nIdé: Studieresa om vätgas.\n\n- Idé: En expedition till "
      "Norge.\n\nFörslag: Reglab bör starta ett lärprojekt om AI.\n\nReglab "
      "bör "
      "starta ett lärprojekt om kultur.\n");
  std::vector<std::string> titles;
  for (const auto* idea : Suggested(minutes, Kind::kIdea)) {
    titles.push_back(idea->title);
  }
  EXPECT_THAT(titles,
              ElementsAre("Studieresa om vätgas.", "En expedition till Norge.",
                          "Reglab bör starta ett lärprojekt om AI.",
                          "Reglab bör starta ett lärprojekt om kultur."));
}

TEST(Ideas, AreThePointsBeneathAHeadingForThem) {
  for (const char* heading :
       {"## Nya idéer", "## Idéer till kommande verksamhet", "Nya idéer:"}) {
    const ParsedMinutes minutes = ParseMinutes(
        "# Anteckningar\n\n" + std::string(heading) +
        "\n\n- Vätgas i norr\n- Ett besök i Norge. Gärna i maj.\n\n"
        "## Ekonomi\n\n- Gott läge\n");
    const auto ideas = Suggested(minutes, Kind::kIdea);
    ASSERT_EQ(ideas.size(), 2u) << heading;
    EXPECT_EQ(ideas[0]->title, "Vätgas i norr");
    EXPECT_THAT(ideas[1]->text, HasSubstr("Gärna i maj."));
  }
}

TEST(Ideas, KeepAWholeSentenceOfUpToAHundredCharactersAsTitle) {
  const auto title = [](const std::string& sentence) {
    const ParsedMinutes minutes =
        ParseMinutes("## Övrigt\n\n" + sentence + "\n");
    const auto ideas = Suggested(minutes, Kind::kIdea);
    return ideas.size() == 1 ? ideas[0]->title : std::string("none");
  };
  const std::string sentence =
      "Det vore bra att göra en resa till våra vänner i Åbo på våren.";
  EXPECT_EQ(title(sentence), sentence);
  EXPECT_EQ(title("Det vore bra att göra en resa till våra vänner i Åbo på "
                  "våren eller när det passar alla regioner i hela landet."),
            "Det vore bra att göra en resa till…");
}

TEST(Items, WrittenInSeveralWaysAreOneRow) {
  const ParsedMinutes minutes = ParseMinutes(
      "1) Öppning\nMötet öppnades.\n\nPunkt 2. Ekonomi\nBESLUT: att budgeten "
      "antas.\n\n3 § Övrigt\nInget fanns.\n");
  EXPECT_THAT(ItemTitles(minutes), ElementsAre("Öppning", "Ekonomi", "Övrigt"));
  ASSERT_EQ(minutes.items.size(), 3u);
  EXPECT_EQ(minutes.items[1].number, "2");
  EXPECT_EQ(minutes.decisions.size(), 1u);
}

TEST(Actions, AreDueOnADayWithoutYearAfterTill) {
  for (const char* word : {"till", "senast", "innan", "till den"}) {
    const ParsedMinutes minutes = ParseMinutes(
        "# Styrelsen 2024-02-20\n\n## Möten\n\nÅtgärd: Anna Ek bokar lokal " +
        std::string(word) + " 1 maj.\n");
    ASSERT_EQ(minutes.actions.size(), 1u) << word;
    EXPECT_EQ(minutes.actions[0].due_date, "2024-05-01") << word;
    EXPECT_EQ(minutes.actions[0].owner_text, "Anna Ek") << word;
  }
}

TEST(Decisions, StandOneOnEachLineThatBeginsWithAtt) {
  const ParsedMinutes minutes = ParseMinutes(
      "## Ekonomi\n\nStyrelsen beslutade\natt fastställa budgeten för 2025\n"
      "att ge kansliet i uppdrag\natt återkomma i maj.\n");
  ASSERT_EQ(minutes.decisions.size(), 2u);
  EXPECT_EQ(minutes.decisions[0].text, "att fastställa budgeten för 2025");
  EXPECT_EQ(minutes.decisions[1].text,
            "att ge kansliet i uppdrag\natt återkomma i maj.");
  EXPECT_EQ(minutes.placed_lines, minutes.source_lines);
}

TEST(Attendance, InRunningTextTellsWhereAPersonIsFrom) {
  const ParsedMinutes minutes = ParseMinutes(
      "Medlemsgruppen 2024-02-20\n\nAnna Ek från Tillväxtverket deltog.\n");
  EXPECT_THAT(Attending(minutes), ElementsAre("Tillväxtverket | Anna Ek | "));
}

}  // namespace
}  // namespace reglab::meetings
