// What holds for every draft and all amendments of it, tried on thousands that
// are made at random from fixed seeds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "google/rpc/status.pb.h"
#include "services/common/errors.h"
#include "services/meetings/diff_rules.h"
#include "services/meetings/next_draft_rules.h"

namespace reglab::meetings {
namespace {

using v1::Amendment;
using v1::Paragraph;

constexpr char kDraft[] = "consultations/mal/drafts/1";
constexpr char kNext[] = "consultations/mal/drafts/2";

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  int Number(int most) {
    return std::uniform_int_distribution<int>(0, most)(random_);
  }

  // Few different words, so that quotes stand in many places.
  std::string Words(int most) {
    static const std::vector<std::string> kWords = {
        "nivå", "lokal", "på",    "stöd", "och",    "lärande",
        "EU",   "å",     "nivå,", "mål.", "(stöd)", "för"};
    std::string words;
    for (int i = Number(most - 1) + 1; i > 0; --i) {
      words += (words.empty() ? "" : " ") + kWords[Number(kWords.size() - 1)];
    }
    return words;
  }

  std::vector<Paragraph> Text() {
    std::vector<Paragraph> paragraphs(Number(5) + 1);
    for (size_t i = 0; i < paragraphs.size(); ++i) {
      paragraphs[i].set_id("p" + std::to_string(i + 1));
      paragraphs[i].set_kind(Paragraph::PARAGRAPH);
      paragraphs[i].set_text(Words(14));
    }
    return paragraphs;
  }

  Amendment Proposed(const std::vector<Paragraph>& text, int number) {
    Amendment amendment;
    amendment.set_name("consultations/mal/amendments/" +
                       std::to_string(number));
    amendment.set_state(Amendment::OPEN);
    amendment.set_action(Amendment::Action(Number(2) + 1));
    amendment.set_insert_before(Number(1) == 1);
    const Paragraph& paragraph = text[Number(text.size() - 1)];
    amendment.set_paragraph(paragraph.id());
    // Any letters, also in the middle of words.
    const int size = CodePoints(paragraph.text());
    const int begin = Number(size - 1);
    const int end = std::min(size, begin + 1 + Number(12));
    const size_t from = ByteAt(paragraph.text(), begin);
    amendment.set_quote(
        paragraph.text().substr(from, ByteAt(paragraph.text(), end) - from));
    const auto places = PlacesOf(amendment.quote(), paragraph.text());
    amendment.set_occurrence(std::find(places.begin(), places.end(), from) -
                             places.begin() + 1);
    if (amendment.action() != Amendment::DELETE) amendment.set_text(Words(3));
    EXPECT_TRUE(Anchor(DraftText(text), kDraft, amendment).ok());
    EXPECT_EQ(amendment.start_offset(), begin);
    return amendment;
  }

  void Shuffle(std::vector<Amendment>& amendments) {
    std::shuffle(amendments.begin(), amendments.end(), random_);
  }

 private:
  std::mt19937 random_;
};

void Accept(Amendment& amendment) {
  amendment.set_state(Amendment::DISPOSED);
  amendment.set_disposition(Amendment::ACCEPTED);
}

absl::StatusOr<NextText> Next(const std::vector<Paragraph>& text,
                              const std::vector<Amendment>& amendments) {
  NextInput input;
  input.paragraphs = text;
  input.amendments = amendments;
  input.draft = kNext;
  input.last_id = int(text.size());
  return MakeNext(std::move(input));
}

std::string Told(const absl::StatusOr<NextText>& next) {
  if (!next.ok()) return ToProto(next.status(), false).DebugString();
  std::string told = next->report.DebugString();
  for (const Paragraph& paragraph : next->paragraphs) {
    told += paragraph.DebugString();
  }
  for (const Amendment& amendment : next->amendments) {
    told += amendment.DebugString();
  }
  return told;
}

TEST(AnyDraft, IsTheSameInWhateverOrderAmendmentsWereAccepted) {
  int applied = 0;
  int overlaps = 0;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    Maker maker(seed);
    const std::vector<Paragraph> text = maker.Text();
    std::vector<Amendment> amendments;
    for (int i = maker.Number(6); i >= 0; --i) {
      amendments.push_back(maker.Proposed(text, i));
      if (maker.Number(2) > 0) Accept(amendments.back());
    }
    const absl::StatusOr<NextText> first = Next(text, amendments);
    const std::string told = Told(first);
    for (int i = 0; i < 5; ++i) {
      maker.Shuffle(amendments);
      ASSERT_EQ(Told(Next(text, amendments)), told) << "seed " << seed;
    }
    if (first.ok()) {
      ++applied;
    } else {
      const std::string reason = ReasonOf(first.status());
      overlaps += reason == "AMENDMENTS_OVERLAP";
      ASSERT_TRUE(reason == "AMENDMENTS_OVERLAP" ||
                  reason == "NOTHING_TO_APPLY" || reason == "INVALID_FIELD")
          << first.status();
    }
  }
  // Both happen, so that both were tried.
  EXPECT_GT(applied, 500);
  EXPECT_GT(overlaps, 500);
}

// One after the other, each anchored anew in the text that the ones before it
// made, in any order: the same text as all at once.
TEST(AnyDraft, IsWhatTheAcceptedOnesMakeOneByOne) {
  int compared = 0;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    Maker maker(seed);
    const std::vector<Paragraph> text = maker.Text();
    std::vector<Amendment> amendments;
    for (int i = 1 + maker.Number(2); i >= 0; --i) {
      amendments.push_back(maker.Proposed(text, i));
      // Words in the place of words alone: where some are taken out, the spaces
      // around them are looked at once more.
      amendments.back().set_action(Amendment::REPLACE);
      if (amendments.back().text().empty()) amendments.back().set_text("nytt");
    }
    std::vector<Amendment> all = amendments;
    for (Amendment& amendment : all) Accept(amendment);
    const absl::StatusOr<NextText> at_once = Next(text, all);
    if (!at_once.ok()) continue;
    std::vector<Paragraph> now = text;
    bool same_words = true;
    while (!amendments.empty() && same_words) {
      Accept(amendments.back());
      const absl::StatusOr<NextText> step = Next(now, amendments);
      same_words = step.ok();
      if (!step.ok()) break;
      now = step->paragraphs;
      const std::string done = amendments.back().name();
      amendments.clear();
      for (const Amendment& amendment : step->amendments) {
        if (amendment.name() == done) continue;
        same_words = same_words && !amendment.draft().empty();
        amendments.push_back(amendment);
      }
    }
    // The same proposal twice is done once, and the second finds nothing.
    if (!same_words) continue;
    ++compared;
    ASSERT_EQ(now.size(), at_once->paragraphs.size());
    for (size_t i = 0; i < now.size(); ++i) {
      ASSERT_EQ(now[i].text(), at_once->paragraphs[i].text())
          << "seed " << seed;
    }
  }
  EXPECT_GT(compared, 500);
}

TEST(AnyOpenAmendment, NeverComesToStandAtOtherWords) {
  int same = 0;
  int moved = 0;
  int waits = 0;
  for (unsigned seed = 1; seed <= 5000; ++seed) {
    Maker maker(seed);
    const std::vector<Paragraph> text = maker.Text();
    std::vector<Amendment> amendments;
    for (int i = maker.Number(8); i >= 0; --i) {
      amendments.push_back(maker.Proposed(text, i));
      if (maker.Number(2) == 0) Accept(amendments.back());
    }
    const absl::StatusOr<NextText> next = Next(text, amendments);
    if (!next.ok()) continue;
    const DraftText old_text(text);
    const DraftText new_text(next->paragraphs);
    std::map<std::string, std::vector<TextEdit>> edits;
    std::map<std::string, Amendment> before;
    for (const Amendment& amendment : amendments) {
      before[amendment.name()] = amendment;
      if (amendment.disposition() == Amendment::ACCEPTED) {
        edits[amendment.paragraph()].push_back(*EditOf(amendment));
      }
    }
    for (const Amendment& after : next->amendments) {
      const Amendment& was = before[after.name()];
      if (was.disposition() == Amendment::ACCEPTED) continue;
      if (after.draft().empty()) {
        ++waits;
        continue;
      }
      const Paragraph* paragraph = new_text.Find(after.paragraph());
      ASSERT_NE(paragraph, nullptr);
      ASSERT_TRUE(
          StandsAt(paragraph->text(), after.start_offset(), was.quote()))
          << "seed " << seed;
      ASSERT_EQ(after.end_offset() - after.start_offset(),
                CodePoints(was.quote()));
      // Either what stands in front of it is what the edits there make of what
      // stood in front of it: it is the same place.
      std::vector<TextEdit> in_front;
      for (const TextEdit& edit : edits[was.paragraph()]) {
        const int done =
            edit.how == TextEdit::How::kInsertBefore ? edit.begin : edit.end;
        if (done <= was.start_offset()) in_front.push_back(edit);
      }
      const std::string old_words = old_text.Find(was.paragraph())->text();
      const int rest = CodePoints(old_words) - was.start_offset();
      if (after.paragraph() == was.paragraph() &&
          after.start_offset() ==
              CodePoints(ApplyEdits(old_words, in_front).text) - rest) {
        ++same;
        continue;
      }
      // Or these are the only such words of both drafts.
      ASSERT_NE(old_text.FindOnly(was.quote()).paragraph, nullptr)
          << "seed " << seed << " " << was.name();
      ASSERT_NE(new_text.FindOnly(was.quote()).paragraph, nullptr);
      ++moved;
    }
  }
  EXPECT_GT(same, 1000);
  EXPECT_GT(moved, 20);
  EXPECT_GT(waits, 200);
}

TEST(AnyTwoTexts, AreBothInTheirDifference) {
  for (unsigned seed = 1; seed <= 5000; ++seed) {
    Maker maker(seed);
    const std::string before = maker.Words(30);
    const std::string after = maker.Words(30);
    std::string removed;
    std::string added;
    for (const v1::Piece& piece : DiffWords(before, after)) {
      if (piece.change() != v1::Piece::ADDED) removed += piece.text();
      if (piece.change() != v1::Piece::REMOVED) added += piece.text();
    }
    ASSERT_EQ(removed, before) << "seed " << seed;
    ASSERT_EQ(added, after) << "seed " << seed;
  }
}

}  // namespace
}  // namespace reglab::meetings
