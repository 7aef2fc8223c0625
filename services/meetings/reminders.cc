#include "services/meetings/reminders.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "reglab/membership/v1/dispatch.pb.h"
#include "services/common/status_macros.h"
#include "services/meetings/action_rules.h"
#include "services/meetings/action_store.h"
#include "services/meetings/referral_rules.h"
#include "services/meetings/referral_store.h"

namespace reglab::meetings {
namespace {

constexpr absl::Duration kInterval = absl::Minutes(10);
constexpr absl::Duration kDeadline = absl::Seconds(5);
// Of a hundred each; what is left waits for the next time.
constexpr int kMostBatches = 20;

// How many letters were written.
absl::StatusOr<size_t> RemindOfReferrals(Transaction& tx) {
  ASSIGN_OR_RETURN(const std::vector<referrals::Due> due,
                   referrals::TakeDue(tx));
  for (const referrals::Due& one : due) {
    const membership::v1::SendRequest letter = LetterOn(
        one.referral, one.overdue ? Occasion::kOverdue : Occasion::kDueSoon,
        one.email, absl::Now());
    tx.Enqueue({kSendLetter, &letter, one.referral.name()});
  }
  return due.size();
}

absl::StatusOr<size_t> RemindOfActions(Transaction& tx) {
  ASSIGN_OR_RETURN(const std::vector<actions::Due> due, actions::TakeDue(tx));
  for (const actions::Due& one : due) {
    const membership::v1::SendRequest letter =
        ReminderOf(one.action, one.overdue);
    tx.Enqueue({kSendLetter, &letter, one.action.name()});
  }
  return due.size();
}

}  // namespace

absl::Status SendReminders(Database& database) {
  const Database::Actor actor{"", "meetings", "/reglab/reminders", ""};
  for (const auto remind : {RemindOfReferrals, RemindOfActions}) {
    size_t sent = 1;
    for (int batch = 0; batch < kMostBatches && sent > 0; ++batch) {
      RETURN_IF_ERROR(database.Transact(absl::Now() + kDeadline, actor, false,
                                        [&](Transaction& tx) -> absl::Status {
                                          ASSIGN_OR_RETURN(sent, remind(tx));
                                          return absl::OkStatus();
                                        }));
    }
  }
  return absl::OkStatus();
}

void AddReminders(Rpcs& rpcs) {
  rpcs.Every(kInterval, "reminders", SendReminders);
}

}  // namespace reglab::meetings
