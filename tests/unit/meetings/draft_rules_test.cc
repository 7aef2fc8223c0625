// Drafts: how they are read, anchored, compared and made of each other.
#include "services/meetings/draft_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "google/rpc/status.pb.h"
#include "services/common/errors.h"
#include "services/meetings/diff_rules.h"
#include "services/meetings/next_draft_rules.h"
#include "services/meetings/overlap_rules.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Amendment;
using v1::Paragraph;
using v1::ParagraphEdit;
using v1::WaitingAmendment;

constexpr char kDraft[] = "consultations/mal/drafts/1";
constexpr char kNext[] = "consultations/mal/drafts/2";

std::vector<Paragraph> Text(const std::vector<std::string>& texts) {
  std::vector<Paragraph> paragraphs;
  for (const std::string& text : texts) {
    Paragraph& paragraph = paragraphs.emplace_back();
    paragraph.set_id("p" + std::to_string(paragraphs.size()));
    paragraph.set_kind(Paragraph::PARAGRAPH);
    paragraph.set_text(text);
  }
  return paragraphs;
}

std::vector<std::string> Texts(const std::vector<Paragraph>& paragraphs) {
  std::vector<std::string> texts;
  for (const Paragraph& paragraph : paragraphs) {
    texts.push_back(paragraph.id() + " " + paragraph.text());
  }
  return texts;
}

// Open, and anchored in the text.
Amendment Proposed(const std::vector<Paragraph>& text, const std::string& id,
                   Amendment::Action action, const std::string& paragraph,
                   const std::string& quote, const std::string& words,
                   int occurrence = 0) {
  Amendment amendment;
  amendment.set_name("consultations/mal/amendments/" + id);
  amendment.set_action(action);
  amendment.set_state(Amendment::OPEN);
  amendment.set_paragraph(paragraph);
  amendment.set_quote(quote);
  amendment.set_occurrence(occurrence);
  amendment.set_text(words);
  const absl::Status anchored = Anchor(DraftText(text), kDraft, amendment);
  EXPECT_TRUE(anchored.ok()) << anchored;
  return amendment;
}

Amendment Accepted(Amendment amendment, const std::string& adopted = "") {
  amendment.set_state(Amendment::DISPOSED);
  amendment.set_disposition(adopted.empty() ? Amendment::ACCEPTED
                                            : Amendment::PARTLY);
  amendment.set_adopted_text(adopted);
  return amendment;
}

absl::StatusOr<NextText> Next(const std::vector<Paragraph>& text,
                              const std::vector<Amendment>& amendments,
                              const std::vector<ParagraphEdit>& edits = {}) {
  NextInput input;
  input.paragraphs = text;
  input.amendments = amendments;
  input.edits = edits;
  input.draft = kNext;
  input.last_id = int(text.size());
  return MakeNext(std::move(input));
}

ParagraphEdit Rewrite(const std::string& paragraph, const std::string& text) {
  ParagraphEdit edit;
  edit.set_paragraph(paragraph);
  edit.set_text(text);
  return edit;
}

const Amendment& Named(const NextText& next, const std::string& id) {
  for (const Amendment& amendment : next.amendments) {
    if (amendment.name().ends_with("/" + id)) return amendment;
  }
  ADD_FAILURE() << id << " did not change";
  return Amendment::default_instance();
}

TEST(DraftText, IsReadFromMarkdown) {
  const auto paragraphs = ParagraphsOf(
      "# Inriktningsmål\n\nReglab ska *bidra* till\nflernivåsamarbete.\n\n"
      "## Strategi\n\n- Håll igång nätverken\n- Expeditioner\n");
  ASSERT_EQ(paragraphs.size(), 5u);
  EXPECT_EQ(paragraphs[0].kind(), Paragraph::HEADING);
  EXPECT_EQ(paragraphs[0].level(), 1);
  EXPECT_EQ(paragraphs[0].text(), "Inriktningsmål");
  EXPECT_EQ(paragraphs[1].text(), "Reglab ska bidra till flernivåsamarbete.");
  EXPECT_EQ(paragraphs[2].level(), 2);
  EXPECT_EQ(paragraphs[3].text(), "– Håll igång nätverken");
}

TEST(DraftText, IsReadFromPlainText) {
  const auto paragraphs =
      ParagraphsOf("Första stycket.\n\nAndra stycket,\r\npå två rader.\n");
  ASSERT_EQ(paragraphs.size(), 2u);
  EXPECT_EQ(paragraphs[1].text(), "Andra stycket, på två rader.");
  EXPECT_EQ(paragraphs[1].kind(), Paragraph::PARAGRAPH);
}

TEST(DraftText, WithoutWordsIsRefused) {
  v1::Draft draft;
  draft.set_text("\n \n---\n");
  EXPECT_TRUE(absl::IsInvalidArgument(ParagraphsOf(draft).status()));
  draft.clear_text();
  EXPECT_TRUE(absl::IsInvalidArgument(ParagraphsOf(draft).status()));
  draft.add_paragraphs()->set_text("Ett");
  draft.set_text("Två");
  EXPECT_TRUE(absl::IsInvalidArgument(ParagraphsOf(draft).status()));
}

TEST(ParagraphIds, StayWithTheTextAndAreNeverGivenTwice) {
  const auto before = Text({"Ett stycke om lärande.", "Ett annat stycke.",
                            "Ett tredje stycke om hemtagning."});
  auto after = ParagraphsOf(
      "Nytt först.\n\nEtt stycke om lärande.\n\nEtt tredje stycke om "
      "hemtagning av lärdomar.");
  int last = 7;
  ASSERT_TRUE(GiveIds(before, after, last).ok());
  EXPECT_EQ(after[0].id(), "p8");
  EXPECT_EQ(after[1].id(), "p1");
  EXPECT_EQ(after[2].id(), "p3");
  EXPECT_EQ(last, 8);
  after[0].set_id("p99");
  EXPECT_TRUE(absl::IsInvalidArgument(GiveIds(before, after, last)));
}

TEST(Anchors, CountLettersAndNotBytes) {
  const auto text = Text({"Åå är två. Nivå är ett."});
  const Amendment amendment =
      Proposed(text, "a", Amendment::REPLACE, "p1", "Nivå", "Plan");
  EXPECT_EQ(amendment.start_offset(), 11);
  EXPECT_EQ(amendment.end_offset(), 15);
  EXPECT_EQ(amendment.anchor(), Amendment::QUOTE);
  EXPECT_EQ(amendment.draft(), kDraft);
}

TEST(Anchors, AQuoteThatIsNotThereIsRefusedWithTheNearestWords) {
  const auto text =
      Text({"Reglab ska bidra till samverkan på kommunal nivå i länet.",
            "Lärande är grunden."});
  Amendment amendment;
  amendment.set_action(Amendment::REPLACE);
  amendment.set_paragraph("p1");
  amendment.set_quote("kommunala nivån");
  absl::Status refused = Anchor(DraftText(text), kDraft, amendment);
  EXPECT_EQ(ReasonOf(refused), "QUOTE_NOT_FOUND");
  EXPECT_THAT(TextOf(refused).en, HasSubstr("\"kommunal nivå\""));
  amendment.set_quote("Lärande är");
  refused = Anchor(DraftText(text), kDraft, amendment);
  EXPECT_EQ(ReasonOf(refused), "QUOTE_NOT_FOUND");
  EXPECT_THAT(TextOf(refused).sv, HasSubstr("p2"));
  amendment.clear_paragraph();
  EXPECT_TRUE(Anchor(DraftText(text), kDraft, amendment).ok());
  EXPECT_EQ(amendment.paragraph(), "p2");
}

TEST(Anchors, AQuoteThatIsThereTwiceNeedsItsNumber) {
  const auto text = Text({"nivå för nivå"});
  Amendment amendment;
  amendment.set_paragraph("p1");
  amendment.set_quote("nivå");
  EXPECT_EQ(ReasonOf(Anchor(DraftText(text), kDraft, amendment)),
            "QUOTE_AMBIGUOUS");
  amendment.set_occurrence(3);
  EXPECT_EQ(ReasonOf(Anchor(DraftText(text), kDraft, amendment)),
            "QUOTE_NOT_FOUND");
  amendment.set_occurrence(2);
  ASSERT_TRUE(Anchor(DraftText(text), kDraft, amendment).ok());
  EXPECT_EQ(amendment.start_offset(), 9);
}

TEST(NextDraft, AppliesAcceptedAmendmentsAndKeepsIds) {
  const auto text = Text({"Samverkan på kommunal nivå och statlig nivå.",
                          "Vi ger stöd.", "Tas bort helt."});
  const auto next =
      Next(text, {Accepted(Proposed(text, "a", Amendment::REPLACE, "p1",
                                    "kommunal nivå", "lokal nivå")),
                  Accepted(Proposed(text, "b", Amendment::INSERT, "p2", "ger",
                                    "kunskap och")),
                  Accepted(Proposed(text, "c", Amendment::DELETE, "p1",
                                    "och statlig nivå", "")),
                  Accepted(Proposed(text, "d", Amendment::DELETE, "p3",
                                    "Tas bort helt.", ""))});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(Texts(next->paragraphs),
              ElementsAre("p1 Samverkan på lokal nivå.",
                          "p2 Vi ger kunskap och stöd."));
  EXPECT_EQ(next->report.applied_size(), 4);
  EXPECT_EQ(Named(*next, "a").applied_draft(), kNext);
}

TEST(NextDraft, TakesTheWordsThatWereAdoptedInsteadOfTheProposedOnes) {
  const auto text = Text({"Vi ger stöd."});
  const auto next = Next(
      text,
      {Accepted(Proposed(text, "a", Amendment::REPLACE, "p1", "stöd", "allt"),
                "kunskap")});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(Texts(next->paragraphs), ElementsAre("p1 Vi ger kunskap."));
}

TEST(NextDraft, RefusesWhatChangesTheSameWordsInDifferentWaysAndNamesIt) {
  const auto text = Text({"Samverkan på kommunal nivå."});
  const Amendment a = Accepted(Proposed(text, "a", Amendment::REPLACE, "p1",
                                        "kommunal nivå", "lokal nivå"));
  const Amendment b = Accepted(
      Proposed(text, "b", Amendment::REPLACE, "p1", "på kommunal", "i lokal"));
  const auto refused = Next(text, {a, b});
  EXPECT_EQ(ReasonOf(refused.status()), "AMENDMENTS_OVERLAP");
  EXPECT_THAT(
      ToProto(refused.status(), false).DebugString(),
      ::testing::AllOf(HasSubstr("amendments/a"), HasSubstr("amendments/b")));
  // By hand it can be settled.
  const auto next = Next(text, {a, b}, {Rewrite("p1", "Samverkan lokalt.")});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->report.by_hand_size(), 2);
  EXPECT_EQ(next->report.applied_size(), 0);
}

TEST(NextDraft, TheSameProposalOfTwoIsDoneOnce) {
  const auto text = Text({"Samverkan på kommunal nivå."});
  const auto next = Next(text, {Accepted(Proposed(text, "a", Amendment::INSERT,
                                                  "p1", "på", "lokal och")),
                                Accepted(Proposed(text, "b", Amendment::INSERT,
                                                  "p1", "på", "lokal och"))});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(Texts(next->paragraphs),
              ElementsAre("p1 Samverkan på lokal och kommunal nivå."));
  EXPECT_EQ(next->report.applied_size(), 2);
}

TEST(NextDraft, ListsWhatIsWorkedInByHand) {
  const auto text = Text({"Vi ger stöd.", "Mer."});
  Amendment partly =
      Accepted(Proposed(text, "b", Amendment::REPLACE, "p1", "Vi", "Reglab"));
  partly.set_disposition(Amendment::PARTLY);
  const auto next = Next(
      text,
      {Accepted(Proposed(text, "a", Amendment::REPLACE, "p2", "", "Annat.")),
       partly,
       Accepted(Proposed(text, "c", Amendment::COMMENT, "", "", "Kortare!")),
       Accepted(
           Proposed(text, "d", Amendment::REPLACE, "p1", "stöd", "allt"))});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(next->report.by_hand(),
              ElementsAre("consultations/mal/amendments/a",
                          "consultations/mal/amendments/b",
                          "consultations/mal/amendments/c"));
  EXPECT_EQ(Named(*next, "a").draft(), kNext);
  EXPECT_EQ(Named(*next, "a").applied_draft(), "");
}

TEST(NextDraft, OpenAmendmentsFollowTheVeryWordsThatTheyAreAbout) {
  const auto text = Text({"nivå ett, nivå två, nivå tre"});
  const auto next = Next(
      text,
      {Accepted(Proposed(text, "a", Amendment::DELETE, "p1", "nivå ett,", "")),
       Proposed(text, "first", Amendment::COMMENT, "p1", "nivå", "Vilken?", 1),
       Proposed(text, "third", Amendment::COMMENT, "p1", "nivå", "Vilken?",
                3)});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(Texts(next->paragraphs), ElementsAre("p1 nivå två, nivå tre"));
  // The words that it was about are gone; the others are other words.
  EXPECT_EQ(Named(*next, "first").draft(), "");
  EXPECT_EQ(Named(*next, "first").waiting_reason(),
            WaitingAmendment::QUOTE_AMBIGUOUS);
  EXPECT_EQ(Named(*next, "third").draft(), kNext);
  EXPECT_EQ(Named(*next, "third").occurrence(), 2);
  EXPECT_EQ(Named(*next, "third").start_offset(), 10);
}

TEST(NextDraft, FindsTextThatMovedToAnotherParagraph) {
  const auto text = Text({"Lärande är grunden. Håll igång nätverken.", "Mer."});
  const auto next = Next(
      text,
      {Proposed(text, "a", Amendment::COMMENT, "p1", "Håll igång", "Hur?")},
      {Rewrite("p1", "Lärande är grunden."),
       Rewrite("p2", "Mer. Håll igång nätverken.")});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(next->report.moved(),
              ElementsAre("consultations/mal/amendments/a"));
  EXPECT_EQ(Named(*next, "a").paragraph(), "p2");
  EXPECT_EQ(Named(*next, "a").start_offset(), 5);
}

TEST(NextDraft, ListsWhatCannotBeFoundAndLeavesItWaiting) {
  const auto text = Text({"Lärande är grunden.", "Mer."});
  ParagraphEdit remove;
  remove.set_paragraph("p2");
  remove.set_action(ParagraphEdit::REMOVE);
  const auto next =
      Next(text,
           {Proposed(text, "a", Amendment::COMMENT, "p1", "grunden", "Varför?"),
            Proposed(text, "b", Amendment::COMMENT, "p2", "", "Mer av det!"),
            Proposed(text, "c", Amendment::COMMENT, "", "", "Kortare!")},
           {Rewrite("p1", "Lärande är viktigt."), remove});
  ASSERT_TRUE(next.ok()) << next.status();
  ASSERT_EQ(next->report.waiting_size(), 2);
  EXPECT_EQ(next->report.waiting(0).reason(), WaitingAmendment::TEXT_CHANGED);
  EXPECT_EQ(next->report.waiting(1).reason(),
            WaitingAmendment::PARAGRAPH_REMOVED);
  EXPECT_THAT(next->report.carried(),
              ElementsAre("consultations/mal/amendments/c"));
  EXPECT_EQ(Named(*next, "a").draft(), "");
}

TEST(NextDraft, RefusesEditsThatFitNothing) {
  const auto text = Text({"Ett.", "Två."});
  EXPECT_TRUE(absl::IsInvalidArgument(
      Next(text, {}, {Rewrite("p9", "Nio.")}).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(Next(text, {}, {Rewrite("p1", " ")}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Next(text, {}, {Rewrite("p1", "A"), Rewrite("p1", "B")}).status()));
  EXPECT_EQ(ReasonOf(Next(text, {}, {Rewrite("p1", "Ett.")}).status()),
            "NOTHING_TO_APPLY");
  EXPECT_EQ(ReasonOf(Next(text, {}).status()), "NOTHING_TO_APPLY");
  NextInput input;
  input.paragraphs = text;
  input.edits = {Rewrite("p1", "Nytt.")};
  input.worked_in = {"consultations/mal/amendments/none"};
  EXPECT_TRUE(absl::IsInvalidArgument(MakeNext(input).status()));
}

TEST(NextDraft, NewParagraphsGetNewIdsWhereTheyAreWanted) {
  const auto text = Text({"Ett.", "Två."});
  ParagraphEdit heading;
  heading.set_action(ParagraphEdit::INSERT_AFTER);
  heading.set_kind(Paragraph::HEADING);
  heading.set_text("Rubrik");
  ParagraphEdit after = heading;
  after.set_paragraph("p1");
  after.set_kind(Paragraph::PARAGRAPH);
  after.set_text("Ett och ett halvt.");
  const auto next = Next(text, {}, {after, heading});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(
      Texts(next->paragraphs),
      ElementsAre("p3 Rubrik", "p1 Ett.", "p4 Ett och ett halvt.", "p2 Två."));
  EXPECT_EQ(next->paragraphs[0].level(), 1);
}

TEST(WaitingAmendments, AreAnchoredWhenADraftComes) {
  Amendment quoted;
  quoted.set_name("a");
  quoted.set_quote("kommunal nivå");
  Wait(WaitingAmendment::NO_DRAFT, quoted);
  Amendment whole = quoted;
  whole.clear_quote();
  Amendment missing = quoted;
  missing.set_quote("något annat");
  const auto placed = FollowText({}, Text({"På kommunal nivå."}), kDraft,
                                 {quoted, whole, missing});
  ASSERT_EQ(placed.size(), 3u);
  EXPECT_EQ(placed[0].anchor(), Amendment::QUOTE);
  EXPECT_EQ(placed[0].start_offset(), 3);
  EXPECT_EQ(placed[0].waiting_reason(), WaitingAmendment::REASON_UNSPECIFIED);
  EXPECT_EQ(placed[1].anchor(), Amendment::WHOLE_DRAFT);
  EXPECT_EQ(placed[2].draft(), "");
  EXPECT_EQ(placed[2].waiting_reason(), WaitingAmendment::QUOTE_NOT_FOUND);
}

TEST(Overlaps, AreGroupedAndSayWhetherTheyConflict) {
  const auto text = Text({"Samverkan på kommunal nivå i hela länet.", "Mer."});
  const auto overlaps = OverlapsIn(
      text,
      {Proposed(text, "a", Amendment::REPLACE, "p1", "kommunal nivå",
                "lokal nivå"),
       Proposed(text, "b", Amendment::DELETE, "p1", "nivå i", ""),
       Proposed(text, "c", Amendment::REPLACE, "p1", "länet", "landet"),
       Proposed(text, "d", Amendment::COMMENT, "p1", "kommunal", "Varför?"),
       Proposed(text, "e", Amendment::INSERT, "p2", "Mer", "och mer"),
       Proposed(text, "f", Amendment::INSERT, "p2", "Mer", "och mer")});
  ASSERT_EQ(overlaps.size(), 2u);
  EXPECT_THAT(overlaps[0].amendments(),
              ElementsAre("consultations/mal/amendments/a",
                          "consultations/mal/amendments/b"));
  EXPECT_EQ(overlaps[0].text(), "kommunal nivå i");
  EXPECT_TRUE(overlaps[0].conflict());
  EXPECT_EQ(overlaps[1].paragraph(), "p2");
  EXPECT_FALSE(overlaps[1].conflict());
}

std::string Side(const std::vector<v1::Piece>& pieces, v1::Piece::Change kind) {
  std::string text;
  for (const v1::Piece& piece : pieces) {
    if (piece.change() == kind || piece.change() == v1::Piece::SAME) {
      text += piece.text();
    }
  }
  return text;
}

TEST(Diff, ByWordHasBothTextsInIt) {
  const std::string before = "Ändra kommunal nivå till något, inom nivåer.";
  const std::string after = "Ändra lokal nivå till något – mellan nivåer.";
  const auto pieces = DiffWords(before, after);
  EXPECT_EQ(Side(pieces, v1::Piece::REMOVED), before);
  EXPECT_EQ(Side(pieces, v1::Piece::ADDED), after);
  ASSERT_GE(pieces.size(), 3u);
  EXPECT_EQ(pieces[1].text(), "kommunal");
  EXPECT_EQ(pieces[2].text(), "lokal");
}

TEST(Diff, ByParagraphFollowsIdsAndTellsWhatMoved) {
  auto before = Text({"Ett.", "Två.", "Tre.", "Fyra."});
  auto after = before;
  std::swap(after[0], after[2]);   // p3 p2 p1 p4
  after.erase(after.begin() + 1);  // p3 p1 p4
  after[2].set_text("Fyra och mer.");
  after.push_back(after[0]);
  after.back().set_id("p5");
  const auto diffs = DiffParagraphs(before, after);
  std::vector<std::string> told;
  for (const v1::ParagraphDiff& diff : diffs) {
    told.push_back(diff.id() + " " +
                   v1::ParagraphDiff::Change_Name(diff.change()) +
                   (diff.moved() ? " moved" : ""));
  }
  EXPECT_EQ(diffs.size(), 5u);
  EXPECT_THAT(told, ::testing::Contains("p2 REMOVED"));
  EXPECT_THAT(told, ::testing::Contains("p4 CHANGED"));
  EXPECT_THAT(told, ::testing::Contains("p5 ADDED"));
  EXPECT_EQ(std::count_if(diffs.begin(), diffs.end(),
                          [](const auto& diff) { return diff.moved(); }),
            1);
}

TEST(Diff, AsAPageEscapesWhatStandsInTheText) {
  const auto diffs =
      DiffParagraphs(Text({"A <b> & c", "# inte rubrik"}),
                     Text({"A <i> & c", "# inte rubrik *alls*"}));
  const std::string html = DiffHtml("Mål <1>", 1, 2, diffs);
  EXPECT_THAT(html, HasSubstr("<html lang=\"sv\">"));
  EXPECT_THAT(html, HasSubstr("Mål &lt;1&gt;"));
  EXPECT_THAT(html, HasSubstr("<del>b</del><ins>i</ins>"));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  const std::string markdown = DiffMarkdown("Mål", 1, 2, diffs);
  EXPECT_THAT(markdown, HasSubstr("\\# inte rubrik"));
  EXPECT_THAT(markdown, HasSubstr("<ins> \\*alls\\*</ins>"));
}

TEST(Diff, OfLongTextsThatHaveLittleInCommonEnds) {
  std::string before;
  std::string after;
  for (int i = 0; i < 4000; ++i) {
    before += (i % 50 == 0 ? "samma" : "a") + std::to_string(i) + " ";
    after += (i % 50 == 0 ? "samma" : "b") + std::to_string(i) + "-";
  }
  const auto pieces = DiffWords(before, after);
  EXPECT_EQ(Side(pieces, v1::Piece::REMOVED), before);
  EXPECT_EQ(Side(pieces, v1::Piece::ADDED), after);
}

}  // namespace
}  // namespace reglab::meetings
