#ifndef REGLAB_SERVICES_MEMBERSHIP_DELIVERY_H_
#define REGLAB_SERVICES_MEMBERSHIP_DELIVERY_H_

#include <memory>

#include "absl/status/status.h"

namespace reglab {
class ChangeFeed;
class Runtime;
}  // namespace reglab

namespace reglab::membership {

// Sends what waits: letters of the outbox, events of the subscriptions, and
// reads the change feeds for the latter. Each replica does it; what one has
// taken is leased, so that it goes to the others when the process dies, and is
// sent at least once.

// Checks the flags of what goes out and the key of stored secrets;
// FAILED_PRECONDITION.
absl::Status CheckDelivery();

// Starts the threads; they end with the returned object, after the attempt that
// they are in (30 seconds at most). `runtime` and `feed` outlive it.
std::shared_ptr<void> StartDelivery(Runtime& runtime, ChangeFeed& feed);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_DELIVERY_H_
