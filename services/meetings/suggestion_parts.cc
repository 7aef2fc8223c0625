#include "services/meetings/suggestion_parts.h"

#include <string>
#include <string_view>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"

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

absl::StatusOr<Suggestion> Corrected(
    Suggestion suggestion, const v1::ConfirmSuggestionRequest& request) {
  const bool stated = !suggestion.created_resource().empty();
  if (request.kind() != Suggestion::KIND_UNSPECIFIED) {
    suggestion.set_kind(request.kind());
  }
  if (request.referral_kind() != Suggestion::REFERRAL_KIND_UNSPECIFIED) {
    suggestion.set_referral_kind(request.referral_kind());
  }
  const Suggestion::Kind kind = suggestion.kind();
  const bool amends = kind == Suggestion::AMENDMENT;
  const bool refers = kind == Suggestion::REFERRAL;
  const bool acts = kind == Suggestion::ACTION;
  const struct {
    std::string_view field;
    bool set;
    bool fits;
  } fields[] = {
      {"kind", request.kind() != Suggestion::KIND_UNSPECIFIED, true},
      {"text", !request.text().empty(), true},
      {"title", !request.title().empty(), !acts && !amends},
      {"quote", !request.quote().empty(), amends},
      {"replacement", !request.replacement().empty(), amends},
      {"consultation", !request.consultation().empty(),
       amends || kind == Suggestion::POSITION},
      {"referral_kind",
       request.referral_kind() != Suggestion::REFERRAL_KIND_UNSPECIFIED,
       refers},
      {"target", !request.target().empty(), refers},
      {"due_date", !request.due_date().empty(), refers || acts},
      {"owner", !request.owner().empty(), acts},
      {"question", !request.question().empty(), kind == Suggestion::POSITION},
  };
  for (const auto& field : fields) {
    if (field.set && stated) {
      return Refused(
          "SUGGESTION_STATED",
          {Concat("The minutes state it outright, and it became ",
                  suggestion.created_resource(),
                  " with the import. Confirm it as it is, and change that."),
           Concat("Anteckningarna säger det rent ut, och det blev ",
                  suggestion.created_resource(),
                  " vid importen. Bekräfta det som det är, och ändra där.")},
          {{std::string(field.field),
            {"It can't be corrected here.", "Det kan inte rättas här."}}});
    }
    if (field.set && !field.fits) {
      const std::string name = Suggestion::Kind_Name(kind);
      return InvalidField(
          field.field,
          {Concat("The kind ", name,
                  " has no use for it. Leave it out, or name "
                  "another kind."),
           Concat("Slaget ", name,
                  " har ingen användning för det. Utelämna det, eller ange "
                  "ett annat slag.")});
    }
  }
  const auto correct = [](const std::string& given, std::string& field) {
    if (!given.empty()) field = given;
  };
  correct(request.text(), *suggestion.mutable_text());
  correct(request.title(), *suggestion.mutable_title());
  correct(request.question(), *suggestion.mutable_title());
  correct(request.quote(), *suggestion.mutable_quote());
  correct(request.replacement(), *suggestion.mutable_replacement());
  correct(request.target(), *suggestion.mutable_target());
  correct(request.owner(), *suggestion.mutable_target());
  correct(request.due_date(), *suggestion.mutable_due_date());
  return suggestion;
}

v1::Decision DecisionFrom(const Suggestion& suggestion) {
  v1::Decision decision;
  decision.set_text(suggestion.text());
  decision.set_subject(suggestion.title());
  decision.set_number(suggestion.number());
  decision.set_agenda_item(suggestion.agenda_item());
  decision.set_position(suggestion.position());
  decision.set_source_line(suggestion.source_line());
  decision.set_suggestion(suggestion.name());
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
  action.set_suggestion(suggestion.name());
  return action;
}

v1::Referral ReferralFrom(const Suggestion& suggestion,
                          const v1::Meeting& meeting, std::string_view target) {
  // A title is read in a list and in the subject of a letter.
  constexpr size_t kReadableTitle = 120;
  v1::Referral referral;
  referral.set_target(suggestion.target().empty() ? std::string(target)
                                                  : suggestion.target());
  const bool to_body = referral.target().empty()
                           ? suggestion.referral_kind() == Suggestion::ASSIGNED
                           : referral.target().starts_with("bodies/");
  referral.set_kind(to_body ? v1::Referral::ASSIGNED : v1::Referral::FORWARDED);
  referral.set_title(suggestion.title().empty()
                         ? Shortened(suggestion.text(), kReadableTitle)
                         : suggestion.title());
  referral.set_text(suggestion.text());
  referral.set_from_body(meeting.body());
  referral.set_target_text(suggestion.target_text());
  referral.set_due_date(suggestion.due_date());
  referral.set_visibility(v1::Meeting::MEMBERS);
  referral.set_state(v1::Referral::DRAFT);
  referral.set_meeting(meeting.name());
  referral.set_agenda_item(suggestion.agenda_item());
  referral.set_suggestion(suggestion.name());
  referral.set_source_line(suggestion.source_line());
  return referral;
}

v1::Position PositionFrom(const Suggestion& suggestion,
                          std::string_view question,
                          std::string_view organization,
                          std::string_view group) {
  constexpr size_t kLongestQuestion = 500;
  v1::Position position;
  position.set_question(
      Shortened(suggestion.title().empty() ? question : suggestion.title(),
                kLongestQuestion));
  position.set_text(suggestion.text());
  position.set_meeting(ParentOf(suggestion.name()));
  position.set_suggestion(suggestion.name());
  position.set_source_line(suggestion.source_line());
  if (!organization.empty()) {
    position.set_organization(std::string(organization));
  } else {
    position.set_group(group.empty() ? "Gruppdiskussion" : std::string(group));
  }
  return position;
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
