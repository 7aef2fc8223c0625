#ifndef REGLAB_SERVICES_MEETINGS_ACTION_STORE_H_
#define REGLAB_SERVICES_MEETINGS_ACTION_STORE_H_

#include <vector>

#include "reglab/meetings/v1/action.pb.h"
#include "services/common/listing.h"

// Beside what all parts of a meeting have in common (items).
namespace reglab::meetings::actions {

// An open action with an owner whose reminder is due, as REMINDER_DUE says.
struct Due {
  v1::Action action;
  bool overdue = false;
};
// At most 100 of them, which nobody else gets in the meantime; their reminder
// is noted as sent today.
absl::StatusOr<std::vector<Due>> TakeDue(Transaction& tx);

// Open actions and referrals that are out.
extern const Listing kOutstanding;

}  // namespace reglab::meetings::actions

#endif  // REGLAB_SERVICES_MEETINGS_ACTION_STORE_H_
