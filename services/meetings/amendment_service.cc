#include "services/meetings/amendment_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "services/common/access_rules.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/amendment_rules.h"
#include "services/meetings/amendment_store.h"
#include "services/meetings/anchor_rules.h"
#include "services/meetings/consultation_rules.h"
#include "services/meetings/consultation_store.h"
#include "services/meetings/draft_store.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"

namespace reglab::meetings {
namespace {

using v1::Amendment;
using v1::Consultation;
using v1::CreateAmendmentRequest;
using v1::DisposeAmendmentRequest;
using v1::GetAmendmentRequest;
using v1::ListAmendmentsRequest;
using v1::ListAmendmentsResponse;
using v1::Paragraph;
using v1::SupportAmendmentRequest;
using v1::UpdateAmendmentRequest;
using v1::WithdrawAmendmentRequest;
using v1::WithdrawSupportRequest;

std::vector<std::string> Authors(const Amendment& amendment) {
  return {amendment.organizations().begin(), amendment.organizations().end()};
}

// INVALID_ARGUMENT naming `field` when it is set and not a meeting that the
// caller may read.
absl::Status CheckMeeting(Transaction& tx, const Audience& audience,
                          std::string_view field, const std::string& name) {
  if (name.empty()) return absl::OkStatus();
  const absl::Status found = meetings::Get(tx, audience, name).status();
  if (!absl::IsNotFound(found)) return found;
  return InvalidField(
      field, {Concat("There is no ", name, ". Name a meeting that exists."),
              Concat(name, " finns inte. Ange ett möte som finns.")});
}

// Gives the amendment its place in the newest draft; without one it waits.
absl::Status Place(Transaction& tx, const Consultation& consultation,
                   Amendment& amendment) {
  if (!amendment.draft().empty()) {
    RETURN_IF_ERROR(CheckIsNewest(consultation, amendment.draft()));
  }
  const std::string& draft = consultation.draft();
  if (draft.empty()) {
    if (!amendment.paragraph().empty()) {
      return InvalidField("amendment.paragraph",
                          {"There is no draft yet, and no paragraph of it. "
                           "Leave it out: the words are found when one comes.",
                           "Det finns inget utkast än, och inget stycke i det. "
                           "Utelämna det: orden söks upp när utkastet "
                           "kommer."});
    }
    Wait(v1::WaitingAmendment::NO_DRAFT, amendment);
    return absl::OkStatus();
  }
  // One paragraph is enough, save to say where the words are instead.
  if (!amendment.paragraph().empty()) {
    ASSIGN_OR_RETURN(const std::vector<Paragraph> one,
                     drafts::Paragraphs(tx, draft, amendment.paragraph()));
    if (Anchor(DraftText(one), draft, amendment).ok()) return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<Paragraph> all,
                   drafts::Paragraphs(tx, draft));
  return Anchor(DraftText(all), draft, amendment);
}

absl::StatusOr<Amendment> GetAmendment(Call& call,
                                       const GetAmendmentRequest& request) {
  return call.Read([&](Transaction& tx) {
    return amendments::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListAmendmentsResponse> ListAmendments(
    Call& call, const ListAmendmentsRequest& request) {
  return call.Read([&](Transaction& tx)
                       -> absl::StatusOr<ListAmendmentsResponse> {
    // "consultations/-" is all.
    if (!request.parent().ends_with("/-")) {
      RETURN_IF_ERROR(
          consultations::Get(tx, call.audience(), request.parent()).status());
    }
    ListAmendmentsResponse response;
    RETURN_IF_ERROR(
        RunList(tx, amendments::kListing, request, call.audience(), response));
    return response;
  });
}

absl::StatusOr<Amendment> CreateAmendment(
    Call& call, const CreateAmendmentRequest& request) {
  Amendment proposed = request.amendment();
  ClearOutputOnly(proposed);
  proposed.set_name(Concat(request.parent(), "/amendments/", RandomId()));
  proposed.set_state(Amendment::OPEN);
  if (proposed.organizations().empty() && proposed.group().empty() &&
      !call.caller().organization.empty()) {
    proposed.add_organizations(call.caller().organization);
  }
  RETURN_IF_ERROR(CheckAmendment(proposed));
  RETURN_IF_ERROR(
      CheckMayWriteFor(call.caller(), Authors(proposed), proposed.name()));
  RETURN_IF_ERROR(CheckNames(call, "amendment", proposed));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Amendment> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Share(tx, call.audience(), request.parent()));
    RETURN_IF_ERROR(CheckIsOpen(consultation));
    Amendment amendment = proposed;
    RETURN_IF_ERROR(CheckMeeting(tx, call.audience(), "amendment.meeting",
                                 amendment.meeting()));
    RETURN_IF_ERROR(Place(tx, consultation, amendment));
    return amendments::Insert(tx, consultation, std::move(amendment));
  });
}

// Whether all of `changed` are among `fields`, or one of them is.
bool Only(const std::vector<std::string>& changed,
          const std::vector<std::string_view>& fields) {
  return std::all_of(
      changed.begin(), changed.end(), [&](const std::string& path) {
        return std::find(fields.begin(), fields.end(), path) != fields.end();
      });
}
bool Any(const std::vector<std::string>& changed,
         const std::vector<std::string_view>& fields) {
  return std::any_of(
      changed.begin(), changed.end(), [&](const std::string& path) {
        return std::find(fields.begin(), fields.end(), path) != fields.end();
      });
}

absl::StatusOr<Amendment> UpdateAmendment(
    Call& call, const UpdateAmendmentRequest& request) {
  const Amendment& patch = request.amendment();
  RETURN_IF_ERROR(CheckNames(call, "amendment", patch));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Amendment> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Share(tx, call.audience(), ParentOf(patch.name())));
    ASSIGN_OR_RETURN(
        Amendment amendment,
        amendments::Lock(tx, call.audience(), patch.name(), patch.etag()));
    RETURN_IF_ERROR(CheckIsAuthor(call.caller(), amendment));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, amendment));
    if (changed.empty()) return amendment;
    // The secretariat finds a place for what waits, also after the closing.
    const bool place_only =
        Only(changed, {"draft", "paragraph", "quote", "occurrence"});
    if (call.caller().secretariat() && place_only) {
      RETURN_IF_ERROR(CheckNotAdopted(consultation));
    } else {
      RETURN_IF_ERROR(CheckIsOpen(consultation));
    }
    RETURN_IF_ERROR(CheckIsOpen(amendment));
    if (Any(changed, {"organizations", "meeting", "group"})) {
      RETURN_IF_ERROR(CheckMayWriteFor(call.caller(), Authors(amendment),
                                       amendment.name()));
      RETURN_IF_ERROR(CheckMeeting(tx, call.audience(), "amendment.meeting",
                                   amendment.meeting()));
    }
    // Which of the places was meant is said of the old words.
    if (Any(changed, {"paragraph", "quote"}) && !Any(changed, {"occurrence"})) {
      amendment.clear_occurrence();
    }
    RETURN_IF_ERROR(CheckAmendment(amendment));
    if (Any(changed, {"draft", "paragraph", "quote", "occurrence"})) {
      RETURN_IF_ERROR(Place(tx, consultation, amendment));
    }
    return amendments::Update(tx, consultation, std::move(amendment),
                              std::move(changed));
  });
}

absl::StatusOr<Amendment> WithdrawAmendment(
    Call& call, const WithdrawAmendmentRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Amendment> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Share(tx, call.audience(), ParentOf(request.name())));
    ASSIGN_OR_RETURN(
        Amendment amendment,
        amendments::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(CheckIsAuthor(call.caller(), amendment));
    RETURN_IF_ERROR(CheckIsOpen(amendment));
    amendment.set_state(Amendment::WITHDRAWN);
    return amendments::Update(tx, consultation, std::move(amendment),
                              {"state"});
  });
}

// For whom support is given or taken back.
template <class Request>
absl::StatusOr<std::string> Supporter(Call& call, const Request& request) {
  const std::string organization = request.organization().empty()
                                       ? call.caller().organization
                                       : request.organization();
  if (organization.empty()) {
    return InvalidField("organization",
                        {"Name the organisation that supports it.",
                         "Ange den organisation som stöder det."});
  }
  RETURN_IF_ERROR(CheckActsFor(call.caller(), organization, request.name()));
  RETURN_IF_ERROR(CheckNames(call, "", request));
  return organization;
}

// Support and its withdrawal differ in the rule alone, which says whether
// anything changed.
template <class Request, class Rule>
absl::StatusOr<Amendment> ChangeSupport(Call& call, const Request& request,
                                        Rule rule) {
  ASSIGN_OR_RETURN(const std::string organization, Supporter(call, request));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Amendment> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Share(tx, call.audience(), ParentOf(request.name())));
    RETURN_IF_ERROR(CheckIsOpen(consultation));
    ASSIGN_OR_RETURN(Amendment amendment,
                     amendments::Lock(tx, call.audience(), request.name(), ""));
    RETURN_IF_ERROR(CheckIsOpen(amendment));
    ASSIGN_OR_RETURN(const bool changed, rule(organization, amendment));
    if (!changed) return amendment;
    return amendments::Update(tx, consultation, std::move(amendment),
                              {"supporters"});
  });
}

absl::StatusOr<Amendment> SupportAmendment(
    Call& call, const SupportAmendmentRequest& request) {
  return ChangeSupport(call, request, Support);
}

absl::StatusOr<Amendment> TakeSupportBack(
    Call& call, const WithdrawSupportRequest& request) {
  return ChangeSupport(call, request,
                       [](const std::string& organization,
                          Amendment& amendment) -> absl::StatusOr<bool> {
                         return WithdrawSupport(organization, amendment);
                       });
}

absl::StatusOr<Amendment> DisposeAmendment(
    Call& call, const DisposeAmendmentRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Amendment> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Share(tx, call.audience(), ParentOf(request.name())));
    RETURN_IF_ERROR(CheckNotAdopted(consultation));
    ASSIGN_OR_RETURN(
        Amendment amendment,
        amendments::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(
        CheckMeeting(tx, call.audience(), "meeting", request.meeting()));
    RETURN_IF_ERROR(Dispose(request, absl::Now(), amendment));
    return amendments::Update(
        tx, consultation, std::move(amendment),
        {"state", "disposition", "disposition_reason", "disposition_meeting",
         "adopted_text", "dispose_time"});
  });
}

}  // namespace

void AddAmendments(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.AmendmentsService.";
  rpcs.Handle(service + "GetAmendment", GetAmendment);
  rpcs.Handle(service + "ListAmendments", ListAmendments);
  rpcs.Handle(service + "CreateAmendment", CreateAmendment);
  rpcs.Handle(service + "UpdateAmendment", UpdateAmendment);
  rpcs.Handle(service + "WithdrawAmendment", WithdrawAmendment);
  rpcs.Handle(service + "SupportAmendment", SupportAmendment);
  rpcs.Handle(service + "WithdrawSupport", TakeSupportBack);
  rpcs.Handle(service + "DisposeAmendment", DisposeAmendment);
}

}  // namespace reglab::meetings
