#include "services/meetings/referral_service.h"

#include <google/protobuf/util/time_util.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "reglab/membership/v1/dispatch.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/day_store.h"
#include "services/meetings/holder_rules.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"
#include "services/meetings/referral_rules.h"
#include "services/meetings/referral_store.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::TimeUtil;
using v1::AcknowledgeReferralRequest;
using v1::AnswerReferralRequest;
using v1::CloseReferralRequest;
using v1::CreateReferralRequest;
using v1::DeleteReferralRequest;
using v1::GetReferralRequest;
using v1::ListReferralsRequest;
using v1::ListReferralsResponse;
using v1::Meeting;
using v1::Referral;
using v1::RemindReferralRequest;
using v1::ReturnReferralRequest;
using v1::SendReferralRequest;
using v1::UpdateReferralRequest;

// What the service may see and do where it acts by itself.
Audience Everything() {
  Audience everything;
  everything.visibilities = {"PUBLIC", "MEMBERS", "BODY", "ORGANIZATION"};
  return everything;
}

absl::StatusOr<Referral> GetReferral(Call& call,
                                     const GetReferralRequest& request) {
  const Audience audience =
      AudienceOn(call.caller(), call.audience(), request.name());
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Referral> {
    ASSIGN_OR_RETURN(Referral referral,
                     referrals::Get(tx, audience, request.name()));
    HideCallers(audience, referral);
    return referral;
  });
}

absl::StatusOr<ListReferralsResponse> ListReferrals(
    Call& call, const ListReferralsRequest& request) {
  ASSIGN_OR_RETURN(
      ListReferralsResponse response,
      List<ListReferralsResponse>(call, referrals::kListing, request));
  for (Referral& referral : *response.mutable_referrals()) {
    HideCallers(call.audience(), referral);
  }
  return response;
}

absl::StatusOr<Referral> CreateReferral(Call& call,
                                        const CreateReferralRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  Referral wanted = request.referral();
  ClearOutputOnly(wanted);
  std::string id = RandomId();
  if (!request.referral_id().empty()) {
    ASSIGN_OR_RETURN(id, ChooseId("referral_id", request.referral_id(), ""));
  }
  wanted.set_name(Concat("referrals/", id));
  wanted.set_state(Referral::DRAFT);
  if (wanted.visibility() == Meeting::VISIBILITY_UNSPECIFIED) {
    wanted.set_visibility(Meeting::MEMBERS);
  }
  RETURN_IF_ERROR(CheckReferral("referral.", wanted));
  RETURN_IF_ERROR(CheckNames(call, "referral", wanted));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Referral> {
    RETURN_IF_ERROR(referrals::CheckSource(tx, call.audience(), wanted));
    return referrals::Insert(tx, wanted);
  });
}

absl::StatusOr<Referral> UpdateReferral(Call& call,
                                        const UpdateReferralRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Referral& patch = request.referral();
  RETURN_IF_ERROR(CheckNames(call, "referral", patch));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Referral> {
    ASSIGN_OR_RETURN(
        Referral referral,
        referrals::Lock(tx, call.audience(), patch.name(), patch.etag()));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, referral));
    if (changed.empty()) return referral;
    RETURN_IF_ERROR(CheckChange(referral.state(), changed));
    if (referral.visibility() == Meeting::VISIBILITY_UNSPECIFIED) {
      referral.set_visibility(Meeting::MEMBERS);
    }
    RETURN_IF_ERROR(CheckReferral("referral.", referral));
    RETURN_IF_ERROR(referrals::CheckSource(tx, call.audience(), referral));
    return referrals::Update(tx, std::move(referral), std::move(changed));
  });
}

absl::StatusOr<Empty> DeleteReferral(Call& call,
                                     const DeleteReferralRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Referral referral,
        referrals::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckDelete(referral));
    RETURN_IF_ERROR(referrals::Delete(tx, referral));
    return Empty();
  });
}

referrals::Step StepBy(const Caller& caller, Referral::State state,
                       std::string_view text = "") {
  return {state, caller.name, caller.organization, std::string(text)};
}

// The work's subject is the referral where whoever has it is written to: then
// it is noted whether the letter reached anyone.
void SendLetter(Transaction& tx, const Referral& referral, Occasion occasion,
                std::string_view email = "") {
  const membership::v1::SendRequest letter =
      LetterOn(referral, occasion, email, absl::Now());
  tx.Enqueue({kSendLetter, &letter,
              occasion == Occasion::kCameBack
                  ? Concat(referral.name(), "/", "answer")
                  : referral.name()});
}

absl::StatusOr<Referral> SendReferral(Call& call,
                                      const SendReferralRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Referral> {
    ASSIGN_OR_RETURN(
        Referral referral,
        referrals::Lock(tx, call.audience(), request.name(), request.etag()));
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    RETURN_IF_ERROR(CheckSend(referral, request.email(), today));
    *referral.mutable_send_time() = TimeUtil::GetCurrentTime();
    ASSIGN_OR_RETURN(
        Referral sent,
        referrals::Take(tx, std::move(referral),
                        StepBy(call.caller(), Referral::SENT), {"send_time"}));
    if (!request.email().empty()) {
      RETURN_IF_ERROR(referrals::SetEmail(tx, sent.name(), request.email()));
    }
    SendLetter(tx, sent, Occasion::kSent, request.email());
    return sent;
  });
}

absl::StatusOr<Referral> RemindReferral(Call& call,
                                        const RemindReferralRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Referral> {
    ASSIGN_OR_RETURN(
        const Referral referral,
        referrals::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckOut(referral));
    ASSIGN_OR_RETURN(const std::string email,
                     referrals::EmailOf(tx, referral.name()));
    SendLetter(tx, referral, Occasion::kReminded, email);
    return referrals::NoteReminder(tx, referral.name());
  });
}

// What came back stands on the agenda of the sending body's next meeting, if
// one is planned that is not the one it comes from; otherwise on that of the
// next one that is made.
absl::StatusOr<Referral> PutOnAgenda(Transaction& tx, Referral referral) {
  ASSIGN_OR_RETURN(
      const std::string next,
      referrals::NextMeeting(tx, referral.from_body(), referral.meeting()));
  if (next.empty()) return referral;
  ASSIGN_OR_RETURN(const Meeting meeting,
                   meetings::Lock(tx, Everything(), next, ""));
  v1::AgendaItem item = AgendaItemOn(referral);
  item.set_name(Concat(next, "/agenda-items/", RandomId()));
  ASSIGN_OR_RETURN(const int position, referrals::NextPosition(tx, next));
  item.set_position(position);
  RETURN_IF_ERROR(
      items::Insert(tx, items::TableOf<v1::AgendaItem>(), meeting, {{&item}}));
  RETURN_IF_ERROR(referrals::StandsOn(tx, next, {referral.name()}));
  return referrals::Get(tx, Everything(), referral.name());
}

// The referral ends, by whoever has it or by the secretariat.
absl::StatusOr<Referral> End(Transaction& tx, const Caller& caller,
                             Referral referral, Referral::State state,
                             std::string_view text) {
  RETURN_IF_ERROR(CheckStep(referral, state));
  const bool answered = state == Referral::ANSWERED;
  if (answered) {
    referral.set_answer(std::string(text));
  } else {
    referral.set_reason(std::string(text));
  }
  *referral.mutable_end_time() = TimeUtil::GetCurrentTime();
  ASSIGN_OR_RETURN(
      Referral ended,
      referrals::Take(tx, std::move(referral), StepBy(caller, state, text),
                      {answered ? "answer" : "reason", "end_time"}));
  SendLetter(tx, ended, Occasion::kCameBack);
  return PutOnAgenda(tx, std::move(ended));
}

// The referral for whoever has it.
absl::StatusOr<Referral> LockHeld(Transaction& tx, const Call& call,
                                  const std::string& name,
                                  const std::string& etag) {
  ASSIGN_OR_RETURN(
      Referral referral,
      referrals::Lock(tx, AudienceOn(call.caller(), call.audience(), name),
                      name, etag));
  RETURN_IF_ERROR(
      CheckHolds(call.caller(), referral.target(), name, kAnswerPermission));
  return referral;
}

absl::StatusOr<Referral> AcknowledgeReferral(
    Call& call, const AcknowledgeReferralRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Referral> {
    ASSIGN_OR_RETURN(Referral referral,
                     LockHeld(tx, call, request.name(), request.etag()));
    RETURN_IF_ERROR(CheckStep(referral, Referral::ACKNOWLEDGED));
    return referrals::Take(tx, std::move(referral),
                           StepBy(call.caller(), Referral::ACKNOWLEDGED), {});
  });
}

absl::StatusOr<Referral> AnswerReferral(Call& call,
                                        const AnswerReferralRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Referral> {
    ASSIGN_OR_RETURN(Referral referral,
                     LockHeld(tx, call, request.name(), request.etag()));
    return End(tx, call.caller(), std::move(referral), Referral::ANSWERED,
               request.text());
  });
}

absl::StatusOr<Referral> ReturnReferral(Call& call,
                                        const ReturnReferralRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Referral> {
    ASSIGN_OR_RETURN(Referral referral,
                     LockHeld(tx, call, request.name(), request.etag()));
    return End(tx, call.caller(), std::move(referral), Referral::RETURNED,
               request.reason());
  });
}

absl::StatusOr<Referral> CloseReferral(Call& call,
                                       const CloseReferralRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Referral> {
    ASSIGN_OR_RETURN(
        Referral referral,
        referrals::Lock(tx, call.audience(), request.name(), request.etag()));
    return End(tx, call.caller(), std::move(referral),
               Referral::CLOSED_WITHOUT_ANSWER, request.reason());
  });
}

absl::Status LetterTaken(Transaction& tx, const std::string& subject,
                         const std::string& response,
                         const absl::Status& error) {
  const bool of_holder = subject.starts_with("referrals/") &&
                         subject.find('/') == subject.rfind('/');
  if (!of_holder) return absl::OkStatus();
  membership::v1::SendResponse sent;
  const bool reached = error.ok() && sent.ParseFromString(response) &&
                       sent.dispatches_size() > 0;
  return referrals::SetUnreachable(tx, subject, !reached);
}

}  // namespace

void AddReferrals(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.ReferralsService.";
  rpcs.Handle(service + "GetReferral", GetReferral);
  rpcs.Handle(service + "ListReferrals", ListReferrals);
  rpcs.Handle(service + "CreateReferral", CreateReferral);
  rpcs.Handle(service + "UpdateReferral", UpdateReferral);
  rpcs.Handle(service + "DeleteReferral", DeleteReferral);
  rpcs.Handle(service + "SendReferral", SendReferral);
  rpcs.Handle(service + "RemindReferral", RemindReferral);
  rpcs.Handle(service + "AcknowledgeReferral", AcknowledgeReferral);
  rpcs.Handle(service + "AnswerReferral", AnswerReferral);
  rpcs.Handle(service + "ReturnReferral", ReturnReferral);
  rpcs.Handle(service + "CloseReferral", CloseReferral);
  rpcs.OnWorkDone(kSendLetter, LetterTaken);
}

}  // namespace reglab::meetings
