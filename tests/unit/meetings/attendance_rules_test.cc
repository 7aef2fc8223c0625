#include "services/meetings/attendance_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/common/errors.h"
#include "services/meetings/meeting_rules.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using v1::Attendance;
using v1::Meeting;
using v1::RespondAttendanceRequest;

constexpr char kUppsala[] = "organizations/region-uppsala";
constexpr char kInvitation[] = "meetings/m/attendances/region-uppsala";

Meeting Convened() {
  Meeting meeting;
  meeting.set_name("meetings/m");
  meeting.set_display_name("Medlemsgruppen");
  meeting.set_body("bodies/member-group");
  meeting.set_date("2026-12-15");
  meeting.set_place("Örebro");
  meeting.set_state(Meeting::CONVENED);
  return meeting;
}

absl::Time Now() {
  return absl::FromCivil(absl::CivilDay(2026, 11, 24), SwedishClock());
}

Attendance OfUppsala() {
  Attendance attendance;
  attendance.set_name(kInvitation);
  attendance.set_organization(kUppsala);
  attendance.mutable_invite_time()->set_seconds(1);
  return attendance;
}

Caller Person(const std::string& organization) {
  Caller caller;
  caller.name = "people/p";
  caller.organization = organization;
  caller.roles = {"MEMBER"};
  return caller;
}

TEST(Invitees, AreThoseWhoSitInTheBodyAndThoseWhoAreAddedOnce) {
  v1::ConveneMeetingRequest request;
  request.add_organizations("organizations/skr");
  request.add_organizations(kUppsala);
  request.add_people("people/x");
  for (const char* email : {"Vera@Example.se", "vera@example.se"}) {
    v1::Guest& guest = *request.add_guests();
    guest.set_email(email);
    guest.set_display_name("Vera Exempel");
  }
  const std::vector<Invitee> invitees =
      InviteesOf(request, {{kUppsala, {"people/a", "people/b"}}});
  std::vector<std::string> keys;
  for (const Invitee& invitee : invitees) keys.push_back(invitee.Key());
  EXPECT_THAT(keys, ElementsAre(kUppsala, "organizations/skr", "people/x",
                                "vera@example.se"));
  EXPECT_THAT(invitees[0].seated, ElementsAre("people/a", "people/b"));
}

TEST(Invitees, AreNamedWhenMoreAreInvited) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      InviteesOf(v1::InviteToMeetingRequest(), {}).status()));
}

TEST(InvitationLetter, GoesToTheRepresentativesAndWhoSitsInTheBody) {
  Invitee invitee;
  invitee.organization = kUppsala;
  invitee.seated = {"people/a"};
  const auto letter =
      InvitationLetter(Convened(), kInvitation, invitee, "Välkomna!", Now());
  EXPECT_THAT(letter.recipients(), ElementsAre(kUppsala, "people/a"));
  EXPECT_EQ(letter.organization(), kUppsala);
  EXPECT_EQ(letter.parameters().at("when"), "tisdag 15 december 2026");
  EXPECT_EQ(letter.parameters().at("text"), "Välkomna!");
  EXPECT_FALSE(letter.has_guest_link());
}

TEST(InvitationLetter, GivesAGuestALinkForThisAnswerAlone) {
  Invitee invitee;
  invitee.guest.set_email("Vera@example.se");
  const auto letter =
      InvitationLetter(Convened(), kInvitation, invitee, "Välkommen!", Now());
  EXPECT_THAT(letter.recipients(), ElementsAre("vera@example.se"));
  EXPECT_EQ(letter.organization(), "");
  EXPECT_EQ(letter.guest_link().subject(), kInvitation);
  EXPECT_EQ(letter.guest_link().permission(), "meetings.attendances.respond");
  // Through the day after the meeting.
  EXPECT_EQ(absl::FromUnixSeconds(letter.guest_link().expire_time().seconds()),
            absl::FromCivil(absl::CivilDay(2026, 12, 17), SwedishClock()));
  EXPECT_THAT(letter.parameters().at("text"), HasSubstr("Örebro"));
  Meeting far = Convened();
  far.set_date("2028-01-01");
  const auto later = InvitationLetter(far, kInvitation, invitee, "", Now());
  EXPECT_EQ(later.guest_link().expire_time().seconds(),
            absl::ToUnixSeconds(Now() + absl::Hours(24 * 89)));
}

TEST(Response, IsTheRepresentativesTheBodysAndTheSecretariats) {
  const Attendance attendance = OfUppsala();
  Caller secretariat;
  secretariat.name = "clients/s";
  secretariat.roles = {"SECRETARIAT"};
  EXPECT_TRUE(CheckMayRespond(secretariat, Convened(), attendance).ok());
  Caller representative = Person(kUppsala);
  representative.scopes = {"meetings.attendances.respond"};
  EXPECT_TRUE(CheckMayRespond(representative, Convened(), attendance).ok());
  Caller seated = Person(kUppsala);
  seated.bodies = {"bodies/member-group"};
  EXPECT_TRUE(CheckMayRespond(seated, Convened(), attendance).ok());

  // A colleague, and a representative of another organisation.
  EXPECT_EQ(ReasonOf(CheckMayRespond(Person(kUppsala), Convened(), attendance)),
            "PERMISSION_MISSING");
  Caller other = representative;
  other.organization = "organizations/region-halland";
  EXPECT_EQ(ReasonOf(CheckMayRespond(other, Convened(), attendance)),
            "OTHER_ORGANIZATION");
  other.bodies = {"bodies/member-group"};
  EXPECT_FALSE(CheckMayRespond(other, Convened(), attendance).ok());
  // A program that sits in the body through its organisation needs the scope.
  Caller client = seated;
  client.name = "clients/c";
  EXPECT_FALSE(CheckMayRespond(client, Convened(), attendance).ok());
}

TEST(Response, IsADelegatesInThatMatterAlone) {
  Caller delegate = Person(kUppsala);
  delegate.delegations = {{"meetings/m", {"meetings.attendances.respond"}}};
  EXPECT_TRUE(CheckMayRespond(delegate, Convened(), OfUppsala()).ok());
  delegate.delegations[0].subject = "meetings/other";
  EXPECT_EQ(ReasonOf(CheckMayRespond(delegate, Convened(), OfUppsala())),
            "OTHER_MATTER");
}

TEST(Response, IsAGuestsOwn) {
  Attendance attendance;
  attendance.set_name("meetings/m/attendances/g");
  attendance.set_guest(true);
  Caller guest;
  guest.name = "guests/x";
  guest.roles = {"GUEST"};
  guest.delegations = {{attendance.name(), {"meetings.attendances.respond"}}};
  EXPECT_TRUE(CheckMayRespond(guest, Convened(), attendance).ok());
  EXPECT_FALSE(CheckMayRespond(guest, Convened(), OfUppsala()).ok());
  attendance.set_name("meetings/m/attendances/another");
  EXPECT_FALSE(CheckMayRespond(guest, Convened(), attendance).ok());
  // Who is invited as himself needs no permission.
  attendance.set_person("people/p");
  EXPECT_TRUE(CheckMayRespond(Person(""), Convened(), attendance).ok());
}

TEST(Response, NamesNobodyWhenTheAnswerIsNo) {
  RespondAttendanceRequest request;
  request.set_answer(Attendance::NO);
  EXPECT_TRUE(CheckResponse(request, OfUppsala()).ok());
  request.add_participants()->set_name_text("Anna Exempel");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckResponse(request, OfUppsala())));
  request.set_answer(Attendance::MAYBE);
  EXPECT_TRUE(CheckResponse(request, OfUppsala()).ok());
  Attendance single;
  single.set_person("people/p");
  single.mutable_invite_time()->set_seconds(1);
  EXPECT_TRUE(absl::IsInvalidArgument(CheckResponse(request, single)));
}

TEST(Response, NeedsAnInvitation) {
  Attendance attendance = OfUppsala();
  attendance.clear_invite_time();
  EXPECT_EQ(ReasonOf(CheckResponse(RespondAttendanceRequest(), attendance)),
            "NOT_INVITED");
}

TEST(Participants, WhoStayKeepTheirAttendance) {
  Attendance anna;
  anna.set_name("meetings/m/attendances/1");
  anna.set_name_text("Anna Exempel");
  anna.set_status(Attendance::PRESENT);
  Attendance bo = anna;
  bo.set_name("meetings/m/attendances/2");
  bo.set_name_text("Bo Exempel");
  RespondAttendanceRequest request;
  request.set_answer(Attendance::YES);
  request.add_participants()->set_name_text("Anna Exempel");
  request.add_participants()->set_name_text("Cilla Exempel");
  const ParticipantChanges changes =
      ChangesOf(request, OfUppsala(), {anna, bo});
  ASSERT_THAT(changes.kept, SizeIs(1));
  EXPECT_EQ(changes.kept[0].name(), anna.name());
  EXPECT_EQ(changes.kept[0].status(), Attendance::PRESENT);
  ASSERT_THAT(changes.added, SizeIs(1));
  EXPECT_EQ(changes.added[0].organization(), kUppsala);
  EXPECT_EQ(changes.added[0].invitation(), kInvitation);
  EXPECT_EQ(changes.added[0].answer(), Attendance::YES);
  ASSERT_THAT(changes.removed, SizeIs(1));
  EXPECT_EQ(changes.removed[0].name(), bo.name());
}

TEST(Change, OfTimeOrPlaceIsTold) {
  EXPECT_TRUE(TellsTheInvited({"description", "place"}));
  EXPECT_FALSE(TellsTheInvited({"description", "display_name"}));
}

}  // namespace
}  // namespace reglab::meetings
