// What was said in a meeting that a person may want to act on: wording changes,
// matters to send on, ideas.
#ifndef REGLAB_SERVICES_MEETINGS_SUGGESTION_RULES_H_
#define REGLAB_SERVICES_MEETINGS_SUGGESTION_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/meetings/minutes_rules.h"

namespace reglab::meetings {

// A part of the minutes in which suggestions are looked for.
struct SaidText {
  std::string_view text;
  // The line of the document that each line of the text is.
  std::vector<int> lines;
  Position position;
  // Said in a discussion, where a wish is an idea, rather than told by whoever
  // took the notes.
  bool discussed = false;
  // Beneath a heading such as "Nya idéer", where each point is one.
  bool ideas = false;
};

// Adds the amendments, referrals and ideas in the text to the suggestions, and
// what is sent on to nobody named to the unresolved.
void FindSuggestions(const SaidText& said, ParsedMinutes& minutes);

struct ReferralTarget {
  // "RUS-nätverket", "SKR".
  std::string name;
  // "rus-network"; empty for a body that is not known and for the outside.
  std::string body_id;
  ParsedSuggestion::Referral kind = ParsedSuggestion::Referral::kForwarded;
};
// The bodies and organisations that a text names, "RUS- och
// analytikernätverket" as two.
std::vector<ReferralTarget> FindTargets(std::string_view text);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_SUGGESTION_RULES_H_
