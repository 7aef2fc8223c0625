// What the minutes say of the meeting as a whole: when, where, which body.
#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_MEETING_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_MEETING_H_

#include <vector>

#include "services/meetings/minutes_outline.h"
#include "services/meetings/minutes_rules.h"

namespace reglab::meetings {

// Finds title, kind, date, times, body, host and place.
void ReadMeeting(const std::vector<Unit>& units, ParsedMinutes& minutes);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_MEETING_H_
