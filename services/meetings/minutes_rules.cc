#include "services/meetings/minutes_rules.h"

#include <absl/strings/ascii.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "services/meetings/minutes_cues.h"
#include "services/meetings/minutes_dates.h"
#include "services/meetings/minutes_document.h"
#include "services/meetings/minutes_meeting.h"
#include "services/meetings/minutes_names.h"
#include "services/meetings/minutes_outline.h"
#include "services/meetings/minutes_text.h"
#include "services/meetings/suggestion_rules.h"

namespace reglab::meetings {
namespace {

// No meeting has more officers; each is looked for among all who attend.
constexpr int kMostOfficers = 50;
// Who was there is told at the beginning.
constexpr int kMostOpeningSentences = 300;
constexpr size_t kLongestLabel = 120;
constexpr size_t kLongestItemTitle = 100;

// What the lines that follow are read as.
struct Mode {
  Topic topic = Topic::kNone;
  Label label;
  // What stands in the document, should nothing follow the label.
  std::vector<SourceLine> lines;
  int order = 0;
  bool used = true;
  // The list or paragraph that it holds for has begun.
  int list = 0;
};

class MinutesReader {
 public:
  explicit MinutesReader(std::string_view text)
      : document_(text),
        units_(Outline(document_)),
        taken_(document_.line_count() + 1) {}

  ParsedMinutes Read() {
    ReadMeeting(units_, minutes_);
    CountLabels();
    while (at_ < units_.size()) ReadUnit();
    Leave(next_);
    Leave(base_);
    for (int number = 1; number <= document_.line_count(); ++number) {
      if (document_.line(number).empty()) continue;
      ++minutes_.source_lines;
      minutes_.placed_lines += taken_[number];
    }
    std::stable_sort(minutes_.notes.begin(), minutes_.notes.end(),
                     [](const ParsedNote& a, const ParsedNote& b) {
                       return a.position.order < b.position.order;
                     });
    return std::move(minutes_);
  }

 private:
  using Lines = std::vector<SourceLine>;

  // --- Where we are -------------------------------------------------------

  Position Here(const Lines& lines) {
    return {.item = item_,
            .line = lines.front().number,
            .last_line = lines.back().number,
            .order = order_++};
  }
  void Take(const Lines& lines) {
    for (const SourceLine& line : lines) taken_[line.number] = true;
  }
  static std::string Text(const Lines& lines) {
    std::string text;
    // A nested list keeps its indentation, relative to the first line.
    const size_t indent = LeadingSpace(lines[0].text);
    for (const SourceLine& line : lines) {
      if (!text.empty()) text += '\n';
      text += line.text.substr(std::min(indent, LeadingSpace(line.text)));
    }
    return text;
  }
  static std::vector<int> Numbers(const Lines& lines) {
    std::vector<int> numbers;
    for (const SourceLine& line : lines) numbers.push_back(line.number);
    return numbers;
  }
  const Unit* Next() const {
    return at_ + 1 < units_.size() ? &units_[at_ + 1] : nullptr;
  }
  bool PointsFollow() const {
    const Unit* next = Next();
    return next != nullptr && next->kind == Unit::Kind::kPoint;
  }

  Mode& Current() { return next_.topic != Topic::kNone ? next_ : base_; }

  // The label of the current mode, for a part that stands beneath it.
  Label Use(Mode& mode) {
    mode.used = true;
    Take(mode.lines);
    return mode.label;
  }
  // A label that nothing stood beneath is a note.
  void Leave(Mode& mode) {
    if (!mode.used) AddLabelNote(mode, ParsedNote::Kind::kText);
    mode = Mode();
  }
  void AddLabelNote(Mode& mode, ParsedNote::Kind kind) {
    mode.used = true;
    Take(mode.lines);
    minutes_.notes.push_back(
        {mode.label.level > 0 ? mode.label.text : Text(mode.lines),
         kind,
         {.item = item_,
          .line = mode.lines.front().number,
          .last_line = mode.lines.back().number,
          .order = mode.order}});
  }
  Mode Enter(Topic topic, const Lines& lines, int level) {
    std::string text = Plain(WithoutHashes(WithoutBullet(lines[0].text)));
    while (text.ends_with("#")) text.pop_back();
    return {.topic = topic,
            .label = {std::string(Trimmed(text)), lines[0].number, level},
            .lines = lines,
            .order = order_++,
            .used = false};
  }
  static std::string_view WithoutHashes(std::string_view text) {
    text = Trimmed(text);
    text.remove_prefix(std::min(text.find_first_not_of("#> \t"), text.size()));
    return text;
  }

  // A label that comes again after each item belongs to these.
  void CountLabels() {
    for (const Unit& unit : units_) {
      if (unit.kind != Unit::Kind::kHeading) continue;
      const FoundLabel label = FindLabel(unit.lines[0].text);
      if (label.topic != Topic::kNone) ++labels_[label.topic];
    }
  }

  // --- Units --------------------------------------------------------------

  void ReadUnit() {
    const Unit& unit = units_[at_];
    const int number = unit.lines[0].number;
    if (number == minutes_.title_line) {
      Take({unit.lines[0]});
      if (unit.kind == Unit::Kind::kHeading) {
        Take(unit.lines);
      } else if (unit.lines.size() > 1) {
        ReadParagraph({unit.lines.begin() + 1, unit.lines.end()});
      }
      ++at_;
      return;
    }
    switch (unit.kind) {
      case Unit::Kind::kRule:
        AddNote(unit.lines, ParsedNote::Kind::kRule);
        break;
      case Unit::Kind::kHeading:
        ReadHeading(unit);
        break;
      case Unit::Kind::kTable:
        ReadTable(unit);
        break;
      case Unit::Kind::kPoint:
        ReadPoint(unit);
        break;
      case Unit::Kind::kParagraph:
        ReadParagraph(unit.lines);
        break;
    }
    ++at_;
  }

  bool IsItem(const Unit& unit, const FoundLabel& label) const {
    const std::string plain = Plain(WithoutHashes(unit.lines[0].text));
    if (unit.number && (unit.number->certain || unit.number->dotted)) {
      return true;
    }
    if (plain.empty() || IsOnlyDate(plain)) return false;
    if (label.topic == Topic::kNone) return true;
    if (label.colon) return false;
    // "Gruppdialoger" on a level with the items is one of them.
    const bool said =
        label.topic == Topic::kDiscussion || label.topic == Topic::kQuestions;
    return said && GroupOf(plain).empty() &&
           (item_ < 0 || unit.level <= item_level_);
  }

  void ReadHeading(const Unit& unit) {
    const FoundLabel label = FindLabel(unit.lines[0].text);
    Leave(next_);
    if (IsItem(unit, label)) {
      Leave(base_);
      AddItem(unit);
      return;
    }
    if (label.topic == Topic::kNone) {
      AddNote(unit.lines, ParsedNote::Kind::kFact);
      return;
    }
    if (!label.rest.empty()) {
      ReadLabelled(label, unit.lines);
      return;
    }
    Leave(base_);
    const bool outcome = label.topic == Topic::kDecision ||
                         label.topic == Topic::kAction ||
                         label.topic == Topic::kConclusion;
    if (outcome && unit.level <= item_level_ && labels_[label.topic] == 1) {
      // The outcome of the whole meeting, after its items.
      item_ = -1;
      item_level_ = 0;
    }
    base_ = Enter(label.topic, unit.lines, std::max(unit.level, 1));
  }

  void AddItem(const Unit& unit) {
    ParsedItem item;
    const std::string_view line = unit.lines[0].text;
    item.heading = Plain(WithoutHashes(line));
    while (item.heading.ends_with("#")) item.heading.pop_back();
    item.heading = std::string(Trimmed(item.heading));
    item.title = item.heading;
    if (unit.number) {
      item.number = unit.number->number;
      if (!unit.number->title.empty()) item.title = unit.number->title;
    }
    paragraph_number_ =
        unit.number && unit.number->certain ? unit.number->number : "";
    item_level_ = unit.level;
    item.level = unit.level;
    Take(unit.lines);
    item_ = static_cast<int>(minutes_.items.size());
    item.position = Here(unit.lines);
    Lines rest;
    if (unit.kind == Unit::Kind::kHeading && unit.lines.size() == 1 &&
        unit.level == kNumberedLevel) {
      SplitTitle(unit, item, rest);
    }
    const std::string lower = Lower(item.title);
    minutes_.items.push_back(std::move(item));
    static const RE2& said = *Cue("dialog|diskussion|<laget runt>").release();
    if (RE2::PartialMatch(lower, said)) base_.topic = Topic::kDiscussion;
    if (!rest.empty()) ReadText(rest);
  }

  // "§ 4 Ekonomi. Kassören redogör …" holds a title and a text; "§ 4" has its
  // title on the next line.
  void SplitTitle(const Unit& unit, ParsedItem& item, Lines& rest) {
    static const RE2 end("[.:] +[\\p{Lu}\"”]");
    if (unit.number && unit.number->title.empty()) {
      const Unit* next = Next();
      if (next == nullptr || next->kind != Unit::Kind::kParagraph) return;
      const std::string_view line = next->lines[0].text;
      const std::string title = Plain(line);
      if (title.size() > 80 || title.ends_with(".") ||
          FindLabel(line).topic != Topic::kNone || !FindDates(line).empty()) {
        return;
      }
      item.title = title;
      Append(item.heading, " ", title);
      item.position.last_line = next->lines[0].number;
      Take({next->lines[0]});
      // The rest of that paragraph is the item's text.
      ++at_;
      const Lines more(next->lines.begin() + 1, next->lines.end());
      if (!more.empty()) rest = more;
      return;
    }
    re2::StringPiece found;
    const re2::StringPiece title(item.title);
    const bool split =
        end.Match(title, 0, title.size(), RE2::UNANCHORED, &found, 1) &&
        found.data() - title.data() <= static_cast<int>(kLongestItemTitle);
    if (split) {
      const std::string head =
          item.title.substr(0, found.data() - title.data());
      const size_t in_heading = item.heading.find(head);
      if (in_heading != item.heading.npos) {
        item.heading.resize(in_heading + head.size());
      }
      item.title = head;
      rest = unit.lines;
    } else if (item.title.size() > 150) {
      item.title = FirstWords(item.title, 10);
      rest = unit.lines;
    }
  }

  void ReadTable(const Unit& unit) {
    Mode& mode = Current();
    const bool absent = mode.topic == Topic::kAbsence;
    const bool people = absent || mode.topic == Topic::kAttendance;
    const std::vector<std::string> head = Cells(unit.lines[0].text);
    static const RE2 task(
        "(?i)(?:åtgärd|vad|uppgift|aktivitet|att göra|action|ärende).*");
    static const RE2 owner("(?i)(?:ansvarig|vem|ansvar|utförare).*");
    static const RE2 due("(?i)(?:klar|när|senast|datum|deadline|tid).*");
    const auto column = [&](const RE2& pattern) {
      for (size_t i = 0; i < head.size(); ++i) {
        if (RE2::FullMatch(head[i], pattern)) return i;
      }
      return head.size();
    };
    const size_t task_at = column(task);
    const size_t owner_at = column(owner);
    const size_t due_at = column(due);
    const bool tasks = task_at < head.size() && owner_at < head.size();
    if (!tasks && (people || item_ < 0) &&
        ReadNameTable(unit.lines, absent, minutes_)) {
      if (people)
        AddNamesNote(mode, unit.lines);
      else
        AddNote(unit.lines, ParsedNote::Kind::kAttendance);
      return;
    }
    Leave(next_);
    AddNote(unit.lines, ParsedNote::Kind::kText, /*search=*/!tasks);
    if (!tasks) return;
    for (size_t row = 2; row < unit.lines.size(); ++row) {
      const std::vector<std::string> cells = Cells(unit.lines[row].text);
      const auto cell = [&](size_t i) {
        return i < cells.size() ? cells[i] : std::string();
      };
      if (cell(task_at).empty()) continue;
      ParsedAction action{.text = cell(task_at),
                          .source_text = Text({unit.lines[row]}),
                          .owner_text = cell(owner_at),
                          .quoted = true,
                          .position = Here({unit.lines[row]})};
      const std::vector<FoundDate> dates = FindDates(cell(due_at));
      if (!dates.empty()) action.due_date = DayFrom(dates[0], minutes_.date);
      AddAction(std::move(action));
    }
  }

  // A note is where the names stand as written.
  void AddNamesNote(Mode& mode, const Lines& lines) {
    AddBelow(mode, lines, ParsedNote::Kind::kAttendance);
  }
  // A line that is a label and the lines below it are one text.
  void AddBelow(Mode& mode, const Lines& lines, ParsedNote::Kind kind) {
    Lines all = lines;
    if (!mode.used && mode.label.level > 0) {
      AddLabelNote(mode, kind);
    } else if (!mode.used) {
      mode.used = true;
      all.insert(all.begin(), mode.lines.begin(), mode.lines.end());
    }
    AddNote(all, kind);
  }

  // "Ersättare:" says something of everyone that it announces.
  static std::string RoleOf(std::string_view label) {
    static const RE2& plain =
        *Cue("^(?:namn på )?(?:närvar|deltag|deltog|deltar|mötesdelt|medverk|"
             "frånvar|ej närv|inte "
             "närv|anmäl|förhin|återbud|lämnat|meddelat|på "
             "plats|regioner|myndigheter|medlemmar|övriga|dessutom|även)")
             .release();
    std::string name = Lower(Plain(label));
    while (name.ends_with(":")) name.pop_back();
    return RE2::PartialMatch(name, plain) || name.size() > 60 ? "" : name;
  }

  bool ReadsNames(const Lines& lines) const {
    // The first line after the label is believed; what comes later must look
    // like names.
    for (const SourceLine& line : lines) {
      const std::string text = Plain(WithoutBullet(line.text));
      if (!AreNames(text) && (text.size() > 60 || text.ends_with("."))) {
        return false;
      }
    }
    return true;
  }

  void ReadPoint(const Unit& unit) {
    Mode& mode = Current();
    const FoundLabel label = FindLabel(unit.lines[0].text);
    if (label.topic != Topic::kNone && !label.rest.empty() &&
        (mode.topic == Topic::kNone || label.topic != Topic::kDiscussion)) {
      ReadLabelled(label, unit.lines);
      return;
    }
    switch (mode.topic) {
      case Topic::kAttendance:
      case Topic::kAbsence:
        if (ReadsNames(unit.lines)) {
          const NameList names{RoleOf(mode.label.text),
                               mode.topic == Topic::kAbsence, true};
          Lines lines = unit.lines;
          ReadNames(lines, names, minutes_);
          for (const Lines& point : RestOfList(unit.list)) {
            ReadNames(point, names, minutes_);
            lines.insert(lines.end(), point.begin(), point.end());
          }
          AddNamesNote(mode, lines);
          return;
        }
        break;
      case Topic::kConclusion:
        if (&mode == &next_ && mode.list != 0 && mode.list != unit.list) break;
        mode.list = unit.list;
        AddPoint(mode, unit.lines);
        return;
      case Topic::kDecision:
      case Topic::kAction:
        if (&mode == &next_ && mode.list != 0 && mode.list != unit.list) break;
        mode.list = unit.list;
        if (mode.topic == Topic::kDecision) {
          AddDecision(unit.lines, Text(unit.lines), Use(mode));
        } else {
          AddTask(unit.lines, Plain(WithoutBullet(Text(unit.lines))),
                  Use(mode));
        }
        return;
      case Topic::kQuestions:
        ReadQuestion(unit.lines);
        return;
      case Topic::kDiscussion:
        AddDiscussion(unit.lines, Use(mode));
        return;
      default:
        break;
    }
    if (&mode == &next_) Leave(next_);
    if (base_.topic == Topic::kDiscussion) {
      AddDiscussion(unit.lines, Use(base_));
      return;
    }
    Lines lines = unit.lines;
    AddRestOfList(unit.list, lines);
    AddNote(lines, ParsedNote::Kind::kText);
  }

  // The following points of the same list, but for those with a label.
  std::vector<Lines> RestOfList(int list) {
    std::vector<Lines> points;
    while (PointsFollow() && Next()->list == list) {
      const Lines& point = Next()->lines;
      const FoundLabel label = FindLabel(point[0].text);
      if (label.topic != Topic::kNone && !label.rest.empty()) break;
      points.push_back(point);
      ++at_;
    }
    return points;
  }
  void AddRestOfList(int list, Lines& lines) {
    for (const Lines& point : RestOfList(list)) {
      lines.insert(lines.end(), point.begin(), point.end());
    }
  }

  void ReadParagraph(const Lines& lines) {
    const FoundLabel label = FindLabel(lines[0].text);
    if (label.topic != Topic::kNone) {
      const bool announces =
          lines.size() == 1 && Plain(label.rest).ends_with(":") &&
          lines[0].text.size() <= kLongestLabel && PointsFollow();
      if (!label.rest.empty() && !announces) {
        ReadLabelled(label, lines);
        return;
      }
      ReadLabel(label, lines);
      return;
    }
    const std::string plain = Plain(lines.back().text);
    const bool announces = plain.ends_with(":") || plain.ends_with(" att") ||
                           plain.ends_with("…:");
    if (announces && PointsFollow() && lines.size() == 1 &&
        lines[0].text.size() <= 2 * kLongestLabel && IsDecision(plain)) {
      Leave(next_);
      next_ = Enter(Topic::kDecision, lines, 0);
      return;
    }
    ReadText(lines);
  }

  // A label on a line of its own; more lines may follow in its paragraph.
  void ReadLabel(const FoundLabel& label, const Lines& lines) {
    Leave(next_);
    const bool lasts =
        label.topic == Topic::kDiscussion || label.topic == Topic::kQuestions;
    if (lasts) Leave(base_);
    Mode& mode = lasts ? base_ : next_;
    mode = Enter(label.topic, {lines[0]}, 0);
    if (lines.size() == 1) return;
    const Lines rest(lines.begin() + 1, lines.end());
    // "Vem är regionalt ansvarig?" is no label, but a text in two lines is one.
    ReadText(rest);
  }

  // --- Text beneath a label, or beneath none --------------------------------

  void ReadText(const Lines& lines) {
    Mode& mode = Current();
    switch (mode.topic) {
      case Topic::kAttendance:
      case Topic::kAbsence:
        if (!mode.used || ReadsNames(lines)) {
          if (mode.used && !AreNames(Text(lines))) break;
          ReadNames(lines,
                    {RoleOf(mode.label.text), mode.topic == Topic::kAbsence,
                     !Contains(lines[0].text, ',') || lines.size() > 1},
                    minutes_);
          AddNamesNote(mode, lines);
          return;
        }
        break;
      case Topic::kOfficer: {
        const std::string text = Text(lines);
        if (mode.used && (text.size() > 60 || !AreNames(text))) break;
        for (const SourceLine& line : lines) {
          AddOfficer(line.text, mode.label.text, line.number, false);
        }
        AddBelow(mode, lines, ParsedNote::Kind::kFact);
        return;
      }
      case Topic::kHost:
      case Topic::kFact:
        if (mode.used) break;
        AddBelow(mode, lines, ParsedNote::Kind::kFact);
        if (&mode == &next_) next_ = Mode();
        return;
      case Topic::kOwner:
      case Topic::kDue:
        if (AddToAction(mode.topic, Text(lines), lines, Text(lines))) {
          Use(mode);
          next_ = Mode();
          return;
        }
        break;
      case Topic::kQuestions:
        ReadQuestion(lines);
        return;
      case Topic::kQuestion:
        AddQuestion(lines, Text(lines));
        Use(mode);
        Leave(next_);
        return;
      case Topic::kAnswer:
        if (AddAnswer(lines)) {
          Use(mode);
          Leave(next_);
          return;
        }
        break;
      case Topic::kConclusion:
        if (&mode == &next_ && mode.list != 0) break;
        mode.list = -1;
        AddPoint(mode, lines);
        return;
      case Topic::kDecision:
        if (&mode == &next_ && mode.list != 0) break;
        mode.list = -1;
        AddDecision(lines, Text(lines), Use(mode));
        return;
      case Topic::kAction:
        if (&mode == &next_ && mode.list != 0) break;
        mode.list = -1;
        AddTask(lines, Text(lines), Use(mode));
        return;
      case Topic::kDiscussion:
        AddDiscussion(WithList(lines), Use(mode));
        return;
      case Topic::kAgenda:
      case Topic::kNone:
        break;
    }
    const bool below = &mode == &next_;
    Leave(below ? next_
          : mode.topic == Topic::kAttendance || mode.topic == Topic::kAbsence
              ? base_
              : next_);
    if (below && base_.topic != Topic::kNone) {
      ReadText(lines);
      return;
    }
    ReadFreeText(WithList(lines));
  }

  // What a colon announces is one text with it.
  Lines WithList(Lines lines) {
    if (!Plain(lines.back().text).ends_with(":") || !PointsFollow()) {
      return lines;
    }
    const Lines points = Next()->lines;
    const int list = Next()->list;
    const FoundLabel label = FindLabel(points[0].text);
    if (label.topic != Topic::kNone && !label.rest.empty()) return lines;
    ++at_;
    lines.insert(lines.end(), points.begin(), points.end());
    AddRestOfList(list, lines);
    return lines;
  }

  // A paragraph of its own: a decision, a task, or a note with these in it.
  void ReadFreeText(const Lines& lines) {
    const std::string text = Text(lines);
    if (AddToDecision(lines, text)) return;
    const std::vector<std::string_view> sentences = Sentences(text);
    const bool all_decisions =
        !sentences.empty() && sentences.size() < 20 &&
        std::all_of(sentences.begin(), sentences.end(), IsDecision);
    if (all_decisions) {
      AddDecision(lines, text, {});
      return;
    }
    if (sentences.size() == 1) {
      const FoundTask task = FindTask(sentences[0]);
      if (task.found) {
        AddTask(lines, text, {});
        return;
      }
    }
    AddNote(lines, ParsedNote::Kind::kText);
    // Sentences that tell more than a note does.
    const std::vector<int> numbers = Numbers(lines);
    size_t counted = 0;
    size_t index = 0;
    for (std::string_view sentence : sentences) {
      const size_t begin = sentence.data() - text.data();
      index += std::count(text.begin() + counted, text.begin() + begin, '\n');
      counted = begin;
      const SourceLine line{numbers[std::min(index, numbers.size() - 1)],
                            sentence};
      if (item_ <= 0 && ++opening_ < kMostOpeningSentences) {
        if (const auto presence = FindPresence(sentence)) {
          ReadNames({{line.number, presence->names}},
                    {.absent = presence->absent}, minutes_);
          continue;
        }
      }
      if (IsDecision(sentence)) {
        AddDecision({line}, OnOneLine(sentence), {}, true);
      } else if (FindTask(sentence).found) {
        AddTask({line}, OnOneLine(sentence), {}, true);
      }
    }
  }

  // A label with its text on the same line.
  void ReadLabelled(const FoundLabel& label, const Lines& lines) {
    const Topic topic = label.topic;
    if (topic != Topic::kOwner && topic != Topic::kDue) Leave(next_);
    const std::string text = Text(lines);
    // The text without the label, all lines of it.
    std::string rest(label.rest);
    for (size_t i = 1; i < lines.size(); ++i) {
      Append(rest, "\n", Trimmed(lines[i].text));
    }
    Label here{label.name + (label.colon ? ":" : ""), lines[0].number, -1};
    switch (topic) {
      case Topic::kAttendance:
      case Topic::kAbsence: {
        Lines names = lines;
        names[0].text = label.rest;
        ReadNames(names, {RoleOf(label.name), topic == Topic::kAbsence, false},
                  minutes_);
        AddNote(lines, ParsedNote::Kind::kAttendance);
        return;
      }
      case Topic::kOfficer:
        AddOfficer(label.rest, label.name, lines[0].number, true);
        AddNote(lines, ParsedNote::Kind::kFact);
        return;
      case Topic::kHost:
      case Topic::kFact:
        AddNote(lines, ParsedNote::Kind::kFact);
        return;
      case Topic::kDiscussion:
        AddDiscussion(WithList(lines), {});
        return;
      case Topic::kQuestion:
        AddQuestion(lines, text);
        return;
      case Topic::kQuestions:
        if (Plain(text).ends_with("?")) {
          AddQuestion(lines, text);
        } else {
          AddNote(WithList(lines), ParsedNote::Kind::kText);
        }
        return;
      case Topic::kAnswer:
        if (!AddAnswer(lines)) AddNote(lines, ParsedNote::Kind::kText);
        return;
      case Topic::kConclusion: {
        ParsedConclusion conclusion{.title = label.name,
                                    .points = {text},
                                    .label = here,
                                    .position = Here(lines)};
        Take(lines);
        Suggest(lines, text, conclusion.position, true);
        minutes_.conclusions.push_back(std::move(conclusion));
        return;
      }
      case Topic::kDecision:
        AddDecision(lines, text, here, false, rest);
        return;
      case Topic::kAction:
        AddTask(lines, text, here, false, rest);
        return;
      case Topic::kOwner:
      case Topic::kDue:
        if (AddToAction(topic, rest, lines, text)) return;
        AddNote(lines, ParsedNote::Kind::kText);
        return;
      case Topic::kAgenda:
      case Topic::kNone:
        AddNote(WithList(lines), ParsedNote::Kind::kText);
        return;
    }
  }

  // --- Parts ----------------------------------------------------------------

  void Suggest(const Lines& lines, std::string_view text,
               const Position& position, bool discussed) {
    FindSuggestions({text, Numbers(lines), position, discussed}, minutes_);
  }

  void AddNote(const Lines& lines, ParsedNote::Kind kind, bool search = true) {
    ParsedNote note{Text(lines), kind, Here(lines)};
    Take(lines);
    if (kind == ParsedNote::Kind::kText && search) {
      Suggest(lines, note.text, note.position, false);
    }
    minutes_.notes.push_back(std::move(note));
  }

  void AddDiscussion(const Lines& lines, Label label) {
    ParsedDiscussion discussion{.text = Text(lines),
                                .label = std::move(label),
                                .position = Here(lines)};
    discussion.group = GroupOf(discussion.text);
    if (discussion.group.empty()) {
      discussion.group = GroupOf(discussion.label.text);
    }
    Take(lines);
    Suggest(lines, discussion.text, discussion.position, true);
    minutes_.discussions.push_back(std::move(discussion));
  }

  // A point of the conclusion that the mode's label began.
  void AddPoint(Mode& mode, const Lines& lines) {
    if (!mode.used) {
      ParsedConclusion conclusion{.position = Here(mode.lines)};
      conclusion.position.order = mode.order;
      conclusion.label = Use(mode);
      conclusion.title = conclusion.label.text;
      while (conclusion.title.ends_with(":")) conclusion.title.pop_back();
      minutes_.conclusions.push_back(std::move(conclusion));
    }
    ParsedConclusion& conclusion = minutes_.conclusions.back();
    const std::string text = Text(lines);
    conclusion.points.emplace_back(WithoutBullet(text));
    conclusion.position.last_line = lines.back().number;
    Take(lines);
    Position position = conclusion.position;
    position.line = lines.front().number;
    Suggest(lines, text, position, true);
  }

  void AddDecision(const Lines& lines, std::string source, Label label,
                   bool quoted = false, std::string_view rest = {}) {
    ParsedDecision decision{.paragraph_number = paragraph_number_,
                            .source_text = std::move(source),
                            .label = std::move(label),
                            .quoted = quoted,
                            .position = Here(lines)};
    decision.text = std::string(
        rest.empty() ? WithoutBullet(decision.source_text) : Trimmed(rest));
    static const RE2 number("§+\\s*(\\d{1,4})");
    if (decision.paragraph_number.empty()) {
      RE2::PartialMatch(decision.text.substr(0, 200), number,
                        &decision.paragraph_number);
    }
    Take(lines);
    minutes_.suggestions.push_back({.kind = ParsedSuggestion::Kind::kDecision,
                                    .text = OnOneLine(decision.source_text),
                                    .title = FirstWords(decision.text, 8),
                                    .position = decision.position});
    minutes_.decisions.push_back(std::move(decision));
  }

  // "att …" in a paragraph of its own, after what was decided.
  bool AddToDecision(const Lines& lines, const std::string& text) {
    static const RE2& clause = *Cue("^[*_-]*\\s*(?:dels )?att>").release();
    if (minutes_.decisions.empty() || !RE2::PartialMatch(text, clause)) {
      return false;
    }
    ParsedDecision& decision = minutes_.decisions.back();
    if (decision.quoted || decision.position.order != order_ - 1) return false;
    Append(decision.text, "\n", text);
    Append(decision.source_text, "\n\n", text);
    decision.position.last_line = lines.back().number;
    Append(minutes_.suggestions.back().text, " ", OnOneLine(text));
    Take(lines);
    return true;
  }

  void AddTask(const Lines& lines, std::string source, Label label,
               bool quoted = false, std::string_view rest = {}) {
    ParsedAction action{.source_text = std::move(source),
                        .label = std::move(label),
                        .quoted = quoted,
                        .position = Here(lines)};
    action.text = std::string(rest.empty() ? WithoutBullet(action.source_text)
                                           : Trimmed(rest));
    action.owner_text = OwnerOf(action.text);
    action.due_date = FindDue(action.text, minutes_.date);
    if (!quoted) Take(lines);
    AddAction(std::move(action));
  }

  void AddAction(ParsedAction action) {
    minutes_.suggestions.push_back({.kind = ParsedSuggestion::Kind::kAction,
                                    .text = OnOneLine(action.source_text),
                                    .title = FirstWords(action.text, 8),
                                    .owner_text = action.owner_text,
                                    .due_date = action.due_date,
                                    .position = action.position});
    last_action_suggestion_ = minutes_.suggestions.size() - 1;
    minutes_.actions.push_back(std::move(action));
  }

  static std::string OwnerOf(const std::string& text) {
    std::string owner = FindOwner(text);
    if (!owner.empty()) return owner;
    const FoundTask task = FindTask(text.substr(0, text.find('\n')));
    if (task.found) return task.owner;
    // "Anna Andersson skickar …", "Kansliet: boka …"; the longest name wins.
    const std::string plain = Plain(text.substr(0, 300));
    size_t end = 0;
    std::string name;
    for (int words = 0; words < 4; ++words) {
      end = plain.find_first_of(" :,", end + 1);
      if (end == plain.npos) break;
      const std::string head = plain.substr(0, end);
      if (KindOfName(head) != NameKind::kUnknown ||
          (words == 0 && !FindBodies(head).empty())) {
        name = head;
      }
      if (plain[end] != ' ') break;
    }
    if (!name.empty()) return name;
    // "Boka lokal (Anna Andersson)", "Boka lokal – Anna Andersson".
    static const RE2 after("(?:\\(([^()]{2,60})\\)|[–-] ([^–.-]{2,60}))\\.?$");
    std::string inside;
    std::string tail;
    if (RE2::PartialMatch(plain, after, &inside, &tail)) {
      const std::string found = inside.empty() ? tail : inside;
      if (AreNames(found)) return found;
    }
    return "";
  }

  // "Ansvarig: Anna" on the line after its task.
  bool AddToAction(Topic topic, const std::string& rest, const Lines& lines,
                   const std::string& text) {
    if (minutes_.actions.empty()) return false;
    ParsedAction& action = minutes_.actions.back();
    if (action.position.item != item_ || action.quoted ||
        action.position.order != order_ - 1 - (next_.used ? 0 : 1)) {
      return false;
    }
    ParsedSuggestion& suggestion =
        minutes_.suggestions[last_action_suggestion_];
    if (topic == Topic::kOwner) {
      action.owner_text = FindOwner(Concat("Ansvarig: ", Plain(rest)));
      if (action.owner_text.empty()) action.owner_text = Plain(rest);
      suggestion.owner_text = action.owner_text;
    }
    if (action.due_date.empty()) {
      const std::string due =
          topic == Topic::kDue ? Concat("senast ", Plain(rest)) : rest;
      action.due_date = FindDue(due, minutes_.date);
      suggestion.due_date = action.due_date;
    }
    if (!next_.used && !next_.lines.empty()) {
      Append(action.source_text, "\n", Text(next_.lines));
      Append(suggestion.text, " ", OnOneLine(Text(next_.lines)));
    }
    Append(action.source_text, "\n", text);
    Append(suggestion.text, " ", OnOneLine(text));
    action.position.last_line = lines.back().number;
    action.position.order = order_++;
    Take(lines);
    return true;
  }

  // --- Questions and officers
  // -------------------------------------------------

  // In a part for questions: what ends in a question mark is one, what follows
  // is its answer.
  void ReadQuestion(const Lines& lines) {
    const std::string text = Text(lines);
    const std::vector<std::string_view> sentences = Sentences(text);
    if (sentences.empty()) {
      AddNote(lines, ParsedNote::Kind::kText);
      return;
    }
    const bool asks = Plain(sentences[0]).ends_with("?");
    const bool only = Plain(sentences.back()).ends_with("?");
    if (asks && !only) {
      // The question and its answer in one paragraph.
      size_t asked = 0;
      while (Plain(sentences[asked]).ends_with("?")) ++asked;
      const size_t at = sentences[asked].data() - text.data();
      AddQuestion(lines, std::string(Trimmed(text.substr(0, at))));
      minutes_.questions.back().answers.emplace_back(Trimmed(text.substr(at)));
      return;
    }
    if (only && (asks || !Answering())) {
      AddQuestion(lines, text);
      return;
    }
    if (!AddAnswer(lines)) AddNote(WithList(lines), ParsedNote::Kind::kText);
  }

  bool Answering() const {
    return !minutes_.questions.empty() &&
           minutes_.questions.back().position.item == item_ &&
           minutes_.questions.back().position.order >= base_.order;
  }

  void AddQuestion(const Lines& lines, std::string text) {
    if (base_.topic == Topic::kQuestions) {
      // The label is a line of the meeting, before the first question.
      Leave(base_.used ? next_ : base_);
      base_.topic = Topic::kQuestions;
    }
    Take(lines);
    const std::string_view asked = WithoutBullet(text);
    minutes_.questions.push_back(
        {IsBoldLine(asked) ? Plain(asked) : std::string(asked),
         {},
         Here(lines)});
  }

  // False when no question stands before.
  bool AddAnswer(const Lines& lines) {
    if (minutes_.questions.empty() ||
        minutes_.questions.back().position.item != item_ ||
        (base_.topic != Topic::kQuestions && next_.topic != Topic::kAnswer &&
         minutes_.questions.back().position.order != order_ - 1)) {
      return false;
    }
    const Lines all = WithList(lines);
    ParsedQuestion& question = minutes_.questions.back();
    question.answers.push_back(Text(all));
    question.position.last_line = all.back().number;
    Take(all);
    return true;
  }

  void AddOfficer(std::string_view name, std::string_view role, int line,
                  bool add) {
    if (++officers_ > kMostOfficers) return;
    std::string text = Lower(Plain(role));
    while (text.ends_with(":")) text.pop_back();
    static const RE2& verifies = *Cue("^justera|^protokollsjustera").release();
    static const RE2& writes =
        *Cue("^(?:vid |antecknat|antecknare|anteckningar|protokollförare)")
             .release();
    if (RE2::PartialMatch(text, verifies)) text = "justerare";
    if (RE2::PartialMatch(text, writes)) text = "sekreterare";
    GiveRole(Plain(name), text, line, add, minutes_);
  }

  MinutesDocument document_;
  std::vector<Unit> units_;
  std::vector<bool> taken_;
  ParsedMinutes minutes_;
  size_t at_ = 0;
  int order_ = 0;
  int item_ = -1;
  int item_level_ = 0;
  std::string paragraph_number_;
  // What the text beneath the last heading is, and what a label on a line of
  // its own says of the next list or paragraph.
  Mode base_;
  Mode next_;
  std::map<Topic, int> labels_;
  int officers_ = 0;
  int opening_ = 0;
  size_t last_action_suggestion_ = 0;
};

}  // namespace

ParsedMinutes ParseMinutes(std::string_view document) {
  ParsedMinutes minutes = MinutesReader(document).Read();
  // Levels as people see them: the highest that this document uses is 1.
  std::map<int, int> levels;
  for (const ParsedItem& item : minutes.items) levels.emplace(item.level, 0);
  int rank = 0;
  for (auto& [level, place] : levels) place = ++rank;
  for (ParsedItem& item : minutes.items) item.level = levels[item.level];
  return minutes;
}

}  // namespace reglab::meetings
