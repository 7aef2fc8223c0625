#ifndef REGLAB_SERVICES_MEMBERSHIP_FEED_TOKEN_SERVICE_H_
#define REGLAB_SERVICES_MEMBERSHIP_FEED_TOKEN_SERVICE_H_

#include "services/common/call.h"

namespace reglab::membership {

// Registers the handlers of feed tokens.
void AddFeedTokens(Rpcs& rpcs);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_FEED_TOKEN_SERVICE_H_
