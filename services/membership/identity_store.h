#ifndef REGLAB_SERVICES_MEMBERSHIP_IDENTITY_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_IDENTITY_STORE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/membership/v1/identity.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::identities {

// Whose identities may be listed has been checked before.
extern const Listing kListing;

// Who is linked to (issuer, subject): a person by an identity, or a client.
struct Linked {
  std::string identity;  // "people/…/identities/…"; "" for a client
  std::string caller;    // "people/…" or "clients/…"
};
absl::StatusOr<std::optional<Linked>> Find(Transaction& tx,
                                           std::string_view issuer,
                                           std::string_view subject);

// Links it to the person; it may be linked to them already.
// FAILED_PRECONDITION when it is somebody else's.
absl::StatusOr<Linked> Link(Transaction& tx, std::string_view person,
                            std::string_view issuer, std::string_view subject);

// FAILED_PRECONDITION when the subject of this client, if it has one, is linked
// to somebody else.
absl::Status CheckFree(Transaction& tx, const v1::Client& client);

// Takes it away with the sessions that were opened with it. NOT_FOUND.
absl::Status Delete(Transaction& tx, std::string_view name);

}  // namespace reglab::membership::identities

#endif  // REGLAB_SERVICES_MEMBERSHIP_IDENTITY_STORE_H_
