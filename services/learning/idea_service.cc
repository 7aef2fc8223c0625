#include "services/learning/idea_service.h"

#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/learning/idea_rules.h"
#include "services/learning/idea_store.h"
#include "services/learning/names.h"

namespace reglab::learning {
namespace {

// Together with a hyphen an id, at most 63 characters.
constexpr size_t kLongestTitleId = 52;
constexpr size_t kRandomLetters = 10;

using google::protobuf::Empty;
using v1::CreateIdeaRequest;
using v1::DeleteIdeaRequest;
using v1::GetIdeaRequest;
using v1::Idea;
using v1::ListIdeasRequest;
using v1::ListIdeasResponse;
using v1::UpdateIdeaRequest;

absl::Status CheckProposer(Call& call, const Idea& idea) {
  if (idea.proposer().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<std::string> missing,
                   MissingNames(call, {idea.proposer()}));
  if (missing.empty()) return absl::OkStatus();
  return InvalidField(
      "idea.proposer",
      {"There is no such organisation. Find its name with GET "
       "/v1/organizations.",
       "Det finns ingen sådan organisation. Sök fram dess namn med GET "
       "/v1/organizations."});
}

absl::StatusOr<Idea> GetIdea(Call& call, const GetIdeaRequest& request) {
  return call.Read([&](Transaction& tx) {
    return ideas::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListIdeasResponse> ListIdeas(Call& call,
                                            const ListIdeasRequest& request) {
  return List<ListIdeasResponse>(call, ideas::kListing, request);
}

absl::StatusOr<Idea> CreateIdea(Call& call, const CreateIdeaRequest& request) {
  Idea idea = request.idea();
  ClearOutputOnly(idea);
  ASSIGN_OR_RETURN(const std::string id,
                   ChooseId("idea_id", request.idea_id(), idea.title()));
  idea.set_name(Concat("ideas/", id));
  if (idea.proposer().empty() && idea.meeting().empty()) {
    idea.set_proposer(call.caller().organization);
  }
  idea.set_state(Idea::PROPOSED);
  if (idea.visibility() == Idea::VISIBILITY_UNSPECIFIED) {
    idea.set_visibility(Idea::MEMBERS);
  }
  RETURN_IF_ERROR(CheckMayPropose(call.caller(), idea));
  RETURN_IF_ERROR(CheckProposer(call, idea));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Idea> {
    absl::StatusOr<Idea> inserted = ideas::Insert(tx, idea);
    if (!absl::IsAlreadyExists(inserted.status()) ||
        !IsFromMinutes(call.caller(), idea)) {
      return inserted;
    }
    // Minutes are sent again until they are answered, perhaps after the
    // request id was forgotten, and choose no ids.
    ASSIGN_OR_RETURN(std::optional<Idea> earlier,
                     ideas::FindBySuggestion(tx, idea.suggestion()));
    if (earlier) return *earlier;
    Idea renamed = idea;
    renamed.set_name(Concat("ideas/", id.substr(0, kLongestTitleId), "-",
                            RandomId().substr(0, kRandomLetters)));
    return ideas::Insert(tx, renamed);
  });
}

absl::StatusOr<Idea> UpdateIdea(Call& call, const UpdateIdeaRequest& request) {
  const Idea& patch = request.idea();
  RETURN_IF_ERROR(CheckProposer(call, patch));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Idea> {
    ASSIGN_OR_RETURN(Idea idea, ideas::Lock(tx, call.audience(), patch.name(),
                                            patch.etag()));
    RETURN_IF_ERROR(CheckProposes(call.caller(), idea));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, idea));
    if (changed.empty()) return idea;
    if (idea.visibility() == Idea::VISIBILITY_UNSPECIFIED) {
      idea.set_visibility(Idea::MEMBERS);
    }
    // Nobody gives an idea to another organisation.
    RETURN_IF_ERROR(CheckProposes(call.caller(), idea));
    return ideas::Update(tx, idea, changed);
  });
}

absl::StatusOr<Empty> DeleteIdea(Call& call, const DeleteIdeaRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Idea idea,
        ideas::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckProposes(call.caller(), idea));
    RETURN_IF_ERROR(ideas::Delete(tx, idea));
    return Empty();
  });
}

}  // namespace

void AddIdeas(Rpcs& rpcs) {
  const std::string service = "reglab.learning.v1.IdeasService.";
  rpcs.Handle(service + "GetIdea", GetIdea);
  rpcs.Handle(service + "ListIdeas", ListIdeas);
  rpcs.Handle(service + "CreateIdea", CreateIdea);
  rpcs.Handle(service + "UpdateIdea", UpdateIdea);
  rpcs.Handle(service + "DeleteIdea", DeleteIdea);
}

}  // namespace reglab::learning
