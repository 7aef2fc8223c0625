#ifndef REGLAB_SERVICES_MEMBERSHIP_GUEST_LINK_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_GUEST_LINK_STORE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "reglab/membership/v1/guest_link.pb.h"
#include "services/common/database.h"

namespace reglab::membership::guest_links {

// `token_sha256` are the 32 raw bytes (HashSecret) of what the link carries.
absl::StatusOr<v1::GuestLink> Insert(Transaction& tx, const v1::GuestLink& link,
                                     std::string_view token_sha256);

// Uses the link with this token, which works once. NOT_FOUND when it is
// unknown, used or expired.
absl::StatusOr<v1::GuestLink> Redeem(Transaction& tx,
                                     std::string_view token_sha256);

}  // namespace reglab::membership::guest_links

#endif  // REGLAB_SERVICES_MEMBERSHIP_GUEST_LINK_STORE_H_
