#ifndef REGLAB_SERVICES_MEMBERSHIP_KEY_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_KEY_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/client.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::keys {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Key> Get(Transaction& tx, const Audience& audience,
                            std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Key> Lock(Transaction& tx, const Audience& audience,
                             std::string_view name, std::string_view etag);

// A key as it is stored beside what its message says.
struct NewKey {
  std::string id;
  std::string secret_sha256;  // raw bytes
  bool bootstrap = false;
};
// FAILED_PRECONDITION when the client, which the caller has locked, has two
// live keys.
absl::StatusOr<v1::Key> Insert(Transaction& tx, const v1::Client& client,
                               const v1::Key& key, const NewKey& made);
absl::Status Delete(Transaction& tx, const v1::Client& client,
                    const v1::Key& key);

// For whom a live key speaks.
struct Holder {
  v1::AuthenticateKeyResponse answer;
  std::string secret_sha256;  // raw bytes
  bool use_is_noted = false;  // within the last minute
};
// Nothing in it when there is no such key, or it has expired.
absl::StatusOr<Holder> Find(Transaction& tx, std::string_view id);
// Keeps the time of the last use, at most once a minute.
absl::Status NoteUse(Transaction& tx, std::string_view id);

// Live keys of a client, the ones that a first start made and the others.
struct LiveKeys {
  std::vector<v1::Key> bootstrap;
  int others = 0;
};
absl::StatusOr<LiveKeys> FindLive(Transaction& tx, const v1::Client& client);

}  // namespace reglab::membership::keys

#endif  // REGLAB_SERVICES_MEMBERSHIP_KEY_STORE_H_
