#ifndef REGLAB_SERVICES_MEMBERSHIP_INVITATION_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_INVITATION_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// Registers the handlers of invitations.
void AddInvitations(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_INVITATION_SERVICE_H_
