#include "services/meetings/suggested_amendments.h"

#include <optional>
#include <utility>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/amendment_store.h"
#include "services/meetings/anchor_rules.h"
#include "services/meetings/consultation_rules.h"
#include "services/meetings/consultation_store.h"
#include "services/meetings/draft_rules.h"
#include "services/meetings/draft_store.h"
#include "services/meetings/item_store.h"

namespace reglab::meetings {

using v1::Amendment;
using v1::Consultation;
using v1::Meeting;
using v1::Suggestion;

Amendment AmendmentFrom(const Suggestion& suggestion) {
  Amendment amendment;
  amendment.set_quote(OneLine(suggestion.quote()));
  if (amendment.quote().empty() || suggestion.replacement().empty()) {
    amendment.set_action(Amendment::COMMENT);
    amendment.set_text(suggestion.text());
  } else {
    amendment.set_action(Amendment::REPLACE);
    amendment.set_text(suggestion.replacement());
    amendment.set_rationale(suggestion.text());
  }
  amendment.set_meeting(ParentOf(suggestion.name()));
  amendment.set_suggestion(suggestion.name());
  amendment.set_source_line(suggestion.source_line());
  amendment.set_state(Amendment::OPEN);
  return amendment;
}

namespace amendments {
namespace {

// What is tried under an agenda item has its title.
absl::StatusOr<Consultation> ForMeeting(Transaction& tx, const Meeting& meeting,
                                        const Suggestion& suggestion) {
  absl::StatusOr<Consultation> found =
      consultations::LockOf(tx, meeting.name(), suggestion.agenda_item());
  if (!absl::IsNotFound(found.status())) return found;
  Consultation consultation;
  consultation.set_title(meeting.display_name());
  if (!suggestion.agenda_item().empty()) {
    Audience everything;
    everything.visibilities = {"PUBLIC", "MEMBERS", "BODY", "ORGANIZATION"};
    v1::AgendaItem item;
    RETURN_IF_ERROR(items::Get(tx, items::TableOf<v1::AgendaItem>(), everything,
                               suggestion.agenda_item(), item));
    consultation.set_title(item.display_name());
  }
  // A title has 300 characters at most.
  const std::string& title = consultation.title();
  consultation.set_title(title.substr(0, ByteAt(title, 300)));
  const std::string id = MakeId(consultation.title());
  ASSIGN_OR_RETURN(
      std::string name,
      consultations::FreeName(tx, id.empty() ? "provtryckning" : id));
  consultation.set_name(std::move(name));
  consultation.set_body(meeting.body());
  consultation.set_meeting(meeting.name());
  consultation.set_agenda_item(suggestion.agenda_item());
  consultation.set_state(Consultation::DRAFT);
  consultation.set_visibility(Meeting::MEMBERS);
  return consultations::Insert(tx, consultation);
}

}  // namespace

absl::StatusOr<Amendment> CreateSuggested(Transaction& tx,
                                          const Audience& audience,
                                          const Meeting& meeting,
                                          const Suggestion& suggestion,
                                          std::string_view consultation,
                                          const SuggestedBy& by) {
  ASSIGN_OR_RETURN(const std::optional<Amendment> earlier,
                   FindBySuggestion(tx, suggestion.name()));
  if (earlier) return *earlier;
  ASSIGN_OR_RETURN(const Consultation in,
                   consultation.empty()
                       ? ForMeeting(tx, meeting, suggestion)
                       : consultations::Lock(tx, audience, consultation, ""));
  RETURN_IF_ERROR(CheckNotAdopted(in));
  Amendment amendment = AmendmentFrom(suggestion);
  amendment.set_name(Concat(in.name(), "/amendments/", RandomId()));
  for (const std::string& organization : by.organizations) {
    amendment.add_organizations(organization);
  }
  if (by.organizations.empty()) {
    amendment.set_group(by.group.empty() ? "Gruppdiskussion" : by.group);
  }
  Wait(v1::WaitingAmendment::NO_DRAFT, amendment);
  if (!in.draft().empty()) {
    ASSIGN_OR_RETURN(const std::vector<v1::Paragraph> paragraphs,
                     drafts::Paragraphs(tx, in.draft()));
    AnchorWaiting(DraftText(paragraphs), in.draft(), amendment);
  }
  return Insert(tx, in, std::move(amendment));
}

}  // namespace amendments
}  // namespace reglab::meetings
