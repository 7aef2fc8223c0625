// Meetings as calendars show them.
#include <gmock/gmock.h>

#include <chrono>
#include <set>

#include "services/meetings/calendar_store.h"
#include "tests/integration/convening_calls.h"
#include "tests/integration/explain.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using v1::CalendarEvent;

std::vector<CalendarEvent> Events(const v1::ListCalendarEventsRequest& request,
                                  const Caller& caller = Secretariat()) {
  const auto list = Ask<v1::ListCalendarEventsResponse>(
      "CalendarEventsService/ListCalendarEvents", request, caller);
  EXPECT_TRUE(list.ok()) << list.status();
  if (!list.ok()) return {};
  return {list->calendar_events().begin(), list->calendar_events().end()};
}

std::vector<CalendarEvent> EventsOf(const std::string& meeting,
                                    const Caller& caller = Secretariat()) {
  v1::ListCalendarEventsRequest request;
  request.set_filter("meeting = \"" + meeting + "\"");
  return Events(request, caller);
}

TEST(CalendarEvent, KeepsItsUidAndRaisesItsSequenceWithWhatItShows) {
  const auto meeting = Plan("event", "2033-01-10", "2033-01-10T09:00:00Z",
                            "2033-01-10T14:00:00Z");
  ASSERT_TRUE(meeting.ok()) << meeting.status();
  const auto planned = EventsOf(meeting->name());
  ASSERT_THAT(planned, SizeIs(1));
  EXPECT_EQ(planned[0].uid(), meeting->uid());
  EXPECT_EQ(planned[0].state(), CalendarEvent::TENTATIVE);
  EXPECT_EQ(planned[0].sequence(), 0);
  EXPECT_EQ(planned[0].summary(), "Möte event");
  EXPECT_EQ(planned[0].start_time().seconds(), meeting->start_time().seconds());
  EXPECT_THAT(planned[0].categories(), ElementsAre("member-group"));
  EXPECT_THAT(EventsOf(meeting->name(), Nobody()), IsEmpty());

  ASSERT_TRUE(Convene(meeting->name()).ok());
  const auto convened = EventsOf(meeting->name(), Nobody());
  ASSERT_THAT(convened, SizeIs(1));
  EXPECT_EQ(convened[0].state(), CalendarEvent::CONFIRMED);
  EXPECT_EQ(convened[0].sequence(), 1);
  EXPECT_GE(convened[0].update_time().seconds(),
            planned[0].update_time().seconds());

  v1::UpdateMeetingRequest update;
  update.mutable_meeting()->set_name(meeting->name());
  update.mutable_meeting()->set_description("Vad som inte visas.");
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/UpdateMeeting", update).ok());
  const auto described = EventsOf(meeting->name());
  EXPECT_EQ(described[0].sequence(), 1);
  EXPECT_EQ(described[0].update_time().nanos(),
            convened[0].update_time().nanos());
  update.mutable_meeting()->clear_description();
  update.mutable_meeting()->set_place("Örebro");
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/UpdateMeeting", update).ok());
  const auto placed = EventsOf(meeting->name());
  EXPECT_EQ(placed[0].sequence(), 2);
  EXPECT_EQ(placed[0].location(), "Örebro");

  // That it was held changes nothing in a calendar.
  v1::ConcludeMeetingRequest conclude;
  conclude.set_name(meeting->name());
  ASSERT_TRUE(
      Ask<v1::Meeting>("MeetingsService/ConcludeMeeting", conclude).ok());
  EXPECT_EQ(EventsOf(meeting->name())[0].sequence(), 2);
  EXPECT_EQ(EventsOf(meeting->name())[0].uid(), meeting->uid());
}

TEST(CalendarEvent, OfAMeetingThatIsCancelledOrDeletedIsKept) {
  const auto meeting = Plan("gone", "2033-02-10");
  v1::CancelMeetingRequest cancel;
  cancel.set_name(meeting->name());
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/CancelMeeting", cancel).ok());
  auto events = EventsOf(meeting->name());
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].state(), CalendarEvent::CANCELLED);
  EXPECT_EQ(events[0].sequence(), 1);
  EXPECT_FALSE(events[0].has_start_time());
  v1::DeleteMeetingRequest remove;
  remove.set_name(meeting->name());
  ASSERT_TRUE(Ask<Empty>("MeetingsService/DeleteMeeting", remove).ok());
  events = EventsOf(meeting->name());
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].uid(), meeting->uid());
  EXPECT_EQ(events[0].state(), CalendarEvent::CANCELLED);
  EXPECT_EQ(events[0].sequence(), 2);
  // It was the body's, and stays that.
  EXPECT_THAT(EventsOf(meeting->name(), Nobody()), IsEmpty());
  EXPECT_THAT(EventsOf(meeting->name(), RepresentativeOf(kUppsala)), SizeIs(1));
  // The name can be used again; the uid can't.
  const auto again = Plan("gone", "2033-02-11");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_NE(again->uid(), meeting->uid());
  EXPECT_THAT(EventsOf(meeting->name()), SizeIs(2));
}

TEST(Calendar, OfAnOrganisationHasWhatItHostsAndWhereItIsInvited) {
  v1::CreateMeetingRequest create = Planned("hosted", "2033-03-10");
  create.mutable_meeting()->set_host_organization(kHalland);
  Prepare();
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/CreateMeeting", create).ok());
  ASSERT_TRUE(Convene("meetings/hosted").ok());
  create = Planned("invited-to", "2033-03-11");
  create.mutable_meeting()->set_body("bodies/board");
  create.mutable_meeting()->set_online_link("https://mote.example.se/board");
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/CreateMeeting", create).ok());
  v1::ConveneMeetingRequest convene;
  convene.set_name("meetings/invited-to");
  convene.add_organizations("organizations/skr");
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/ConveneMeeting", convene).ok());
  const auto of = [](const char* organization, const Caller& caller) {
    v1::ListCalendarEventsRequest request;
    request.set_organization(organization);
    request.set_filter("date >= \"2033-03-01\" AND date < \"2033-04-01\"");
    std::string meetings;
    for (const CalendarEvent& event : Events(request, caller)) {
      meetings += event.meeting().substr(8) + event.online_link() + ";";
    }
    return meetings;
  };
  Caller skr = Member("organizations/skr");
  skr.roles.clear();
  EXPECT_EQ(of("organizations/skr", skr),
            "/invited-tohttps://mote.example.se/board;");
  EXPECT_EQ(of("organizations/skr", Member(kUppsala)),
            "/invited-tohttps://mote.example.se/board;");
  // Who is invited is not told to the public; who hosts is.
  EXPECT_EQ(of("organizations/skr", Nobody()), "");
  EXPECT_EQ(of(kHalland, Nobody()), "/hosted;");
  EXPECT_EQ(of(kHalland, Member(kHalland)), "/hosted;");
}

TEST(Calendar, OfThirteenThousandMeetingsIsOnePageOfOneStatement) {
  Running().Sql(
      "meetings",
      "INSERT INTO meetings (name, visibility, owners, display_name, body,"
      " date, start_time, end_time, place, state, etag)"
      " SELECT 'meetings/many-' || i, 'PUBLIC', '{bodies/many}', 'Möte ' || i,"
      "  'bodies/many', '2040-01-01'::date + i % 3000,"
      "  ('2040-01-01'::date + i % 3000 + time '09:00') AT TIME ZONE"
      "  'Europe/Stockholm', ('2040-01-01'::date + i % 3000 + time '14:00')"
      "  AT TIME ZONE 'Europe/Stockholm', 'Region Örebro län, Örebro',"
      "  'CONVENED', 'x' FROM generate_series(1, 12500) i;"
      "INSERT INTO deleted_meetings (uid, name, visibility, owners,"
      " display_name, body, date, sequence, create_time)"
      " SELECT 'gone-' || i, 'meetings/gone-' || i, 'PUBLIC', '{bodies/many}',"
      "  'Möte ' || i, 'bodies/many', '2040-01-01'::date + i % 3000, 3, now()"
      "  FROM generate_series(1, 500) i");
  Running().Sql("meetings", "VACUUM ANALYZE");
  v1::ListCalendarEventsRequest request;
  request.set_filter("body = \"bodies/many\"");
  request.set_page_size(20000);
  const auto began = std::chrono::steady_clock::now();
  const auto whole = Ask<v1::ListCalendarEventsResponse>(
      "CalendarEventsService/ListCalendarEvents", request, Nobody());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  ASSERT_TRUE(whole.ok()) << whole.status();
  printf("13000 events in %d ms, %zu bytes\n", int(took.count()),
         whole->ByteSizeLong());
  EXPECT_THAT(whole->calendar_events(), SizeIs(13000));
  EXPECT_EQ(whole->next_page_token(), "");

  // The same by pages, in order, each once.
  std::set<std::string> uids;
  std::string last;
  v1::ListCalendarEventsRequest paged = request;
  paged.set_page_size(5000);
  int pages = 0;
  do {
    const auto page = Ask<v1::ListCalendarEventsResponse>(
        "CalendarEventsService/ListCalendarEvents", paged, Nobody());
    ASSERT_TRUE(page.ok()) << page.status();
    ++pages;
    for (const CalendarEvent& event : page->calendar_events()) {
      EXPECT_GE(event.date(), last);
      last = event.date();
      EXPECT_TRUE(uids.insert(event.uid()).second);
    }
    paged.set_page_token(page->next_page_token());
  } while (!paged.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(uids, SizeIs(13000));

  // A page is a range of the indexes, without a sort of all.
  v1::ListCalendarEventsRequest few;
  few.set_page_size(100);
  const std::string plan =
      testing::PlanOf(Running(), "meetings", calendar::kListing, few);
  EXPECT_THAT(plan, HasSubstr("meetings_calendar"));
  EXPECT_THAT(plan, HasSubstr("deleted_meetings_calendar"));
  EXPECT_THAT(plan, HasSubstr("Merge Append"));
  EXPECT_THAT(plan, Not(HasSubstr("->  Sort")));
}

TEST(Calendar, SaysWhichFieldIsWrong) {
  v1::ListCalendarEventsRequest request;
  request.set_filter("statee = CONFIRMED");
  const absl::Status refused =
      Ask<v1::ListCalendarEventsResponse>(
          "CalendarEventsService/ListCalendarEvents", request, Nobody())
          .status();
  EXPECT_THAT(FieldsOf(refused), ElementsAre("filter"));
}

}  // namespace
}  // namespace reglab::meetings
