#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_STORE_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/minutes.pb.h"
#include "services/common/database.h"
#include "services/common/identity.h"
#include "services/meetings/minutes_parts.h"

namespace reglab::meetings::minutes {

// The minutes with their Markdown, made from those parts that the audience may
// read. NOT_FOUND, also when they or the meeting may not be read.
absl::StatusOr<v1::Minutes> Get(Transaction& tx, const Audience& audience,
                                std::string_view name);

// The meeting that the document of this digest became; "" when it was never
// imported.
absl::StatusOr<std::string> MeetingOf(Transaction& tx, std::string_view digest);

// As MeetingOf, once no other import of the same document is under way.
absl::StatusOr<std::string> LockDigest(Transaction& tx,
                                       std::string_view digest);

// Inserts the document of a meeting, and all that stands under it in
// `response`. `importer` owns the suggestions.
absl::Status Insert(Transaction& tx, const ParsedMinutes& parsed,
                    std::string_view digest, const std::string& importer,
                    const Layouts& layouts,
                    v1::ImportMinutesResponse& response);

// What an earlier import of this meeting answered, as it stands today.
absl::StatusOr<v1::ImportMinutesResponse> Read(Transaction& tx,
                                               const Audience& audience,
                                               std::string_view meeting);

}  // namespace reglab::meetings::minutes

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_STORE_H_
