#include "services/meetings/calendar_service.h"

#include "reglab/meetings/v1/calendar_event.pb.h"
#include "services/meetings/calendar_store.h"

namespace reglab::meetings {
namespace {

using v1::ListCalendarEventsRequest;
using v1::ListCalendarEventsResponse;

absl::StatusOr<ListCalendarEventsResponse> ListCalendarEvents(
    Call& call, const ListCalendarEventsRequest& request) {
  return List<ListCalendarEventsResponse>(call, calendar::kListing, request);
}

}  // namespace

void AddCalendar(Rpcs& rpcs) {
  rpcs.Handle("reglab.meetings.v1.CalendarEventsService.ListCalendarEvents",
              ListCalendarEvents);
}

}  // namespace reglab::meetings
