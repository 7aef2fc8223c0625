#ifndef REGLAB_SERVICES_MEETINGS_REFERRAL_RULES_H_
#define REGLAB_SERVICES_MEETINGS_REFERRAL_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/referral.pb.h"
#include "reglab/membership/v1/dispatch.pb.h"
#include "services/common/identity.h"

namespace reglab::meetings {

// What is decided about referrals, without a database.

// The permission that a guest's link, and everyone else who answers, has.
inline constexpr std::string_view kAnswerPermission =
    "meetings.referrals.answer";

// What asks membership for letters, as recorded work.
inline constexpr char kSendLetter[] =
    "/reglab.membership.v1.DeliveryService/Send";

// INVALID_ARGUMENT when a referral is ASSIGNED to an organisation, FORWARDED to
// a body, or goes to the body that sends it.
absl::Status CheckReferral(const v1::Referral& referral);

// What may change in this state: FAILED_PRECONDITION/REFERRAL_ENDED of one that
// has ended, REFERRAL_SENT when more than due date and visibility of one that
// is out.
absl::Status CheckChange(v1::Referral::State state,
                         const std::vector<std::string>& changed);

// FAILED_PRECONDITION/REFERRAL_SENT: only a draft is deleted.
absl::Status CheckDelete(const v1::Referral& referral);

// FAILED_PRECONDITION (REFERRAL_NOT_DRAFT, REFERRAL_WITHOUT_TARGET,
// REFERRAL_DUE_PAST); INVALID_ARGUMENT naming `email` when it is no address, or
// is given for a body, which has members. `today` as 2026-11-24.
absl::Status CheckSend(const v1::Referral& referral, std::string_view email,
                       std::string_view today);

// Whether it is out: FAILED_PRECONDITION/REFERRAL_NOT_OUT.
absl::Status CheckOut(const v1::Referral& referral);

// Whether the referral may become `next`: ACKNOWLEDGED, ANSWERED, RETURNED or
// CLOSED_WITHOUT_ANSWER. FAILED_PRECONDITION (REFERRAL_NOT_SENT,
// REFERRAL_ACKNOWLEDGED, REFERRAL_ENDED, REFERRAL_ASSIGNED).
absl::Status CheckStep(const v1::Referral& referral, v1::Referral::State next);

// Who took each step is told to the two between whom it goes, and to the
// secretariat.
void HideCallers(const Audience& audience, v1::Referral& referral);

// What came back, as an item on the agenda of the body that sent it.
v1::AgendaItem AgendaItemOn(const v1::Referral& referral);

// What is told by mail.
enum class Occasion { kSent, kDueSoon, kOverdue, kReminded, kCameBack };

// To the target, or when it came back to the body that sent it. `email` gets a
// one-time link, from `now` on, instead of the target.
membership::v1::SendRequest LetterOn(const v1::Referral& referral,
                                     Occasion occasion, std::string_view email,
                                     absl::Time now);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_REFERRAL_RULES_H_
