#ifndef REGLAB_SERVICES_MEETINGS_REMINDERS_H_
#define REGLAB_SERVICES_MEETINGS_REMINDERS_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Reminders by mail of referrals that are out and of open actions.

// SQL that holds for a row `t` with a due_date that is to be reminded of today:
// once in the week before, once after it has passed, and then every other week
// for 90 days, so that old minutes that are imported remind nobody.
#define REMINDER_DUE(t)                                                  \
  "(" t                                                                  \
  ".due_date BETWEEN today() - 90 AND today() + 7 AND CASE WHEN today()" \
  " <= " t ".due_date THEN coalesce(" t ".reminder_date < " t            \
  ".due_date - 7, true) ELSE coalesce(" t ".reminder_date <= " t         \
  ".due_date OR " t ".reminder_date <= today() - 14, true) END)"

// Sends what is due now. Any number of replicas may run it at once: each row is
// one's, and noted with the letter in one transaction.
absl::Status SendReminders(Database& database);

// Has it done every ten minutes.
void AddReminders(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_REMINDERS_H_
