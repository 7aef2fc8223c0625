#include "services/meetings/contribution_service.h"

#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/contribution_rules.h"
#include "services/meetings/contribution_store.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using v1::ConfirmContributionRequest;
using v1::Contribution;
using v1::CorrectContributionRequest;
using v1::CreateContributionRequest;
using v1::DeleteContributionRequest;
using v1::GetContributionRequest;
using v1::InterpretContributionRequest;
using v1::ListContributionsRequest;
using v1::ListContributionsResponse;
using v1::Meeting;
using v1::UpdateContributionRequest;

absl::StatusOr<Contribution> GetContribution(
    Call& call, const GetContributionRequest& request) {
  return call.Read([&](Transaction& tx) {
    return contributions::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListContributionsResponse> ListContributions(
    Call& call, const ListContributionsRequest& request) {
  return List<ListContributionsResponse>(call, contributions::kListing,
                                         request);
}

// The meeting that it is for; none when it is for none. INVALID_ARGUMENT when
// the caller does not see it.
absl::StatusOr<Meeting> MeetingOf(Transaction& tx, const Audience& audience,
                                  const Contribution& contribution) {
  if (contribution.meeting().empty()) return Meeting();
  absl::StatusOr<Meeting> meeting =
      meetings::Get(tx, audience, contribution.meeting());
  if (!absl::IsNotFound(meeting.status())) return meeting;
  return InvalidField(
      "contribution.meeting",
      {Concat("There is no ", contribution.meeting(),
              " that you may read. Name another, or leave it out."),
       Concat("Det finns inget ", contribution.meeting(),
              " som du får läsa. Ange ett annat, eller utelämna det.")});
}

absl::StatusOr<Contribution> CreateContribution(
    Call& call, const CreateContributionRequest& request) {
  Contribution contribution = request.contribution();
  ClearOutputOnly(contribution);
  contribution.set_name(Concat("contributions/", RandomId()));
  contribution.set_state(Contribution::SUBMITTED);
  contribution.set_author(call.caller().name);
  if (contribution.visibility() == Meeting::VISIBILITY_UNSPECIFIED) {
    contribution.set_visibility(Meeting::ORGANIZATION);
  }
  RETURN_IF_ERROR(CheckMayContribute(call.caller(), contribution));
  RETURN_IF_ERROR(CheckSource(call.caller(), contribution));
  RETURN_IF_ERROR(CheckContent(contribution));
  RETURN_IF_ERROR(CheckNames(call, "contribution", contribution));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Contribution> {
    ASSIGN_OR_RETURN(const Meeting meeting,
                     MeetingOf(tx, call.audience(), contribution));
    ASSIGN_OR_RETURN(const std::string today, contributions::Today(tx));
    RETURN_IF_ERROR(CheckStillOpen(call.caller(), meeting, today));
    RETURN_IF_ERROR(contributions::CheckAgendaItems(
        tx, "contribution.agenda_items", contribution));
    return contributions::Insert(tx, contribution, meeting);
  });
}

absl::StatusOr<Contribution> UpdateContribution(
    Call& call, const UpdateContributionRequest& request) {
  const Contribution& patch = request.contribution();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Contribution> {
    ASSIGN_OR_RETURN(
        Contribution contribution,
        contributions::Lock(tx, call.audience(), patch.name(), patch.etag()));
    RETURN_IF_ERROR(CheckMayContribute(call.caller(), contribution));
    const Contribution before = contribution;
    ASSIGN_OR_RETURN(const std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, contribution));
    if (changed.empty()) return contribution;
    RETURN_IF_ERROR(CheckUnsorted(before, changed));
    if (contribution.visibility() == Meeting::VISIBILITY_UNSPECIFIED) {
      contribution.set_visibility(Meeting::ORGANIZATION);
    }
    ASSIGN_OR_RETURN(const Meeting meeting,
                     MeetingOf(tx, call.audience(), contribution));
    const bool only_shown = changed == std::vector<std::string>{"visibility"};
    if (!only_shown) {
      ASSIGN_OR_RETURN(const std::string today, contributions::Today(tx));
      RETURN_IF_ERROR(CheckStillOpen(call.caller(), meeting, today));
      RETURN_IF_ERROR(contributions::CheckAgendaItems(
          tx, "contribution.agenda_items", contribution));
    }
    RETURN_IF_ERROR(CheckContent(contribution));
    return contributions::Update(tx, contribution, meeting, changed);
  });
}

absl::StatusOr<Empty> DeleteContribution(
    Call& call, const DeleteContributionRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(const Contribution contribution,
                     contributions::Lock(tx, call.audience(), request.name(),
                                         request.etag()));
    RETURN_IF_ERROR(CheckMayContribute(call.caller(), contribution));
    if (!call.caller().secretariat()) {
      RETURN_IF_ERROR(CheckUnsorted(contribution, {}));
    }
    RETURN_IF_ERROR(contributions::Delete(tx, contribution));
    return Empty();
  });
}

absl::StatusOr<Contribution> InterpretContribution(
    Call& call, const InterpretContributionRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Contribution> {
    ASSIGN_OR_RETURN(Contribution contribution,
                     contributions::Lock(tx, call.audience(), request.name(),
                                         request.etag()));
    contribution.set_state(Contribution::INTERPRETED);
    contribution.set_understanding(request.understanding());
    contribution.set_interpreter(call.caller().name);
    *contribution.mutable_agenda_items() = request.agenda_items();
    RETURN_IF_ERROR(CheckContent(contribution));
    RETURN_IF_ERROR(
        contributions::CheckAgendaItems(tx, "agenda_items", contribution));
    return contributions::Interpret(tx, contribution);
  });
}

absl::StatusOr<Contribution> ConfirmContribution(
    Call& call, const ConfirmContributionRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Contribution> {
    ASSIGN_OR_RETURN(Contribution contribution,
                     contributions::Lock(tx, call.audience(), request.name(),
                                         request.etag()));
    RETURN_IF_ERROR(CheckMayContribute(call.caller(), contribution));
    RETURN_IF_ERROR(CheckConfirmable(contribution));
    RETURN_IF_ERROR(CheckMayRespond(call.caller(), contribution));
    contribution.set_state(Contribution::CONFIRMED);
    contribution.set_respondent(call.caller().name);
    return contributions::Respond(tx, contribution);
  });
}

absl::StatusOr<Contribution> CorrectContribution(
    Call& call, const CorrectContributionRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Contribution> {
    ASSIGN_OR_RETURN(Contribution contribution,
                     contributions::Lock(tx, call.audience(), request.name(),
                                         request.etag()));
    RETURN_IF_ERROR(CheckMayContribute(call.caller(), contribution));
    RETURN_IF_ERROR(CheckCorrectable(contribution));
    RETURN_IF_ERROR(CheckMayRespond(call.caller(), contribution));
    contribution.set_state(Contribution::CORRECTED);
    contribution.set_correction(request.correction());
    contribution.set_respondent(call.caller().name);
    return contributions::Respond(tx, contribution);
  });
}

}  // namespace

void AddContributions(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.ContributionsService.";
  rpcs.Handle(service + "GetContribution", GetContribution);
  rpcs.Handle(service + "ListContributions", ListContributions);
  rpcs.Handle(service + "CreateContribution", CreateContribution);
  rpcs.Handle(service + "UpdateContribution", UpdateContribution);
  rpcs.Handle(service + "DeleteContribution", DeleteContribution);
  rpcs.Handle(service + "InterpretContribution", InterpretContribution);
  rpcs.Handle(service + "ConfirmContribution", ConfirmContribution);
  rpcs.Handle(service + "CorrectContribution", CorrectContribution);
}

}  // namespace reglab::meetings
