#ifndef REGLAB_SERVICES_MEETINGS_CONTRIBUTION_RULES_H_
#define REGLAB_SERVICES_MEETINGS_CONTRIBUTION_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "reglab/meetings/v1/contribution.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "services/common/access_rules.h"
#include "services/common/identity.h"

namespace reglab::meetings {

// OK for the secretariat and for whoever acts for the organisation where its
// meeting is concerned; PERMISSION_DENIED.
absl::Status CheckMayContribute(const Caller& caller,
                                const v1::Contribution& contribution);

// The same without the secretariat: the organisation's own word.
absl::Status CheckMayRespond(const Caller& caller,
                             const v1::Contribution& contribution);

// PERMISSION_DENIED, SECRETARIAT_ONLY, when a member calls it said on a
// dialogue tour.
absl::Status CheckSource(const Caller& caller,
                         const v1::Contribution& contribution);

// INVALID_ARGUMENT for what does not fit together: agenda items, or something
// said at a meeting, without a meeting; the day of a dialogue that was none.
absl::Status CheckContent(const v1::Contribution& contribution);

// FAILED_PRECONDITION, CONTRIBUTIONS_CLOSED, for a member when `today` is after
// the last day, or the meeting is over.
absl::Status CheckStillOpen(const Caller& caller, const v1::Meeting& meeting,
                            std::string_view today);

// FAILED_PRECONDITION, CONTRIBUTION_SORTED, when a change of these fields, or
// with none its end, would take what the secretariat has understood away from
// under it.
absl::Status CheckUnsorted(const v1::Contribution& contribution,
                           const std::vector<std::string>& changed);

// FAILED_PRECONDITION, NOT_INTERPRETED: there is nothing to confirm, or to
// correct.
absl::Status CheckConfirmable(const v1::Contribution& contribution);
absl::Status CheckCorrectable(const v1::Contribution& contribution);

// The organisation; and the body of the meeting, when those who sit there may
// read it.
std::vector<std::string> OwnersOf(const v1::Contribution& contribution,
                                  const v1::Meeting& meeting);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_CONTRIBUTION_RULES_H_
