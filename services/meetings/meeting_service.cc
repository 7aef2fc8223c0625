#include "services/meetings/meeting_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/access_rules.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/meetings/agenda_store.h"
#include "services/meetings/attendance_rules.h"
#include "services/meetings/attendance_store.h"
#include "services/meetings/convening.h"
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
using v1::GetMeetingRepresentationRequest;
using v1::GetMeetingRequest;
using v1::InviteToMeetingRequest;
using v1::ListMeetingsRequest;
using v1::ListMeetingsResponse;
using v1::Meeting;
using v1::MeetingRepresentation;
using v1::UpdateMeetingRequest;

absl::StatusOr<Meeting> GetMeeting(Call& call,
                                   const GetMeetingRequest& request) {
  return call.Read([&](Transaction& tx) {
    return meetings::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListMeetingsResponse> ListMeetings(
    Call& call, const ListMeetingsRequest& request) {
  return List<ListMeetingsResponse>(call, meetings::kListing, request);
}

absl::StatusOr<MeetingRepresentation> GetMeetingRepresentation(
    Call& call, const GetMeetingRepresentationRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<std::string> regions, AllRegions(call));
  const std::string meeting = ParentOf(request.name());
  return call.Read(
      [&](Transaction& tx) -> absl::StatusOr<MeetingRepresentation> {
        RETURN_IF_ERROR(meetings::Get(tx, call.audience(), meeting).status());
        return attendances::Count(tx, meeting, regions);
      });
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
    Meeting linked = meeting;
    if (linked.previous_meeting().empty()) {
      ASSIGN_OR_RETURN(const std::string previous,
                       meetings::PreviousOf(tx, meeting));
      linked.set_previous_meeting(previous);
    }
    return meetings::Insert(tx, linked, chosen);
  });
}

// Who sits in the body of a meeting that the invited may have to be told of;
// nobody unless it is convened.
absl::StatusOr<Seats> SeatsToTell(Call& call, const std::string& name) {
  ASSIGN_OR_RETURN(const Meeting meeting, call.Read([&](Transaction& tx) {
    return meetings::Get(tx, call.audience(), name);
  }));
  if (meeting.state() != Meeting::CONVENED) return Seats();
  return SeatsIn(call, meeting.body(), meeting.date());
}

absl::StatusOr<Meeting> UpdateMeeting(Call& call,
                                      const UpdateMeetingRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Meeting& patch = request.meeting();
  RETURN_IF_ERROR(CheckNames(call, "meeting", patch));
  ASSIGN_OR_RETURN(const Seats seats, SeatsToTell(call, patch.name()));
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
    const auto changes = [&](std::string_view path) {
      return std::find(changed.begin(), changed.end(), path) != changed.end();
    };
    if (changes("start_time") || changes("end_time")) {
      RETURN_IF_ERROR(agenda::CheckFits(tx, meeting, "meeting.end_time"));
    }
    if (changes("previous_meeting")) {
      RETURN_IF_ERROR(meetings::CheckPrevious(tx, call.audience(), meeting));
    }
    ASSIGN_OR_RETURN(const Meeting stored,
                     meetings::Update(tx, meeting, changed));
    if (stored.state() == Meeting::CONVENED && TellsTheInvited(changed)) {
      RETURN_IF_ERROR(TellInvited(tx, stored, seats, News::kMoved, ""));
    }
    return stored;
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

// The changes of state differ in the rule, and in what else is done.
absl::StatusOr<Meeting> ChangeState(Transaction& tx, Meeting meeting,
                                    Transition transition) {
  ASSIGN_OR_RETURN(const Meeting::State state, NextState(meeting, transition));
  ASSIGN_OR_RETURN(const bool chosen,
                   meetings::VisibilityChosen(tx, meeting.name()));
  meeting.set_state(state);
  if (chosen) return meetings::Update(tx, meeting, {"state"});
  meeting.set_visibility(VisibilityAfter(state, meeting.visibility()));
  return meetings::Update(tx, meeting, {"state", "visibility"});
}

absl::StatusOr<Meeting> ConveneMeeting(Call& call,
                                       const ConveneMeetingRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  ASSIGN_OR_RETURN(const Meeting planned, call.Read([&](Transaction& tx) {
    return meetings::Get(tx, call.audience(), request.name());
  }));
  RETURN_IF_ERROR(CheckNames(call, "", request));
  ASSIGN_OR_RETURN(const Seats seats,
                   SeatsIn(call, planned.body(), planned.date()));
  const std::vector<Invitee> invitees = InviteesOf(request, seats);
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Meeting> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(NextState(meeting, Transition::kConvene).status());
    RETURN_IF_ERROR(Invite(tx, meeting, invitees, request.message()));
    return ChangeState(tx, meeting, Transition::kConvene);
  });
}

absl::StatusOr<Meeting> InviteToMeeting(Call& call,
                                        const InviteToMeetingRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  ASSIGN_OR_RETURN(const Seats seats, SeatsToTell(call, request.name()));
  RETURN_IF_ERROR(CheckNames(call, "", request));
  ASSIGN_OR_RETURN(const std::vector<Invitee> invitees,
                   InviteesOf(request, seats));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Meeting> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckConvened(meeting));
    RETURN_IF_ERROR(Invite(tx, meeting, invitees, request.message()));
    return meetings::Update(tx, meeting, {});
  });
}

absl::StatusOr<Meeting> ConcludeMeeting(Call& call,
                                        const ConcludeMeetingRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Meeting> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), request.name(), request.etag()));
    return ChangeState(tx, meeting, Transition::kConclude);
  });
}

absl::StatusOr<Meeting> CancelMeeting(Call& call,
                                      const CancelMeetingRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  ASSIGN_OR_RETURN(const Seats seats, SeatsToTell(call, request.name()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Meeting> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), request.name(), request.etag()));
    ASSIGN_OR_RETURN(const Meeting cancelled,
                     ChangeState(tx, meeting, Transition::kCancel));
    RETURN_IF_ERROR(
        TellInvited(tx, cancelled, seats, News::kCancelled, request.reason()));
    return cancelled;
  });
}

}  // namespace

void AddMeetings(Rpcs& rpcs) {
  // A system that does not know the clock in Sweden is told so at start.
  SwedishClock();
  const std::string service = "reglab.meetings.v1.MeetingsService.";
  rpcs.Handle(service + "GetMeeting", GetMeeting);
  rpcs.Handle(service + "ListMeetings", ListMeetings);
  rpcs.Handle(service + "CreateMeeting", CreateMeeting);
  rpcs.Handle(service + "UpdateMeeting", UpdateMeeting);
  rpcs.Handle(service + "DeleteMeeting", DeleteMeeting);
  rpcs.Handle(service + "ConveneMeeting", ConveneMeeting);
  rpcs.Handle(service + "InviteToMeeting", InviteToMeeting);
  rpcs.Handle(service + "ConcludeMeeting", ConcludeMeeting);
  rpcs.Handle(service + "CancelMeeting", CancelMeeting);
  rpcs.Handle(service + "GetMeetingRepresentation", GetMeetingRepresentation);
}

}  // namespace reglab::meetings
