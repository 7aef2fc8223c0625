#ifndef REGLAB_SERVICES_MEMBERSHIP_SUBSCRIPTION_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_SUBSCRIPTION_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reglab/membership/v1/subscription.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::subscriptions {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Subscription> Get(Transaction& tx, const Audience& audience,
                                     std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Subscription> Lock(Transaction& tx, const Audience& audience,
                                      std::string_view name,
                                      std::string_view etag);

// Stores it with its secret, and lets it read all feeds from now on.
// ALREADY_EXISTS; FAILED_PRECONDITION when the organisation has 20.
absl::StatusOr<v1::Subscription> Insert(Transaction& tx,
                                        v1::Subscription subscription,
                                        std::string_view secret);
// One that is no longer paused starts afresh.
absl::StatusOr<v1::Subscription> Update(Transaction& tx,
                                        v1::Subscription subscription,
                                        std::vector<std::string> changed);
absl::Status Delete(Transaction& tx, const v1::Subscription& subscription);

// Keeps the secret before for a day.
absl::StatusOr<v1::Subscription> Rotate(Transaction& tx,
                                        v1::Subscription subscription,
                                        std::string_view secret);

// Lets it read again what changed since `time`, or in `service` after the
// feed's token `since`.
absl::Status ReplayTime(Transaction& tx, const v1::Subscription& subscription,
                        absl::Time time);
absl::Status ReplayToken(Transaction& tx, const v1::Subscription& subscription,
                         std::string_view service, std::string_view since);

// A subscription with deliveries that are due.
struct Leased {
  std::string name;
  std::string url;
  std::string secret;           // sealed
  std::string previous_secret;  // sealed; "" when its time is over
};
// Takes one for `lease`, so that nobody else delivers to it meanwhile; nothing
// when there is none.
absl::StatusOr<std::optional<Leased>> Lease(Transaction& tx,
                                            absl::Duration lease);

// Notes that something got through; false when it is paused or gone by now.
absl::StatusOr<bool> NoteSuccess(Transaction& tx, std::string_view name);

// Since when, and how often in a row, nothing got through.
struct Failing {
  absl::Time since;
  int failures = 0;
};
// Notes that something did not. Nothing when it is paused or gone by now.
absl::StatusOr<std::optional<Failing>> NoteFailure(Transaction& tx,
                                                   std::string_view name);
// Its next delivery comes no earlier than after `pause`.
absl::Status Release(Transaction& tx, std::string_view name,
                     absl::Duration pause);

// Stops it and returns it as it is then.
absl::StatusOr<v1::Subscription> Pause(Transaction& tx, std::string_view name);

}  // namespace reglab::membership::subscriptions

#endif  // REGLAB_SERVICES_MEMBERSHIP_SUBSCRIPTION_STORE_H_
