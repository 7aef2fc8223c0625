#include "services/meetings/consultation_service.h"

#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "services/common/access_rules.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/consultation_rules.h"
#include "services/meetings/consultation_store.h"
#include "services/meetings/draft_store.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using v1::AdoptConsultationRequest;
using v1::CloseConsultationRequest;
using v1::Consultation;
using v1::CreateConsultationRequest;
using v1::DeleteConsultationRequest;
using v1::GetConsultationRequest;
using v1::ListConsultationsRequest;
using v1::ListConsultationsResponse;
using v1::Meeting;
using v1::OpenConsultationRequest;
using v1::UpdateConsultationRequest;

// The meeting that a caller names, which he must be able to read.
absl::StatusOr<Meeting> NamedMeeting(Transaction& tx, const Audience& audience,
                                     std::string_view field,
                                     const std::string& name) {
  absl::StatusOr<Meeting> meeting = meetings::Get(tx, audience, name);
  if (!absl::IsNotFound(meeting.status())) return meeting;
  return InvalidField(
      field, {Concat("There is no ", name, ". Name a meeting that exists."),
              Concat(name, " finns inte. Ange ett möte som finns.")});
}

absl::Status CheckPlace(Transaction& tx, const Audience& audience,
                        const Consultation& consultation) {
  if (consultation.meeting().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Meeting meeting,
                   NamedMeeting(tx, audience, "consultation.meeting",
                                consultation.meeting()));
  return items::CheckAgendaItem(tx, "consultation.agenda_item", meeting,
                                consultation.agenda_item());
}

absl::StatusOr<Consultation> GetConsultation(
    Call& call, const GetConsultationRequest& request) {
  return call.Read([&](Transaction& tx) {
    return consultations::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListConsultationsResponse> ListConsultations(
    Call& call, const ListConsultationsRequest& request) {
  return List<ListConsultationsResponse>(call, consultations::kListing,
                                         request);
}

absl::StatusOr<Consultation> CreateConsultation(
    Call& call, const CreateConsultationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  Consultation consultation = request.consultation();
  ClearOutputOnly(consultation);
  ASSIGN_OR_RETURN(const std::string id,
                   ChooseId("consultation_id", request.consultation_id(),
                            consultation.title()));
  consultation.set_name(Concat("consultations/", id));
  RETURN_IF_ERROR(CheckConsultation(consultation));
  RETURN_IF_ERROR(CheckNames(call, "consultation", consultation));
  consultation.set_state(Consultation::DRAFT);
  if (consultation.visibility() == Meeting::VISIBILITY_UNSPECIFIED) {
    consultation.set_visibility(Meeting::MEMBERS);
  }
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Consultation> {
    RETURN_IF_ERROR(CheckPlace(tx, call.audience(), consultation));
    return consultations::Insert(tx, consultation);
  });
}

absl::StatusOr<Consultation> UpdateConsultation(
    Call& call, const UpdateConsultationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Consultation& patch = request.consultation();
  RETURN_IF_ERROR(CheckNames(call, "consultation", patch));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Consultation> {
    ASSIGN_OR_RETURN(
        Consultation consultation,
        consultations::Lock(tx, call.audience(), patch.name(), patch.etag()));
    RETURN_IF_ERROR(CheckNotAdopted(consultation));
    ASSIGN_OR_RETURN(const std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, consultation));
    if (changed.empty()) return consultation;
    if (consultation.visibility() == Meeting::VISIBILITY_UNSPECIFIED) {
      consultation.set_visibility(Meeting::MEMBERS);
    }
    RETURN_IF_ERROR(CheckConsultation(consultation));
    RETURN_IF_ERROR(CheckPlace(tx, call.audience(), consultation));
    return consultations::Update(tx, consultation, changed);
  });
}

absl::StatusOr<Empty> DeleteConsultation(
    Call& call, const DeleteConsultationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(const Consultation consultation,
                     consultations::Lock(tx, call.audience(), request.name(),
                                         request.etag()));
    RETURN_IF_ERROR(consultations::Delete(tx, consultation));
    return Empty();
  });
}

absl::StatusOr<Consultation> OpenConsultation(
    Call& call, const OpenConsultationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Consultation> {
    ASSIGN_OR_RETURN(Consultation consultation,
                     consultations::Lock(tx, call.audience(), request.name(),
                                         request.etag()));
    ASSIGN_OR_RETURN(const std::string today, consultations::Today(tx));
    RETURN_IF_ERROR(Open(today, request.close_date(), consultation));
    return consultations::Update(tx, consultation,
                                 {"state", "open_date", "close_date"});
  });
}

absl::StatusOr<Consultation> CloseConsultation(
    Call& call, const CloseConsultationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Consultation> {
    ASSIGN_OR_RETURN(Consultation consultation,
                     consultations::Lock(tx, call.audience(), request.name(),
                                         request.etag()));
    ASSIGN_OR_RETURN(const std::string today, consultations::Today(tx));
    RETURN_IF_ERROR(Close(today, consultation));
    return consultations::Update(tx, consultation, {"state", "close_date"});
  });
}

absl::StatusOr<v1::Decision> NamedDecision(Transaction& tx,
                                           const Audience& audience,
                                           const std::string& name) {
  v1::Decision decision;
  const absl::Status found =
      items::Get(tx, items::TableOf<v1::Decision>(), audience, name, decision);
  if (!absl::IsNotFound(found)) {
    RETURN_IF_ERROR(found);
    return decision;
  }
  return InvalidField(
      "decision",
      {Concat("There is no ", name,
              ". Write the decision down at its meeting "
              "first."),
       Concat(name, " finns inte. Skriv in beslutet vid mötet först.")});
}

absl::StatusOr<v1::Draft> DraftOf(Transaction& tx, const Audience& audience,
                                  const Consultation& consultation,
                                  const std::string& name) {
  const bool own = ParentOf(name) == consultation.name();
  absl::StatusOr<v1::Draft> draft =
      own ? drafts::Get(tx, audience, name) : NotFound(name);
  if (!absl::IsNotFound(draft.status())) return draft;
  return InvalidField(
      "draft", {"The consultation has no such draft. Name one that it has.",
                "Provtryckningen har inget sådant utkast. Ange ett som den "
                "har."});
}

absl::StatusOr<Consultation> AdoptConsultation(
    Call& call, const AdoptConsultationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Consultation> {
    const Audience& audience = call.audience();
    ASSIGN_OR_RETURN(
        Consultation consultation,
        consultations::Lock(tx, audience, request.name(), request.etag()));
    ASSIGN_OR_RETURN(v1::Draft draft,
                     DraftOf(tx, audience, consultation,
                             request.draft().empty() ? consultation.draft()
                                                     : request.draft()));
    ASSIGN_OR_RETURN(const v1::Decision decision,
                     NamedDecision(tx, audience, request.decision()));
    ASSIGN_OR_RETURN(const Meeting meeting,
                     meetings::Get(tx, audience, ParentOf(decision.name())));
    RETURN_IF_ERROR(Adopt(draft.name(), decision, meeting, consultation));
    draft.set_decision(decision.name());
    ASSIGN_OR_RETURN(consultation, consultations::Update(
                                       tx, consultation,
                                       {"state", "adopted_draft", "decision"}));
    RETURN_IF_ERROR(
        drafts::Update(tx, consultation, draft, {"state", "decision"})
            .status());
    return consultation;
  });
}

}  // namespace

void AddConsultations(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.ConsultationsService.";
  rpcs.Handle(service + "GetConsultation", GetConsultation);
  rpcs.Handle(service + "ListConsultations", ListConsultations);
  rpcs.Handle(service + "CreateConsultation", CreateConsultation);
  rpcs.Handle(service + "UpdateConsultation", UpdateConsultation);
  rpcs.Handle(service + "DeleteConsultation", DeleteConsultation);
  rpcs.Handle(service + "OpenConsultation", OpenConsultation);
  rpcs.Handle(service + "CloseConsultation", CloseConsultation);
  rpcs.Handle(service + "AdoptConsultation", AdoptConsultation);
  rpcs.Every(absl::Minutes(1), "consultations", consultations::TurnStates);
}

}  // namespace reglab::meetings
