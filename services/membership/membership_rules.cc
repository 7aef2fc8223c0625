#include "services/membership/membership_rules.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/access_rules.h"
#include "services/membership/period_rules.h"

namespace reglab::membership {

using google::protobuf::util::TimeUtil;
using v1::Membership;

absl::Status CheckTransition(Membership::State from, Membership::State to) {
  const bool possible =
      (from == Membership::APPLIED &&
       (to == Membership::ACTIVE || to == Membership::REJECTED)) ||
      (from == Membership::ACTIVE && to == Membership::ENDED);
  if (possible) return absl::OkStatus();
  const std::string& was = Membership::State_Name(from);
  const std::string& wanted = Membership::State_Name(to);
  return Refused(
      "MEMBERSHIP_STATE",
      {absl::StrCat(
           "A membership that is ", was, " can't become ", wanted,
           ": APPLIED becomes ACTIVE or REJECTED, ACTIVE becomes ENDED. "
           "Create a new membership instead."),
       absl::StrCat("Ett medlemskap som är ", was, " kan inte bli ", wanted,
                    ": APPLIED blir ACTIVE eller REJECTED, ACTIVE blir ENDED. "
                    "Lägg upp ett nytt medlemskap i stället.")});
}

absl::Status CheckMembership(const Membership& membership,
                             std::string_view today) {
  RETURN_IF_ERROR(CheckPeriod("membership", membership.start_date(),
                              membership.end_date()));
  if (membership.state() != Membership::ENDED) return absl::OkStatus();
  if (membership.end_date().empty()) {
    return InvalidField("membership.end_date",
                        {"A membership that has ended needs its last day.",
                         "Ett avslutat medlemskap behöver sin sista dag."});
  }
  // Dates of this form compare as text.
  if (membership.end_date() > today) {
    return InvalidField("membership.end_date",
                        {"A membership that has ended can't end in the future. "
                         "Give a day that is past, or say ACTIVE.",
                         "Ett avslutat medlemskap kan inte sluta i framtiden. "
                         "Ange en dag som har varit, eller säg ACTIVE."});
  }
  return absl::OkStatus();
}

absl::Status CheckUpdate(const Membership& before, const Membership& after) {
  const bool lasts = before.state() == Membership::APPLIED ||
                     before.state() == Membership::ACTIVE;
  const char* field = before.state() != after.state() ? "membership.state"
                      : lasts && before.end_date() != after.end_date()
                          ? "membership.end_date"
                          : nullptr;
  if (field == nullptr) return absl::OkStatus();
  return Refused("MEMBERSHIP_STATE",
                 {"An update does not decide on a membership. Call approve, "
                  "reject or end, "
                  "which keep who decided and why.",
                  "En ändring avgör inte ett medlemskap. Anropa approve, "
                  "reject eller end, "
                  "som sparar vem som beslutade och varför."},
                 {{field,
                   {"It is changed by approve, reject and end alone.",
                    "Det ändras bara av approve, reject och end."}}});
}

void AddStep(Membership& membership, Membership::State state,
             std::string_view date, std::string_view reason,
             std::string_view actor) {
  Membership::Step& step = *membership.add_history();
  step.set_state(state);
  step.set_date(std::string(date));
  step.set_reason(std::string(reason));
  step.set_actor(std::string(actor));
  *step.mutable_time() = TimeUtil::GetCurrentTime();
}

void EndOn(Membership& membership, std::string_view end_date,
           std::string_view today) {
  membership.set_end_date(std::string(end_date));
  if (end_date <= today) membership.set_state(Membership::ENDED);
}

Membership ShownTo(const Caller& caller, Membership membership) {
  if (SeesContactDetails(caller, ParentOf(membership.name()))) {
    return membership;
  }
  for (Membership::Step& step : *membership.mutable_history()) {
    step.clear_reason();
    step.clear_actor();
  }
  return membership;
}

}  // namespace reglab::membership
