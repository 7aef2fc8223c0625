#include "services/meetings/minutes_outline.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <set>
#include <utility>

#include "services/meetings/minutes_dates.h"
#include "services/meetings/minutes_names.h"
#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

constexpr size_t kLongestTitle = 150;
constexpr size_t kLongestBareTitle = 60;

// How this document marks its items, found by looking at all of it.
struct Style {
  bool numbered = false;
  bool bold = false;
  bool bare = false;
};

std::string Title(std::string_view line) {
  std::string title = Plain(WithoutBullet(line));
  const std::optional<ItemNumber> number = FindItemNumber(title);
  title = Lower(number && !number->title.empty() ? number->title : title);
  while (!title.empty() && Contains(".:# ", title.back())) {
    title.pop_back();
  }
  title.erase(0, title.find_first_not_of("# "));
  return title;
}

class Outliner {
 public:
  explicit Outliner(const MinutesDocument& document) : document_(document) {}

  std::vector<Unit> Read() {
    FindStyle();
    for (size_t i = 0; i < blocks().size();) {
      const Block& block = blocks()[i];
      if (block.depth > 0) {
        i = ReadList(i);
        continue;
      }
      AddBlock(block, i);
      before_ = &block;
      ++i;
    }
    return std::move(units_);
  }

 private:
  const std::vector<Block>& blocks() const { return document_.blocks(); }

  // The number of a point that may be an item of the agenda.
  static std::optional<ItemNumber> NumberOf(const Block& block) {
    const std::string_view line = block.lines[0].text;
    std::optional<ItemNumber> number = FindItemNumber(line);
    if (!number || (!number->certain && !number->dotted) ||
        (!number->certain && line.size() > kLongestTitle &&
         number->title.find(". ") > kLongestTitle)) {
      return std::nullopt;
    }
    return number;
  }

  void FindStyle() {
    int headings = 0;
    bool certain = false;
    int bold = 0;
    int bare = 0;
    std::set<std::string> titles;
    for (size_t i = 0; i < blocks().size(); ++i) {
      const Block& block = blocks()[i];
      if (block.kind == Block::Kind::kRule) continue;
      const std::string_view line = block.lines[0].text;
      if (block.kind == Block::Kind::kHeading && block.depth == 0) {
        const FoundLabel label = FindLabel(line);
        const bool tells =
            label.topic != Topic::kNone || IsOnlyDate(Plain(line));
        // The first heading may be the meeting's own.
        const bool own = titles.empty() && (i == 0 || NamesMinutes(line) ||
                                            !FindDates(line).empty() ||
                                            !FindBodies(line).empty());
        if (!tells && !own) ++headings;
        titles.insert(Title(line));
        continue;
      }
      for (const SourceLine& each : block.lines) {
        const std::optional<ItemNumber> number = FindItemNumber(each.text);
        certain = certain || (number && number->certain);
        if (block.depth == 0 &&
            (IsBoldLine(each.text) || IsCapitalsLine(each.text)) &&
            FindLabel(each.text).topic == Topic::kNone && each.number > 1) {
          ++bold;
          titles.insert(Title(each.text));
        }
      }
      if (block.depth == 0 && i > 0 && LooksBare(i)) ++bare;
    }
    const bool marked = headings > 0 || certain;
    style_.numbered = headings == 0 && (!certain || CountsOn());
    bool numbers = false;
    if (!marked) {
      // A trial run tells which numbered points would be items.
      int next = 0;
      for (size_t i = 0; i < blocks().size(); ++i) {
        const Block& block = blocks()[i];
        const std::optional<ItemNumber> number = NumberOf(block);
        if (block.depth > 1 || !number || number->certain) continue;
        int value = 0;
        for (char c : number->number.substr(0, number->number.find('.'))) {
          value = value * 10 + (c - '0');
        }
        if (next == 0 || value == next) {
          numbers = true;
          next = value + 1;
        }
      }
    }
    style_.bold = !marked && !numbers;
    style_.bare = !marked && !numbers && bold == 0 && bare >= 2;
    headings_ = std::move(titles);
  }

  // "1) Öppning", "Punkt 2. Ekonomi", "3 § Övrigt": one row of items, however
  // each is written.
  bool CountsOn() const {
    int last = 0;
    for (const Block& block : blocks()) {
      if (block.depth > 1) continue;
      for (size_t i = 0; i < block.lines.size(); ++i) {
        const std::optional<ItemNumber> number =
            FindItemNumber(block.lines[i].text);
        if (!number || (!number->certain && (!number->dotted || i > 0))) {
          continue;
        }
        if (Value(*number) != ++last) return false;
      }
    }
    return true;
  }

  // A short line of its own before a longer text, without a full stop.
  bool LooksBare(size_t i) const {
    const Block& block = blocks()[i];
    if (block.kind != Block::Kind::kParagraph || block.depth > 0 ||
        block.lines.size() != 1 || i + 1 >= blocks().size()) {
      return false;
    }
    const std::string line = Plain(block.lines[0].text);
    if (line.size() < 4 || line.size() > kLongestBareTitle ||
        !StartsWithCapital(line) || Contains(".!?:;,|", line.back()) ||
        line.find_first_of("!?;") != line.npos) {
      return false;
    }
    const Block& next = blocks()[i + 1];
    return FindLabel(line).topic == Topic::kNone && !AreNames(line) &&
           FindDates(line).empty() && next.kind == Block::Kind::kParagraph &&
           (next.depth > 0 || next.lines.size() > 1 ||
            next.lines[0].text.size() > 80);
  }

  void AddBlock(const Block& block, size_t index) {
    switch (block.kind) {
      case Block::Kind::kRule:
        Add(Unit::Kind::kRule, block.lines);
        return;
      case Block::Kind::kHeading:
        AddHeading(block.level, block.lines,
                   FindItemNumber(Plain(block.lines[0].text.substr(
                       std::min(block.lines[0].text.find_first_not_of("# \t>"),
                                block.lines[0].text.size())))));
        return;
      case Block::Kind::kParagraph:
        break;
    }
    if (IsTable(block.lines)) {
      Add(Unit::Kind::kTable, block.lines);
    } else if (style_.bare && index > 0 && LooksBare(index)) {
      AddHeading(kBareLevel, block.lines, std::nullopt);
    } else {
      AddParagraph(block.lines);
    }
  }

  void AddHeading(int level, std::vector<SourceLine> lines,
                  std::optional<ItemNumber> number) {
    units_.push_back(
        {Unit::Kind::kHeading, level, 0, std::move(lines), std::move(number)});
  }
  void Add(Unit::Kind kind, std::vector<SourceLine> lines, int list = 0) {
    if (!lines.empty()) units_.push_back({kind, 0, list, std::move(lines), {}});
  }

  // Without blank lines between them, labels, items and headings still part a
  // paragraph.
  void AddParagraph(const std::vector<SourceLine>& lines) {
    std::vector<SourceLine> paragraph;
    int list = 0;
    const auto flush = [&] {
      Add(list == 0 ? Unit::Kind::kParagraph : Unit::Kind::kPoint,
          std::exchange(paragraph, {}), list);
    };
    for (const SourceLine& line : lines) {
      const std::string_view text = Trimmed(line.text);
      std::optional<ItemNumber> number = FindItemNumber(text);
      const bool item =
          number && (number->certain ||
                     (style_.numbered && number->dotted && IsNext(*number)));
      const FoundLabel label = FindLabel(text);
      const bool looks = IsBoldLine(text) || IsCapitalsLine(text);
      if (item || (looks && style_.bold && label.topic == Topic::kNone &&
                   !NamesPlace(text))) {
        flush();
        list = 0;
        if (item) last_ = Value(*number);
        AddHeading(item ? kNumberedLevel
                        : (IsBoldLine(text) ? kBoldLevel : kCapitalsLevel),
                   {line}, item ? std::move(number) : std::nullopt);
        continue;
      }
      if (HasBullet(text)) {
        flush();
        if (list == 0) list = ++lists_;
      } else if (label.topic != Topic::kNone || looks) {
        flush();
        list = 0;
      }
      paragraph.push_back(line);
      if (looks && list == 0) flush();
    }
    flush();
  }

  // Markdown takes "Beslut: …" straight after a list for more of its last
  // point. True when such a label ended the point, and the list with it.
  bool AddPoint(const std::vector<SourceLine>& lines, int list) {
    const auto label = std::find_if(lines.begin() + 1, lines.end(), EndsPoint);
    Add(Unit::Kind::kPoint, {lines.begin(), label}, list);
    if (label == lines.end()) return false;
    AddParagraph({label, lines.end()});
    return true;
  }

  static bool EndsPoint(const SourceLine& line) {
    const FoundLabel label = FindLabel(line.text);
    if (!label.colon || !StartsWithCapital(label.name)) return false;
    switch (label.topic) {
      case Topic::kAttendance:
      case Topic::kAbsence:
      case Topic::kDiscussion:
      case Topic::kQuestions:
      case Topic::kQuestion:
      case Topic::kAnswer:
      case Topic::kConclusion:
      case Topic::kDecision:
      case Topic::kAction:
        return true;
      default:
        // Who does the point's task, when and where, is part of it.
        return false;
    }
  }

  // In a list of those present, "REGION UPPSALA" is no heading.
  static bool NamesPlace(std::string_view text) {
    return KindOfName(text) == NameKind::kOrganization &&
           Plain(text).size() < 40 && !NamesMinutes(text);
  }

  static int Value(const ItemNumber& number) {
    int value = 0;
    for (char c : number.number) {
      if (!absl::ascii_isdigit(c)) break;
      value = value * 10 + (c - '0');
    }
    return value;
  }
  bool IsNext(const ItemNumber& number) const {
    return last_ == 0 || Value(number) == last_ + 1 ||
           (Value(number) == last_ && Contains(number.number, '.'));
  }

  // All the points of a list that begins at the block; where the list ends.
  size_t ReadList(size_t begin) {
    size_t end = begin;
    int number_before = 0;
    while (end < blocks().size() && blocks()[end].depth > 0) {
      const Block& block = blocks()[end];
      if (block.depth == 1 && block.starts_item) {
        const std::optional<ItemNumber> number = NumberOf(block);
        const int value = number ? Value(*number) : 0;
        // An agenda, and then the first item with its text.
        const bool again = block.ordered && value == 1 && number_before > 0;
        if (end > begin &&
            (again || block.ordered != blocks()[begin].ordered)) {
          break;
        }
        number_before = value;
      }
      ++end;
    }
    int list = ++lists_;
    const bool items = AreItems(begin, end);
    for (size_t i = begin; i < end;) {
      size_t next = i + 1;
      while (next < end &&
             !(blocks()[next].starts_item && blocks()[next].depth == 1)) {
        ++next;
      }
      const std::optional<ItemNumber> number = NumberOf(blocks()[i]);
      const bool certain = number && number->certain;
      if (certain || (items && number && IsNext(*number)) ||
          (items && agenda_)) {
        AddItem(i, next, number);
      } else {
        std::vector<SourceLine> lines;
        for (size_t each = i; each < next; ++each) {
          const Block& block = blocks()[each];
          lines.insert(lines.end(), block.lines.begin(), block.lines.end());
        }
        if (AddPoint(lines, list)) list = ++lists_;
      }
      i = next;
    }
    before_ = nullptr;
    return end;
  }

  bool AreItems(size_t begin, size_t end) {
    agenda_ = false;
    const bool announced =
        before_ != nullptr && begin > 0 && before_ == &blocks()[begin - 1];
    if (announced) {
      const std::string_view line = before_->lines.back().text;
      const FoundLabel label = FindLabel(line);
      if (label.topic == Topic::kAgenda && label.rest.empty() &&
          !std::exchange(agenda_seen_, true)) {
        // The agenda is the items unless these come again with their text.
        int again = 0;
        int count = 0;
        std::set<std::string> titles = headings_;
        for (size_t i = end; i < blocks().size(); ++i) {
          for (const SourceLine& each : blocks()[i].lines) {
            if (each.text.size() < kLongestTitle) {
              titles.insert(Title(each.text));
            }
          }
        }
        for (size_t i = begin; i < end; ++i) {
          if (blocks()[i].depth != 1 || !blocks()[i].starts_item) continue;
          ++count;
          again += titles.contains(Title(blocks()[i].lines[0].text));
        }
        agenda_ = style_.numbered && again * 2 < count;
        return agenda_;
      }
      if (label.topic != Topic::kNone && label.rest.empty()) return false;
      if (Plain(line).ends_with(":")) return false;
    }
    return style_.numbered && blocks()[begin].ordered;
  }

  void AddItem(size_t begin, size_t end, std::optional<ItemNumber> number) {
    const Block& first = blocks()[begin];
    if (number) last_ = Value(*number);
    AddHeading(kNumberedLevel, {first.lines[0]}, std::move(number));
    if (first.lines.size() > 1) {
      AddParagraph({first.lines.begin() + 1, first.lines.end()});
    }
    int list = ++lists_;
    for (size_t i = begin + 1; i < end; ++i) {
      const Block& block = blocks()[i];
      if (block.kind == Block::Kind::kRule) {
        Add(Unit::Kind::kRule, block.lines);
      } else if (IsTable(block.lines)) {
        Add(Unit::Kind::kTable, block.lines);
      } else if (block.depth > 1) {
        if (AddPoint(block.lines, list)) list = ++lists_;
      } else {
        AddParagraph(block.lines);
      }
    }
  }

  const MinutesDocument& document_;
  Style style_;
  // Titles of the headings that stand in the text.
  std::set<std::string> headings_;
  std::vector<Unit> units_;
  const Block* before_ = nullptr;
  int lists_ = 0;
  // The number of the last item.
  int last_ = 0;
  bool agenda_ = false;
  bool agenda_seen_ = false;
};

}  // namespace

std::vector<Unit> Outline(const MinutesDocument& document) {
  return Outliner(document).Read();
}

}  // namespace reglab::meetings
