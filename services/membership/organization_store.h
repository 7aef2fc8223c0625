#ifndef REGLAB_SERVICES_MEMBERSHIP_ORGANIZATION_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_ORGANIZATION_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/organization.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"
#include "services/membership/naming_rules.h"

namespace reglab::membership::organizations {

extern const Listing kListing;
extern const Listing kListingWithDeleted;

// NOT_FOUND also for what the audience may not read, for deleted ones, and for
// those that did not belong to Reglab on the day `as_of`, unless that is "".
absl::StatusOr<v1::Organization> Get(Transaction& tx, const Audience& audience,
                                     std::string_view name,
                                     std::string_view as_of = "");

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Organization> Lock(Transaction& tx, const Audience& audience,
                                      std::string_view name,
                                      std::string_view etag);
// The same, deleted ones included.
absl::StatusOr<v1::Organization> LockWithDeleted(Transaction& tx,
                                                 const Audience& audience,
                                                 std::string_view name,
                                                 std::string_view etag);

// ALREADY_EXISTS when the name or the organisation number is taken.
absl::StatusOr<v1::Organization> Insert(Transaction& tx,
                                        v1::Organization organization);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::Organization> Update(Transaction& tx,
                                        v1::Organization organization,
                                        std::vector<std::string> changed);
absl::StatusOr<v1::Organization> Delete(Transaction& tx,
                                        v1::Organization organization);
absl::StatusOr<v1::Organization> Undelete(Transaction& tx,
                                          v1::Organization organization);

// INVALID_ARGUMENT naming `field` when there is no such organisation, or it is
// deleted.
absl::Status CheckExists(Transaction& tx, std::string_view field,
                         std::string_view name);

// Those of `names` that are there and not deleted.
absl::StatusOr<std::vector<std::string>> FindExisting(
    Transaction& tx, const std::vector<std::string>& names);

// Those with one of these names or organisation numbers, deleted ones too.
absl::StatusOr<std::vector<v1::Organization>> FindByKeys(
    Transaction& tx, const std::vector<std::string>& names,
    const std::vector<std::string>& numbers);

// Many at once. ALREADY_EXISTS when a name or a number is taken.
absl::Status InsertAll(Transaction& tx,
                       std::vector<v1::Organization> organizations);
// Each as it was read, with its etag then, and with the paths that differ.
// ABORTED when one was changed since.
absl::Status UpdateAll(Transaction& tx,
                       std::vector<v1::Organization> organizations,
                       std::vector<std::vector<std::string>> changed);

// For each lookup form the names that are near it, in one statement; as many
// answers as forms, in their order.
absl::StatusOr<std::vector<std::vector<NameCandidate>>> FindCandidates(
    Transaction& tx, const Audience& audience,
    const std::vector<std::string>& lookup_forms);

}  // namespace reglab::membership::organizations

#endif  // REGLAB_SERVICES_MEMBERSHIP_ORGANIZATION_STORE_H_
