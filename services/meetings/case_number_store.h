#ifndef REGLAB_SERVICES_MEETINGS_CASE_NUMBER_STORE_H_
#define REGLAB_SERVICES_MEETINGS_CASE_NUMBER_STORE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/case_number.pb.h"
#include "reglab/meetings/v1/minutes.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::case_numbers {

extern const Listing kListing;

// NOT_FOUND, also when the minutes or the meeting may not be read.
absl::StatusOr<v1::CaseNumber> Get(Transaction& tx, const Audience& audience,
                                   std::string_view name);

// Those of minutes that may be read, by organisation; at most 500.
absl::StatusOr<std::vector<v1::CaseNumber>> Of(Transaction& tx,
                                               std::string_view minutes);

// The one with this name, locked until the transaction ends, if there is one.
// ABORTED/ETAG_MISMATCH when `etag` is set and not the current one, or there is
// none.
absl::StatusOr<std::optional<v1::CaseNumber>> Lock(Transaction& tx,
                                                   std::string_view name,
                                                   std::string_view etag);

// Inserts or changes; `meeting` and `minutes` say who may read it.
absl::StatusOr<v1::CaseNumber> Set(Transaction& tx, const v1::Meeting& meeting,
                                   const v1::Minutes& minutes,
                                   v1::CaseNumber number);

absl::Status Delete(Transaction& tx, const v1::Meeting& meeting,
                    const v1::Minutes& minutes, const v1::CaseNumber& number);

}  // namespace reglab::meetings::case_numbers

#endif  // REGLAB_SERVICES_MEETINGS_CASE_NUMBER_STORE_H_
