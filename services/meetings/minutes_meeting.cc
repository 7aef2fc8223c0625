#include "services/meetings/minutes_meeting.h"

#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "services/meetings/minutes_cues.h"
#include "services/meetings/minutes_dates.h"
#include "services/meetings/minutes_names.h"
#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

constexpr size_t kLongestTitleLine = 150;
constexpr size_t kLongestPreambleLine = 1000;
// A document that never comes to its first item is not all preamble.
constexpr int kMostPreambleLines = 60;
// A meeting is presented at its beginning.
constexpr int kMostOpeningLines = 200;

// Days that are not the meeting's own.
constexpr std::string_view kOtherDay =
    "<(?:senast|nästa|föregående|förra|kommande|protokollet från|"
    "anteckningarna från|sedan|inför|beslutade den|deadline|utskick|skickades|"
    "justerat|publicerad)>";

const RE2& OtherDay() {
  static const RE2& cue = *Cue(kOtherDay).release();
  return cue;
}

class MeetingReader {
 public:
  MeetingReader(const std::vector<Unit>& units, ParsedMinutes& minutes)
      : units_(units), minutes_(minutes) {}

  void Read() {
    ReadTitle();
    ReadPreamble();
    ReadDate();
    ReadBody();
    ReadHost();
    ReadKind();
  }

 private:
  struct Line {
    std::string text;
    int number = 0;
    FoundLabel label;
  };

  void ReadTitle() {
    const auto first = std::find_if(
        units_.begin(), units_.end(),
        [](const Unit& unit) { return unit.kind != Unit::Kind::kRule; });
    if (first == units_.end() || first->kind == Unit::Kind::kPoint ||
        first->kind == Unit::Kind::kTable || first->number) {
      return;
    }
    const std::string_view line = first->lines[0].text;
    if (line.size() > kLongestTitleLine) return;
    std::string text = Plain(line);
    text.erase(0, text.find_first_not_of("# >"));
    while (text.ends_with("#")) text.pop_back();
    text = std::string(Trimmed(text));
    const bool tells = !FindDates(text).empty() || NamesMinutes(text) ||
                       !FindBodies(text).empty();
    const FoundLabel label = FindLabel(line);
    if (text.empty() || IsOnlyDate(text) ||
        (label.topic != Topic::kNone && !(tells && label.rest.empty()))) {
      return;
    }
    bool title = tells;
    if (first->kind == Unit::Kind::kHeading) {
      const auto next =
          std::find_if(first + 1, units_.end(), [](const Unit& unit) {
            return unit.kind == Unit::Kind::kHeading &&
                   FindLabel(unit.lines[0].text).topic == Topic::kNone;
          });
      title = title || (next != units_.end() && next->level > first->level);
    } else {
      title = title && !text.ends_with(".");
    }
    if (!title) return;
    minutes_.title = text;
    minutes_.title_line = first->lines[0].number;
  }

  // The lines before the first item, and labelled facts there.
  void ReadPreamble() {
    for (const Unit& unit : units_) {
      if (unit.kind == Unit::Kind::kHeading &&
          unit.lines[0].number != minutes_.title_line) {
        const std::string plain = Plain(WithoutHashes(unit.lines[0].text));
        const bool item = !IsOnlyDate(plain) &&
                          FindLabel(unit.lines[0].text).topic == Topic::kNone &&
                          !(preamble_.size() < 4 && !unit.number &&
                            !FindDates(plain).empty());
        if (item) break;
      }
      for (const SourceLine& line : unit.lines) {
        if (line.text.size() > kLongestPreambleLine) continue;
        preamble_.push_back({Plain(WithoutHashes(line.text)), line.number, {}});
        preamble_.back().label = FindLabel(line.text);
        if (unit.kind == Unit::Kind::kTable) {
          const std::vector<std::string> cells = Cells(line.text);
          if (cells.size() == 2) {
            preamble_.back().text = Concat(cells[0], ": ", cells[1]);
            preamble_.back().label = FindLabel(preamble_.back().text);
          }
        }
      }
      if (preamble_.size() > kMostPreambleLines) break;
    }
  }

  static std::string_view WithoutHashes(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of("# \t>"), text.size()));
    return text;
  }

  static bool IsFact(const Line& line) {
    return line.label.topic == Topic::kFact;
  }

  // Takes the first day of the text for the meeting's; false when it has none.
  bool TakeDate(std::string_view text, int line) {
    bool taken = false;
    for (const FoundDate& date : FindDates(text)) {
      if (!date.possible) {
        minutes_.unresolved.push_back(
            {std::string(text.substr(0, kLongestPreambleLine)), line,
             Unresolved::Reason::kImpossibleDate});
        continue;
      }
      if (date.year == 0) {
        if (undated_.month == 0) {
          undated_ = date;
          undated_text_ = std::string(text);
          undated_line_ = line;
        }
        continue;
      }
      if (minutes_.date.empty()) minutes_.date = date.Iso();
      taken = true;
      break;
    }
    if (taken) TakeTime(text);
    return taken;
  }

  void TakeTime(std::string_view text) {
    const FoundTime time = FindTime(text);
    if (!minutes_.start_time.empty() || time.start.empty()) return;
    minutes_.start_time = time.start;
    minutes_.end_time = time.end;
  }

  void ReadDate() {
    if (!minutes_.title.empty()) TakeDate(minutes_.title, minutes_.title_line);
    for (size_t i = 0; i < preamble_.size(); ++i) {
      const Line& line = preamble_[i];
      const bool only = IsOnlyDate(line.text);
      if (!IsFact(line) && !only) continue;
      TakeTime(line.text);
      if (line.number == minutes_.title_line) continue;
      std::string value = line.text;
      // "Plats:" says where; what it says on the next line is another matter.
      if (IsFact(line)) ReadPlace(line, i);
      if (minutes_.date.empty()) {
        TakeDate(value, line.number);
        continue;
      }
      for (const FoundDate& date : FindDates(value)) {
        const bool other =
            date.possible && date.year != 0 && date.Iso() != minutes_.date;
        if (other && !RE2::PartialMatch(value, OtherDay()) && !several_) {
          several_ = true;
          minutes_.unresolved.push_back(
              {value, line.number, Unresolved::Reason::kSeveralDates});
        }
      }
    }
    for (const Line& line : preamble_) {
      if (!minutes_.date.empty()) break;
      if (line.number == minutes_.title_line) continue;
      for (std::string_view sentence : Sentences(line.text)) {
        if (RE2::PartialMatch(
                re2::StringPiece(sentence.data(), sentence.size()),
                OtherDay())) {
          continue;
        }
        if (TakeDate(sentence, line.number)) break;
      }
    }
    // "Mötet hölls den 4 februari 2015" further down.
    int read = 0;
    for (const Unit& unit : units_) {
      if (!minutes_.date.empty() || read > kMostOpeningLines) break;
      for (const SourceLine& line : unit.lines) {
        if (++read > kMostOpeningLines) break;
        if (line.text.size() > kLongestPreambleLine) continue;
        for (std::string_view sentence : Sentences(line.text)) {
          if (!minutes_.date.empty() || !NamesMinutes(sentence) ||
              RE2::PartialMatch(
                  re2::StringPiece(sentence.data(), sentence.size()),
                  OtherDay())) {
            continue;
          }
          TakeDate(sentence, line.number);
        }
      }
    }
    if (minutes_.date.empty() && undated_.month != 0) TakeYear();
  }

  // A day without its year, and the year in the title.
  void TakeYear() {
    static const RE2 year("(?:^|[^\\d])((?:19|20)\\d\\d)(?:[^\\d]|$)");
    int found = 0;
    if (RE2::PartialMatch(minutes_.title, year, &found)) {
      undated_.year = found;
      minutes_.date = undated_.Iso();
      if (!minutes_.date.empty()) return;
    }
    minutes_.unresolved.push_back(
        {undated_text_, undated_line_, Unresolved::Reason::kDateWithoutYear});
  }

  void ReadPlace(const Line& line, size_t index) {
    static const RE2 names("(?i)(?:mötes)?(?:plats|lokal)|var|.*plats");
    if (!minutes_.place.empty() || !RE2::FullMatch(line.label.name, names)) {
      return;
    }
    // Plain text and label share their colon.
    const size_t colon = line.text.find(':');
    std::string rest = colon == line.text.npos
                           ? std::string()
                           : std::string(Trimmed(line.text.substr(colon + 1)));
    if (rest.empty() && index + 1 < preamble_.size() &&
        preamble_[index + 1].label.topic == Topic::kNone &&
        preamble_[index + 1].text.size() < kLongestTitleLine &&
        preamble_[index + 1].number == line.number + 1) {
      rest = preamble_[index + 1].text;
    }
    std::vector<FoundDate> dates = FindDates(rest);
    for (auto date = dates.rbegin(); date != dates.rend(); ++date) {
      rest.erase(date->begin, date->end - date->begin);
    }
    const FoundTime time = FindTime(rest);
    if (!time.start.empty()) {
      rest.erase(time.begin_at, time.end_at - time.begin_at);
    }
    static const RE2 left(
        "(?i)^(?:[\\s,.;–-]|den |(?:mån|tis|ons|tors|fre|lör|sön)dag(?:en)?(?: "
        "den)?|i |på )*");
    RE2::Replace(&rest, left, "");
    while (!rest.empty() && Contains(",.; -", rest.back())) {
      rest.pop_back();
    }
    minutes_.place = rest;
  }

  void TakeBody(std::string_view text, int line) {
    const std::vector<FoundBody> bodies = FindBodies(text);
    if (bodies.empty() || !minutes_.body_text.empty()) return;
    minutes_.body_text = bodies[0].name;
    minutes_.body_id = bodies[0].id;
    if (bodies.size() > 1) {
      minutes_.unresolved.push_back(
          {std::string(text), line, Unresolved::Reason::kSeveralBodies});
    }
  }

  void ReadBody() {
    if (!minutes_.title.empty()) TakeBody(minutes_.title, minutes_.title_line);
    for (const Line& line : preamble_) {
      static const RE2 names(
          "(?i)organ|grupp|nätverk|möte|mötestyp|typ av möte");
      if (IsFact(line) && RE2::FullMatch(line.label.name, names)) {
        TakeBody(line.text.substr(
                     std::min(line.text.find(':') + 1, line.text.size())),
                 line.number);
        // "Nätverk: Bredband" names a body that no cue knows.
        if (minutes_.body_text.empty() &&
            line.text.size() < kLongestTitleLine) {
          minutes_.body_text =
              std::string(Trimmed(line.text.substr(line.text.find(':') + 1)));
        }
      }
    }
    for (const Line& line : preamble_) {
      const bool names_people = line.label.topic == Topic::kAttendance ||
                                line.label.topic == Topic::kAbsence ||
                                line.label.topic == Topic::kOfficer;
      if (names_people) continue;
      for (std::string_view sentence : Sentences(line.text)) {
        if (sentence.size() < 60 || NamesMinutes(sentence)) {
          TakeBody(sentence, line.number);
        }
      }
    }
  }

  void ReadHost() {
    for (const Line& line : preamble_) {
      if (line.label.topic != Topic::kHost) continue;
      std::string host =
          line.text.substr(std::min(line.text.find(':') + 1, line.text.size()));
      while (host.ends_with(".")) host.pop_back();
      minutes_.host_text = std::string(Trimmed(host));
      if (!minutes_.host_text.empty()) return;
    }
    int read = 0;
    for (const Unit& unit : units_) {
      if (unit.kind == Unit::Kind::kHeading) continue;
      for (const SourceLine& line : unit.lines) {
        if (++read > kMostOpeningLines) return;
        minutes_.host_text = FindHost(line.text);
        if (!minutes_.host_text.empty()) return;
      }
    }
  }

  void ReadKind() {
    bool record = NamesRecord(minutes_.title);
    for (size_t i = 0; i < preamble_.size() && i < 10 && !record; ++i) {
      record = preamble_[i].text.size() < kLongestTitleLine &&
               preamble_[i].label.topic == Topic::kNone &&
               NamesRecord(preamble_[i].text);
    }
    if (!record) return;
    const bool numbered = std::any_of(
        units_.begin(), units_.end(),
        [](const Unit& unit) { return unit.number && unit.number->certain; });
    if (!numbered) return;
    for (const Unit& unit : units_) {
      for (const SourceLine& line : unit.lines) {
        if (!NamesVerifiers(line.text)) continue;
        minutes_.kind = ParsedMinutes::Kind::kRecord;
        return;
      }
    }
  }

  const std::vector<Unit>& units_;
  ParsedMinutes& minutes_;
  std::vector<Line> preamble_;
  FoundDate undated_;
  std::string undated_text_;
  int undated_line_ = 0;
  bool several_ = false;
};

}  // namespace

void ReadMeeting(const std::vector<Unit>& units, ParsedMinutes& minutes) {
  MeetingReader(units, minutes).Read();
}

}  // namespace reglab::meetings
