// The words by which minutes announce what follows.
#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_CUES_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_CUES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reglab::meetings {

// What a label announces.
enum class Topic {
  kNone,
  kAttendance,
  kAbsence,
  kOfficer,
  kDiscussion,
  kQuestions,
  kQuestion,
  kAnswer,
  kConclusion,
  kDecision,
  kAction,
  kOwner,
  kDue,
  kAgenda,
  kHost,
  kFact,
};

struct FoundLabel {
  Topic topic = Topic::kNone;
  // Without emphasis and colon.
  std::string name;
  bool colon = false;
  // What follows the label on the same line; part of the line.
  std::string_view rest;
};

// The label at the beginning of a line: "**Beslut:** att …", "Närvarande".
// Topic::kNone when the line begins with none.
FoundLabel FindLabel(std::string_view line);

struct ItemNumber {
  std::string number;
  // What follows the number; may be empty.
  std::string title;
  // "§ 4" and "Punkt 4" are items everywhere, "4." only in some documents.
  bool certain = false;
  // Written with a point or parenthesis: "4.", "4)".
  bool dotted = false;
};
std::optional<ItemNumber> FindItemNumber(std::string_view line);

// A line that is a heading by its looks: all of it bold, or in capitals.
bool IsBoldLine(std::string_view line);
bool IsCapitalsLine(std::string_view line);

// "Grupp 2" at the beginning of a text, or empty.
std::string GroupOf(std::string_view text);

struct FoundBody {
  // "Medlemsgruppen"
  std::string name;
  // "member-group", empty when it is none that is known.
  std::string id;
  size_t begin = 0;
  size_t end = 0;
};
// The bodies that a text names, in its order.
std::vector<FoundBody> FindBodies(std::string_view text);

// True when a text says that it is minutes or speaks of the meeting itself.
bool NamesMinutes(std::string_view text);
// "Protokoll …", rather than notes.
bool NamesRecord(std::string_view text);
bool NamesVerifiers(std::string_view text);

// "Mötet beslutade att …": a sentence that says what was decided.
bool IsDecision(std::string_view sentence);
// "Anna får i uppdrag att …": a sentence that says who does what.
struct FoundTask {
  bool found = false;
  std::string owner;
};
FoundTask FindTask(std::string_view sentence);
// "Ansvarig: Anna Andersson" inside a text; empty when nobody is named.
std::string FindOwner(std::string_view text);
// The day after "senast", "klart", "deadline"; empty when there is none.
// `meeting_date` gives the year when the text does not.
std::string FindDue(std::string_view text, std::string_view meeting_date);

// True of "Nya idéer", "Idéer till kommande verksamhet".
bool AnnouncesIdeas(std::string_view heading);

// "dagens värd, Storstockholm, …"; empty when the text names no host.
std::string FindHost(std::string_view text);

// The names in "Närvarande vid mötet var A, B samt C."; nullopt when the
// sentence tells of nobody's presence or absence.
struct FoundPresence {
  std::string names;
  bool absent = false;
};
std::optional<FoundPresence> FindPresence(std::string_view sentence);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_CUES_H_
