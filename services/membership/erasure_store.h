#ifndef REGLAB_SERVICES_MEMBERSHIP_ERASURE_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_ERASURE_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/person.pb.h"
#include "reglab/membership/v1/personal_data.pb.h"
#include "reglab/membership/v1/records.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::erasures {

extern const Listing kListing;

// By what the person is found, less the names that another person has too,
// which are counted: what is written under such a name can't be told apart.
absl::StatusOr<v1::PersonalDataSubject> FindSubject(Transaction& tx,
                                                    const v1::Person& person);

// Erases the person in membership and leaves the work for the other services,
// in one transaction; the erasure that is under way when there is one. The row
// of the person is locked.
absl::StatusOr<v1::Erasure> Begin(Transaction& tx, const v1::Person& person);

// What `service` has done; called when its work was answered.
absl::Status Finish(Transaction& tx, std::string_view service,
                    const std::string& erasure, const std::string& response,
                    const absl::Status& error);

absl::StatusOr<v1::Erasure> Get(Transaction& tx, std::string_view name);

// Where the digest of a completed erasure stands in the sealed journal.
struct Seal {
  int64_t seq = 0;  // 0: it does not
  bool holds = false;
};
absl::StatusOr<Seal> FindSeal(Transaction& tx, const v1::Erasure& erasure);

// The names of all people who were erased, and of those in `people` who are
// not: a restore has brought them back.
absl::StatusOr<std::vector<std::string>> ListErased(Transaction& tx);
absl::StatusOr<std::vector<v1::Person>> ListBroughtBack(
    Transaction& tx, const std::vector<std::string>& people);

}  // namespace reglab::membership::erasures

#endif  // REGLAB_SERVICES_MEMBERSHIP_ERASURE_STORE_H_
