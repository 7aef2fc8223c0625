#ifndef REGLAB_SERVICES_MEETINGS_ACTION_RULES_H_
#define REGLAB_SERVICES_MEETINGS_ACTION_RULES_H_

#include <string_view>

#include "absl/status/status.h"
#include "reglab/meetings/v1/action.pb.h"
#include "reglab/membership/v1/dispatch.pb.h"

namespace reglab::meetings {

// What is decided about actions, without a database. `today` as 2026-11-24.

// Fills what follows from its state: DONE has a day, an open action neither a
// day nor a reason. INVALID_ARGUMENT for a DONE day that does not exist or is
// after today, a day of one that is not DONE, and for DROPPED without a reason.
absl::Status SettleAction(std::string_view today, v1::Action& action);

// FAILED_PRECONDITION: ACTION_NOT_OPEN, ACTION_OPEN.
absl::Status CheckOpen(const v1::Action& action);
absl::Status CheckNotOpen(const v1::Action& action);

// The reminder to its owner.
membership::v1::SendRequest ReminderOf(const v1::Action& action, bool overdue);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_ACTION_RULES_H_
