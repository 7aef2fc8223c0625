#ifndef REGLAB_SERVICES_MEMBERSHIP_GUEST_LINK_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_GUEST_LINK_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// The handlers of reglab.membership.v1.GuestLinksService.
void AddGuestLinks(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_GUEST_LINK_SERVICE_H_
