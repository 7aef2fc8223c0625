#include <string>
#include <vector>

#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/minutes_correction_store.h"
#include "services/meetings/minutes_life_rules.h"
#include "services/meetings/minutes_service.h"
#include "services/meetings/minutes_store.h"
#include "services/meetings/minutes_version_store.h"

namespace reglab::meetings {
namespace {

using v1::CreateMinutesCorrectionRequest;
using v1::GetMinutesCorrectionRequest;
using v1::ListMinutesCorrectionsRequest;
using v1::ListMinutesCorrectionsResponse;
using v1::MinutesCorrection;

absl::StatusOr<MinutesCorrection> GetMinutesCorrection(
    Call& call, const GetMinutesCorrectionRequest& request) {
  return call.Read([&](Transaction& tx) {
    return minutes_corrections::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListMinutesCorrectionsResponse> ListMinutesCorrections(
    Call& call, const ListMinutesCorrectionsRequest& request) {
  return call.Read(
      [&](Transaction& tx) -> absl::StatusOr<ListMinutesCorrectionsResponse> {
        // "meetings/-/minutes" are those of every meeting.
        if (request.parent() != "meetings/-/minutes") {
          RETURN_IF_ERROR(
              minutes::Get(tx, call.audience(), request.parent()).status());
        }
        ListMinutesCorrectionsResponse response;
        RETURN_IF_ERROR(RunList(tx, minutes_corrections::kListing, request,
                                call.audience(), response));
        return response;
      });
}

absl::StatusOr<MinutesCorrection> CreateMinutesCorrection(
    Call& call, const CreateMinutesCorrectionRequest& request) {
  MinutesCorrection correction = request.minutes_correction();
  ClearOutputOnly(correction);
  correction.set_state(MinutesCorrection::PROPOSED);
  correction.set_organization(call.caller().organization);
  correction.set_proposer(call.caller().name);
  return call.Write([&](Transaction& tx) -> absl::StatusOr<MinutesCorrection> {
    ASSIGN_OR_RETURN(const minutes::WithMeeting all,
                     minutes::Lock(tx, call.audience(), request.parent(), ""));
    ASSIGN_OR_RETURN(const std::vector<v1::Attendance> attendances,
                     minutes::Attendances(tx, all.meeting.name()));
    RETURN_IF_ERROR(CheckParticipant(call.caller(), all.meeting, attendances));
    v1::MinutesVersion version;
    if (all.minutes.version() > 0) {
      ASSIGN_OR_RETURN(version, minutes_versions::Get(
                                    tx, call.audience(),
                                    Concat(all.minutes.name(), "/versions/",
                                           all.minutes.version())));
    }
    ASSIGN_OR_RETURN(const minutes_corrections::Counts counts,
                     minutes_corrections::Count(tx, all.minutes.name()));
    ASSIGN_OR_RETURN(const std::string today, minutes::Today(tx));
    RETURN_IF_ERROR(CheckProposal(all.minutes, correction, version.markdown(),
                                  counts.proposed, today));
    MinutesCorrection proposed = correction;
    proposed.set_version(version.number());
    return minutes_corrections::Insert(tx, all.meeting, std::move(proposed));
  });
}

// Accepting and declining differ in the state alone.
template <MinutesCorrection::State state, class Request>
absl::StatusOr<MinutesCorrection> Answer(Call& call, const Request& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<MinutesCorrection> {
    const std::string name(
        request.name().substr(0, request.name().find("/corrections/")));
    ASSIGN_OR_RETURN(const minutes::WithMeeting all,
                     minutes::Lock(tx, call.audience(), name, ""));
    ASSIGN_OR_RETURN(MinutesCorrection correction,
                     minutes_corrections::Lock(tx, call.audience(),
                                               request.name(), request.etag()));
    RETURN_IF_ERROR(CheckUnanswered(correction));
    RETURN_IF_ERROR(CheckNotFinal(all.minutes));
    correction.set_state(state);
    correction.set_reason(request.reason());
    return minutes_corrections::Update(tx, std::move(correction));
  });
}

}  // namespace

void AddMinutesCorrections(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.MinutesCorrectionsService.";
  rpcs.Handle(service + "GetMinutesCorrection", GetMinutesCorrection);
  rpcs.Handle(service + "ListMinutesCorrections", ListMinutesCorrections);
  rpcs.Handle(service + "CreateMinutesCorrection", CreateMinutesCorrection);
  rpcs.Handle(
      service + "AcceptMinutesCorrection",
      Answer<MinutesCorrection::ACCEPTED, v1::AcceptMinutesCorrectionRequest>);
  rpcs.Handle(
      service + "DeclineMinutesCorrection",
      Answer<MinutesCorrection::DECLINED, v1::DeclineMinutesCorrectionRequest>);
}

}  // namespace reglab::meetings
