#ifndef REGLAB_SERVICES_MEETINGS_CALENDAR_STORE_H_
#define REGLAB_SERVICES_MEETINGS_CALENDAR_STORE_H_

#include "services/common/listing.h"

namespace reglab::meetings::calendar {

// Meetings, and those that were deleted, in one query.
extern const Listing kListing;

}  // namespace reglab::meetings::calendar

#endif  // REGLAB_SERVICES_MEETINGS_CALENDAR_STORE_H_
