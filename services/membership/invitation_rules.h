#ifndef REGLAB_SERVICES_MEMBERSHIP_INVITATION_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_INVITATION_RULES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reglab/membership/v1/invitation.pb.h"

namespace reglab::membership {

inline constexpr absl::Duration kInvitationLifetime = absl::Hours(14 * 24);
inline constexpr absl::Duration kLongestInvitation = absl::Hours(90 * 24);
// A mistyped address must not be flooded.
inline constexpr absl::Duration kShortestResend = absl::Minutes(1);
inline constexpr int kMostSendings = 10;
// Invitations of one organisation that wait.
inline constexpr int kMostInvitations = 200;

// How long an invitation made at `now` lasts. INVALID_ARGUMENT when it would
// end before, or last longer than it may.
absl::StatusOr<absl::Duration> LifetimeOf(const v1::Invitation& invitation,
                                          absl::Time now);

// Whether the invitation of a person who is not known yet says who that is:
// INVALID_ARGUMENT names all that is missing.
absl::Status CheckNewPerson(const v1::Invitation& invitation);

// Whether a letter can be sent to the invitation's address: INVALID_ARGUMENT.
absl::Status CheckAddress(const v1::Invitation& invitation);

// Whether it can still be sent again or revoked: FAILED_PRECONDITION when it
// was accepted or revoked.
absl::Status CheckWaits(const v1::Invitation& invitation);

// Whether it can be sent once more at `now`: FAILED_PRECONDITION.
absl::Status CheckResend(const v1::Invitation& invitation, absl::Time now);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_INVITATION_RULES_H_
