#include "services/meetings/minutes_assembly_rules.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "services/common/spelling.h"

namespace reglab::meetings {

using v1::AgendaItem;
using v1::Attendance;
using v1::Minutes;

namespace {

// What a name may hold and Markdown would read as a mark.
std::string Plain(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == '\t') {
      plain += ' ';
      continue;
    }
    if (std::string_view("\\`*_[]<>#|&").find(c) != std::string_view::npos) {
      plain += '\\';
    }
    plain += c;
  }
  // At the beginning of a line these make a list or a rule.
  const size_t digits = plain.find_first_not_of("0123456789");
  if (plain.starts_with('-') || plain.starts_with('+') ||
      plain.starts_with('=') || plain.starts_with('~')) {
    plain.insert(0, 1, '\\');
  } else if (digits != 0 && digits < plain.size() &&
             (plain[digits] == '.' || plain[digits] == ')')) {
    plain.insert(digits, 1, '\\');
  }
  return plain;
}

// The marks that open or close a block of code at the beginning of a line:
// "```"; "" when it is another line.
std::string_view FenceOf(std::string_view line) {
  const size_t end = line.empty() ? 0 : line.find_first_not_of(line[0]);
  const size_t length = end == std::string_view::npos ? line.size() : end;
  if (length < 3 || (line[0] != '`' && line[0] != '~')) return "";
  return line.substr(0, length);
}

// Whether Markdown would read a line as something that reaches beyond the text
// in which it stands, or hides it: a heading, HTML, the target of a link.
bool ReachesBeyond(std::string_view line, bool after_text) {
  const size_t marks = line.find_first_not_of('#');
  if (line.starts_with('#')) {
    return marks == std::string_view::npos || line[marks] == ' ' ||
           line[marks] == '\t';
  }
  if (line.starts_with('[')) return line.find("]:") != std::string_view::npos;
  return line.starts_with('<') ||
         (after_text && !line.empty() &&
          (line.find_first_not_of("= ") == std::string_view::npos ||
           line.find_first_not_of("- ") == std::string_view::npos));
}

// A text that may be Markdown, so that it stays within its place: the headings
// of the document are its structure, and a block of code ends with the text.
std::string Body(std::string_view text) {
  std::string body;
  std::string fence;
  bool after_text = false;
  for (std::string_view line : Split(text, '\n')) {
    TakeSuffix(line, "\r");
    const size_t start = std::min(line.find_first_not_of(" \t"), line.size());
    const std::string_view rest = line.substr(start);
    body += body.empty() ? "" : "\n";
    const std::string_view marks = FenceOf(rest);
    if (!fence.empty()) {
      body += line;
      if (marks.starts_with(fence) && marks == rest) fence.clear();
    } else if (ReachesBeyond(rest, after_text)) {
      body += '\\';
      body += rest;
    } else {
      fence = marks;
      body += line;
    }
    after_text = !rest.empty();
  }
  if (!fence.empty()) body += Concat("\n", fence);
  const size_t first = body.find_first_not_of('\n');
  if (first == std::string::npos) return "";
  return body.substr(first, body.find_last_not_of(" \n") + 1 - first);
}

// As an item of a list: what follows its first line stands beneath it.
std::string Point(std::string_view text) {
  std::string point = "- ";
  for (const char c : text) {
    point += c;
    if (c == '\n') point += "  ";
  }
  return point;
}

std::string ClockOf(const google::protobuf::Timestamp& time) {
  absl::TimeZone stockholm;
  absl::LoadTimeZone("Europe/Stockholm", &stockholm);
  return absl::FormatTime("%H.%M", absl::FromUnixSeconds(time.seconds()),
                          stockholm);
}

// The last number in "§ 12"; 0 when there is none.
int NumberIn(std::string_view text) {
  const size_t end = text.find_last_of("0123456789");
  if (end == std::string_view::npos) return 0;
  size_t begin = end;
  while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
  int number = 0;
  std::from_chars(text.data() + begin, text.data() + end + 1, number);
  return number;
}

template <class Part>
std::vector<const Part*> InOrder(const std::vector<Part>& parts) {
  std::vector<const Part*> ordered;
  for (const Part& part : parts) ordered.push_back(&part);
  std::sort(ordered.begin(), ordered.end(), [](const Part* a, const Part* b) {
    return std::pair(a->position(), std::string_view(a->name())) <
           std::pair(b->position(), std::string_view(b->name()));
  });
  return ordered;
}

class Assembly {
 public:
  explicit Assembly(const MinutesContent& content)
      : content_(content), items_(InOrder(content.items)) {
    last_position_ = items_.empty() ? 0 : items_.back()->position();
    for (const AgendaItem* item : items_) item_names_.insert(item->name());
  }

  std::string Write() {
    Head();
    WhoWasThere();
    Section("", /*after_items=*/false);
    int number = 0;
    for (const AgendaItem* item : items_) {
      number =
          NumberIn(item->number()) > 0 ? NumberIn(item->number()) : number + 1;
      paragraph_ = !item->number().empty()            ? item->number()
                   : content_.kind == Minutes::RECORD ? Concat("§ ", number)
                                                      : "";
      Heading(2, paragraph_.empty() ? Plain(item->display_name())
                                    : Concat(Plain(paragraph_), " ",
                                             Plain(item->display_name())));
      if (!item->presenter().empty()) {
        Paragraph(Concat("Föredragande: ", Plain(item->presenter())));
      }
      Paragraph(Body(item->text()));
      Section(item->name(), false);
    }
    paragraph_.clear();
    if (AnythingAfterItems()) {
      Heading(2, "Övrigt");
      Section("", /*after_items=*/true);
    }
    if (content_.kind == Minutes::RECORD) Signatories();
    out_ += '\n';
    return std::move(out_);
  }

 private:
  std::string NameOf(std::string_view resource) const {
    const auto found = content_.names.find(resource);
    return Plain(found == content_.names.end() ? resource : found->second);
  }

  void Paragraph(std::string_view text) {
    if (text.empty()) return;
    if (!out_.empty()) out_ += "\n\n";
    out_ += text;
  }
  void Heading(int level, std::string_view text) {
    Paragraph(Concat(std::string(level, '#'), " ", text));
  }
  void Points(const std::vector<std::string>& points) {
    Paragraph(absl::StrJoin(points, "\n"));
  }

  void Head() {
    const v1::Meeting& meeting = content_.meeting;
    Heading(1, Plain(meeting.display_name()));
    Paragraph(Concat("**", KindInSwedish(content_.kind), "**"));
    std::vector<std::string> facts = {
        Concat("- Organ: ", NameOf(meeting.body())),
        Concat("- Datum: ", meeting.date())};
    if (meeting.has_start_time()) {
      facts.push_back(Concat("- Tid: ", ClockOf(meeting.start_time()),
                             meeting.has_end_time()
                                 ? Concat("–", ClockOf(meeting.end_time()))
                                 : ""));
    }
    if (!meeting.place().empty()) {
      facts.push_back(Concat("- Plats: ", Plain(meeting.place())));
    }
    if (!meeting.host_organization().empty()) {
      facts.push_back(Concat("- Värd: ", NameOf(meeting.host_organization())));
    }
    Points(facts);
  }

  std::string LineOf(const Attendance& attendance) const {
    std::string organization =
        !attendance.organization().empty() &&
                content_.names.count(attendance.organization()) > 0
            ? NameOf(attendance.organization())
        : !attendance.organization_text().empty()
            ? Plain(attendance.organization_text())
        : attendance.organization().empty() ? ""
                                            : NameOf(attendance.organization());
    std::string person =
        !attendance.name_text().empty() ? Plain(attendance.name_text())
        : attendance.person().empty()   ? ""
                                        : NameOf(attendance.person());
    if (!person.empty() && !organization.empty()) {
      person = Concat(person, ", ", organization);
    } else if (person.empty()) {
      person = std::move(organization);
    }
    if (!attendance.role().empty()) {
      person = Concat(person, " (", Plain(attendance.role()), ")");
    }
    return Concat("- ", person);
  }

  void WhoWasThere() {
    std::vector<std::string> there;
    std::vector<std::string> missed;
    for (const Attendance* attendance : InOrder(content_.attendances)) {
      if (WasThere(*attendance)) {
        there.push_back(LineOf(*attendance));
      } else if (attendance->status() == Attendance::ABSENT) {
        missed.push_back(LineOf(*attendance));
      }
    }
    if (!there.empty()) {
      Heading(2, "Närvarande");
      Points(there);
    }
    if (!missed.empty()) {
      Heading(2, "Frånvarande");
      Points(missed);
    }
  }

  // Whether a part stands in the section that is being written. An item that is
  // not on the agenda that is printed is as none.
  bool Here(std::string_view agenda_item, int position,
            std::string_view section, bool after_items) const {
    if (item_names_.contains(agenda_item)) return agenda_item == section;
    return section.empty() &&
           after_items == (position > last_position_ && !items_.empty());
  }
  template <class Part>
  std::vector<const Part*> PartsOf(const std::vector<Part>& parts,
                                   std::string_view section,
                                   bool after_items) const {
    std::vector<const Part*> here;
    for (const Part* part : InOrder(parts)) {
      if (Here(part->agenda_item(), part->position(), section, after_items)) {
        here.push_back(part);
      }
    }
    return here;
  }
  // Of what has no position: those without an item come last.
  template <class Part>
  std::vector<const Part*> LinesOf(const std::vector<Part>& parts,
                                   std::string_view section,
                                   bool after_items) const {
    std::vector<const Part*> here;
    for (const Part& part : parts) {
      if (Here(part.agenda_item, last_position_ + 1, section, after_items)) {
        here.push_back(&part);
      }
    }
    return here;
  }

  bool AnythingAfterItems() const {
    const auto any = [&](const auto& parts) {
      return !PartsOf(parts, "", true).empty();
    };
    return any(content_.notes) || any(content_.questions) ||
           any(content_.discussions) || any(content_.conclusions) ||
           any(content_.decisions) || any(content_.actions) ||
           !LinesOf(content_.dispositions, "", true).empty() ||
           !LinesOf(content_.referrals, "", true).empty();
  }

  void Section(std::string_view section, bool after_items) {
    for (const v1::Note* note : PartsOf(content_.notes, section, after_items)) {
      Paragraph(Body(note->text()));
    }
    // Under the title, what has no item still needs a heading of its own level.
    level_ = section.empty() && !after_items ? 2 : 3;
    Questions(PartsOf(content_.questions, section, after_items));
    Discussions(PartsOf(content_.discussions, section, after_items));
    Conclusions(PartsOf(content_.conclusions, section, after_items));
    Dispositions(LinesOf(content_.dispositions, section, after_items));
    Decisions(PartsOf(content_.decisions, section, after_items));
    Actions(PartsOf(content_.actions, section, after_items));
    Referrals(LinesOf(content_.referrals, section, after_items));
  }

  void Questions(const std::vector<const v1::Question*>& questions) {
    if (questions.empty()) return;
    Heading(level_, "Frågor och svar");
    for (const v1::Question* question : questions) {
      Paragraph(Concat("**Fråga:** ", Body(question->text())));
      if (question->answer().empty()) continue;
      Paragraph(Concat("**Svar",
                       question->respondent().empty()
                           ? ""
                           : Concat(" (", Plain(question->respondent()), ")"),
                       ":** ", Body(question->answer())));
    }
  }

  void Discussions(const std::vector<const v1::Discussion*>& discussions) {
    if (discussions.empty()) return;
    Heading(level_, "Diskussion");
    for (const v1::Discussion* discussion : discussions) {
      std::vector<std::string> who;
      if (!discussion->group().empty()) {
        who.push_back(Plain(discussion->group()));
      }
      for (const std::string& organization : discussion->organizations()) {
        who.push_back(NameOf(organization));
      }
      Paragraph(who.empty() ? Body(discussion->text())
                            : Concat("**", absl::StrJoin(who, ", "), ":** ",
                                     Body(discussion->text())));
    }
  }

  void Conclusions(const std::vector<const v1::Conclusion*>& conclusions) {
    if (conclusions.empty()) return;
    Heading(level_, "Slutsatser");
    for (const v1::Conclusion* conclusion : conclusions) {
      Paragraph(Body(conclusion->text()));
      std::vector<std::string> points;
      for (const std::string& point : conclusion->points()) {
        points.push_back(Point(Body(point)));
      }
      Points(points);
    }
  }

  void Dispositions(const std::vector<const MinutesDisposition*>& all) {
    if (all.empty()) return;
    Heading(level_, "Behandlade ändringsförslag");
    for (const MinutesDisposition* each : all) {
      std::vector<std::string> authors;
      for (const std::string& author : each->authors) {
        authors.push_back(NameOf(author));
      }
      Paragraph(Concat(
          authors.empty() ? ""
                          : Concat("**", absl::StrJoin(authors, ", "), ":** "),
          Body(each->amendment),
          each->paragraph.empty() ? ""
                                  : Concat(" (", Plain(each->paragraph), ")")));
      Paragraph(Concat("**", Plain(each->outcome), "**",
                       each->reason.empty() ? "" : " med motiveringen: ",
                       Body(each->reason)));
    }
  }

  void Decisions(const std::vector<const v1::Decision*>& decisions) {
    if (decisions.empty()) return;
    Heading(level_, "Beslut");
    for (const v1::Decision* decision : decisions) {
      const std::string& number =
          decision->number().empty() && content_.kind == Minutes::RECORD
              ? paragraph_
              : decision->number();
      std::string before = number.empty() ? "" : Plain(number);
      if (!decision->body().empty() &&
          decision->body() != content_.meeting.body()) {
        before += Concat(before.empty() ? "" : ", ", NameOf(decision->body()));
      }
      if (!decision->subject().empty()) {
        before += Concat(before.empty() ? "" : " ", Plain(decision->subject()));
      }
      Paragraph(before.empty()
                    ? Body(decision->text())
                    : Concat("**", before, ":** ", Body(decision->text())));
    }
  }

  void Actions(const std::vector<const v1::Action*>& actions) {
    if (actions.empty()) return;
    Heading(level_, "Åtgärder");
    std::vector<std::string> points;
    for (const v1::Action* action : actions) {
      const std::string owner =
          !action->owner_text().empty() ? Plain(action->owner_text())
          : action->owner().empty()     ? ""
                                        : NameOf(action->owner());
      std::vector<std::string> facts;
      if (!owner.empty()) facts.push_back(Concat("ansvarig: ", owner));
      if (!action->due_date().empty()) {
        facts.push_back(Concat("senast ", action->due_date()));
      }
      points.push_back(Point(Concat(
          Body(action->text()),
          facts.empty() ? "" : Concat(" (", absl::StrJoin(facts, ", "), ")"))));
    }
    Points(points);
  }

  void Referrals(const std::vector<const MinutesReferral*>& referrals) {
    if (referrals.empty()) return;
    Heading(level_, "Skickas vidare");
    std::vector<std::string> points;
    for (const MinutesReferral* referral : referrals) {
      points.push_back(Point(Concat(
          "**", Plain(referral->title), "**",
          referral->target.empty() ? ""
                                   : Concat(" till ", NameOf(referral->target)),
          referral->due_date.empty()
              ? ""
              : Concat(", svar senast ", referral->due_date),
          referral->text.empty() ? "" : ": ", Body(referral->text))));
    }
    Points(points);
  }

  void Signatories() {
    std::vector<std::string> points;
    if (!content_.chair.empty()) {
      points.push_back(Concat("- Ordförande: ", NameOf(content_.chair)));
    }
    for (const std::string& verifier : content_.verifiers) {
      points.push_back(Concat("- Justerare: ", NameOf(verifier)));
    }
    if (points.empty()) return;
    Heading(2, "Justering");
    Points(points);
  }

  const MinutesContent& content_;
  const std::vector<const AgendaItem*> items_;
  std::set<std::string, std::less<>> item_names_;
  int last_position_ = 0;
  int level_ = 3;
  // "§ 4", of the item that is being written.
  std::string paragraph_;
  std::string out_;
};

}  // namespace

std::string_view KindInSwedish(Minutes::Kind kind) {
  return kind == Minutes::RECORD ? "Protokoll" : "Mötesanteckningar";
}

bool WasThere(const Attendance& attendance) {
  return attendance.status() == Attendance::PRESENT ||
         attendance.status() == Attendance::STATUS_UNSPECIFIED;
}

MinutesDisposition DispositionFrom(const v1::Amendment& amendment) {
  MinutesDisposition printed;
  const std::string quote = Concat("”", amendment.quote(), "”");
  const std::string text = Concat("”", amendment.text(), "”");
  switch (amendment.action()) {
    case v1::Amendment::REPLACE:
      printed.amendment = amendment.quote().empty()
                              ? Concat("Ny lydelse: ", text)
                              : Concat("Byt ", quote, " mot ", text, ".");
      break;
    case v1::Amendment::INSERT:
      printed.amendment =
          amendment.quote().empty()
              ? Concat("Lägg till ", text, ".")
              : Concat("Lägg till ", text,
                       amendment.insert_before() ? " före " : " efter ", quote,
                       ".");
      break;
    case v1::Amendment::DELETE:
      printed.amendment = amendment.quote().empty()
                              ? "Stryk stycket."
                              : Concat("Stryk ", quote, ".");
      break;
    default:
      printed.amendment = amendment.quote().empty()
                              ? amendment.text()
                              : Concat("Om ", quote, ": ", amendment.text());
  }
  printed.paragraph = amendment.paragraph();
  printed.authors = {amendment.organizations().begin(),
                     amendment.organizations().end()};
  if (!amendment.group().empty()) printed.authors.push_back(amendment.group());
  switch (amendment.disposition()) {
    case v1::Amendment::ACCEPTED:
      printed.outcome = "Bifalls";
      break;
    case v1::Amendment::PARTLY:
      printed.outcome = "Bifalls delvis";
      break;
    case v1::Amendment::REJECTED:
      printed.outcome = "Avslås";
      break;
    case v1::Amendment::ANSWERED:
      printed.outcome = "Besvaras";
      break;
    default:
      printed.outcome = "Noteras";
  }
  if (!amendment.adopted_text().empty()) {
    printed.outcome += Concat(": ”", amendment.adopted_text(), "”");
  }
  printed.reason = amendment.disposition_reason();
  return printed;
}

std::string AssembleMinutes(const MinutesContent& content) {
  return Assembly(content).Write();
}

}  // namespace reglab::meetings
