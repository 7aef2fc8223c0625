#ifndef REGLAB_SERVICES_MEMBERSHIP_RELATIONSHIP_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_RELATIONSHIP_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// Registers the handlers of relationships.
void AddRelationships(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_RELATIONSHIP_SERVICE_H_
