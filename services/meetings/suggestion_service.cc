#include "services/meetings/suggestion_service.h"

#include <google/protobuf/struct.pb.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "reglab/learning/v1/idea.pb.h"
#include "services/common/listing.h"
#include "services/common/process.h"
#include "services/common/resource.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/suggestion_parts.h"

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
absl::Status CreatePart(Transaction& tx, const Meeting& meeting, Item part,
                        Suggestion& suggestion) {
  const items::Table& table = items::TableOf<Item>();
  part.set_name(absl::StrCat(meeting.name(), "/", std::string(table.collection),
                             "/", RandomId()));
  const google::protobuf::Struct layout = QuotedLayout();
  RETURN_IF_ERROR(items::Insert(tx, table, meeting, {{&part, &layout}}));
  suggestion.set_created_resource(part.name());
  return absl::OkStatus();
}

absl::Status CarryOut(Transaction& tx, const Meeting& meeting,
                      Suggestion& suggestion) {
  // The document stated it outright, and the import created it.
  if (!suggestion.created_resource().empty()) return absl::OkStatus();
  switch (suggestion.kind()) {
    case Suggestion::DECISION:
      return CreatePart(tx, meeting, DecisionFrom(suggestion), suggestion);
    case Suggestion::ACTION:
      return CreatePart(tx, meeting, ActionFrom(suggestion), suggestion);
    case Suggestion::IDEA: {
      const learning::v1::CreateIdeaRequest request = IdeaFrom(suggestion);
      tx.Enqueue({kCreateIdea, &request, suggestion.name()});
      return absl::OkStatus();
    }
    default:
      return absl::OkStatus();
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

absl::StatusOr<Suggestion> ConfirmSuggestion(
    Call& call, const ConfirmSuggestionRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Suggestion> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), ParentOf(request.name()), ""));
    Suggestion suggestion;
    RETURN_IF_ERROR(items::Lock(tx, Suggestions(), call.audience(),
                                request.name(), request.etag(), suggestion));
    RETURN_IF_ERROR(CheckProposed(suggestion));
    suggestion.set_state(Suggestion::CONFIRMED);
    RETURN_IF_ERROR(CarryOut(tx, meeting, suggestion));
    RETURN_IF_ERROR(items::Update(tx, Suggestions(), meeting,
                                  {"state", "created_resource"}, suggestion));
    return suggestion;
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
