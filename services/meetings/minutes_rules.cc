#include "services/meetings/minutes_rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/meetings/minutes_cues.h"
#include "services/meetings/minutes_dates.h"
#include "services/meetings/minutes_meeting.h"
#include "services/meetings/minutes_names.h"
#include "services/meetings/minutes_reader.h"
#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

constexpr size_t kLongestLabel = 120;
constexpr size_t kLongestItemTitle = 100;

}  // namespace

ParsedMinutes MinutesReader::Read() {
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

Position MinutesReader::Here(const Lines& lines) {
  return {.item = item_,
          .line = lines.front().number,
          .last_line = lines.back().number,
          .order = order_++};
}

void MinutesReader::Take(const Lines& lines) {
  for (const SourceLine& line : lines) taken_[line.number] = true;
}

std::string MinutesReader::Text(const Lines& lines) {
  std::string text;
  // A nested list keeps its indentation, relative to the first line.
  const size_t indent = LeadingSpace(lines[0].text);
  for (const SourceLine& line : lines) {
    if (!text.empty()) text += '\n';
    size_t taken = std::min(indent, LeadingSpace(line.text));
    // A wide space is taken whole or not at all.
    while (taken > 0 && taken < line.text.size() &&
           (static_cast<uint8_t>(line.text[taken]) & 0xC0) == 0x80) {
      --taken;
    }
    text += line.text.substr(taken);
  }
  return text;
}

std::vector<int> MinutesReader::Numbers(const Lines& lines) {
  std::vector<int> numbers;
  for (const SourceLine& line : lines) numbers.push_back(line.number);
  return numbers;
}

const Unit* MinutesReader::Next() const {
  return at_ + 1 < units_.size() ? &units_[at_ + 1] : nullptr;
}

bool MinutesReader::PointsFollow() const {
  const Unit* next = Next();
  return next != nullptr && next->kind == Unit::Kind::kPoint;
}

Label MinutesReader::Use(Mode& mode) {
  mode.used = true;
  Take(mode.lines);
  return mode.label;
}

void MinutesReader::Leave(Mode& mode) {
  if (!mode.used) AddLabelNote(mode, ParsedNote::Kind::kText);
  mode = Mode();
}

void MinutesReader::AddLabelNote(Mode& mode, ParsedNote::Kind kind) {
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

Mode MinutesReader::Enter(Topic topic, const Lines& lines, int level) {
  std::string text = Plain(WithoutHashes(WithoutBullet(lines[0].text)));
  while (text.ends_with("#")) text.pop_back();
  return {.topic = topic,
          .label = {std::string(Trimmed(text)), lines[0].number, level},
          .lines = lines,
          .order = order_++,
          .used = false};
}

std::string_view MinutesReader::WithoutHashes(std::string_view text) {
  text = Trimmed(text);
  text.remove_prefix(std::min(text.find_first_not_of("#> \t"), text.size()));
  return text;
}

void MinutesReader::CountLabels() {
  for (const Unit& unit : units_) {
    if (unit.kind != Unit::Kind::kHeading) continue;
    const FoundLabel label = FindLabel(unit.lines[0].text);
    if (label.topic != Topic::kNone) ++labels_[label.topic];
  }
}

void MinutesReader::ReadUnit() {
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

bool MinutesReader::IsItem(const Unit& unit, const FoundLabel& label) const {
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

void MinutesReader::ReadHeading(const Unit& unit) {
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
    ideas_ = false;
  }
  base_ = Enter(label.topic, unit.lines, std::max(unit.level, 1));
}

void MinutesReader::AddItem(const Unit& unit) {
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
  ideas_ = AnnouncesIdeas(item.title);
  const std::string lower = Lower(item.title);
  minutes_.items.push_back(std::move(item));
  static const RE2& said = *Cue("dialog|diskussion|<laget runt>").release();
  if (RE2::PartialMatch(lower, said)) base_.topic = Topic::kDiscussion;
  if (!rest.empty()) ReadText(rest);
}

void MinutesReader::SplitTitle(const Unit& unit, ParsedItem& item,
                               Lines& rest) {
  static const RE2 end("[.:] +[\\p{Lu}\"”]");
  if (unit.number && unit.number->title.empty()) {
    const Unit* next = Next();
    if (next == nullptr || next->kind != Unit::Kind::kParagraph) return;
    const std::string_view line = next->lines[0].text;
    const std::string title = Plain(line);
    if (title.size() > 80 || title.ends_with(".") || FindLabel(line).colon ||
        !FindDates(line).empty()) {
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
    const std::string head = item.title.substr(0, found.data() - title.data());
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

void MinutesReader::ReadTable(const Unit& unit) {
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

void MinutesReader::AddNamesNote(Mode& mode, const Lines& lines) {
  AddBelow(mode, lines, ParsedNote::Kind::kAttendance);
}

void MinutesReader::AddBelow(Mode& mode, const Lines& lines,
                             ParsedNote::Kind kind) {
  Lines all = lines;
  if (!mode.used && mode.label.level > 0) {
    AddLabelNote(mode, kind);
  } else if (!mode.used) {
    mode.used = true;
    all.insert(all.begin(), mode.lines.begin(), mode.lines.end());
  }
  AddNote(all, kind);
}

std::string MinutesReader::RoleOf(std::string_view label) {
  static const RE2& plain =
      *Cue("^(?:namn på )?(?:närvar|deltag|deltog|deltar|mötesdelt|medverk|"
           "med på|följande|på möt|vid möt|i möt|frånvar|ej närv|inte "
           "närv|anmäl|förhin|återbud|lämnat|meddelat|på "
           "plats|regioner|myndigheter|medlemmar|övriga|dessutom|även)")
           .release();
  std::string name = Lower(Plain(label));
  while (name.ends_with(":")) name.pop_back();
  return RE2::PartialMatch(name, plain) || name.size() > 60 ? "" : name;
}

bool MinutesReader::ReadsNames(const Lines& lines) const {
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

void MinutesReader::ReadPoint(const Unit& unit) {
  Mode& mode = Current();
  const FoundLabel label = FindLabel(unit.lines[0].text);
  // In a list of what was said or is to be done, "Kansliet: …" and "Plats: …"
  // are part of it.
  const bool of_people = mode.topic == Topic::kNone ||
                         mode.topic == Topic::kAttendance ||
                         mode.topic == Topic::kAbsence;
  const bool of_meeting =
      label.topic == Topic::kAttendance || label.topic == Topic::kAbsence ||
      label.topic == Topic::kOfficer || label.topic == Topic::kFact;
  if (label.topic != Topic::kNone && !label.rest.empty() &&
      (mode.topic == Topic::kNone || label.topic != Topic::kDiscussion) &&
      (of_people || !of_meeting)) {
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
        AddTask(unit.lines, Plain(WithoutBullet(Text(unit.lines))), Use(mode));
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

std::vector<MinutesReader::Lines> MinutesReader::RestOfList(int list) {
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

void MinutesReader::AddRestOfList(int list, Lines& lines) {
  for (const Lines& point : RestOfList(list)) {
    lines.insert(lines.end(), point.begin(), point.end());
  }
}

void MinutesReader::ReadParagraph(const Lines& lines) {
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
  const bool announces =
      plain.ends_with(":") || plain.ends_with(" att") || plain.ends_with("…:");
  if (announces && PointsFollow() && lines.size() == 1 &&
      lines[0].text.size() <= 2 * kLongestLabel && IsDecision(plain)) {
    Leave(next_);
    next_ = Enter(Topic::kDecision, lines, 0);
    return;
  }
  ReadText(lines);
}

void MinutesReader::ReadLabel(const FoundLabel& label, const Lines& lines) {
  Leave(next_);
  const bool lasts =
      label.topic == Topic::kDiscussion || label.topic == Topic::kQuestions;
  if (lasts) Leave(base_);
  Mode& mode = lasts ? base_ : next_;
  mode = Enter(label.topic, {lines[0]}, 0);
  if (lines.size() == 1) return;
  const Lines rest(lines.begin() + 1, lines.end());
  ReadText(rest);
}

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
