#include "services/meetings/draft_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/anchor_rules.h"
#include "services/meetings/diff_rules.h"
#include "services/meetings/minutes_document.h"
#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

using v1::Paragraph;

constexpr int kLongestParagraph = 20000;
constexpr int kHighestLevel = 6;
// How far apart a reworded paragraph and its former self may stand between two
// that stayed.
constexpr size_t kNear = 10;

// "## Mål ##", or the first lines of one that is underlined.
std::string HeadingText(const Block& block) {
  std::string text;
  for (const SourceLine& line : block.lines) {
    std::string_view words = Trimmed(line.text);
    while (words.starts_with('#')) words.remove_prefix(1);
    while (words.ends_with('#')) words.remove_suffix(1);
    if (words.find_first_not_of("=-") == std::string_view::npos) continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", Plain(words));
  }
  return text;
}

std::string ParagraphText(const Block& block) {
  std::string text;
  for (const SourceLine& line : block.lines) {
    std::string_view words = Trimmed(line.text);
    // The mark of a quotation.
    while (words.starts_with('>')) words = Trimmed(words.substr(1));
    const bool item = text.empty() && block.depth > 0 && HasBullet(words);
    if (item) words = WithoutBullet(words);
    absl::StrAppend(&text, text.empty() ? "" : " ", item ? "– " : "",
                    Plain(words));
  }
  return text;
}

int NumberOf(std::string_view id) {
  int number = 0;
  for (const char c : id.substr(std::min<size_t>(1, id.size()))) {
    number = number * 10 + (c - '0');
  }
  return number;
}

// How much of their words two texts share, from 0 to 1.
double Likeness(std::string_view a, std::string_view b) {
  std::unordered_map<std::string_view, int> words;
  int all = 0;
  int shared = 0;
  for (const std::string_view word : Split(a, ' ')) {
    ++words[word];
    ++all;
  }
  for (const std::string_view word : Split(b, ' ')) {
    ++all;
    if (auto found = words.find(word);
        found != words.end() && found->second > 0) {
      --found->second;
      ++shared;
    }
  }
  return all == 0 ? 0 : 2.0 * shared / all;
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line;
  bool space = false;
  for (const char c : text) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      space = !line.empty();
      continue;
    }
    if (space) line += ' ';
    space = false;
    line += c;
  }
  return line;
}

void FillKind(Paragraph::Kind kind, int level, Paragraph& paragraph) {
  const bool heading = kind == Paragraph::HEADING;
  paragraph.set_kind(heading ? Paragraph::HEADING : Paragraph::PARAGRAPH);
  paragraph.set_level(heading ? std::clamp(level, 1, kHighestLevel) : 0);
}

std::string NewId(int& last) { return absl::StrCat("p", ++last); }

absl::Status CheckSize(std::string_view field,
                       const std::vector<Paragraph>& paragraphs) {
  int letters = 0;
  bool too_long = false;
  for (const Paragraph& paragraph : paragraphs) {
    const int size = CodePoints(paragraph.text());
    letters += size;
    too_long = too_long || size > kLongestParagraph;
  }
  if (!too_long && int(paragraphs.size()) <= kMostParagraphs &&
      letters <= kMostDraftLetters) {
    return absl::OkStatus();
  }
  return InvalidField(
      field, {"A draft has at most 2,000 paragraphs, of at most 20,000 "
              "characters each and 400,000 in all. Divide the text.",
              "Ett utkast har högst 2 000 stycken, med högst 20 000 tecken i "
              "vart och ett och 400 000 sammanlagt. Dela upp texten."});
}

std::vector<Paragraph> ParagraphsOf(std::string_view document) {
  const MinutesDocument blocks(document);
  std::vector<Paragraph> paragraphs;
  for (const Block& block : blocks.blocks()) {
    if (block.kind == Block::Kind::kRule) continue;
    const bool heading = block.kind == Block::Kind::kHeading;
    Paragraph paragraph;
    paragraph.set_text(
        OneLine(heading ? HeadingText(block) : ParagraphText(block)));
    if (paragraph.text().empty()) continue;
    FillKind(heading ? Paragraph::HEADING : Paragraph::PARAGRAPH, block.level,
             paragraph);
    paragraphs.push_back(std::move(paragraph));
  }
  return paragraphs;
}

absl::StatusOr<std::vector<Paragraph>> ParagraphsOf(const v1::Draft& draft) {
  const bool from_text = !draft.text().empty();
  const std::string field = from_text ? "draft.text" : "draft.paragraphs";
  if (from_text && draft.paragraphs_size() > 0) {
    return InvalidField(field, {"Send either text or paragraphs.",
                                "Skicka antingen text eller paragraphs."});
  }
  std::vector<Paragraph> paragraphs =
      from_text ? ParagraphsOf(draft.text())
                : std::vector<Paragraph>(draft.paragraphs().begin(),
                                         draft.paragraphs().end());
  if (paragraphs.empty()) {
    return InvalidField(field, {"The draft has no text. Send text, or "
                                "paragraphs.",
                                "Utkastet har ingen text. Skicka text eller "
                                "paragraphs."});
  }
  std::set<std::string> ids;
  for (Paragraph& paragraph : paragraphs) {
    paragraph.set_text(OneLine(paragraph.text()));
    FillKind(paragraph.kind(), paragraph.level(), paragraph);
    if (paragraph.text().empty()) {
      return InvalidField(field, {"A paragraph has no words. Leave it out.",
                                  "Ett stycke saknar ord. Utelämna det."});
    }
    if (!paragraph.id().empty() && !ids.insert(paragraph.id()).second) {
      return InvalidField(
          field, {absl::StrCat("The id ", paragraph.id(),
                               " is given twice. Give it to one paragraph."),
                  absl::StrCat("Id:t ", paragraph.id(),
                               " står två gånger. Ge det till ett stycke.")});
    }
  }
  RETURN_IF_ERROR(CheckSize(field, paragraphs));
  return paragraphs;
}

absl::Status GiveIds(const std::vector<Paragraph>& before,
                     std::vector<Paragraph>& after, int& last) {
  std::set<std::string_view> free;
  for (const Paragraph& paragraph : before) {
    free.insert(paragraph.id());
    last = std::max(last, NumberOf(paragraph.id()));
  }
  for (const Paragraph& paragraph : after) {
    if (paragraph.id().empty() || free.erase(paragraph.id()) > 0) continue;
    return InvalidField(
        "draft.paragraphs",
        {absl::StrCat("There is no paragraph ", paragraph.id(),
                      " to replace. Leave the id of a new paragraph out."),
         absl::StrCat("Det finns inget stycke ", paragraph.id(),
                      " att ersätta. Utelämna id för ett nytt stycke.")});
  }
  std::map<std::string_view, int> texts;
  const auto number = [&](const Paragraph& paragraph) {
    return texts.emplace(paragraph.text(), int(texts.size())).first->second;
  };
  std::vector<int> a;
  std::vector<int> b;
  for (const Paragraph& paragraph : before) a.push_back(number(paragraph));
  for (const Paragraph& paragraph : after) b.push_back(number(paragraph));
  const auto give = [&](size_t from, size_t to) {
    if (!after[to].id().empty() || free.count(before[from].id()) == 0) return;
    free.erase(before[from].id());
    after[to].set_id(before[from].id());
  };
  std::vector<std::pair<int, int>> common = Common(a, b);
  for (const auto& [from, to] : common) give(from, to);
  // Between those that stayed, what is mostly the same is the same.
  common.emplace_back(before.size(), after.size());
  size_t i = 0;
  size_t j = 0;
  for (const auto& [from_end, to_end] : common) {
    for (; j < size_t(to_end); ++j) {
      for (size_t k = i; k < std::min(size_t(from_end), i + kNear); ++k) {
        if (Likeness(before[k].text(), after[j].text()) < 0.5) continue;
        give(k, j);
        i = k + 1;
        break;
      }
    }
    i = from_end + 1;
    j = to_end + 1;
  }
  for (Paragraph& paragraph : after) {
    if (paragraph.id().empty()) paragraph.set_id(NewId(last));
  }
  return absl::OkStatus();
}

}  // namespace reglab::meetings
