#ifndef REGLAB_SERVICES_MEMBERSHIP_DELIVERY_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_DELIVERY_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reglab/membership/v1/subscription.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"
#include "services/membership/event_rules.h"

namespace reglab::membership::deliveries {

extern const Listing kListing;

// Puts a test into the queue.
absl::StatusOr<v1::Delivery> InsertTest(Transaction& tx,
                                        std::string_view subscription);

// A delivery that is due.
struct Due {
  std::string name;
  Event event;
  int attempts = 0;  // before this one
  absl::Time create_time;
};
// The first of a subscription, the oldest first.
absl::StatusOr<std::vector<Due>> ListDue(Transaction& tx,
                                         std::string_view subscription,
                                         int count);
// What became of an attempt.
absl::Status Sent(Transaction& tx, std::string_view name, int status);
absl::Status GiveUp(Transaction& tx, std::string_view name, int status,
                    std::string_view error);
absl::Status Postpone(Transaction& tx, std::string_view name, int status,
                      std::string_view error, absl::Duration pause);

// Where a subscription reads on in the feed of a service, and with whose eyes.
struct Cursor {
  std::string subscription;
  std::string service;
  std::string since;      // the feed's token, "" for the oldest kept
  bool searched = false;  // `since` is only near the place: see not_before
  absl::Time not_before;
  std::vector<std::string> event_types;
  std::string organization;         // "" is the secretariat
  bool member = false;              // it is an active one
  std::vector<std::string> bodies;  // in which somebody sits for it today
};
// Takes up to `count` cursors of the service that are due, or will be within
// `early`, for `lease`. Not of subscriptions that are paused, whose
// organisation is gone, or that have 1000 deliveries waiting.
absl::StatusOr<std::vector<Cursor>> LeaseCursors(Transaction& tx,
                                                 std::string_view service,
                                                 absl::Duration early,
                                                 int count,
                                                 absl::Duration lease);
// Puts the events into the queue and moves the cursor on to `next`, to be read
// again after `pause`. One that was sent before is sent again, with the same
// name. ABORTED when the cursor is no longer where it was leased.
absl::Status Advance(Transaction& tx, const Cursor& cursor,
                     const std::vector<Event>& events, std::string_view next,
                     absl::Duration pause);
// Starts again: where the feed begins, or when `from_now` with what is new.
absl::Status Reset(Transaction& tx, const Cursor& cursor, bool from_now);

// Keeps where the feed of a service is now, once a minute.
absl::Status NotePosition(Transaction& tx, std::string_view service,
                          std::string_view since);
// Where it was last, or "".
absl::StatusOr<std::string> LastPosition(Transaction& tx,
                                         std::string_view service);

absl::StatusOr<int64_t> CountPending(Transaction& tx);
// Deletes what is older than the 30 days that are kept.
absl::Status Forget(Transaction& tx);

}  // namespace reglab::membership::deliveries

#endif  // REGLAB_SERVICES_MEMBERSHIP_DELIVERY_STORE_H_
