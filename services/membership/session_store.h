#ifndef REGLAB_SERVICES_MEMBERSHIP_SESSION_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_SESSION_STORE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "reglab/membership/v1/guest_link.pb.h"
#include "reglab/membership/v1/session.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"
#include "services/membership/identity_store.h"

namespace reglab::membership::sessions {

inline constexpr absl::Duration kLife = absl::Hours(12);
inline constexpr absl::Duration kGuestLife = absl::Minutes(30);

// Those that are open. Whose may be listed has been checked before.
extern const Listing kListing;

// NOT_FOUND also for one that has ended.
absl::StatusOr<v1::Session> Get(Transaction& tx, std::string_view name);

// `secret_sha256` are 32 raw bytes (HashSecret). Of a person the 20 newest
// stay; what ended long ago is cleared away.
absl::StatusOr<v1::Session> InsertForPerson(
    Transaction& tx, const identities::Linked& person,
    const google::protobuf::RepeatedPtrField<std::string>& organizations,
    std::string_view secret_sha256);
absl::StatusOr<v1::Session> InsertForGuest(Transaction& tx,
                                           const v1::GuestLink& link,
                                           std::string_view secret_sha256);

// The open session with this secret.
struct Found {
  v1::Session session;
  std::string caller;  // "people/…", or "guests/…" when there is a link
  google::protobuf::RepeatedPtrField<std::string> organizations;
  std::optional<v1::GuestLink> link;
  bool use_is_noted;  // within the last minute
};
absl::StatusOr<std::optional<Found>> Find(Transaction& tx,
                                          std::string_view secret_sha256);

absl::Status NoteUse(Transaction& tx, std::string_view name);

// NOT_FOUND when there is none.
absl::Status Delete(Transaction& tx, std::string_view name);
// Nothing when there is none.
absl::Status DeleteBySecret(Transaction& tx, std::string_view secret_sha256);

}  // namespace reglab::membership::sessions

#endif  // REGLAB_SERVICES_MEMBERSHIP_SESSION_STORE_H_
