#ifndef REGLAB_SERVICES_MEMBERSHIP_STANDING_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_STANDING_STORE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reglab/membership/v1/access.pb.h"
#include "services/common/database.h"
#include "services/common/identity.h"

namespace reglab::membership::standings {

// What a person may do at this moment: from today's appointments, the
// memberships and the delegations, by days in Sweden. Nothing of it is kept, so
// what has ended gives nothing any more. NOT_FOUND when there is no such
// person.
absl::StatusOr<v1::Standing> OfPerson(Transaction& tx, std::string_view person);

// What a caller, person or client, is called, how much he may ask, and what is
// delegated to him until when; nothing in it for others.
absl::StatusOr<v1::Standing> Describe(Transaction& tx, std::string_view caller);

// The organisations that own these clients, people and feed tokens, by name;
// empty for one of the secretariat. What the audience may not read is left out.
absl::StatusOr<std::map<std::string, std::string>> OwnersOf(
    Transaction& tx, const Audience& audience,
    const std::vector<std::string>& names);

}  // namespace reglab::membership::standings

#endif  // REGLAB_SERVICES_MEMBERSHIP_STANDING_STORE_H_
