#include "services/meetings/minutes_parts.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/minutes_page.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Struct;
using v1::ImportMinutesResponse;

constexpr size_t kLargestDocument = 5'000'000;
constexpr size_t kLongestTitle = 200;
constexpr size_t kLongestPlace = 300;
constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

// Builds one call's parts; the members are what all of them need.
class Parts {
 public:
  Parts(const ParsedMinutes& minutes, const KnownNames& names,
        ImportMinutesResponse& response, Layouts& layouts)
      : minutes_(minutes),
        names_(names),
        response_(response),
        layouts_(layouts) {}

  void Add() {
    AddAgendaItems();
    AddAttendances();
    AddNotes();
    AddTalk();
    AddOutcomes();
    for (const ParsedSuggestion& parsed : minutes_.suggestions) Add(parsed);
    for (const Unresolved& parsed : minutes_.unresolved) {
      AddUnresolved(
          parsed.text, parsed.line,
          ImportMinutesResponse::Unresolved::Reason(int(parsed.reason) + 1));
    }
    response_.mutable_coverage()->set_source_lines(minutes_.source_lines);
    response_.mutable_coverage()->set_placed_lines(minutes_.placed_lines);
  }

 private:
  std::string Name(std::string_view collection, std::string_view id) const {
    return Concat(response_.meeting().name(), "/", collection, "/", id);
  }

  // Names the part after its number in its collection and says where it stands.
  template <class Part>
  void Place(std::string_view collection, int number, const Position& position,
             Part& part) const {
    part.set_name(Name(collection, std::to_string(number)));
    part.set_position(position.order);
    part.set_source_line(position.line);
    if (position.item >= 0 && position.item < int(item_names_.size())) {
      part.set_agenda_item(item_names_[position.item]);
    }
  }

  Struct& Layout(const std::string& collection) {
    return layouts_[collection].emplace_back();
  }

  static void SetText(Struct& layout, const std::string& column,
                      const std::string& value) {
    if (value.empty()) return;
    (*layout.mutable_fields())[column].set_string_value(value);
  }

  static void SetNumber(Struct& layout, const std::string& column, int value) {
    (*layout.mutable_fields())[column].set_number_value(value);
  }

  static void SetLabel(Struct& layout, const Label& label) {
    SetText(layout, "label", label.text);
    SetNumber(layout, "label_line", label.line);
    SetNumber(layout, "label_level", label.level);
  }

  void AddUnresolved(const std::string& text, int line,
                     ImportMinutesResponse::Unresolved::Reason reason) {
    auto& unresolved = *response_.add_unresolved();
    unresolved.set_text(text);
    unresolved.set_line(line);
    unresolved.set_reason(reason);
  }

  std::string Organization(const std::string& text) const {
    const auto found = names_.organizations.find(text);
    return found == names_.organizations.end() ? "" : found->second;
  }

  // The body or the organisation that takes something on; "" for a person.
  std::string Owner(const std::string& text) const {
    std::string body = BodyNamed(names_, "", text);
    return body.empty() ? Organization(text) : body;
  }

  void AddAgendaItems() {
    std::set<std::string> taken;
    for (const ParsedItem& parsed : minutes_.items) {
      const int number = int(item_names_.size()) + 1;
      const auto chosen = ChooseId("id", "", parsed.title);
      const std::string base =
          chosen.ok() ? *chosen : absl::StrCat("item-", number);
      std::string id = base;
      for (int next = 2; !taken.insert(id).second; ++next) {
        const std::string suffix = absl::StrCat("-", next);
        id = base.substr(0, 63 - suffix.size()) + suffix;
      }
      v1::AgendaItem& item = *response_.add_agenda_items();
      item.set_name(Name("agenda-items", id));
      item_names_.push_back(item.name());
      item.set_display_name(parsed.title.empty() ? parsed.heading
                                                 : parsed.title);
      if (!parsed.number.empty()) {
        item.set_number(parsed.heading.find("§") == std::string::npos
                            ? parsed.number
                            : absl::StrCat("§ ", parsed.number));
      }
      item.set_position(parsed.position.order);
      item.set_source_line(parsed.position.line);
      Struct& layout = Layout("agenda-items");
      SetText(layout, "heading", parsed.heading);
      SetNumber(layout, "heading_level", parsed.level);
    }
  }

  void AddAttendances() {
    for (const ParsedAttendance& parsed : minutes_.attendances) {
      v1::Attendance& attendance = *response_.add_attendances();
      const int number = response_.attendances_size();
      attendance.set_name(Name("attendances", std::to_string(number)));
      attendance.set_position(number);
      attendance.set_source_line(parsed.line);
      attendance.set_organization_text(parsed.organization_text);
      attendance.set_organization(Organization(parsed.organization_text));
      attendance.set_name_text(parsed.person_text);
      attendance.set_role(parsed.role_text);
      attendance.set_status(parsed.absent ? v1::Attendance::ABSENT
                                          : v1::Attendance::PRESENT);
      if (!parsed.organization_text.empty() &&
          attendance.organization().empty() &&
          BodyNamed(names_, "", parsed.organization_text).empty()) {
        AddUnresolved(parsed.organization_text, parsed.line,
                      ImportMinutesResponse::Unresolved::UNKNOWN_ORGANIZATION);
      }
    }
  }

  void AddNotes() {
    static constexpr const char* kLayouts[] = {"TEXT", "ATTENDANCE", "FACT",
                                               "RULE"};
    for (const ParsedNote& parsed : minutes_.notes) {
      v1::Note& note = *response_.add_notes();
      Place("notes", response_.notes_size(), parsed.position, note);
      note.set_text(parsed.text);
      SetText(Layout("notes"), "layout", kLayouts[int(parsed.kind)]);
    }
  }

  void AddTalk() {
    for (const ParsedQuestion& parsed : minutes_.questions) {
      v1::Question& question = *response_.add_questions();
      Place("questions", response_.questions_size(), parsed.position, question);
      question.set_text(parsed.question);
      question.set_answer(absl::StrJoin(parsed.answers, "\n\n"));
      Layout("questions");
    }
    for (const ParsedDiscussion& parsed : minutes_.discussions) {
      v1::Discussion& discussion = *response_.add_discussions();
      Place("discussions", response_.discussions_size(), parsed.position,
            discussion);
      discussion.set_text(parsed.text);
      discussion.set_group(parsed.group);
      discussion.set_label(parsed.label.text);
      SetLabel(Layout("discussions"), parsed.label);
    }
  }

  void AddOutcomes() {
    for (const ParsedConclusion& parsed : minutes_.conclusions) {
      v1::Conclusion& conclusion = *response_.add_conclusions();
      Place("conclusions", response_.conclusions_size(), parsed.position,
            conclusion);
      conclusion.set_text(parsed.title);
      for (const std::string& point : parsed.points) {
        conclusion.add_points(point);
      }
      SetLabel(Layout("conclusions"), parsed.label);
    }
    for (const ParsedDecision& parsed : minutes_.decisions) {
      v1::Decision& decision = *response_.add_decisions();
      Place("decisions", response_.decisions_size(), parsed.position, decision);
      decision.set_text(parsed.text);
      decision.set_body(response_.meeting().body());
      decision.set_number(NumberOf(parsed));
      decision.set_subject(SubjectOf(parsed.position));
      AddSource(Layout("decisions"), parsed);
    }
    for (const ParsedAction& parsed : minutes_.actions) {
      v1::Action& action = *response_.add_actions();
      Place("actions", response_.actions_size(), parsed.position, action);
      action.set_text(parsed.text);
      action.set_owner(Owner(parsed.owner_text));
      action.set_owner_text(parsed.owner_text);
      if (IsDate(parsed.due_date)) action.set_due_date(parsed.due_date);
      action.set_state(v1::Action::OPEN);
      AddSource(Layout("actions"), parsed);
    }
  }

  template <class Parsed>
  static void AddSource(Struct& layout, const Parsed& parsed) {
    SetLabel(layout, parsed.label);
    SetText(layout, "source_text", parsed.source_text);
    (*layout.mutable_fields())["quoted"].set_bool_value(parsed.quoted);
  }

  // As the document writes it: "§ 2", or "2" beneath "Punkt 2".
  std::string NumberOf(const ParsedDecision& decision) const {
    const int item = decision.position.item;
    if (decision.paragraph_number.empty()) return "";
    if (item >= 0 && item < int(minutes_.items.size()) &&
        minutes_.items[item].number == decision.paragraph_number &&
        minutes_.items[item].heading.find("§") == std::string::npos) {
      return decision.paragraph_number;
    }
    return absl::StrCat("§ ", decision.paragraph_number);
  }

  std::string SubjectOf(const Position& position) const {
    if (position.item < 0 || position.item >= int(minutes_.items.size())) {
      return "";
    }
    return minutes_.items[position.item].title;
  }

  // The decision or action that the document states outright on that line; ""
  // when a suggestion is all there is.
  template <class Part>
  static std::string Stated(
      const google::protobuf::RepeatedPtrField<Part>& parts, int line) {
    for (const Part& part : parts) {
      if (part.source_line() == line) return part.name();
    }
    return "";
  }

  void Add(const ParsedSuggestion& parsed) {
    v1::Suggestion& suggestion = *response_.add_suggestions();
    Place("suggestions", response_.suggestions_size(), parsed.position,
          suggestion);
    suggestion.set_kind(v1::Suggestion::Kind(int(parsed.kind) + 1));
    suggestion.set_state(v1::Suggestion::PROPOSED);
    suggestion.set_text(parsed.text);
    suggestion.set_title(parsed.title);
    suggestion.set_quote(parsed.quote);
    suggestion.set_replacement(parsed.replacement);
    suggestion.set_referral_kind(
        v1::Suggestion::ReferralKind(int(parsed.referral)));
    suggestion.set_target_text(parsed.target_text);
    suggestion.set_owner_text(parsed.owner_text);
    if (IsDate(parsed.due_date)) suggestion.set_due_date(parsed.due_date);
    if (parsed.kind == ParsedSuggestion::Kind::kDecision) {
      suggestion.set_created_resource(
          Stated(response_.decisions(), parsed.position.line));
    } else if (parsed.kind == ParsedSuggestion::Kind::kAction) {
      suggestion.set_created_resource(
          Stated(response_.actions(), parsed.position.line));
    }
    switch (parsed.referral) {
      case ParsedSuggestion::Referral::kAssigned:
        suggestion.set_target(
            BodyNamed(names_, parsed.target_body_id, parsed.target_text));
        if (suggestion.target().empty()) {
          AddUnresolved(parsed.target_text, parsed.position.line,
                        ImportMinutesResponse::Unresolved::UNKNOWN_BODY);
        }
        break;
      case ParsedSuggestion::Referral::kForwarded:
        suggestion.set_target(Organization(parsed.target_text));
        if (suggestion.target().empty()) {
          AddUnresolved(
              parsed.target_text, parsed.position.line,
              ImportMinutesResponse::Unresolved::UNKNOWN_ORGANIZATION);
        }
        break;
      case ParsedSuggestion::Referral::kNone:
        suggestion.set_target(Owner(parsed.owner_text));
        break;
    }
    Layout("suggestions");
  }

  const ParsedMinutes& minutes_;
  const KnownNames& names_;
  ImportMinutesResponse& response_;
  Layouts& layouts_;
  std::vector<std::string> item_names_;
};

// "10:00" on the day, in Sweden; false when it is no time of day.
bool SetTime(std::string_view date, std::string_view time,
             google::protobuf::Timestamp& result) {
  absl::TimeZone stockholm;
  absl::Time parsed;
  if (time.empty() || !absl::LoadTimeZone("Europe/Stockholm", &stockholm) ||
      !absl::ParseTime("%Y-%m-%d %H:%M", Concat(date, " ", time), stockholm,
                       &parsed, nullptr)) {
    return false;
  }
  result.set_seconds(absl::ToUnixSeconds(parsed));
  return true;
}

}  // namespace

absl::Status CheckDocument(std::string_view document) {
  if (document.size() > kLargestDocument) {
    return InvalidField(
        "document",
        {Concat("The document is ", (document.size() + 99'999) / 100'000 / 10.0,
                " MB. At most 5 MB can be imported: leave out pictures and "
                "attachments, or import it in parts."),
         Concat("Dokumentet är på ",
                (document.size() + 99'999) / 100'000 / 10.0,
                " MB. Högst 5 MB kan läsas in: ta bort bilder och bilagor, "
                "eller läs in det i delar.")});
  }
  if (!IsUtf8(document) || document.find('\0') != std::string_view::npos) {
    return InvalidField(
        "document",
        {"The document is not text in UTF-8. Save it as UTF-8 (or as Markdown "
         "or plain text, when it is a Word or PDF file) and import it again.",
         "Dokumentet är inte text i UTF-8. Spara det som UTF-8 (eller som "
         "Markdown eller ren text, om det är en Word- eller PDF-fil) och läs "
         "in det igen."});
  }
  if (document.starts_with(kByteOrderMark)) document.remove_prefix(3);
  if (document.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos) {
    return InvalidField(
        "document",
        {"The document is empty. Send the text of the minutes, as Markdown or "
         "plain text.",
         "Dokumentet är tomt. Skicka anteckningarnas text, som Markdown eller "
         "ren text."});
  }
  return absl::OkStatus();
}

std::string DigestOf(std::string_view document) {
  if (document.starts_with(kByteOrderMark)) document.remove_prefix(3);
  std::string text;
  text.reserve(document.size());
  for (size_t i = 0; i < document.size(); ++i) {
    if (document[i] == '\r') {
      if (i + 1 < document.size() && document[i + 1] == '\n') continue;
      text.push_back('\n');
    } else {
      text.push_back(document[i]);
    }
  }
  std::string normal;
  normal.reserve(text.size());
  for (const std::string_view line : Split(text, '\n')) {
    const size_t end = line.find_last_not_of(" \t");
    normal += line.substr(0, end == std::string_view::npos ? 0 : end + 1);
    normal += '\n';
  }
  const size_t first = normal.find_first_not_of('\n');
  const size_t last = normal.find_last_not_of('\n');
  if (first != std::string::npos)
    normal = normal.substr(first, last - first + 1);
  return Sha256(normal);
}

std::vector<std::string> OrganizationTexts(const ParsedMinutes& minutes) {
  std::set<std::string> texts = {minutes.host_text};
  for (const ParsedAttendance& attendance : minutes.attendances) {
    texts.insert(attendance.organization_text);
  }
  const auto add_owner = [&](const std::string& text) {
    if (KindOfName(text) == NameKind::kOrganization) texts.insert(text);
  };
  for (const ParsedAction& action : minutes.actions) {
    add_owner(action.owner_text);
  }
  for (const ParsedSuggestion& suggestion : minutes.suggestions) {
    add_owner(suggestion.owner_text);
    if (suggestion.referral == ParsedSuggestion::Referral::kForwarded) {
      texts.insert(suggestion.target_text);
    }
  }
  texts.erase("");
  return {texts.begin(), texts.end()};
}

std::string BodyNamed(const KnownNames& names, std::string_view id,
                      std::string_view text) {
  const std::string name = Concat("bodies/", id);
  for (const membership::v1::Body& body : names.bodies) {
    if (!id.empty() && body.name() == name) return name;
  }
  const std::string wanted = MakeId(text);
  if (wanted.empty()) return "";
  for (const membership::v1::Body& body : names.bodies) {
    if (MakeId(body.display_name()) == wanted) return body.name();
  }
  return "";
}

v1::Meeting MeetingFrom(const ParsedMinutes& minutes, const KnownNames& names,
                        std::string_view body, std::string_view date) {
  v1::Meeting meeting;
  meeting.set_body(std::string(body));
  meeting.set_date(std::string(date));
  std::string body_text = minutes.body_text;
  for (const membership::v1::Body& known : names.bodies) {
    if (known.name() == body) body_text = known.display_name();
  }
  meeting.set_display_name(minutes.title.empty() ||
                                   minutes.title.size() > kLongestTitle
                               ? MeetingTitle(body_text, date)
                               : minutes.title);
  const auto host = names.organizations.find(minutes.host_text);
  if (host != names.organizations.end()) {
    meeting.set_host_organization(host->second);
  }
  if (minutes.place.size() <= kLongestPlace) meeting.set_place(minutes.place);
  google::protobuf::Timestamp time;
  if (SetTime(date, minutes.start_time, time)) {
    *meeting.mutable_start_time() = time;
  }
  if (SetTime(date, minutes.end_time, time) &&
      (!meeting.has_start_time() ||
       time.seconds() > meeting.start_time().seconds())) {
    *meeting.mutable_end_time() = time;
  }
  meeting.set_state(v1::Meeting::CONCLUDED);
  meeting.set_visibility(
      VisibilityAfter(v1::Meeting::CONCLUDED, v1::Meeting::BODY));
  return meeting;
}

void AddParts(const ParsedMinutes& minutes, const KnownNames& names,
              ImportMinutesResponse& response, Layouts& layouts) {
  Parts(minutes, names, response, layouts).Add();
}

}  // namespace reglab::meetings
