#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "reglab/membership/v1/dispatch.pb.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"
#include "services/meetings/minutes_assembly_rules.h"
#include "services/meetings/minutes_correction_store.h"
#include "services/meetings/minutes_life_rules.h"
#include "services/meetings/minutes_page.h"
#include "services/meetings/minutes_service.h"
#include "services/meetings/minutes_store.h"
#include "services/meetings/minutes_version_store.h"

namespace reglab::meetings {
namespace {

using minutes::WithMeeting;
using v1::ApproveMinutesRequest;
using v1::CirculateMinutesRequest;
using v1::CorrectMinutesRequest;
using v1::CreateMinutesRequest;
using v1::FinalizeMinutesRequest;
using v1::Minutes;
using v1::MinutesVersion;
using v1::UpdateMinutesRequest;

constexpr char kSend[] = "/reglab.membership.v1.DeliveryService/Send";

// What organisations, bodies and people are called where these minutes are
// concerned; asked before the transaction.
absl::StatusOr<minutes::Names> NamesFor(Call& call, const std::string& name) {
  ASSIGN_OR_RETURN(const WithMeeting all, call.Read([&](Transaction& tx) {
    return minutes::Get(tx, call.audience(), name);
  }));
  return DisplayNames(call, all.meeting);
}

// The text that was made from parts that may have changed since.
absl::Status Refresh(Transaction& tx, const minutes::Names& names,
                     WithMeeting& all) {
  all.minutes.clear_markdown();
  return minutes::WithText(tx, names, all);
}

absl::StatusOr<Minutes> CreateMinutes(Call& call,
                                      const CreateMinutesRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  Minutes fresh = request.minutes();
  ClearOutputOnly(fresh);
  RETURN_IF_ERROR(CheckNames(call, "minutes", fresh));
  ASSIGN_OR_RETURN(const v1::Meeting found, call.Read([&](Transaction& tx) {
    return meetings::Get(tx, call.audience(), request.parent());
  }));
  ASSIGN_OR_RETURN(const minutes::Names names, DisplayNames(call, found));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Minutes> {
    WithMeeting all;
    ASSIGN_OR_RETURN(all.meeting,
                     meetings::Lock(tx, call.audience(), request.parent(), ""));
    RETURN_IF_ERROR(CheckHeld(all.meeting));
    ASSIGN_OR_RETURN(const std::vector<v1::Attendance> attendances,
                     minutes::Attendances(tx, all.meeting.name()));
    RETURN_IF_ERROR(CheckSignatories(fresh, attendances));
    ASSIGN_OR_RETURN(all.minutes, minutes::Create(tx, all.meeting, fresh));
    RETURN_IF_ERROR(minutes::WithText(tx, names, all));
    return all.minutes;
  });
}

absl::StatusOr<Minutes> UpdateMinutes(Call& call,
                                      const UpdateMinutesRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Minutes& patch = request.minutes();
  RETURN_IF_ERROR(CheckNames(call, "minutes", patch));
  ASSIGN_OR_RETURN(const minutes::Names names, NamesFor(call, patch.name()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Minutes> {
    ASSIGN_OR_RETURN(
        WithMeeting all,
        minutes::Lock(tx, call.audience(), patch.name(), patch.etag()));
    const Minutes before = all.minutes;
    ASSIGN_OR_RETURN(const std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, all.minutes));
    if (!changed.empty()) {
      RETURN_IF_ERROR(CheckNotFinal(all.minutes));
      RETURN_IF_ERROR(CheckKind(before, all.minutes));
      ASSIGN_OR_RETURN(const std::vector<v1::Attendance> attendances,
                       minutes::Attendances(tx, all.meeting.name()));
      RETURN_IF_ERROR(CheckSignatories(all.minutes, attendances));
      RETURN_IF_ERROR(minutes::Update(tx, all.meeting, changed, all.minutes));
    }
    RETURN_IF_ERROR(minutes::WithText(tx, names, all));
    return all.minutes;
  });
}

// Freezes the text as it stands as the next version of the minutes, whose state
// is the one that they have with it.
absl::StatusOr<MinutesVersion> Freeze(Transaction& tx, WithMeeting& all,
                                      MinutesVersion version,
                                      std::vector<std::string> changed) {
  Minutes& minutes = all.minutes;
  minutes.set_visibility(v1::Meeting::MEMBERS);
  version.set_markdown(minutes.markdown());
  ASSIGN_OR_RETURN(
      MinutesVersion frozen,
      minutes_versions::Insert(tx, all.meeting, minutes, std::move(version)));
  minutes.set_version(frozen.number());
  changed.insert(changed.end(), {"version", "visibility"});
  RETURN_IF_ERROR(
      minutes::Update(tx, all.meeting, std::move(changed), minutes));
  return frozen;
}

// The letter to those who get a version.
membership::v1::SendRequest LetterFor(const CirculateMinutesRequest& request,
                                      const WithMeeting& all,
                                      const MinutesVersion& version) {
  membership::v1::SendRequest letter;
  letter.set_template_("circulation");
  for (const std::string& recipient : version.recipients()) {
    letter.add_recipients(recipient);
  }
  auto& parameters = *letter.mutable_parameters();
  parameters["title"] = Concat(KindInSwedish(all.minutes.kind()), ": ",
                               all.meeting.display_name());
  parameters["text"] = Concat(
      request.message(), request.message().empty() ? "" : "\n\n",
      "Rättelser kan föreslås till och med ", version.corrections_until(), ".");
  letter.set_subject(all.minutes.name());
  letter.set_version(Concat(version.number()));
  letter.set_link(
      Concat("/v1/", all.minutes.name(), "/html?version=", version.number()));
  return letter;
}

absl::StatusOr<Minutes> CirculateMinutes(
    Call& call, const CirculateMinutesRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  ASSIGN_OR_RETURN(const minutes::Names names, NamesFor(call, request.name()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Minutes> {
    ASSIGN_OR_RETURN(
        WithMeeting all,
        minutes::Lock(tx, call.audience(), request.name(), request.etag()));
    ASSIGN_OR_RETURN(const std::vector<v1::Attendance> attendances,
                     minutes::Attendances(tx, all.meeting.name()));
    ASSIGN_OR_RETURN(const std::string today, minutes::Today(tx));
    std::vector<std::string> recipients(request.recipients().begin(),
                                        request.recipients().end());
    if (recipients.empty()) recipients = ParticipantsOf(attendances);
    RETURN_IF_ERROR(CheckCirculation(all.minutes, request, recipients, today));
    RETURN_IF_ERROR(Refresh(tx, names, all));
    ASSIGN_OR_RETURN(const std::vector<std::string> accepted,
                     minutes_corrections::Accepted(tx, all.minutes.name(),
                                                   all.minutes.version()));
    all.minutes.set_state(Minutes::CIRCULATED);
    all.minutes.set_corrections_until(request.corrections_until());
    MinutesVersion version;
    version.set_change(ChangeOf(accepted));
    version.set_corrections_until(request.corrections_until());
    *version.mutable_recipients() = {recipients.begin(), recipients.end()};
    ASSIGN_OR_RETURN(version, Freeze(tx, all, std::move(version),
                                     {"state", "corrections_until"}));
    const membership::v1::SendRequest letter = LetterFor(request, all, version);
    tx.Enqueue({kSend, &letter, version.name()});
    return all.minutes;
  });
}

absl::StatusOr<Minutes> FinalizeMinutes(Call& call,
                                        const FinalizeMinutesRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  ASSIGN_OR_RETURN(const minutes::Names names, NamesFor(call, request.name()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Minutes> {
    ASSIGN_OR_RETURN(
        WithMeeting all,
        minutes::Lock(tx, call.audience(), request.name(), request.etag()));
    ASSIGN_OR_RETURN(const std::string today, minutes::Today(tx));
    ASSIGN_OR_RETURN(const minutes_corrections::Counts counts,
                     minutes_corrections::Count(tx, request.name()));
    RETURN_IF_ERROR(CheckFinalization(all.minutes, counts.open, today));
    RETURN_IF_ERROR(Refresh(tx, names, all));
    ASSIGN_OR_RETURN(const std::vector<std::string> accepted,
                     minutes_corrections::Accepted(tx, all.minutes.name(),
                                                   all.minutes.version()));
    all.minutes.set_state(Minutes::FINAL);
    MinutesVersion version;
    version.set_change(ChangeOf(accepted));
    RETURN_IF_ERROR(Freeze(tx, all, std::move(version), {"state"}).status());
    return all.minutes;
  });
}

absl::StatusOr<Minutes> ApproveMinutes(Call& call,
                                       const ApproveMinutesRequest& request) {
  ASSIGN_OR_RETURN(const minutes::Names names, NamesFor(call, request.name()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Minutes> {
    ASSIGN_OR_RETURN(
        WithMeeting all,
        minutes::Lock(tx, call.audience(), request.name(), request.etag()));
    ASSIGN_OR_RETURN(const std::vector<v1::Attendance> attendances,
                     minutes::Attendances(tx, all.meeting.name()));
    ASSIGN_OR_RETURN(const minutes_corrections::Counts counts,
                     minutes_corrections::Count(tx, request.name()));
    RETURN_IF_ERROR(minutes::WithText(tx, names, all));
    RETURN_IF_ERROR(CheckApproval(all.minutes, call.caller(), attendances,
                                  counts.open, request.digest()));
    RETURN_IF_ERROR(minutes::Approve(tx, all.minutes, call.caller().name));
    RETURN_IF_ERROR(Refresh(tx, names, all));
    if (!AllApproved(all.minutes)) {
      RETURN_IF_ERROR(
          minutes::Update(tx, all.meeting, {"approvals"}, all.minutes));
      return all.minutes;
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> accepted,
                     minutes_corrections::Accepted(tx, all.minutes.name(),
                                                   all.minutes.version()));
    all.minutes.set_state(Minutes::APPROVED);
    MinutesVersion version;
    version.set_change(ChangeOf(accepted));
    RETURN_IF_ERROR(
        Freeze(tx, all, std::move(version), {"state", "approvals"}).status());
    return all.minutes;
  });
}

absl::StatusOr<Minutes> CorrectMinutes(Call& call,
                                       const CorrectMinutesRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Minutes> {
    ASSIGN_OR_RETURN(
        WithMeeting all,
        minutes::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckFinal(all.minutes));
    // Imported before there were versions: what is corrected is kept first.
    if (all.minutes.version() == 0) {
      RETURN_IF_ERROR(Freeze(tx, all, MinutesVersion(), {}).status());
    }
    ASSIGN_OR_RETURN(const std::string today, minutes::Today(tx));
    ASSIGN_OR_RETURN(CorrectedMinutes corrected,
                     Correct(all.minutes.markdown(), request, today));
    MinutesVersion version;
    version.set_change(corrected.change);
    version.set_reason(request.reason());
    all.minutes.set_digest(Sha256(corrected.markdown));
    all.minutes.set_markdown(std::move(corrected.markdown));
    RETURN_IF_ERROR(Freeze(tx, all, std::move(version), {}).status());
    return all.minutes;
  });
}

}  // namespace

void AddMinutesLives(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.MinutesService.";
  rpcs.Handle(service + "CreateMinutes", CreateMinutes);
  rpcs.Handle(service + "UpdateMinutes", UpdateMinutes);
  rpcs.Handle(service + "CirculateMinutes", CirculateMinutes);
  rpcs.Handle(service + "FinalizeMinutes", FinalizeMinutes);
  rpcs.Handle(service + "ApproveMinutes", ApproveMinutes);
  rpcs.Handle(service + "CorrectMinutes", CorrectMinutes);
}

}  // namespace reglab::meetings
