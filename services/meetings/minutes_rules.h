// Reads the minutes of a meeting, written by people for people, as the parts
// of a meeting: who was there, the items, what was said, decided and left to
// do.
//
// Everything here is a pure function of the text. Texts are kept as they stand
// in the document, inline Markdown included, several lines joined by '\n', so
// that nothing is lost and RenderMinutes can give the meeting back.
#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_RULES_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_RULES_H_

#include <string>
#include <string_view>
#include <vector>

namespace reglab::meetings {

// Where a part of a meeting stands in the document.
struct Position {
  // Index into ParsedMinutes::items; -1 is the meeting as a whole.
  int item = -1;
  // First and last line of the document, counted from 1.
  int line = 0;
  int last_line = 0;
  // Ascending in the order of the document, over all kinds of parts together.
  int order = 0;
};

// The line that announces what follows, such as "Gruppernas diskussioner:".
struct Label {
  // As it stands, without emphasis: "Gruppernas diskussioner:".
  std::string text;
  // Line of the document; 0 when there is no label.
  int line = 0;
  // Level of the heading that it is; 0 is a line of its own, -1 stands on the
  // same line as the text that it announces.
  int level = 0;
};

struct ParsedAttendance {
  // As written: "Region Uppsala". May be empty, as may the person.
  std::string organization_text;
  std::string person_text;
  // "ordförande", "adjungerad", …
  std::string role_text;
  bool absent = false;
  int line = 0;
};

struct ParsedItem {
  // "4" in "§ 4 Ekonomi"; empty when the item has no number.
  std::string number;
  std::string title;
  // The whole line as written: "§ 4 Ekonomi".
  std::string heading;
  // 1 for the highest items of this document.
  int level = 1;
  // Position::item is the index of the item itself.
  Position position;
};

struct ParsedNote {
  enum class Kind {
    kText,
    // The lines that the attendances were read from.
    kAttendance,
    // "Datum: …", "Plats: …", "Vid protokollet …".
    kFact,
    // A line across the page.
    kRule,
  };
  std::string text;
  Kind kind = Kind::kText;
  Position position;
};

struct ParsedQuestion {
  std::string question;
  // One a paragraph.
  std::vector<std::string> answers;
  Position position;
};

struct ParsedDiscussion {
  std::string text;
  // "Grupp 2" or the like when the text or its label names one.
  std::string group;
  Label label;
  Position position;
};

struct ParsedConclusion {
  // "Konklusion nationella strategin", without the colon.
  std::string title;
  std::vector<std::string> points;
  Label label;
  Position position;
};

struct ParsedDecision {
  // "12" in § 12, of the item or of the line itself.
  std::string paragraph_number;
  // What was decided, without "Beslut:".
  std::string text;
  // The lines as written; what RenderMinutes gives back.
  std::string source_text;
  Label label;
  // The text also stands in the note or discussion where it was found.
  bool quoted = false;
  Position position;
};

struct ParsedAction {
  // What is to be done, without "Åtgärd:".
  std::string text;
  std::string source_text;
  // "Anna Andersson", "Kansliet"; empty when nobody is named.
  std::string owner_text;
  // 2024-03-01, or empty. Without a year it is the first such day from the
  // day of the meeting on.
  std::string due_date;
  Label label;
  bool quoted = false;
  Position position;
};

struct ParsedSuggestion {
  enum class Kind { kAmendment, kReferral, kIdea, kDecision, kAction };
  enum class Referral { kNone, kAssigned, kForwarded };
  Kind kind = Kind::kIdea;
  // The words of the document, label included. The same words also stand in
  // the part that they were found in.
  std::string text;
  // Short enough for a list.
  std::string title;
  // Of an amendment: the words that are to go, and those to come instead.
  std::string quote;
  std::string replacement;
  // Of a referral: own body or outside, the name in full ("RUS-nätverket",
  // "SKR"), and for an own body that is known its id ("rus-network").
  Referral referral = Referral::kNone;
  std::string target_text;
  std::string target_body_id;
  // Of an action.
  std::string owner_text;
  std::string due_date;
  Position position;
};

// What was understood as something, yet leaves a question that a person must
// answer.
struct Unresolved {
  enum class Reason {
    kAmbiguousName,   // a person or an organisation, or one name or two
    kImpossibleDate,  // 2022-13-45
    kDateWithoutYear,
    kSeveralDates,     // two different days for one meeting
    kSeveralBodies,    // two bodies for one meeting
    kUnnamedReferral,  // sent on, without a word on to whom
    kListOpenEnded,    // "m.fl."
  };
  std::string text;
  int line = 0;
  Reason reason = Reason::kAmbiguousName;
};

struct ParsedMinutes {
  enum class Kind { kNotes, kRecord };
  // 2022-09-13; empty when the document does not say.
  std::string date;
  // 10:00; empty when the document does not say.
  std::string start_time;
  std::string end_time;
  // "Medlemsgruppen", and its id when it is a body that is known
  // ("member-group").
  std::string body_text;
  std::string body_id;
  // The first heading, or the first line when it names the meeting.
  std::string title;
  int title_line = 0;
  Kind kind = Kind::kNotes;
  std::string host_text;
  std::string place;

  std::vector<ParsedAttendance> attendances;
  std::vector<ParsedItem> items;
  std::vector<ParsedNote> notes;
  std::vector<ParsedQuestion> questions;
  std::vector<ParsedDiscussion> discussions;
  std::vector<ParsedConclusion> conclusions;
  std::vector<ParsedDecision> decisions;
  std::vector<ParsedAction> actions;
  std::vector<ParsedSuggestion> suggestions;
  std::vector<Unresolved> unresolved;

  // Lines that are not blank, and those of them that a part above holds.
  int source_lines = 0;
  int placed_lines = 0;
};

// Reads Markdown or plain text. A byte order mark, CRLF and bytes that are not
// UTF-8 are borne; whoever wants to refuse such a document does so before.
ParsedMinutes ParseMinutes(std::string_view document);

// The meeting as Markdown, in the order of the document. Holds every sentence
// of it.
std::string RenderMinutes(const ParsedMinutes& minutes);

// True when all of the text is well-formed UTF-8.
bool IsUtf8(std::string_view text);

enum class NameKind { kUnknown, kOrganization, kPerson };

// What a name looks like: "Region Uppsala", "SKR" and "Tillväxtverket" are
// organisations, "Anna von Sydow" is a person, "Reglabben" could be anything.
NameKind KindOfName(std::string_view name);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_RULES_H_
