#ifndef REGLAB_SERVICES_MEMBERSHIP_INVITATION_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_INVITATION_STORE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reglab/membership/v1/invitation.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::invitations {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Invitation> Get(Transaction& tx, const Audience& audience,
                                   std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Invitation> Lock(Transaction& tx, const Audience& audience,
                                    std::string_view name,
                                    std::string_view etag);

// `token_sha256` are the 32 raw bytes (HashSecret) of what the link carries.
// ALREADY_EXISTS when the person has an invitation that waits;
// FAILED_PRECONDITION when the organisation has as many as it may have: the
// caller has locked the organisation, so that two can't both find room.
absl::StatusOr<v1::Invitation> Insert(Transaction& tx,
                                      v1::Invitation invitation,
                                      absl::Duration lifetime,
                                      std::string_view token_sha256);

// Puts a new token in the place of the old one, for as long as the first was
// to last, and counts the sending.
absl::StatusOr<v1::Invitation> Renew(Transaction& tx,
                                     const v1::Invitation& invitation,
                                     std::string_view token_sha256);

absl::StatusOr<v1::Invitation> Revoke(Transaction& tx,
                                      const v1::Invitation& invitation);

// What the letter says in words.
struct LetterNames {
  std::string organization;
  std::string inviter;  // "" for a client
  std::string expires;  // time in Sweden, "2026-12-08 09:15"
};
absl::StatusOr<LetterNames> FindLetterNames(Transaction& tx,
                                            const v1::Invitation& invitation);

// Uses the link with this token, which works once: of two at the same time one
// gets the invitation, whose `person` is to be linked with who comes. NOT_FOUND
// when it is unknown, used, revoked or expired.
absl::StatusOr<v1::Invitation> Redeem(Transaction& tx,
                                      std::string_view token_sha256);

// Whom the link with this token is for; NOT_FOUND when Redeem would say that.
absl::StatusOr<v1::Invitee> Preview(Transaction& tx,
                                    std::string_view token_sha256);

}  // namespace reglab::membership::invitations

#endif  // REGLAB_SERVICES_MEMBERSHIP_INVITATION_STORE_H_
