#ifndef REGLAB_SERVICES_MEETINGS_UPLOAD_RULES_H_
#define REGLAB_SERVICES_MEETINGS_UPLOAD_RULES_H_

#include "absl/status/statusor.h"
#include "reglab/meetings/v1/upload.pb.h"

namespace reglab::meetings {

// INVALID_ARGUMENT naming upload.content_type for a type that is not taken.
absl::Status CheckAnnounced(const v1::Upload& upload);

// How many of the first bytes of a chunk have arrived already.
// FAILED_PRECONDITION: UPLOAD_OFFSET when there would be a gap, UPLOAD_TOO_LONG
// when there would be more than was announced, UPLOAD_COMPLETE;
// INVALID_ARGUMENT when it is empty.
absl::StatusOr<int> AlreadyReceived(const v1::Upload& upload, int offset,
                                    int bytes);

// FAILED_PRECONDITION, UPLOAD_INCOMPLETE, while bytes are missing.
absl::Status CheckReceived(const v1::Upload& upload);

// FAILED_PRECONDITION, DIGEST_MISMATCH, when another digest was announced.
absl::Status CheckDigest(const v1::Upload& upload, std::string_view sha256);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_UPLOAD_RULES_H_
