#ifndef REGLAB_SERVICES_MEETINGS_UPLOAD_SERVICE_H_
#define REGLAB_SERVICES_MEETINGS_UPLOAD_SERVICE_H_

#include "services/common/call.h"

namespace reglab::meetings {

// Registers the handlers of UploadsService, and the sweep of what was
// abandoned.
void AddUploads(Rpcs& rpcs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_UPLOAD_SERVICE_H_
