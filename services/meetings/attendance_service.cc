#include "services/meetings/attendance_service.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/resource.h"
#include "services/meetings/attendance_rules.h"
#include "services/meetings/attendance_store.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"

namespace reglab::meetings {
namespace {

using v1::Attendance;
using v1::Meeting;
using v1::RespondAttendanceRequest;
using v1::RespondAttendanceResponse;

constexpr char kSend[] = "/reglab.membership.v1.DeliveryService/Send";

const items::Table& Attendances() { return items::TableOf<Attendance>(); }

std::vector<NamedField> PeopleIn(const RespondAttendanceRequest& request) {
  std::vector<NamedField> people;
  for (int i = 0; i < request.participants_size(); ++i) {
    const std::string& person = request.participants(i).person();
    if (!person.empty()) {
      people.push_back({absl::StrCat("participants[", i, "].person"), person});
    }
  }
  return people;
}

// Writes who comes now, with one statement for each whose attendance changes.
absl::Status Replace(Transaction& tx, const Meeting& meeting,
                     const RespondAttendanceRequest& request,
                     const Attendance& attendance,
                     RespondAttendanceResponse& response) {
  ASSIGN_OR_RETURN(const std::vector<Attendance> before,
                   attendances::Participants(tx, attendance.name()));
  ParticipantChanges changes = ChangesOf(request, attendance, before);
  for (const Attendance& removed : changes.removed) {
    RETURN_IF_ERROR(items::Delete(tx, Attendances(), meeting, removed));
  }
  for (Attendance& kept : changes.kept) {
    if (kept.answer() != request.answer()) {
      kept.set_answer(request.answer());
      RETURN_IF_ERROR(
          items::Update(tx, Attendances(), meeting, {"answer"}, kept));
    }
  }
  std::vector<std::string> owners = meetings::OwnersOf(meeting);
  owners.push_back(attendance.organization());
  std::vector<items::NewItem> rows;
  for (Attendance& added : changes.added) {
    added.set_name(absl::StrCat(meeting.name(), "/attendances/", RandomId()));
    rows.push_back({&added});
  }
  RETURN_IF_ERROR(items::Insert(tx, Attendances(), meeting, rows, owners));
  ASSIGN_OR_RETURN(const std::vector<Attendance> now,
                   attendances::Participants(tx, attendance.name()));
  response.mutable_participants()->Add(now.begin(), now.end());
  return absl::OkStatus();
}

absl::StatusOr<RespondAttendanceResponse> RespondAttendance(
    Call& call, const RespondAttendanceRequest& request) {
  const std::string parent = ParentOf(request.name());
  const absl::Time now = absl::Now();
  // Whoever may not answer is told nothing about the people that he names.
  RETURN_IF_ERROR(
      call.Read([&](Transaction& tx) -> absl::StatusOr<Attendance> {
            ASSIGN_OR_RETURN(const Meeting meeting,
                             meetings::Get(tx, call.audience(), parent));
            Attendance attendance;
            RETURN_IF_ERROR(items::Get(tx, Attendances(), call.audience(),
                                       request.name(), attendance));
            RETURN_IF_ERROR(
                CheckMayRespond(call.caller(), meeting, attendance));
            return attendance;
          })
          .status());
  RETURN_IF_ERROR(CheckNames(call, PeopleIn(request)));
  return call.Write(
      [&](Transaction& tx) -> absl::StatusOr<RespondAttendanceResponse> {
        ASSIGN_OR_RETURN(const Meeting meeting,
                         meetings::Lock(tx, call.audience(), parent, ""));
        RespondAttendanceResponse response;
        Attendance& attendance = *response.mutable_attendance();
        RETURN_IF_ERROR(items::Lock(tx, Attendances(), call.audience(),
                                    request.name(), request.etag(),
                                    attendance));
        RETURN_IF_ERROR(CheckMayRespond(call.caller(), meeting, attendance));
        RETURN_IF_ERROR(CheckConvened(meeting));
        RETURN_IF_ERROR(CheckResponse(request, attendance));
        attendance.set_answer(request.answer());
        attendance.set_comment(request.comment());
        attendance.mutable_answer_time()->set_seconds(absl::ToUnixSeconds(now));
        RETURN_IF_ERROR(items::Update(tx, Attendances(), meeting,
                                      {"answer", "answer_time", "comment"},
                                      attendance));
        RETURN_IF_ERROR(Replace(tx, meeting, request, attendance, response));
        return response;
      });
}

// An invitation is on its way, or reaches nobody.
absl::Status InvitationSent(Transaction& tx, const std::string& name,
                            const std::string& bytes,
                            const absl::Status& error) {
  if (!absl::StrContains(name, "/attendances/")) return absl::OkStatus();
  membership::v1::SendResponse response;
  if (error.ok() && !response.ParseFromString(bytes)) {
    return absl::InternalError("letter");
  }
  const bool unreachable = response.dispatches().empty();
  Audience everything;
  everything.visibilities = {"PUBLIC", "MEMBERS", "BODY", "ORGANIZATION"};
  Attendance attendance;
  const absl::Status locked =
      items::Lock(tx, Attendances(), everything, name, "", attendance);
  // It was deleted in the meantime.
  if (absl::IsNotFound(locked)) return absl::OkStatus();
  RETURN_IF_ERROR(locked);
  if (attendance.unreachable() == unreachable) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Meeting meeting,
                   meetings::Get(tx, everything, ParentOf(name)));
  attendance.set_unreachable(unreachable);
  return items::Update(tx, Attendances(), meeting, {"unreachable"}, attendance);
}

}  // namespace

void AddAttendances(Rpcs& rpcs) {
  rpcs.Handle("reglab.meetings.v1.AttendancesService.RespondAttendance",
              RespondAttendance);
  rpcs.OnWorkDone(kSend, InvitationSent);
}

}  // namespace reglab::meetings
