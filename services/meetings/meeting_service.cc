#include "services/meetings/meeting_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using v1::CancelMeetingRequest;
using v1::ConcludeMeetingRequest;
using v1::ConveneMeetingRequest;
using v1::CreateMeetingRequest;
using v1::DeleteMeetingRequest;
using v1::GetMeetingRequest;
using v1::ListMeetingsRequest;
using v1::ListMeetingsResponse;
using v1::Meeting;
using v1::UpdateMeetingRequest;

absl::StatusOr<Meeting> GetMeeting(Call& call,
                                   const GetMeetingRequest& request) {
  ASSIGN_OR_RETURN(Meeting meeting, call.Read([&](Transaction& tx) {
    return meetings::Get(tx, call.audience(), request.name());
  }));
  HideLink(call.audience(), meeting);
  return meeting;
}

absl::StatusOr<ListMeetingsResponse> ListMeetings(
    Call& call, const ListMeetingsRequest& request) {
  ASSIGN_OR_RETURN(
      ListMeetingsResponse response,
      List<ListMeetingsResponse>(call, meetings::kListing, request));
  for (Meeting& meeting : *response.mutable_meetings()) {
    HideLink(call.audience(), meeting);
  }
  return response;
}

absl::StatusOr<Meeting> CreateMeeting(Call& call,
                                      const CreateMeetingRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  Meeting meeting = request.meeting();
  ClearOutputOnly(meeting);
  ASSIGN_OR_RETURN(const std::string id,
                   ChooseId("meeting_id", request.meeting_id(),
                            MeetingId(meeting.date(), meeting.body())));
  meeting.set_name(absl::StrCat("meetings/", id));
  RETURN_IF_ERROR(CheckMeeting(meeting));
  RETURN_IF_ERROR(CheckNames(call, "meeting", meeting));
  meeting.set_state(Meeting::PLANNED);
  const bool chosen = meeting.visibility() != Meeting::VISIBILITY_UNSPECIFIED;
  if (!chosen) {
    meeting.set_visibility(
        VisibilityAfter(meeting.state(), meeting.visibility()));
  }
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Meeting> {
    RETURN_IF_ERROR(meetings::CheckPrevious(tx, call.audience(), meeting));
    return meetings::Insert(tx, meeting, chosen);
  });
}

absl::StatusOr<Meeting> UpdateMeeting(Call& call,
                                      const UpdateMeetingRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Meeting& patch = request.meeting();
  RETURN_IF_ERROR(CheckNames(call, "meeting", patch));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Meeting> {
    ASSIGN_OR_RETURN(
        Meeting meeting,
        meetings::Lock(tx, call.audience(), patch.name(), patch.etag()));
    ASSIGN_OR_RETURN(const std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, meeting));
    if (changed.empty()) return meeting;
    if (meeting.visibility() == Meeting::VISIBILITY_UNSPECIFIED) {
      meeting.set_visibility(VisibilityAfter(meeting.state(), Meeting::BODY));
    }
    RETURN_IF_ERROR(CheckMeeting(meeting));
    if (std::find(changed.begin(), changed.end(), "previous_meeting") !=
        changed.end()) {
      RETURN_IF_ERROR(meetings::CheckPrevious(tx, call.audience(), meeting));
    }
    return meetings::Update(tx, meeting, changed);
  });
}

absl::StatusOr<Empty> DeleteMeeting(Call& call,
                                    const DeleteMeetingRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(meetings::Delete(tx, meeting));
    return Empty();
  });
}

// The three changes of state differ in the rule alone.
template <Transition transition, class Request>
absl::StatusOr<Meeting> ChangeState(Call& call, const Request& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Meeting> {
    ASSIGN_OR_RETURN(
        Meeting meeting,
        meetings::Lock(tx, call.audience(), request.name(), request.etag()));
    ASSIGN_OR_RETURN(const Meeting::State state,
                     NextState(meeting, transition));
    ASSIGN_OR_RETURN(const bool chosen,
                     meetings::VisibilityChosen(tx, meeting.name()));
    meeting.set_state(state);
    if (chosen) return meetings::Update(tx, meeting, {"state"});
    meeting.set_visibility(VisibilityAfter(state, meeting.visibility()));
    return meetings::Update(tx, meeting, {"state", "visibility"});
  });
}

}  // namespace

void AddMeetings(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.MeetingsService.";
  rpcs.Handle(service + "GetMeeting", GetMeeting);
  rpcs.Handle(service + "ListMeetings", ListMeetings);
  rpcs.Handle(service + "CreateMeeting", CreateMeeting);
  rpcs.Handle(service + "UpdateMeeting", UpdateMeeting);
  rpcs.Handle(service + "DeleteMeeting", DeleteMeeting);
  rpcs.Handle(service + "ConveneMeeting",
              ChangeState<Transition::kConvene, ConveneMeetingRequest>);
  rpcs.Handle(service + "ConcludeMeeting",
              ChangeState<Transition::kConclude, ConcludeMeetingRequest>);
  rpcs.Handle(service + "CancelMeeting",
              ChangeState<Transition::kCancel, CancelMeetingRequest>);
}

}  // namespace reglab::meetings
