#include "services/meetings/suggestion_parts.h"

#include <string>
#include <string_view>

#include "services/common/errors.h"
#include "services/common/resource.h"

namespace reglab::meetings {
namespace {

using v1::Suggestion;

// The limits of an idea's title and description in the contract of learning.
constexpr size_t kLongestTitle = 300;
constexpr size_t kLongestDescription = 10000;

}  // namespace

std::string Shortened(std::string_view text, size_t most) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (!starts) continue;
    if (characters == most - 1) {
      // One is left for the sign that something is missing.
      const size_t rest = text.size() - i;
      return rest <= 1 ? std::string(text)
                       : std::string(text.substr(0, i)) + "…";
    }
    ++characters;
  }
  return std::string(text);
}

absl::Status CheckProposed(const Suggestion& suggestion) {
  if (suggestion.state() == Suggestion::PROPOSED) return absl::OkStatus();
  if (suggestion.state() == Suggestion::CONFIRMED) {
    return Refused("SUGGESTION_CONFIRMED",
                   {"The suggestion is confirmed already. Nothing more needs "
                    "to be done.",
                    "Förslaget är redan bekräftat. Inget mer behöver göras."});
  }
  return Refused("SUGGESTION_DISMISSED",
                 {"The suggestion was dismissed. Create what it suggests "
                  "yourself if it was right after all.",
                  "Förslaget har avfärdats. Lägg upp det som föreslogs för "
                  "hand om det ändå var riktigt."});
}

v1::Decision DecisionFrom(const Suggestion& suggestion) {
  v1::Decision decision;
  decision.set_text(suggestion.text());
  decision.set_subject(suggestion.title());
  decision.set_number(suggestion.number());
  decision.set_agenda_item(suggestion.agenda_item());
  decision.set_position(suggestion.position());
  decision.set_source_line(suggestion.source_line());
  return decision;
}

v1::Action ActionFrom(const Suggestion& suggestion) {
  v1::Action action;
  action.set_text(suggestion.text());
  action.set_owner(suggestion.target());
  action.set_owner_text(suggestion.owner_text());
  action.set_due_date(suggestion.due_date());
  action.set_state(v1::Action::OPEN);
  action.set_agenda_item(suggestion.agenda_item());
  action.set_position(suggestion.position());
  action.set_source_line(suggestion.source_line());
  return action;
}

learning::v1::CreateIdeaRequest IdeaFrom(const Suggestion& suggestion) {
  learning::v1::CreateIdeaRequest request;
  learning::v1::Idea& idea = *request.mutable_idea();
  idea.set_title(Shortened(
      suggestion.title().empty() ? suggestion.text() : suggestion.title(),
      kLongestTitle));
  idea.set_description(Shortened(suggestion.text(), kLongestDescription));
  idea.set_meeting(ParentOf(suggestion.name()));
  idea.set_suggestion(suggestion.name());
  idea.set_source_line(suggestion.source_line());
  return request;
}

}  // namespace reglab::meetings
