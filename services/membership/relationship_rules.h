#ifndef REGLAB_SERVICES_MEMBERSHIP_RELATIONSHIP_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_RELATIONSHIP_RULES_H_

#include "absl/status/status.h"
#include "reglab/membership/v1/relationship.pb.h"

namespace reglab::membership {

// Whether two organisations are named and the dates fit each other.
// INVALID_ARGUMENT.
absl::Status CheckRelationship(const v1::Relationship& relationship);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_RELATIONSHIP_RULES_H_
