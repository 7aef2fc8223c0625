#ifndef REGLAB_SERVICES_MEMBERSHIP_VOCABULARY_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_VOCABULARY_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/vocabulary.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::vocabularies {

extern const Listing kListing;

absl::StatusOr<v1::Vocabulary> Get(Transaction& tx, const Audience& audience,
                                   std::string_view name);

}  // namespace reglab::membership::vocabularies

#endif  // REGLAB_SERVICES_MEMBERSHIP_VOCABULARY_STORE_H_
