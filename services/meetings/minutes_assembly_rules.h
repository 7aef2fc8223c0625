#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_ASSEMBLY_RULES_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_ASSEMBLY_RULES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/minutes.pb.h"

// Minutes made of what was kept of a meeting, as plain functions. Imported
// minutes are given back as they were written instead: see RenderMinutes.
namespace reglab::meetings {

// What became of an amendment at the meeting.
struct MinutesDisposition {
  std::string agenda_item;
  // The amendment in a sentence, and where in the draft it belongs.
  std::string amendment;
  std::string paragraph;
  // Who proposed it: organisations, or the name of a group.
  std::vector<std::string> authors;
  // "Bifalls", "Avslås", …
  std::string outcome;
  std::string reason;
};

// As it is printed.
MinutesDisposition DispositionFrom(const v1::Amendment& amendment);

// What was sent on from the meeting.
struct MinutesReferral {
  std::string agenda_item;
  std::string title;
  std::string text;
  // A resource name, or as written.
  std::string target;
  std::string due_date;
};

struct MinutesContent {
  v1::Minutes::Kind kind = v1::Minutes::NOTES;
  v1::Meeting meeting;
  std::vector<v1::AgendaItem> items;
  std::vector<v1::Attendance> attendances;
  std::vector<v1::Note> notes;
  std::vector<v1::Question> questions;
  std::vector<v1::Discussion> discussions;
  std::vector<v1::Conclusion> conclusions;
  std::vector<v1::Decision> decisions;
  std::vector<v1::Action> actions;
  std::vector<MinutesDisposition> dispositions;
  std::vector<MinutesReferral> referrals;
  // Of a RECORD.
  std::string chair;
  std::vector<std::string> verifiers;
  // What organisations, bodies and people are called, by resource name.
  std::map<std::string, std::string, std::less<>> names;
};

// "Mötesanteckningar" or "Protokoll".
std::string_view KindInSwedish(v1::Minutes::Kind kind);

// Whether the attendance says that it was there: not that it was missed, nor
// only invited.
bool WasThere(const v1::Attendance& attendance);

// The document as Markdown (CommonMark). First who met, when and where, and who
// was there; then each item of the agenda with its text and notes, questions
// and answers, discussions, conclusions, amendments dealt with, decisions,
// actions and what was sent on, each in order of position. What stands under no
// item comes before the first item, or after the last one when its position is
// behind that. In a RECORD the items are numbered: an item without a number
// gets the one that follows on the item before it.
//
// Texts may be Markdown, but make no headings; names are shown as they are.
std::string AssembleMinutes(const MinutesContent& content);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_ASSEMBLY_RULES_H_
