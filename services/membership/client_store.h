#ifndef REGLAB_SERVICES_MEMBERSHIP_CLIENT_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_CLIENT_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/client.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::clients {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Client> Get(Transaction& tx, const Audience& audience,
                               std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Client> Lock(Transaction& tx, const Audience& audience,
                                std::string_view name, std::string_view etag);

// ALREADY_EXISTS when the name is taken.
absl::StatusOr<v1::Client> Insert(Transaction& tx, v1::Client client);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::Client> Update(Transaction& tx, v1::Client client,
                                  std::vector<std::string> changed);
// Revokes the keys of the client as well.
absl::Status Delete(Transaction& tx, const v1::Client& client);

// The client of the secretariat, made if it is not there, locked.
absl::StatusOr<v1::Client> EnsureSecretariat(Transaction& tx);

}  // namespace reglab::membership::clients

#endif  // REGLAB_SERVICES_MEMBERSHIP_CLIENT_STORE_H_
