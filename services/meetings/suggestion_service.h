#ifndef REGLAB_SERVICES_MEETINGS_SUGGESTION_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_SUGGESTION_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of reglab.meetings.v1.SuggestionsService, and what
// happens when learning has created the idea of a confirmed one.
void AddSuggestions(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_SUGGESTION_SERVICE_H_
