#ifndef REGLAB_SERVICES_MEMBERSHIP_FEED_TOKEN_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_FEED_TOKEN_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/feed_token.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::feed_tokens {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::FeedToken> Get(Transaction& tx, const Audience& audience,
                                  std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::FeedToken> Lock(Transaction& tx, const Audience& audience,
                                   std::string_view name,
                                   std::string_view etag);

// `secret_sha256` are raw bytes. INVALID_ARGUMENT when the person is not one of
// the organisation, FAILED_PRECONDITION when the organisation has the most that
// it may have.
absl::StatusOr<v1::FeedToken> Insert(Transaction& tx, v1::FeedToken token,
                                     std::string_view id,
                                     std::string_view secret_sha256);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::FeedToken> Update(Transaction& tx, v1::FeedToken token,
                                     std::vector<std::string> changed);
absl::Status Delete(Transaction& tx, const v1::FeedToken& token);

// What a live token opens, and as whom.
struct Holder {
  v1::AuthenticateFeedTokenResponse answer;
  std::string secret_sha256;  // raw bytes
  bool use_is_noted = false;  // within the last minute
};
// Nothing in it when there is no such token, or it has expired.
absl::StatusOr<Holder> Find(Transaction& tx, std::string_view id);
// Keeps the time of the last use, at most once a minute.
absl::Status NoteUse(Transaction& tx, std::string_view id);

}  // namespace reglab::membership::feed_tokens

#endif  // REGLAB_SERVICES_MEMBERSHIP_FEED_TOKEN_STORE_H_
