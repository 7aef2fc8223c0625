// From planning to who was there: series, invitations, answers, guests,
// changes.
#include <gmock/gmock.h>

#include <thread>

#include "tests/integration/convening_calls.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

absl::StatusOr<v1::RespondAttendanceResponse> Respond(
    const std::string& attendance, v1::Attendance::Answer answer,
    const std::vector<std::string>& names, const Caller& caller) {
  v1::RespondAttendanceRequest request;
  request.set_name(attendance);
  request.set_answer(answer);
  for (const std::string& name : names) {
    request.add_participants()->set_name_text(name);
  }
  return Ask<v1::RespondAttendanceResponse>(
      "AttendancesService/RespondAttendance", request, caller);
}

v1::MeetingRepresentation Representation(const std::string& meeting) {
  v1::GetMeetingRepresentationRequest request;
  request.set_name(meeting + "/representation");
  const auto counts = Ask<v1::MeetingRepresentation>(
      "MeetingsService/GetMeetingRepresentation", request, Nobody());
  EXPECT_TRUE(counts.ok()) << counts.status();
  return counts.ok() ? *counts : v1::MeetingRepresentation();
}

std::string LettersAbout(const std::string& meeting,
                         const std::string& and_also = "") {
  return "SELECT count(*) FROM outbox WHERE subject = '" + meeting + "'" +
         and_also;
}

Caller GuestOf(const std::string& attendance) {
  Caller guest;
  guest.name = "guests/k3m5q7s2u4w6";
  guest.roles = {"GUEST"};
  guest.delegations = {{attendance, {"meetings.attendances.respond"}}};
  return guest;
}

TEST(Series, LinksTheMeetingBeforeUnlessAnotherIsNamed) {
  const auto first = Plan("series-1", "2031-03-01");
  const auto second = Plan("series-2", "2031-06-01");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->previous_meeting(), first->name());
  // One in between follows on the first; the given one is kept.
  EXPECT_EQ(Plan("series-between", "2031-04-01")->previous_meeting(),
            first->name());
  v1::CreateMeetingRequest request = Planned("series-3", "2031-09-01");
  request.mutable_meeting()->set_previous_meeting(first->name());
  EXPECT_EQ(Ask<v1::Meeting>("MeetingsService/CreateMeeting", request)
                ->previous_meeting(),
            first->name());
}

TEST(Series, IsJoinedAgainWhenAMeetingIsDeleted) {
  const auto first = Plan("joined-1", "2032-03-01");
  const auto second = Plan("joined-2", "2032-06-01");
  const auto third = Plan("joined-3", "2032-09-01");
  ASSERT_EQ(third->previous_meeting(), second->name());
  v1::DeleteMeetingRequest remove;
  remove.set_name(second->name());
  ASSERT_TRUE(Ask<Empty>("MeetingsService/DeleteMeeting", remove).ok());
  const auto joined = Get(third->name());
  EXPECT_EQ(joined->previous_meeting(), first->name());
  EXPECT_NE(joined->etag(), third->etag());
}

TEST(Times, AreCheckedByTheClockInSweden) {
  EXPECT_TRUE(Plan("clock-1", "2026-10-25", "2026-10-24T22:30:00Z",
                   "2026-10-25T10:00:00Z")
                  .ok());
  const absl::Status refused =
      Plan("clock-2", "2026-10-25", "2026-10-25T23:30:00Z",
           "2026-10-26T10:00:00Z")
          .status();
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_THAT(FieldsOf(refused), ElementsAre("meeting.start_time"));
  EXPECT_THAT(FieldsOf(Plan("clock-3", "2026-10-25", "2026-10-25T09:00:00Z",
                            "2026-10-25T08:00:00Z")
                           .status()),
              ElementsAre("meeting.end_time"));
  EXPECT_TRUE(absl::IsNotFound(Get("meetings/clock-2").status()));
}

TEST(Convening, InvitesEveryOrganisationInTheBodyAndThoseWhoAreAdded) {
  const auto planned = Plan("invited", "2030-01-15");
  ASSERT_TRUE(planned.ok()) << planned.status();
  v1::ConveneMeetingRequest request;
  request.set_name(planned->name());
  request.add_organizations("organizations/skr");
  request.set_message("Vi provtrycker inriktningsmålen.");
  v1::Guest& guest = *request.add_guests();
  guest.set_email("Vera@Example.se");
  guest.set_display_name("Vera Exempel");
  guest.set_organization_text("Nordregio");
  const auto convened =
      Ask<v1::Meeting>("MeetingsService/ConveneMeeting", request);
  ASSERT_TRUE(convened.ok()) << convened.status();
  EXPECT_EQ(convened->state(), v1::Meeting::CONVENED);

  std::vector<std::string> invited;
  for (const v1::Attendance& each : AttendancesOf(planned->name())) {
    EXPECT_EQ(each.status(), v1::Attendance::INVITED);
    EXPECT_EQ(each.answer(), v1::Attendance::ANSWER_UNSPECIFIED);
    EXPECT_TRUE(each.has_invite_time());
    invited.push_back(each.guest() ? each.name_text() : each.organization());
  }
  EXPECT_THAT(invited,
              UnorderedElementsAre(kUppsala, kHalland, kVinnova,
                                   "organizations/skr", "Vera Exempel"));
  // One letter to each representative, though invited in two ways, and one to
  // the guest, with a link for this attendance alone.
  EXPECT_EQ(Eventually(LettersAbout(planned->name()), "4"), "4");
  EXPECT_EQ(Running().Sql("membership",
                          LettersAbout(planned->name(),
                                       " AND template = 'meeting-invitation'"
                                       " AND organization = '" +
                                           std::string(kUppsala) +
                                           "' AND person ="
                                           " 'people/rep-region-uppsala'")),
            "1");
  EXPECT_EQ(Running().Sql("membership",
                          LettersAbout(planned->name(),
                                       " AND template = 'one-time-link'"
                                       " AND email = 'vera@example.se'")),
            "1");
  const auto guests = AttendancesOf(planned->name(), "guest = true");
  ASSERT_THAT(guests, SizeIs(1));
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT permission FROM guest_links WHERE subject ="
                          " '" +
                              guests[0].name() + "'"),
            "meetings.attendances.respond");
  // Nobody represents SKR, which is no member: the secretariat sees it.
  for (int i = 0; i < 400; ++i) {
    if (!AttendancesOf(planned->name(), "unreachable = true").empty()) break;
    absl::SleepFor(absl::Milliseconds(50));
  }
  const auto unreachable = AttendancesOf(planned->name(), "unreachable = true");
  ASSERT_THAT(unreachable, SizeIs(1));
  EXPECT_EQ(unreachable[0].organization(), "organizations/skr");
}

TEST(Convening, WithAWrongNameChangesNothing) {
  const auto planned = Plan("wrong-name", "2030-01-16");
  v1::ConveneMeetingRequest request;
  request.set_name(planned->name());
  request.add_organizations("organizations/nobody");
  request.add_people("people/nobody");
  absl::Status refused =
      Ask<v1::Meeting>("MeetingsService/ConveneMeeting", request).status();
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_THAT(FieldsOf(refused),
              UnorderedElementsAre("organizations", "people"));
  request.clear_organizations();
  request.clear_people();
  request.add_guests()->set_email("no address");
  request.mutable_guests(0)->set_display_name("Vera");
  refused =
      Ask<v1::Meeting>("MeetingsService/ConveneMeeting", request).status();
  EXPECT_THAT(FieldsOf(refused), ElementsAre("guests[0].email"));
  EXPECT_EQ(Get(planned->name())->state(), v1::Meeting::PLANNED);
  EXPECT_THAT(AttendancesOf(planned->name()), IsEmpty());
}

TEST(Convening, TriedWithValidateOnlyInvitesNobody) {
  const auto planned = Plan("tried", "2030-01-17");
  v1::ConveneMeetingRequest request;
  request.set_name(planned->name());
  request.set_validate_only(true);
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/ConveneMeeting", request).ok());
  EXPECT_EQ(Get(planned->name())->state(), v1::Meeting::PLANNED);
  EXPECT_THAT(AttendancesOf(planned->name()), IsEmpty());
  EXPECT_EQ(Running().Sql("meetings",
                          "SELECT count(*) FROM work WHERE"
                          " subject LIKE 'meetings/tried%'"),
            "0");
}

TEST(Inviting, AddsWhoWasForgottenAndNobodyTwice) {
  const auto planned = Plan("later", "2030-01-18");
  v1::InviteToMeetingRequest request;
  request.set_name(planned->name());
  request.add_organizations("organizations/skr");
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Ask<v1::Meeting>("MeetingsService/InviteToMeeting", request).status()));
  ASSERT_TRUE(Convene(planned->name()).ok());
  request.add_organizations(kUppsala);
  ASSERT_TRUE(
      Ask<v1::Meeting>("MeetingsService/InviteToMeeting", request).ok());
  ASSERT_TRUE(
      Ask<v1::Meeting>("MeetingsService/InviteToMeeting", request).ok());
  EXPECT_THAT(AttendancesOf(planned->name()), SizeIs(4));
  request.clear_organizations();
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<v1::Meeting>("MeetingsService/InviteToMeeting", request).status()));
}

TEST(Answers, NameWhoComesAndAreReplacedByLaterOnes) {
  const auto planned = Plan("answers", "2030-02-01");
  ASSERT_TRUE(Convene(planned->name()).ok());
  const std::string uppsala = planned->name() + "/attendances/region-uppsala";
  const std::string halland = planned->name() + "/attendances/region-halland";
  const auto yes =
      Respond(uppsala, v1::Attendance::YES, {"Anna Exempel", "Bo Exempel"},
              RepresentativeOf(kUppsala));
  ASSERT_TRUE(yes.ok()) << yes.status();
  EXPECT_EQ(yes->attendance().answer(), v1::Attendance::YES);
  EXPECT_TRUE(yes->attendance().has_answer_time());
  ASSERT_THAT(yes->participants(), SizeIs(2));
  EXPECT_EQ(yes->participants(0).organization(), kUppsala);

  // Another organisation's, and a colleague's, are refused.
  EXPECT_TRUE(absl::IsPermissionDenied(
      Respond(uppsala, v1::Attendance::NO, {}, RepresentativeOf(kHalland))
          .status()));
  Caller colleague = RepresentativeOf(kUppsala);
  colleague.name = "people/colleague";
  colleague.scopes.clear();
  colleague.bodies.clear();
  EXPECT_TRUE(absl::IsPermissionDenied(
      Respond(uppsala, v1::Attendance::NO, {}, colleague).status()));
  // Unless that meeting was delegated to him.
  colleague.delegations = {{planned->name(), {"meetings.attendances.respond"}}};
  const auto changed = Respond(uppsala, v1::Attendance::MAYBE,
                               {"Bo Exempel", "Cilla Exempel"}, colleague);
  ASSERT_TRUE(changed.ok()) << changed.status();
  ASSERT_THAT(changed->participants(), SizeIs(2));
  std::vector<std::string> names;
  for (const v1::Attendance& each : changed->participants()) {
    names.push_back(each.name_text());
    EXPECT_EQ(each.answer(), v1::Attendance::MAYBE);
  }
  EXPECT_THAT(names, UnorderedElementsAre("Bo Exempel", "Cilla Exempel"));
  EXPECT_TRUE(absl::IsUnauthenticated(
      Respond(uppsala, v1::Attendance::NO, {}, Nobody()).status()));

  const absl::Status refused =
      Respond(halland, v1::Attendance::NO, {"Dan"}, RepresentativeOf(kHalland))
          .status();
  EXPECT_THAT(FieldsOf(refused), ElementsAre("participants"));
  ASSERT_TRUE(
      Respond(halland, v1::Attendance::NO, {}, RepresentativeOf(kHalland))
          .ok());
  v1::MeetingRepresentation counts = Representation(planned->name());
  EXPECT_EQ(counts.invited().organizations(), 3);
  EXPECT_EQ(counts.invited().regions(), 2);
  EXPECT_EQ(counts.maybe().regions(), 1);
  EXPECT_EQ(counts.maybe().people(), 2);
  EXPECT_EQ(counts.no().regions(), 1);
  EXPECT_EQ(counts.yes().organizations(), 0);
  EXPECT_EQ(counts.unanswered().organizations(), 1);
  EXPECT_EQ(counts.unanswered().regions(), 0);

  // On the day.
  v1::UpdateAttendanceRequest present;
  *present.mutable_attendance() = changed->participants(0);
  present.mutable_attendance()->clear_etag();
  present.mutable_attendance()->set_status(v1::Attendance::PRESENT);
  present.mutable_update_mask()->add_paths("status");
  const auto noted =
      Ask<v1::Attendance>("AttendancesService/UpdateAttendance", present);
  ASSERT_TRUE(noted.ok()) << noted.status();
  EXPECT_EQ(noted->answer(), v1::Attendance::MAYBE);
  counts = Representation(planned->name());
  EXPECT_EQ(counts.present().organizations(), 1);
  EXPECT_EQ(counts.present().regions(), 1);

  // When it has been held, answers are over.
  v1::ConcludeMeetingRequest conclude;
  conclude.set_name(planned->name());
  ASSERT_TRUE(
      Ask<v1::Meeting>("MeetingsService/ConcludeMeeting", conclude).ok());
  EXPECT_EQ(ReasonOf(Respond(halland, v1::Attendance::YES, {},
                             RepresentativeOf(kHalland))
                         .status()),
            "MEETING_STATE");
}

TEST(Answers, OfGuestsComeThroughTheirLinkAlone) {
  v1::CreateMeetingRequest create = Planned("closed", "2030-02-02");
  create.mutable_meeting()->set_visibility(v1::Meeting::BODY);
  create.mutable_meeting()->set_online_link("https://mote.example.se/closed");
  Prepare();
  const auto planned =
      Ask<v1::Meeting>("MeetingsService/CreateMeeting", create);
  ASSERT_TRUE(planned.ok()) << planned.status();
  v1::ConveneMeetingRequest convene;
  convene.set_name(planned->name());
  for (const char* name : {"vera", "ulla"}) {
    v1::Guest& guest = *convene.add_guests();
    guest.set_email(std::string(name) + "@example.se");
    guest.set_display_name(name);
  }
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/ConveneMeeting", convene).ok());
  const auto guests = AttendancesOf(planned->name(), "guest = true");
  ASSERT_THAT(guests, SizeIs(2));
  const Caller vera = GuestOf(guests[0].name());
  const auto answered =
      Respond(guests[0].name(), v1::Attendance::YES, {}, vera);
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->attendance().answer(), v1::Attendance::YES);
  // The meeting is the body's, and the guest's; so is the link.
  const auto read = Get(planned->name(), vera);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->online_link(), "https://mote.example.se/closed");
  EXPECT_TRUE(absl::IsNotFound(Get(planned->name(), Nobody()).status()));
  EXPECT_TRUE(absl::IsNotFound(
      Get(planned->name(), GuestOf("meetings/closed/attendances/none"))
          .status()));
  // The other guest's answer is not hers to give, nor to see.
  EXPECT_TRUE(absl::IsNotFound(
      Respond(guests[1].name(), v1::Attendance::NO, {}, vera).status()));
}

TEST(Links, AreForMembersAndTheInvitedNotForThePublic) {
  v1::CreateMeetingRequest create = Planned("link", "2030-02-03");
  create.mutable_meeting()->set_online_link("https://mote.example.se/link");
  Prepare();
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/CreateMeeting", create).ok());
  v1::ConveneMeetingRequest convene;
  convene.set_name("meetings/link");
  convene.add_organizations("organizations/skr");
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/ConveneMeeting", convene).ok());
  Caller partner = Member("organizations/skr");
  partner.roles.clear();
  Caller stranger = partner;
  stranger.organization = "organizations/other";
  const std::string link = "https://mote.example.se/link";
  EXPECT_EQ(Get("meetings/link", Nobody())->online_link(), "");
  EXPECT_EQ(Get("meetings/link", stranger)->online_link(), "");
  EXPECT_EQ(Get("meetings/link", partner)->online_link(), link);
  EXPECT_EQ(Get("meetings/link", Member(kUppsala))->online_link(), link);
  v1::ListMeetingsRequest list;
  list.set_filter("display_name = \"Möte link\"");
  for (const auto& [caller, expected] :
       {std::pair(Nobody(), std::string()), std::pair(partner, link)}) {
    const auto listed = Ask<v1::ListMeetingsResponse>(
        "MeetingsService/ListMeetings", list, caller);
    ASSERT_TRUE(listed.ok()) << listed.status();
    ASSERT_THAT(listed->meetings(), SizeIs(1));
    EXPECT_EQ(listed->meetings(0).online_link(), expected);
  }
}

TEST(Changes, OfTimeAndPlaceAndCancellingAreToldToTheInvited) {
  const auto planned = Plan("moved", "2030-03-01");
  v1::UpdateMeetingRequest update;
  update.mutable_meeting()->set_name(planned->name());
  update.mutable_meeting()->set_place("Örebro");
  const auto placed = Ask<v1::Meeting>("MeetingsService/UpdateMeeting", update);
  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_EQ(placed->sequence(), planned->sequence() + 1);
  ASSERT_TRUE(Convene(planned->name()).ok());
  EXPECT_EQ(Eventually(LettersAbout(planned->name()), "3"), "3");
  // What calendars do not show is told to nobody.
  update.mutable_meeting()->clear_place();
  update.mutable_meeting()->set_description("Mer om mötet.");
  const auto described =
      Ask<v1::Meeting>("MeetingsService/UpdateMeeting", update);
  update.mutable_meeting()->clear_description();
  update.mutable_meeting()->set_date("2030-03-02");
  const auto moved = Ask<v1::Meeting>("MeetingsService/UpdateMeeting", update);
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(moved->sequence(), described->sequence() + 1);
  EXPECT_EQ(moved->uid(), planned->uid());
  EXPECT_EQ(
      Eventually(LettersAbout(planned->name(), " AND title LIKE 'Ändrat:%'"),
                 "3"),
      "3");
  v1::CancelMeetingRequest cancel;
  cancel.set_name(planned->name());
  cancel.set_reason("För få kan komma.");
  const auto cancelled =
      Ask<v1::Meeting>("MeetingsService/CancelMeeting", cancel);
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->sequence(), moved->sequence() + 1);
  EXPECT_EQ(
      Eventually(LettersAbout(planned->name(), " AND title LIKE 'Inställt:%'"),
                 "3"),
      "3");
  EXPECT_EQ(Running().Sql("membership", LettersAbout(planned->name())), "9");
}

// Every organisation answers at once, several times: nothing lost or doubled.
TEST(Answers, ThatComeAtOnceAreAllKept) {
  const auto planned = Plan("at-once", "2030-04-01");
  ASSERT_TRUE(Convene(planned->name()).ok());
  const std::vector<std::string> organizations = {kUppsala, kHalland, kVinnova};
  std::vector<std::thread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([&, i] {
      const std::string& organization = organizations[size_t(i) % 3];
      const auto answer =
          Respond(planned->name() + "/attendances" +
                      organization.substr(organization.find('/')),
                  v1::Attendance::YES, {"Anna Exempel", "Bo Exempel"},
                  RepresentativeOf(organization));
      EXPECT_TRUE(answer.ok()) << answer.status();
    });
  }
  for (std::thread& thread : threads) thread.join();
  const v1::MeetingRepresentation counts = Representation(planned->name());
  EXPECT_EQ(counts.yes().organizations(), 3);
  EXPECT_EQ(counts.yes().people(), 6);
}

}  // namespace
}  // namespace reglab::meetings
