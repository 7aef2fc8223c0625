#ifndef REGLAB_SERVICES_MEETINGS_UPLOAD_STORE_H_
#define REGLAB_SERVICES_MEETINGS_UPLOAD_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/upload.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::uploads {

extern const Listing kListing;

// NOT_FOUND, also for what the audience may not read, and after 24 hours.
absl::StatusOr<v1::Upload> Get(Transaction& tx, const Audience& audience,
                               std::string_view name);

// As Get, and keeps others from changing it until the transaction ends.
// ABORTED/ETAG_MISMATCH when `etag` is set and not the current one.
absl::StatusOr<v1::Upload> Lock(Transaction& tx, const Audience& audience,
                                std::string_view name, std::string_view etag);

// FAILED_PRECONDITION, TOO_MANY_UPLOADS, when its creator has 20.
absl::StatusOr<v1::Upload> Insert(Transaction& tx, v1::Upload upload,
                                  const std::string& organization);

// Its state, digest and the bytes that have arrived. `changed` are the field
// paths for the journal.
absl::StatusOr<v1::Upload> Update(Transaction& tx, v1::Upload upload,
                                  std::vector<std::string> changed);

// The upload alone: its bytes may belong to a paper from now on.
absl::Status Delete(Transaction& tx, const v1::Upload& upload);

// As content_parts call its bytes.
std::string_view ContentOf(const v1::Upload& upload);

// Deletes those that nobody has made a paper of, with their bytes: fifty at a
// time, until none is left. Run by every replica.
absl::Status Sweep(Database& database);

}  // namespace reglab::meetings::uploads

#endif  // REGLAB_SERVICES_MEETINGS_UPLOAD_STORE_H_
