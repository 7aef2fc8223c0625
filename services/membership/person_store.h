#ifndef REGLAB_SERVICES_MEMBERSHIP_PERSON_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_PERSON_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/person.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::people {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Person> Get(Transaction& tx, const Audience& audience,
                               std::string_view name);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Person> Lock(Transaction& tx, const Audience& audience,
                                std::string_view name, std::string_view etag);

// As Lock without an etag, for a person that the request's `field` names:
// INVALID_ARGUMENT when the audience sees no such person.
absl::StatusOr<v1::Person> LockNamed(Transaction& tx, const Audience& audience,
                                     std::string_view field,
                                     std::string_view name);

// ALREADY_EXISTS when another person has the e-mail address, whatever its
// letters' case; names `field`.
absl::Status CheckEmailIsFree(Transaction& tx, std::string_view field,
                              std::string_view email, std::string_view person);

// ALREADY_EXISTS when the name or the e-mail address is taken.
absl::StatusOr<v1::Person> Insert(Transaction& tx, v1::Person person);
// `changed` are the paths of the fields that differ from what is stored.
// ALREADY_EXISTS when the e-mail address is taken.
absl::StatusOr<v1::Person> Update(Transaction& tx, v1::Person person,
                                  std::vector<std::string> changed);
// FAILED_PRECONDITION when the person holds appointments.
absl::Status Delete(Transaction& tx, const v1::Person& person);

}  // namespace reglab::membership::people

#endif  // REGLAB_SERVICES_MEMBERSHIP_PERSON_STORE_H_
