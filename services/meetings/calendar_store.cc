#include "services/meetings/calendar_store.h"

#include "reglab/meetings/v1/calendar_event.pb.h"

namespace reglab::meetings::calendar {

const Listing kListing = {
    // As in Get of a meeting, the link is not for those who read it only
    // because
    // everyone may.
    .select =
        "SELECT e.uid, e.meeting, e.sequence, e.state, e.date, e.start_time,"
        " e.end_time, e.summary, e.location, e.body, e.host_organization,"
        " CASE WHEN 'MEMBERS' = ANY({v}) OR e.owners && {o}"
        " OR e.host_organization = ANY({o}) THEN e.online_link END"
        " AS online_link,"
        " array_remove(ARRAY[split_part(e.body, '/', 2), e.format], NULL)"
        " AS categories, e.visibility, e.create_time, e.update_time"
        " FROM calendar_events e",
    .visible = "(e.visibility = ANY({v}) OR e.owners && {o})",
    .key = "e.uid",
    .organization =
        "e.host_organization = {n} OR e.meeting = ANY(ARRAY("
        "SELECT a.parent FROM attendances a WHERE a.organization = {n}"
        " AND (a.visibility = ANY({v}) OR a.owners && {o})))",
    .fields = {{"date", "e.date", ListField::Type::kDate, true, nullptr, true},
               {"body", "e.body"},
               {"state", "e.state", ListField::Type::kEnum, false,
                v1::CalendarEvent::State_descriptor()},
               {"host_organization", "e.host_organization"},
               {"update_time", "e.update_time", ListField::Type::kTime},
               {"meeting", "e.meeting"},
               {"uid", "e.uid"},
               {"visibility", "e.visibility", ListField::Type::kEnum}},
    .default_order = "date",
    // All that a forum of 26 members meets about in a decade.
    .largest_page = 20000,
};

}  // namespace reglab::meetings::calendar
