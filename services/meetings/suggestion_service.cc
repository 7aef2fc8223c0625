#include "services/meetings/suggestion_service.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/message_differencer.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "reglab/learning/v1/idea.pb.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/process.h"
#include "services/common/resource.h"
#include "services/meetings/consultation_rules.h"
#include "services/meetings/consultation_store.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"
#include "services/meetings/minutes_parts.h"
#include "services/meetings/position_store.h"
#include "services/meetings/referral_rules.h"
#include "services/meetings/referral_store.h"
#include "services/meetings/suggested_amendments.h"
#include "services/meetings/suggestion_parts.h"
#include "services/meetings/suggestion_store.h"

namespace reglab::meetings {
namespace {

using v1::ConfirmSuggestionRequest;
using v1::DismissSuggestionRequest;
using v1::GetSuggestionRequest;
using v1::ListSuggestionsRequest;
using v1::ListSuggestionsResponse;
using v1::Meeting;
using v1::Suggestion;

constexpr char kCreateIdea[] = "/reglab.learning.v1.IdeasService/CreateIdea";

const items::Table& Suggestions() { return items::TableOf<Suggestion>(); }

// What the text says is said in the part that it was found in; the minutes
// don't say it twice.
google::protobuf::Struct QuotedLayout() {
  google::protobuf::Struct layout;
  (*layout.mutable_fields())["quoted"].set_bool_value(true);
  return layout;
}

template <class Item>
absl::StatusOr<std::string> CreatePart(Transaction& tx, const Meeting& meeting,
                                       Item part) {
  const items::Table& table = items::TableOf<Item>();
  part.set_name(absl::StrCat(meeting.name(), "/", std::string(table.collection),
                             "/", RandomId()));
  const google::protobuf::Struct layout = QuotedLayout();
  RETURN_IF_ERROR(items::Insert(tx, table, meeting, {{&part, &layout}}));
  return part.name();
}

absl::StatusOr<std::string> CreateReferral(Transaction& tx,
                                           const Meeting& meeting,
                                           const Suggestion& suggestion,
                                           std::string_view target) {
  v1::Referral referral = ReferralFrom(suggestion, meeting, target);
  RETURN_IF_ERROR(CheckReferral("", referral));
  referral.set_name(absl::StrCat("referrals/", RandomId()));
  RETURN_IF_ERROR(referrals::Insert(tx, referral).status());
  return referral.name();
}

absl::StatusOr<std::string> CreateAmendment(Transaction& tx,
                                            const Audience& audience,
                                            const Meeting& meeting,
                                            const Suggestion& suggestion,
                                            std::string_view consultation) {
  ASSIGN_OR_RETURN(const suggestions::Voice voice,
                   suggestions::VoiceOf(tx, suggestion));
  ASSIGN_OR_RETURN(const v1::Amendment amendment,
                   amendments::CreateSuggested(
                       tx, audience, meeting, suggestion, consultation,
                       {voice.organizations, voice.group}));
  return amendment.name();
}

absl::Status NoConsultation() {
  return InvalidField(
      "consultation",
      {"No consultation is tried under its agenda item. Name the one in which "
       "the position goes.",
       "Inget provtryck pågår under punkten. Ange det som ståndpunkten hör "
       "till."});
}

// In the consultation that is named, or the one that is tried under the agenda
// item. What was said at a meeting was said in time: it need not be open.
absl::StatusOr<std::string> CreatePosition(Transaction& tx,
                                           const Audience& audience,
                                           const Meeting& meeting,
                                           const Suggestion& suggestion,
                                           std::string_view consultation) {
  absl::StatusOr<v1::Consultation> found =
      consultation.empty()
          ? consultations::LockOf(tx, meeting.name(), suggestion.agenda_item())
          : consultations::Share(tx, audience, consultation);
  if (absl::IsNotFound(found.status())) return NoConsultation();
  RETURN_IF_ERROR(found.status());
  RETURN_IF_ERROR(CheckNotAdopted(*found));
  ASSIGN_OR_RETURN(const suggestions::Voice voice,
                   suggestions::VoiceOf(tx, suggestion));
  v1::Position position = PositionFrom(
      suggestion, voice.heading,
      voice.organizations.size() == 1 ? voice.organizations[0] : "",
      voice.group);
  if (position.question().empty()) {
    return InvalidField("question",
                        {"It stands under no heading. Write the question on "
                         "which it is a view.",
                         "Det står under ingen rubrik. Skriv frågan som det är "
                         "en ståndpunkt i."});
  }
  position.set_name(absl::StrCat(found->name(), "/positions/", RandomId()));
  RETURN_IF_ERROR(positions::Insert(tx, *found, position).status());
  return position.name();
}

// What a confirmed suggestion becomes, once. `target` is whom its words mean.
absl::StatusOr<std::string> CarryOut(Transaction& tx, const Audience& audience,
                                     const Meeting& meeting,
                                     const Suggestion& suggestion,
                                     std::string_view consultation,
                                     std::string_view target) {
  // The document stated it outright, and the import created it.
  if (!suggestion.created_resource().empty()) {
    return suggestion.created_resource();
  }
  switch (suggestion.kind()) {
    case Suggestion::DECISION:
      return CreatePart(tx, meeting, DecisionFrom(suggestion));
    case Suggestion::ACTION:
      return CreatePart(tx, meeting, ActionFrom(suggestion));
    case Suggestion::REFERRAL:
      return CreateReferral(tx, meeting, suggestion, target);
    case Suggestion::AMENDMENT:
      return CreateAmendment(tx, audience, meeting, suggestion, consultation);
    case Suggestion::POSITION:
      return CreatePosition(tx, audience, meeting, suggestion, consultation);
    case Suggestion::IDEA: {
      const learning::v1::CreateIdeaRequest request = IdeaFrom(suggestion);
      tx.Enqueue({kCreateIdea, &request, suggestion.name()});
      return std::string();
    }
    default:
      return std::string();
  }
}

absl::StatusOr<Suggestion> GetSuggestion(Call& call,
                                         const GetSuggestionRequest& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Suggestion> {
    Suggestion suggestion;
    RETURN_IF_ERROR(items::Get(tx, Suggestions(), call.audience(),
                               request.name(), suggestion));
    return suggestion;
  });
}

absl::StatusOr<ListSuggestionsResponse> ListSuggestions(
    Call& call, const ListSuggestionsRequest& request) {
  return List<ListSuggestionsResponse>(call, *Suggestions().listing, request);
}

std::vector<std::string> ChangedFields(const Suggestion& before,
                                       const Suggestion& after) {
  std::vector<std::string> changed;
  for (int i = 0; i < Suggestion::descriptor()->field_count(); ++i) {
    const auto* field = Suggestion::descriptor()->field(i);
    if (!google::protobuf::util::MessageDifferencer().CompareWithFields(
            before, after, {field}, {field})) {
      changed.push_back(field->name());
    }
  }
  return changed;
}

// The body or organisation that the words of a referral mean; "" when that is
// named already, or can't be told.
absl::StatusOr<std::string> TargetOf(Call& call,
                                     const ConfirmSuggestionRequest& request) {
  ASSIGN_OR_RETURN(
      Suggestion suggestion,
      call.Read([&](Transaction& tx) -> absl::StatusOr<Suggestion> {
        Suggestion read;
        RETURN_IF_ERROR(items::Get(tx, Suggestions(), call.audience(),
                                   request.name(), read));
        return read;
      }));
  // A repetition gets its answer, or is refused, where that is decided.
  if (suggestion.state() != Suggestion::PROPOSED) return std::string();
  ASSIGN_OR_RETURN(suggestion, Corrected(std::move(suggestion), request));
  const std::string& text = suggestion.target_text();
  if (suggestion.kind() != Suggestion::REFERRAL ||
      !suggestion.target().empty() || text.empty()) {
    return std::string();
  }
  KnownNames names;
  ASSIGN_OR_RETURN(names.bodies, AllBodies(call));
  const std::string body = BodyNamed(names, "", text);
  if (!body.empty()) return body;
  ASSIGN_OR_RETURN(names.organizations, ResolveOrganizations(call, {text}));
  const auto found = names.organizations.find(text);
  return found == names.organizations.end() ? std::string() : found->second;
}

absl::StatusOr<Suggestion> ConfirmSuggestion(
    Call& call, const ConfirmSuggestionRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  RETURN_IF_ERROR(CheckDate("due_date", request.due_date()));
  RETURN_IF_ERROR(CheckNames(call, "", request));
  ASSIGN_OR_RETURN(const std::string target, TargetOf(call, request));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Suggestion> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), ParentOf(request.name()), ""));
    Suggestion suggestion;
    RETURN_IF_ERROR(items::Lock(tx, Suggestions(), call.audience(),
                                request.name(), request.etag(), suggestion));
    RETURN_IF_ERROR(CheckProposed(suggestion));
    ASSIGN_OR_RETURN(Suggestion corrected, Corrected(suggestion, request));
    ASSIGN_OR_RETURN(const std::string created,
                     CarryOut(tx, call.audience(), meeting, corrected,
                              request.consultation(), target));
    // The words of the minutes stay, whatever became of them.
    corrected.set_text(suggestion.text());
    corrected.set_state(Suggestion::CONFIRMED);
    corrected.set_created_resource(created);
    RETURN_IF_ERROR(items::Update(tx, Suggestions(), meeting,
                                  ChangedFields(suggestion, corrected),
                                  corrected));
    return corrected;
  });
}

absl::StatusOr<Suggestion> DismissSuggestion(
    Call& call, const DismissSuggestionRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Suggestion> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), ParentOf(request.name()), ""));
    Suggestion suggestion;
    RETURN_IF_ERROR(items::Lock(tx, Suggestions(), call.audience(),
                                request.name(), request.etag(), suggestion));
    RETURN_IF_ERROR(CheckProposed(suggestion));
    suggestion.set_state(Suggestion::DISMISSED);
    suggestion.set_reason(request.reason());
    RETURN_IF_ERROR(items::Update(tx, Suggestions(), meeting,
                                  {"state", "reason"}, suggestion));
    return suggestion;
  });
}

// Learning has created the idea, or never will. In that case the suggestion is
// open again, so that a person sees it and can confirm it anew.
absl::Status IdeaAnswered(Transaction& tx, const std::string& name,
                          const std::string& response,
                          const absl::Status& error) {
  Audience everything;
  everything.visibilities = {"PUBLIC", "MEMBERS", "BODY", "ORGANIZATION"};
  ASSIGN_OR_RETURN(const Meeting meeting,
                   meetings::Lock(tx, everything, ParentOf(name), ""));
  Suggestion suggestion;
  RETURN_IF_ERROR(
      items::Lock(tx, Suggestions(), everything, name, "", suggestion));
  if (!error.ok()) {
    LogError("idea_refused", {{"suggestion", name}});
    suggestion.set_state(Suggestion::PROPOSED);
    return items::Update(tx, Suggestions(), meeting, {"state"}, suggestion);
  }
  learning::v1::Idea idea;
  if (!idea.ParseFromString(response)) return absl::InternalError("idea");
  suggestion.set_created_resource(idea.name());
  return items::Update(tx, Suggestions(), meeting, {"created_resource"},
                       suggestion);
}

}  // namespace

void AddSuggestions(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.SuggestionsService.";
  rpcs.Handle(service + "GetSuggestion", GetSuggestion);
  rpcs.Handle(service + "ListSuggestions", ListSuggestions);
  rpcs.Handle(service + "ConfirmSuggestion", ConfirmSuggestion);
  rpcs.Handle(service + "DismissSuggestion", DismissSuggestion);
  rpcs.OnWorkDone(kCreateIdea, IdeaAnswered);
}

}  // namespace reglab::meetings
