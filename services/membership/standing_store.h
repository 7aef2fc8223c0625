#ifndef REGLAB_SERVICES_MEMBERSHIP_STANDING_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_STANDING_STORE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "reglab/membership/v1/access.pb.h"
#include "services/common/database.h"

namespace reglab::membership::standings {

// What a person may do at this moment: from today's appointments, the
// memberships and the delegations, by days in Sweden. Nothing of it is kept, so
// what has ended gives nothing any more. NOT_FOUND when there is no such
// person.
absl::StatusOr<v1::Standing> OfPerson(Transaction& tx, std::string_view person);

}  // namespace reglab::membership::standings

#endif  // REGLAB_SERVICES_MEMBERSHIP_STANDING_STORE_H_
