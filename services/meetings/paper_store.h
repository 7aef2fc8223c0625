#ifndef REGLAB_SERVICES_MEETINGS_PAPER_STORE_H_
#define REGLAB_SERVICES_MEETINGS_PAPER_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/paper.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::papers {

extern const Listing kListing;

// A paper, and what content_parts call its file; "" when it is a link.
struct Stored {
  v1::Paper paper;
  std::string content;
};

// NOT_FOUND, also when it or its meeting may not be read.
absl::StatusOr<Stored> Get(Transaction& tx, const Audience& audience,
                           std::string_view name);

// As Get, and keeps others from changing it until the transaction ends.
// ABORTED/ETAG_MISMATCH when `etag` is set and not the current one.
absl::StatusOr<Stored> Lock(Transaction& tx, const Audience& audience,
                            std::string_view name, std::string_view etag);

// FAILED_PRECONDITION, TOO_MANY_PAPERS, when the meeting has 200;
// ALREADY_EXISTS when the name is taken.
absl::StatusOr<v1::Paper> Insert(Transaction& tx, const v1::Meeting& meeting,
                                 Stored stored);

// `changed` are the field paths for the journal.
absl::StatusOr<v1::Paper> Update(Transaction& tx, const v1::Meeting& meeting,
                                 Stored stored,
                                 std::vector<std::string> changed);

absl::Status Delete(Transaction& tx, const v1::Meeting& meeting,
                    const Stored& stored);

// FAILED_PRECONDITION, MINUTES_FINAL, when the minutes of the meeting stand.
absl::Status CheckChangeable(Transaction& tx, const v1::Meeting& meeting);

// The part of the file with this number, from 0. NOT_FOUND when the paper may
// not be read any more, or has another file.
absl::StatusOr<std::string> ReadPart(Transaction& tx, const Audience& audience,
                                     std::string_view name,
                                     std::string_view content, int number);

}  // namespace reglab::meetings::papers

#endif  // REGLAB_SERVICES_MEETINGS_PAPER_STORE_H_
