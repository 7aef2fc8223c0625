#include "services/membership/membership_rules.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/status_macros.h"
#include "services/membership/period_rules.h"

namespace reglab::membership {

using v1::Membership;

absl::Status CheckTransition(Membership::State from, Membership::State to) {
  const bool possible =
      from == to ||
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

absl::Status CheckMembership(const Membership& membership) {
  RETURN_IF_ERROR(CheckPeriod("membership", membership.start_date(),
                              membership.end_date()));
  if (membership.state() == Membership::ENDED &&
      membership.end_date().empty()) {
    return InvalidField("membership.end_date",
                        {"A membership that has ended needs its last day.",
                         "Ett avslutat medlemskap behöver sin sista dag."});
  }
  return absl::OkStatus();
}

}  // namespace reglab::membership
