#include "services/meetings/contribution_rules.h"

#include <algorithm>

#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"

namespace reglab::meetings {
namespace {

using v1::Contribution;
using v1::Meeting;

// What the right to contribute is delegated for.
const std::string& MatterOf(const Contribution& contribution) {
  return contribution.meeting().empty() ? contribution.name()
                                        : contribution.meeting();
}

absl::Status NotInterpreted() {
  return Refused(
      "NOT_INTERPRETED",
      {"The secretariat has not said how it understands the contribution, or "
       "it "
       "has been answered. Wait for its understanding.",
       "Kansliet har inte sagt hur det förstår inspelet, eller så är det redan "
       "besvarat. Vänta på kansliets tolkning."});
}

}  // namespace

absl::Status CheckMayContribute(const Caller& caller,
                                const Contribution& contribution) {
  return CheckActsFor(caller, contribution.organization(),
                      MatterOf(contribution));
}

absl::Status CheckMayRespond(const Caller& caller,
                             const Contribution& contribution) {
  if (caller.ActsFor(contribution.organization(), MatterOf(contribution))) {
    return absl::OkStatus();
  }
  if (!caller.secretariat()) return CheckMayContribute(caller, contribution);
  return MakeError(
      absl::StatusCode::kPermissionDenied, "ORGANIZATION_ONLY",
      {Concat("Only ", contribution.organization(),
              " itself can say whether it was understood. Ask its "
              "representative."),
       Concat("Bara ", contribution.organization(),
              " själv kan säga om den har blivit förstådd. Be dess "
              "medlemsansvarig.")});
}

absl::Status CheckSource(const Caller& caller,
                         const Contribution& contribution) {
  return contribution.source() == Contribution::DIALOGUE
             ? CheckSecretariat(caller)
             : absl::OkStatus();
}

absl::Status CheckContent(const Contribution& contribution) {
  RETURN_IF_ERROR(
      CheckDate("contribution.dialogue_date", contribution.dialogue_date()));
  if (!contribution.dialogue_date().empty() &&
      contribution.source() != Contribution::DIALOGUE) {
    return InvalidField(
        "contribution.dialogue_date",
        {"Only what was said on a dialogue tour has such a day. Leave it out, "
         "or let source be DIALOGUE.",
         "Bara det som sades på en dialogturné har en sådan dag. Utelämna den, "
         "eller låt source vara DIALOGUE."});
  }
  if (contribution.meeting().empty() && contribution.agenda_items_size() > 0) {
    return InvalidField("contribution.agenda_items",
                        {"Items stand on the agenda of a meeting. Name the "
                         "meeting, or leave them out.",
                         "Punkter står på ett mötes dagordning. Ange mötet, "
                         "eller utelämna dem."});
  }
  if (contribution.source() == Contribution::MEETING &&
      contribution.meeting().empty()) {
    return InvalidField("contribution.meeting",
                        {"What was said at a meeting names it.",
                         "Det som sades på ett möte anger mötet."});
  }
  if (contribution.visibility() == Meeting::BODY &&
      contribution.meeting().empty()) {
    return InvalidField(
        "contribution.visibility",
        {"BODY is the body of the meeting. Name a meeting, or choose another.",
         "BODY är mötets organ. Ange ett möte, eller välj något annat."});
  }
  return absl::OkStatus();
}

absl::Status CheckStillOpen(const Caller& caller, const Meeting& meeting,
                            std::string_view today) {
  if (caller.secretariat()) return absl::OkStatus();
  const std::string& last = meeting.contributions_close_date();
  if (!last.empty() && today > last) {
    return Refused(
        "CONTRIBUTIONS_CLOSED",
        {Concat("The last day for contributions to the meeting was ", last,
                ". Send what you have to say to the secretariat."),
         Concat("Sista dag för inspel till mötet var ", last,
                ". Skicka det du vill säga till kansliet.")});
  }
  if (meeting.state() == Meeting::CONCLUDED ||
      meeting.state() == Meeting::CANCELLED) {
    return Refused("CONTRIBUTIONS_CLOSED",
                   {"The meeting is over. Choose the next one, or leave the "
                    "meeting out.",
                    "Mötet är över. Välj nästa, eller utelämna mötet."});
  }
  return absl::OkStatus();
}

absl::Status CheckUnsorted(const Contribution& contribution,
                           const std::vector<std::string>& changed) {
  const bool only_shown =
      !changed.empty() &&
      std::all_of(changed.begin(), changed.end(),
                  [](const std::string& path) { return path == "visibility"; });
  if (contribution.state() == Contribution::SUBMITTED || only_shown) {
    return absl::OkStatus();
  }
  return Refused(
      "CONTRIBUTION_SORTED",
      {"The secretariat has said how it understands the contribution. Confirm "
       "or "
       "correct that, or make a further contribution.",
       "Kansliet har sagt hur det förstår inspelet. Bekräfta eller rätta det, "
       "eller lämna ett nytt inspel."});
}

absl::Status CheckConfirmable(const Contribution& contribution) {
  return contribution.state() == Contribution::INTERPRETED ? absl::OkStatus()
                                                           : NotInterpreted();
}

absl::Status CheckCorrectable(const Contribution& contribution) {
  return contribution.state() == Contribution::CONFIRMED
             ? absl::OkStatus()
             : CheckConfirmable(contribution);
}

std::vector<std::string> OwnersOf(const Contribution& contribution,
                                  const Meeting& meeting) {
  std::vector<std::string> owners = {contribution.organization()};
  if (contribution.visibility() == Meeting::BODY) {
    owners.push_back(meeting.body());
  }
  return owners;
}

}  // namespace reglab::meetings
