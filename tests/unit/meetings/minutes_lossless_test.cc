// Nothing in a document is lost, whatever it looks like.
#include <absl/strings/ascii.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "services/meetings/minutes_rules.h"
#include "services/meetings/minutes_text.h"
#include "tests/unit/meetings/minutes_documents.h"

namespace reglab::meetings {
namespace {

std::vector<std::filesystem::path> AllDocuments() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(REGLAB_TEST_DATA) / "minutes")) {
    paths.push_back(entry.path());
  }
  const auto real = SharedData() / "minutes-2022-09-13.md";
  if (std::filesystem::exists(real)) paths.push_back(real);
  std::sort(paths.begin(), paths.end());
  return paths;
}

// A line without the marks that say what it is.
std::string Words(std::string_view line) {
  std::string words = Plain(line);
  while (!words.empty() && Contains("#>-=*+ |", words.front())) {
    words.erase(0, 1);
  }
  while (!words.empty() && Contains("#*_ |\r", words.back())) words.pop_back();
  return words;
}

// Everything that an answer would carry.
std::string Everything(const ParsedMinutes& minutes) {
  std::string all = minutes.title + "\n";
  for (const auto& each : minutes.items) all += each.heading + "\n";
  for (const auto& each : minutes.notes) all += each.text + "\n";
  for (const auto& each : minutes.questions) {
    all += each.question + "\n";
    for (const auto& answer : each.answers) all += answer + "\n";
  }
  for (const auto& each : minutes.discussions) {
    all += each.label.text + "\n" + each.text + "\n";
  }
  for (const auto& each : minutes.conclusions) {
    all += each.label.text + "\n";
    for (const auto& point : each.points) all += point + "\n";
  }
  for (const auto& each : minutes.decisions) {
    all += each.label.text + "\n" + each.source_text + "\n";
  }
  for (const auto& each : minutes.actions) {
    all += each.label.text + "\n" + each.source_text + "\n";
  }
  return all;
}

class EveryDocument : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(EveryDocument, PlacesEveryLineThatIsNotBlank) {
  const std::string text = FileText(GetParam());
  int lines = 0;
  for (std::string_view line : Split(text, '\n')) lines += !IsBlank(line);
  const ParsedMinutes minutes = ParseMinutes(text);
  EXPECT_EQ(minutes.source_lines, lines);
  EXPECT_EQ(minutes.placed_lines, lines);
}

TEST_P(EveryDocument, KeepsEveryLineInOneText) {
  const std::string text = FileText(GetParam());
  const std::string all = Plain(Everything(ParseMinutes(text)));
  for (std::string_view line : Split(text, '\n')) {
    if (Contains(all, Words(line))) continue;
    // Only a question and its answer part a line, and no sentence.
    EXPECT_TRUE(Contains(line, '?')) << line;
    for (std::string_view sentence : Sentences(line)) {
      EXPECT_TRUE(Contains(all, Words(sentence))) << line;
    }
  }
}

TEST_P(EveryDocument, ComesBackWithEverySentence) {
  const std::string text = FileText(GetParam());
  const std::string back = Plain(RenderMinutes(ParseMinutes(text)));
  size_t at = 0;
  std::vector<std::string_view> sentences;
  for (std::string_view line : Split(text, '\n')) {
    for (std::string_view each : Sentences(line)) sentences.push_back(each);
  }
  for (std::string_view line : sentences) {
    const std::string words = Words(line);
    const size_t found = back.find(words);
    EXPECT_NE(found, back.npos) << line;
    // In the order of the document, as far as a sentence is told from the
    // others.
    if (words.size() > 25 && found != back.npos &&
        back.find(words, found + 1) == back.npos) {
      EXPECT_GE(found, at) << line;
      at = found;
    }
  }
}

TEST_P(EveryDocument, IsReadTheSameWhenItComesBack) {
  const ParsedMinutes once = ParseMinutes(FileText(GetParam()));
  const ParsedMinutes twice = ParseMinutes(RenderMinutes(once));
  EXPECT_EQ(once.date, twice.date);
  EXPECT_EQ(once.body_text, twice.body_text);
  EXPECT_EQ(Attending(once), Attending(twice));
  EXPECT_EQ(once.conclusions.size(), twice.conclusions.size());
}

INSTANTIATE_TEST_SUITE_P(Minutes, EveryDocument,
                         ::testing::ValuesIn(AllDocuments()),
                         [](const auto& test) {
                           std::string name = test.param.filename().string();
                           for (char& c : name) {
                             if (!absl::ascii_isalnum(c)) c = '_';
                           }
                           return name;
                         });

TEST(AnyBytes, AreReadWithoutLosingALine) {
  std::mt19937 random(2022);
  const std::string seeds = Document("board-record.md") +
                            Document("strange.md") + Document("questions.md") +
                            Document("table.md");
  for (int round = 0; round < 60; ++round) {
    std::string text =
        seeds.substr(random() % (seeds.size() / 2), random() % 3000);
    for (int change = 0; change < 40 && !text.empty(); ++change) {
      text[random() % text.size()] = random() % 3 == 0
                                         ? "\n*#-|:.§1"[random() % 9]
                                         : static_cast<char>(random());
    }
    const ParsedMinutes minutes = ParseMinutes(text);
    EXPECT_EQ(minutes.placed_lines, minutes.source_lines) << text;
    EXPECT_TRUE(IsUtf8(RenderMinutes(minutes)));
  }
}

TEST(AnyBytes, OfNothingAreNoMinutes) {
  for (std::string_view text : {"", "\n\n", "\xEF\xBB\xBF", " \r\n\t\r\n"}) {
    const ParsedMinutes minutes = ParseMinutes(text);
    EXPECT_EQ(minutes.source_lines, 0);
    EXPECT_EQ(RenderMinutes(minutes), "");
  }
}

TEST(AnyBytes, AreToldFromUtf8) {
  EXPECT_TRUE(IsUtf8("Härjedalen – ”ja” 🙂"));
  EXPECT_FALSE(IsUtf8("H\xE4rjedalen"));
  EXPECT_FALSE(IsUtf8("\xC0\xAF"));
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));
  EXPECT_FALSE(IsUtf8("avbruten \xC3"));
}

// Ten times the text takes about ten times the time, and no text is a trap.
TEST(AnyBytes, TakeTimeInProportionToTheirLength) {
  const auto seconds = [](const std::string& text) {
    const auto start = std::chrono::steady_clock::now();
    ParseMinutes(text);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         start)
        .count();
  };
  const auto repeat = [](std::string_view part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  // The automata are built on the first text.
  seconds(Document("board-record.md"));
  for (const char* part :
       {"> ", "[", "`", "*", "Ansvarig: Anna Berg\n", "Dagordning\n\n1. a\n\n",
        "- a\n", "Åtgärd: x\n", "att x\n\n", "(a ", ". ", "\"a"}) {
    const double few = seconds(repeat(part, 500));
    const double many = seconds(repeat(part, 5000));
    EXPECT_LT(many, 40 * few + 0.5) << part;
  }
}

// Found by fuzzing: an indentation of two characters against a space of three
// bytes.
TEST(Minutes, WideSpaceIsNeverCutInTwo) {
  const ParsedMinutes minutes =
      ParseMinutes(" \v+ \v+text\n\xE2\x80\x8Bmer text\n*");
  EXPECT_TRUE(IsUtf8(RenderMinutes(minutes)));
  EXPECT_EQ(minutes.placed_lines, minutes.source_lines);
}

}  // namespace
}  // namespace reglab::meetings
