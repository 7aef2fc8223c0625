// The texts of minutes, and what they become.
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/meetings/minutes_cues.h"
#include "services/meetings/minutes_dates.h"
#include "services/meetings/minutes_names.h"
#include "services/meetings/minutes_reader.h"
#include "services/meetings/minutes_text.h"
#include "services/meetings/suggestion_rules.h"

namespace reglab::meetings {
namespace {

// No meeting has more officers; each is looked for among all who attend.
constexpr int kMostOfficers = 50;
// Who was there is told at the beginning.
constexpr int kMostOpeningSentences = 300;

bool IsClause(std::string_view text) {
  static const RE2& clause = *Cue("^[*_-]*\\s*(?:dels )?att>").release();
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), clause);
}

}  // namespace

void MinutesReader::ReadText(const Lines& lines) {
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

MinutesReader::Lines MinutesReader::WithList(Lines lines) {
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

void MinutesReader::ReadFreeText(const Lines& lines) {
  const std::string text = Text(lines);
  if (AddToDecision(lines, text)) return;
  const std::vector<std::string_view> sentences = Sentences(text);
  const bool all_decisions =
      !sentences.empty() && sentences.size() < 20 &&
      std::all_of(sentences.begin(), sentences.end(), IsDecision);
  if (all_decisions) {
    if (AddClauses(lines)) return;
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

void MinutesReader::ReadLabelled(const FoundLabel& label, const Lines& lines) {
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
      // Among the items, "Medlemmar: de betalar en avgift" names nobody.
      if (item_ >= 0 && !AreNames(label.rest)) {
        ReadFreeText(lines);
        return;
      }
      // The first line is believed; what follows it must look like names.
      size_t end = 1;
      while (end < lines.size() &&
             (Plain(lines[end - 1].text).ends_with(",") ||
              AreNames(lines[end].text) || lines[end - 1].text.size() > 60)) {
        ++end;
      }
      const Lines all(lines.begin(), lines.begin() + end);
      Lines names = all;
      names[0].text = label.rest;
      ReadNames(names, {RoleOf(label.name), topic == Topic::kAbsence, false},
                minutes_);
      AddNote(all, ParsedNote::Kind::kAttendance);
      if (end < lines.size()) ReadText({lines.begin() + end, lines.end()});
      return;
    }
    case Topic::kOfficer:
      AddOfficer(label.rest, label.name, lines[0].number, true);
      AddNote({lines[0]}, ParsedNote::Kind::kFact);
      if (lines.size() > 1) ReadText({lines.begin() + 1, lines.end()});
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

void MinutesReader::Suggest(const Lines& lines, std::string_view text,
                            const Position& position, bool discussed) {
  FindSuggestions({text, Numbers(lines), position, discussed, ideas_},
                  minutes_);
}

void MinutesReader::AddNote(const Lines& lines, ParsedNote::Kind kind,
                            bool search) {
  ParsedNote note{Text(lines), kind, Here(lines)};
  Take(lines);
  if (kind == ParsedNote::Kind::kText && search) {
    Suggest(lines, note.text, note.position, false);
  }
  minutes_.notes.push_back(std::move(note));
}

void MinutesReader::AddDiscussion(const Lines& lines, Label label) {
  ParsedDiscussion discussion{
      .text = Text(lines), .label = std::move(label), .position = Here(lines)};
  discussion.group = GroupOf(discussion.text);
  if (discussion.group.empty()) {
    discussion.group = GroupOf(discussion.label.text);
  }
  Take(lines);
  Suggest(lines, discussion.text, discussion.position, true);
  minutes_.discussions.push_back(std::move(discussion));
}

void MinutesReader::AddPoint(Mode& mode, const Lines& lines) {
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

void MinutesReader::AddDecision(const Lines& lines, std::string source,
                                Label label, bool quoted,
                                std::string_view rest) {
  ParsedDecision decision{.paragraph_number = paragraph_number_,
                          .source_text = std::move(source),
                          .label = std::move(label),
                          .quoted = quoted,
                          .position = Here(lines)};
  decision.text = std::string(rest.empty() ? WithoutBullet(decision.source_text)
                                           : Trimmed(rest));
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

bool MinutesReader::AddClauses(const Lines& lines) {
  static const RE2& lead =
      *Cue("(?:beslutade|beslutar|beslöt|beslutades|följande):?$").release();
  // "… ge kansliet i uppdrag", "att …" on the next line, is one clause.
  static const RE2& goes_on = *Cue("<(?:uppdrag|för|genom|om|än)$").release();
  if (lines.size() < 3 || !RE2::PartialMatch(Plain(lines[0].text), lead) ||
      !IsClause(lines[1].text)) {
    return false;
  }
  std::vector<Lines> clauses;
  for (size_t i = 1; i < lines.size(); ++i) {
    const bool begins =
        i == 1 || (IsClause(lines[i].text) &&
                   !RE2::PartialMatch(Plain(lines[i - 1].text), goes_on));
    if (begins) clauses.emplace_back();
    clauses.back().push_back(lines[i]);
  }
  if (clauses.size() < 2) return false;
  for (Lines& clause : clauses) {
    const std::string text = Text(clause);
    // The first holds the words that all of them go on from.
    if (&clause == &clauses.front()) clause.insert(clause.begin(), lines[0]);
    AddDecision(clause, Text(clause), {}, false, text);
  }
  return true;
}

bool MinutesReader::AddToDecision(const Lines& lines, const std::string& text) {
  if (minutes_.decisions.empty() || !IsClause(text)) {
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

void MinutesReader::AddTask(const Lines& lines, std::string source, Label label,
                            bool quoted, std::string_view rest) {
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

void MinutesReader::AddAction(ParsedAction action) {
  minutes_.suggestions.push_back({.kind = ParsedSuggestion::Kind::kAction,
                                  .text = OnOneLine(action.source_text),
                                  .title = FirstWords(action.text, 8),
                                  .owner_text = action.owner_text,
                                  .due_date = action.due_date,
                                  .position = action.position});
  last_action_suggestion_ = minutes_.suggestions.size() - 1;
  minutes_.actions.push_back(std::move(action));
}

std::string MinutesReader::OwnerOf(const std::string& text) {
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

bool MinutesReader::AddToAction(Topic topic, const std::string& rest,
                                const Lines& lines, const std::string& text) {
  if (minutes_.actions.empty()) return false;
  ParsedAction& action = minutes_.actions.back();
  if (action.position.item != item_ || action.quoted ||
      action.position.order != order_ - 1 - (next_.used ? 0 : 1)) {
    return false;
  }
  ParsedSuggestion& suggestion = minutes_.suggestions[last_action_suggestion_];
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

void MinutesReader::ReadQuestion(const Lines& lines) {
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

bool MinutesReader::Answering() const {
  return !minutes_.questions.empty() &&
         minutes_.questions.back().position.item == item_ &&
         minutes_.questions.back().position.order >= base_.order;
}

void MinutesReader::AddQuestion(const Lines& lines, std::string text) {
  if (base_.topic == Topic::kQuestions) {
    // The label is a line of the meeting, before the first question.
    Leave(base_.used ? next_ : base_);
    base_.topic = Topic::kQuestions;
  }
  Take(lines);
  const std::string_view asked = WithoutBullet(text);
  minutes_.questions.push_back(
      {IsBoldLine(asked) ? Plain(asked) : std::string(asked), {}, Here(lines)});
}

bool MinutesReader::AddAnswer(const Lines& lines) {
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

void MinutesReader::AddOfficer(std::string_view name, std::string_view role,
                               int line, bool add) {
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

}  // namespace reglab::meetings
