#include "services/meetings/position_service.h"

#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "services/common/access_rules.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/amendment_rules.h"
#include "services/meetings/consultation_rules.h"
#include "services/meetings/consultation_store.h"
#include "services/meetings/draft_store.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"
#include "services/meetings/position_store.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using v1::Consultation;
using v1::CreatePositionRequest;
using v1::DeletePositionRequest;
using v1::GetPositionRequest;
using v1::ListPositionsRequest;
using v1::ListPositionsResponse;
using v1::Position;
using v1::UpdatePositionRequest;

absl::Status CheckMayWrite(const Caller& caller, const Position& position) {
  std::vector<std::string> organizations;
  if (!position.organization().empty()) {
    organizations.push_back(position.organization());
  }
  return CheckMayWriteFor(caller, organizations, position.name());
}

// INVALID_ARGUMENT when the meeting or the paragraph is not there.
absl::Status CheckPlace(Transaction& tx, const Audience& audience,
                        const Consultation& consultation,
                        const Position& position) {
  if (!position.meeting().empty()) {
    const absl::Status found =
        meetings::Get(tx, audience, position.meeting()).status();
    if (absl::IsNotFound(found)) {
      return InvalidField("position.meeting",
                          {Concat("There is no ", position.meeting(),
                                  ". Name a meeting that exists."),
                           Concat(position.meeting(),
                                  " finns inte. Ange ett möte som finns.")});
    }
    RETURN_IF_ERROR(found);
  }
  if (position.paragraph().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const std::vector<v1::Paragraph> paragraphs,
      drafts::Paragraphs(tx, consultation.draft(), position.paragraph()));
  if (!paragraphs.empty()) return absl::OkStatus();
  return InvalidField("position.paragraph",
                      {"The newest draft has no such paragraph.",
                       "Det senaste utkastet har inget sådant stycke."});
}

absl::StatusOr<Position> GetPosition(Call& call,
                                     const GetPositionRequest& request) {
  return call.Read([&](Transaction& tx) {
    return positions::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListPositionsResponse> ListPositions(
    Call& call, const ListPositionsRequest& request) {
  return call.Read([&](Transaction& tx)
                       -> absl::StatusOr<ListPositionsResponse> {
    // "consultations/-" is all.
    if (!request.parent().ends_with("/-")) {
      RETURN_IF_ERROR(
          consultations::Get(tx, call.audience(), request.parent()).status());
    }
    ListPositionsResponse response;
    RETURN_IF_ERROR(
        RunList(tx, positions::kListing, request, call.audience(), response));
    return response;
  });
}

absl::StatusOr<Position> CreatePosition(Call& call,
                                        const CreatePositionRequest& request) {
  Position position = request.position();
  ClearOutputOnly(position);
  position.set_name(Concat(request.parent(), "/positions/", RandomId()));
  if (position.organization().empty() && position.group().empty()) {
    position.set_organization(call.caller().organization);
  }
  RETURN_IF_ERROR(CheckPosition(position));
  RETURN_IF_ERROR(CheckMayWrite(call.caller(), position));
  RETURN_IF_ERROR(CheckNames(call, "position", position));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Position> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Share(tx, call.audience(), request.parent()));
    RETURN_IF_ERROR(CheckIsOpen(consultation));
    RETURN_IF_ERROR(CheckPlace(tx, call.audience(), consultation, position));
    return positions::Insert(tx, consultation, position);
  });
}

absl::StatusOr<Position> UpdatePosition(Call& call,
                                        const UpdatePositionRequest& request) {
  const Position& patch = request.position();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Position> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Share(tx, call.audience(), ParentOf(patch.name())));
    ASSIGN_OR_RETURN(
        Position position,
        positions::Lock(tx, call.audience(), patch.name(), patch.etag()));
    RETURN_IF_ERROR(CheckMayWrite(call.caller(), position));
    RETURN_IF_ERROR(CheckIsOpen(consultation));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, position));
    if (changed.empty()) return position;
    RETURN_IF_ERROR(CheckPosition(position));
    RETURN_IF_ERROR(CheckPlace(tx, call.audience(), consultation, position));
    return positions::Update(tx, consultation, std::move(position),
                             std::move(changed));
  });
}

absl::StatusOr<Empty> DeletePosition(Call& call,
                                     const DeletePositionRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Share(tx, call.audience(), ParentOf(request.name())));
    ASSIGN_OR_RETURN(
        const Position position,
        positions::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckMayWrite(call.caller(), position));
    RETURN_IF_ERROR(CheckIsOpen(consultation));
    RETURN_IF_ERROR(positions::Delete(tx, consultation, position));
    return Empty();
  });
}

}  // namespace

void AddPositions(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.PositionsService.";
  rpcs.Handle(service + "GetPosition", GetPosition);
  rpcs.Handle(service + "ListPositions", ListPositions);
  rpcs.Handle(service + "CreatePosition", CreatePosition);
  rpcs.Handle(service + "UpdatePosition", UpdatePosition);
  rpcs.Handle(service + "DeletePosition", DeletePosition);
}

}  // namespace reglab::meetings
