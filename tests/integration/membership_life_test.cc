// The life of memberships and seats, and what stood on a given day.

#include <future>
#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/access.pb.h"
#include "reglab/membership/v1/client.pb.h"
#include "services/common/api_key.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;

absl::StatusOr<Membership> Approve(const std::string& name,
                                   const std::string& start_date = "",
                                   const Caller& caller = Secretariat()) {
  v1::ApproveMembershipRequest request;
  request.set_name(name);
  request.set_start_date(start_date);
  request.set_reason("Beslut i styrelsen");
  return Ask<Membership>("MembershipsService/ApproveMembership", request,
                         caller);
}

absl::StatusOr<Membership> Reject(const std::string& name,
                                  const std::string& reason,
                                  const Caller& caller = Secretariat()) {
  v1::RejectMembershipRequest request;
  request.set_name(name);
  request.set_reason(reason);
  return Ask<Membership>("MembershipsService/RejectMembership", request,
                         caller);
}

absl::StatusOr<Membership> End(const std::string& name,
                               const std::string& end_date,
                               const std::string& reason,
                               const Caller& caller = Secretariat()) {
  v1::EndMembershipRequest request;
  request.set_name(name);
  request.set_end_date(end_date);
  request.set_reason(reason);
  return Ask<Membership>("MembershipsService/EndMembership", request, caller);
}

absl::StatusOr<Membership> GetMembership(const std::string& name,
                                         const Caller& caller,
                                         const std::string& as_of = "") {
  v1::GetMembershipRequest request;
  request.set_name(name);
  request.set_as_of(as_of);
  return Ask<Membership>("MembershipsService/GetMembership", request, caller);
}

absl::StatusOr<Membership> CreateDated(const std::string& organization,
                                       Membership::State state,
                                       const std::string& start_date,
                                       const std::string& end_date) {
  v1::CreateMembershipRequest request;
  request.set_parent(organization);
  request.mutable_membership()->set_category(Membership::MEMBER);
  request.mutable_membership()->set_state(state);
  request.mutable_membership()->set_start_date(start_date);
  request.mutable_membership()->set_end_date(end_date);
  return Ask<Membership>("MembershipsService/CreateMembership", request);
}

int CountMemberships(const std::string& parent, const std::string& filter,
                     const std::string& as_of) {
  v1::ListMembershipsRequest list;
  list.set_parent(parent);
  list.set_filter(filter);
  list.set_as_of(as_of);
  const auto listed = Ask<v1::ListMembershipsResponse>(
      "MembershipsService/ListMemberships", list, Nobody());
  EXPECT_TRUE(listed.ok()) << listed.status();
  return listed.ok() ? listed->memberships_size() : -1;
}

TEST(Memberships, AreAppliedForApprovedAndEndedWithAReason) {
  ASSERT_TRUE(CreateOrganization("joins", "Region Ansökan").ok());
  const Caller own = Member("organizations/joins");
  const Caller other = Member("organizations/other");
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateMembership("organizations/joins", Membership::ACTIVE, own)
          .status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateMembership("organizations/joins", Membership::APPLIED, other)
          .status()));
  const auto applied =
      CreateMembership("organizations/joins", Membership::APPLIED, own);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(
      ReasonOf(
          CreateMembership("organizations/joins", Membership::ACTIVE).status()),
      "MEMBERSHIP_EXISTS");

  // Nobody decides for themselves, and nothing ends that has not begun.
  EXPECT_TRUE(
      absl::IsPermissionDenied(Approve(applied->name(), "", own).status()));
  EXPECT_EQ(ReasonOf(End(applied->name(), "", "Fel").status()),
            "MEMBERSHIP_STATE");
  const auto active = Approve(applied->name());
  ASSERT_TRUE(active.ok()) << active.status();
  EXPECT_EQ(active->state(), Membership::ACTIVE);
  EXPECT_EQ(active->start_date(), DayFromNow(0));
  EXPECT_EQ(ReasonOf(Approve(applied->name()).status()), "MEMBERSHIP_STATE");
  EXPECT_EQ(ReasonOf(Reject(applied->name(), "Sent").status()),
            "MEMBERSHIP_STATE");

  EXPECT_TRUE(absl::IsInvalidArgument(End(applied->name(), "", "").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      End(applied->name(), DayFromNow(-1), "Före början").status()));
  const auto ended = End(applied->name(), "", "Uppsagt");
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), Membership::ENDED);
  EXPECT_EQ(ended->end_date(), DayFromNow(0));

  // Its history says what, when, why and who.
  const auto read = GetMembership(applied->name(), own);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->history_size(), 3);
  EXPECT_EQ(read->history(0).state(), Membership::APPLIED);
  EXPECT_EQ(read->history(0).actor(), own.name);
  EXPECT_EQ(read->history(1).state(), Membership::ACTIVE);
  EXPECT_EQ(read->history(1).reason(), "Beslut i styrelsen");
  EXPECT_EQ(read->history(2).state(), Membership::ENDED);
  EXPECT_EQ(read->history(2).reason(), "Uppsagt");
  EXPECT_EQ(read->history(2).actor(), "clients/secretariat");
  EXPECT_EQ(read->history(2).date(), DayFromNow(0));
  EXPECT_TRUE(read->history(2).has_time());
  const auto shown = GetMembership(applied->name(), other);
  ASSERT_TRUE(shown.ok());
  ASSERT_EQ(shown->history_size(), 3);
  EXPECT_EQ(shown->history(2).reason() + shown->history(2).actor(), "");

  EXPECT_EQ(
      CountMemberships("organizations/-",
                       "state = ENDED AND start_date = " + DayFromNow(0), ""),
      1);
  v1::ListMembershipsRequest list;
  list.set_parent("organizations/nowhere");
  EXPECT_TRUE(absl::IsNotFound(Ask<v1::ListMembershipsResponse>(
                                   "MembershipsService/ListMemberships", list)
                                   .status()));
}

TEST(Memberships, AreRejectedWithAReasonAndMayBeAppliedForAgain) {
  ASSERT_TRUE(CreateOrganization("rejected", "Region Nej").ok());
  const auto applied =
      CreateMembership("organizations/rejected", Membership::APPLIED);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_TRUE(absl::IsInvalidArgument(Reject(applied->name(), "").status()));
  const auto rejected = Reject(applied->name(), "Saknar uppdrag");
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->state(), Membership::REJECTED);
  EXPECT_EQ(ReasonOf(Approve(applied->name()).status()), "MEMBERSHIP_STATE");
  EXPECT_TRUE(
      CreateMembership("organizations/rejected", Membership::APPLIED).ok());
}

TEST(Memberships, AreNotDecidedOnByAnUpdate) {
  ASSERT_TRUE(CreateOrganization("patched", "Region Lapp").ok());
  const auto active =
      CreateMembership("organizations/patched", Membership::ACTIVE);
  ASSERT_TRUE(active.ok()) << active.status();
  v1::UpdateMembershipRequest request;
  request.mutable_membership()->set_name(active->name());
  request.mutable_membership()->set_state(Membership::ENDED);
  EXPECT_EQ(
      ReasonOf(Ask<Membership>("MembershipsService/UpdateMembership", request)
                   .status()),
      "MEMBERSHIP_STATE");
  request.mutable_membership()->clear_state();
  request.mutable_membership()->set_end_date("2020-12-31");
  EXPECT_EQ(
      ReasonOf(Ask<Membership>("MembershipsService/UpdateMembership", request)
                   .status()),
      "MEMBERSHIP_STATE");
  request.mutable_membership()->clear_end_date();
  request.mutable_membership()->set_start_date("2019-01-01");
  const auto dated =
      Ask<Membership>("MembershipsService/UpdateMembership", request);
  ASSERT_TRUE(dated.ok()) << dated.status();
  EXPECT_EQ(dated->start_date(), "2019-01-01");
  EXPECT_EQ(dated->state(), Membership::ACTIVE);
}

TEST(Memberships, NeverOverlap) {
  ASSERT_TRUE(CreateOrganization("again", "Region Åter").ok());
  ASSERT_TRUE(CreateDated("organizations/again", Membership::ENDED,
                          "2010-01-01", "2015-12-31")
                  .ok());
  const auto within =
      CreateDated("organizations/again", Membership::ACTIVE, "2015-12-31", "");
  EXPECT_EQ(ReasonOf(within.status()), "MEMBERSHIP_OVERLAPS");
  EXPECT_EQ(ReasonOf(CreateDated("organizations/again", Membership::ENDED,
                                 "2009-01-01", "2010-01-01")
                         .status()),
            "MEMBERSHIP_OVERLAPS");
  const auto later =
      CreateDated("organizations/again", Membership::ACTIVE, "2016-01-01", "");
  ASSERT_TRUE(later.ok()) << later.status();
  EXPECT_EQ(CountMemberships("organizations/again", "", "2015-12-31"), 1);
  EXPECT_EQ(CountMemberships("organizations/again", "", "2009-12-31"), 0);

  // Two applications at the same time: one is there.
  ASSERT_TRUE(CreateOrganization("twice", "Region Två").ok());
  std::vector<std::future<absl::StatusOr<Membership>>> answers;
  for (int i = 0; i < 8; ++i) {
    answers.push_back(std::async(std::launch::async, [] {
      return CreateMembership("organizations/twice", Membership::ACTIVE);
    }));
  }
  int created = 0;
  for (auto& answer : answers) {
    const auto membership = answer.get();
    if (membership.ok()) {
      ++created;
    } else {
      EXPECT_EQ(ReasonOf(membership.status()), "MEMBERSHIP_EXISTS");
    }
  }
  EXPECT_EQ(created, 1);
}

TEST(Memberships, EndByADayThatIsSaidBefore) {
  ASSERT_TRUE(CreateOrganization("leaves", "Region Sorti").ok());
  const auto active =
      CreateDated("organizations/leaves", Membership::ACTIVE, "2020-01-01", "");
  ASSERT_TRUE(active.ok()) << active.status();
  const auto ending = End(active->name(), DayFromNow(30), "Uppsagt");
  ASSERT_TRUE(ending.ok()) << ending.status();
  EXPECT_EQ(ending->state(), Membership::ACTIVE);
  EXPECT_EQ(ending->end_date(), DayFromNow(30));
  EXPECT_EQ(ending->history(1).state(), Membership::ENDED);
  // As if that day had come: it has ended by itself.
  Running().Sql("membership",
                "UPDATE memberships SET end_date = today() - 1"
                " WHERE parent = 'organizations/leaves'");
  EXPECT_EQ(GetMembership(active->name(), Nobody())->state(),
            Membership::ENDED);
  EXPECT_EQ(CountMemberships("organizations/leaves", "state = ENDED", ""), 1);
  EXPECT_EQ(CountMemberships("organizations/leaves", "state = ACTIVE", ""), 0);
  EXPECT_TRUE(
      CreateMembership("organizations/leaves", Membership::APPLIED).ok());
}

// What a key of the organisation is worth, as the gateway asks.
std::vector<std::string> RolesOf(const std::string& key) {
  v1::AuthenticateKeyRequest request;
  const auto parsed = ParseApiKey(key);
  EXPECT_TRUE(parsed.has_value());
  request.set_key_id(parsed->id);
  request.set_secret_sha256(HashSecret(parsed->secret));
  const auto answer = Ask<v1::AuthenticateKeyResponse>(
      "KeysService/AuthenticateKey", request, Nobody());
  EXPECT_TRUE(answer.ok()) << answer.status();
  if (!answer.ok()) return {};
  return {answer->roles().begin(), answer->roles().end()};
}

TEST(Memberships, TakeTheRoleOfMemberWithThem) {
  ASSERT_TRUE(CreateOrganization("member", "Region Roll").ok());
  ASSERT_TRUE(CreateBody("role-group", Body::MEMBER_GROUP).ok());
  ASSERT_TRUE(CreatePerson("role", "organizations/member").ok());
  const auto active =
      CreateMembership("organizations/member", Membership::ACTIVE);
  ASSERT_TRUE(active.ok()) << active.status();
  const auto seat =
      Appoint("bodies/role-group", "people/role",
              Appointment::MEMBER_REPRESENTATIVE, DayFromNow(-100));
  ASSERT_TRUE(seat.ok()) << seat.status();
  v1::CreateClientRequest client;
  client.set_client_id("role");
  client.mutable_client()->set_display_name("Intranätet");
  client.mutable_client()->set_organization("organizations/member");
  ASSERT_TRUE(Ask<v1::Client>("ClientsService/CreateClient", client).ok());
  v1::CreateKeyRequest key;
  key.set_parent("clients/role");
  key.mutable_key();
  const auto made = Ask<v1::Key>("KeysService/CreateKey", key);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(RolesOf(made->secret()), std::vector<std::string>{"MEMBER"});

  ASSERT_TRUE(End(active->name(), "", "Uppsagt").ok());
  EXPECT_EQ(RolesOf(made->secret()), std::vector<std::string>{});
  // The seat of who represented it ends that day.
  v1::GetAppointmentRequest get;
  get.set_name(seat->name());
  const auto left = Ask<Appointment>("AppointmentsService/GetAppointment", get);
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(left->end_date(), DayFromNow(0));
}

std::vector<std::string> SeatedOn(const std::string& body,
                                  const std::string& day) {
  v1::ListAppointmentsRequest list;
  list.set_parent(body);
  list.set_as_of(day);
  list.set_order_by("start_date");
  const auto listed = Ask<v1::ListAppointmentsResponse>(
      "AppointmentsService/ListAppointments", list, Nobody());
  EXPECT_TRUE(listed.ok()) << listed.status();
  std::vector<std::string> people;
  if (listed.ok()) {
    for (const auto& one : listed->appointments()) {
      people.push_back(one.person());
    }
  }
  return people;
}

absl::StatusOr<v1::HandOverAppointmentResponse> HandOver(
    const std::string& name, const std::string& successor, const Caller& caller,
    const std::string& start_date = "") {
  v1::HandOverAppointmentRequest request;
  request.set_name(name);
  request.set_successor(successor);
  request.set_start_date(start_date);
  return Ask<v1::HandOverAppointmentResponse>(
      "AppointmentsService/HandOverAppointment", request, caller);
}

TEST(Appointments, AreHandedOverByTheRepresentativeInOneStep) {
  const std::string organization = "organizations/relay";
  ASSERT_TRUE(CreateOrganization("relay", "Region Stafett").ok());
  ASSERT_TRUE(CreateOrganization("relay-other", "Region Annan").ok());
  ASSERT_TRUE(CreateBody("relay-group", Body::MEMBER_GROUP).ok());
  for (const char* person : {"relay-1", "relay-2"}) {
    ASSERT_TRUE(CreatePerson(person, organization).ok());
  }
  ASSERT_TRUE(CreatePerson("relay-3", "organizations/relay-other").ok());
  const auto seat = Appoint("bodies/relay-group", "people/relay-1",
                            Appointment::MEMBER_REPRESENTATIVE, "2022-01-01",
                            DayFromNow(400));
  ASSERT_TRUE(seat.ok()) << seat.status();
  const Caller holder = Representative("people/relay-1", organization);

  EXPECT_TRUE(absl::IsInvalidArgument(
      HandOver(seat->name(), "people/relay-3", Secretariat()).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      HandOver(seat->name(), "people/nobody", holder).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      HandOver(seat->name(), "people/relay-2", holder, DayFromNow(-1))
          .status()));
  EXPECT_EQ(
      ReasonOf(HandOver(seat->name(), "people/relay-2", holder, DayFromNow(401))
                   .status()),
      "APPOINTMENT_OVER");
  EXPECT_EQ(ReasonOf(HandOver(seat->name(), "people/relay-2",
                              Representative("people/relay-3",
                                             "organizations/relay-other"))
                         .status()),
            "OTHER_ORGANIZATION");
  EXPECT_EQ(SeatedOn("bodies/relay-group", DayFromNow(0)),
            std::vector<std::string>{"people/relay-1"});

  const auto passed =
      HandOver(seat->name(), "people/relay-2", holder, DayFromNow(0));
  ASSERT_TRUE(passed.ok()) << passed.status();
  EXPECT_EQ(passed->ended().end_date(), DayFromNow(-1));
  EXPECT_EQ(passed->started().start_date(), DayFromNow(0));
  EXPECT_EQ(passed->started().end_date(), DayFromNow(400));
  EXPECT_EQ(passed->started().organization(), organization);
  EXPECT_EQ(SeatedOn("bodies/relay-group", "2022-09-13"),
            std::vector<std::string>{"people/relay-1"});
  EXPECT_EQ(SeatedOn("bodies/relay-group", DayFromNow(0)),
            std::vector<std::string>{"people/relay-2"});
  EXPECT_EQ(SeatedOn("bodies/relay-group", "2021-12-31"),
            std::vector<std::string>{});
  v1::GetAppointmentRequest get;
  get.set_name(seat->name());
  get.set_as_of(DayFromNow(0));
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Appointment>("AppointmentsService/GetAppointment", get).status()));
  get.set_as_of("2022-09-13");
  EXPECT_TRUE(Ask<Appointment>("AppointmentsService/GetAppointment", get).ok());
}

TEST(Appointments, TakeTheSeatsOfTheirOrganization) {
  const std::string organization = "organizations/seats";
  ASSERT_TRUE(CreateOrganization("seats", "Region Stolar").ok());
  for (const char* person : {"seat-1", "seat-2", "seat-3"}) {
    ASSERT_TRUE(CreatePerson(person, organization).ok());
  }
  v1::CreateBodyRequest create;
  create.set_body_id("two-seats");
  create.mutable_body()->set_display_name("Två platser");
  create.mutable_body()->set_kind(Body::NETWORK);
  create.mutable_body()->set_seats_per_organization(2);
  ASSERT_TRUE(Ask<Body>("BodiesService/CreateBody", create).ok());
  const auto appoint = [](const char* person, const char* start,
                          const char* end,
                          Appointment::Role role = Appointment::MEMBER) {
    return Appoint("bodies/two-seats", person, role, start, end);
  };
  ASSERT_TRUE(appoint("people/seat-1", "2020-01-01", "2022-12-31").ok());
  ASSERT_TRUE(appoint("people/seat-2", "2022-01-01", "2024-12-31").ok());
  // Both sit there in 2022 alone.
  EXPECT_EQ(
      ReasonOf(appoint("people/seat-3", "2019-01-01", "2022-01-01").status()),
      "SEATS_TAKEN");
  EXPECT_TRUE(
      appoint("people/seat-3", "2022-06-01", "2022-06-30", Appointment::DEPUTY)
          .ok());
  // Another role takes no other seat.
  EXPECT_TRUE(
      appoint("people/seat-1", "2022-06-01", "2022-06-30", Appointment::CHAIR)
          .ok());
  const auto third = appoint("people/seat-3", "2023-01-01", "2023-12-31");
  ASSERT_TRUE(third.ok()) << third.status();
  v1::UpdateAppointmentRequest earlier;
  earlier.mutable_appointment()->set_name(third->name());
  earlier.mutable_appointment()->set_start_date("2022-12-31");
  EXPECT_EQ(ReasonOf(Ask<Appointment>("AppointmentsService/UpdateAppointment",
                                      earlier)
                         .status()),
            "SEATS_TAKEN");
  earlier.mutable_appointment()->set_start_date("2023-02-01");
  EXPECT_TRUE(
      Ask<Appointment>("AppointmentsService/UpdateAppointment", earlier).ok());

  // Eight at once for the one seat that is left in 2030.
  ASSERT_TRUE(appoint("people/seat-1", "2030-01-01", "").ok());
  std::vector<std::future<absl::StatusOr<Appointment>>> answers;
  for (int i = 0; i < 8; ++i) {
    const std::string id = "crowd-" + std::to_string(i);
    ASSERT_TRUE(CreatePerson(id, organization).ok());
    answers.push_back(std::async(std::launch::async, [id] {
      return Appoint("bodies/two-seats", "people/" + id, Appointment::MEMBER,
                     "2030-01-01");
    }));
  }
  int seated = 0;
  for (auto& answer : answers) seated += answer.get().ok() ? 1 : 0;
  EXPECT_EQ(seated, 1);
}

TEST(Appointments, OfOnePersonNeverOverlapHoweverManyCome) {
  ASSERT_TRUE(CreateOrganization("rush", "Region Rusning").ok());
  ASSERT_TRUE(CreateBody("rush", Body::NETWORK).ok());
  ASSERT_TRUE(CreatePerson("rush", "organizations/rush").ok());
  std::vector<std::future<absl::StatusOr<Appointment>>> answers;
  for (int i = 0; i < 8; ++i) {
    answers.push_back(std::async(std::launch::async, [] {
      return Appoint("bodies/rush", "people/rush", Appointment::MEMBER,
                     "2026-01-01", "2026-12-31");
    }));
  }
  int appointed = 0;
  for (auto& answer : answers) {
    const auto appointment = answer.get();
    if (appointment.ok()) {
      ++appointed;
    } else {
      EXPECT_EQ(ReasonOf(appointment.status()), "APPOINTMENT_EXISTS");
    }
  }
  EXPECT_EQ(appointed, 1);
}

TEST(Appointments, GivePartnersNoMemberRepresentative) {
  ASSERT_TRUE(CreateOrganization("partner", "Partner AB").ok());
  v1::CreateMembershipRequest request;
  request.set_parent("organizations/partner");
  request.mutable_membership()->set_category(Membership::PARTNER);
  request.mutable_membership()->set_state(Membership::ACTIVE);
  ASSERT_TRUE(
      Ask<Membership>("MembershipsService/CreateMembership", request).ok());
  ASSERT_TRUE(CreateBody("partner-group", Body::MEMBER_GROUP).ok());
  ASSERT_TRUE(CreatePerson("partner", "organizations/partner").ok());
  EXPECT_EQ(ReasonOf(Appoint("bodies/partner-group", "people/partner",
                             Appointment::MEMBER_REPRESENTATIVE, "2026-01-01")
                         .status()),
            "PARTNER_HAS_NO_SEAT");
}

TEST(Bodies, AreAtWorkFromTheirFirstToTheirLastDay) {
  v1::CreateBodyRequest request;
  request.set_body_id("old-network");
  request.mutable_body()->set_display_name("Gammalt nätverk");
  request.mutable_body()->set_kind(Body::NETWORK);
  request.mutable_body()->set_start_date("2010-01-01");
  request.mutable_body()->set_end_date("2009-12-31");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<Body>("BodiesService/CreateBody", request).status()));
  request.mutable_body()->set_end_date("2015-12-31");
  ASSERT_TRUE(Ask<Body>("BodiesService/CreateBody", request).ok());
  v1::ListBodiesRequest list;
  list.set_filter("display_name = \"Gammalt nätverk\"");
  for (const auto& [day, count] : std::vector<std::pair<const char*, int>>{
           {"2009-12-31", 0}, {"2010-01-01", 1}, {"2016-01-01", 0}, {"", 1}}) {
    list.set_as_of(day);
    const auto listed =
        Ask<v1::ListBodiesResponse>("BodiesService/ListBodies", list);
    ASSERT_TRUE(listed.ok()) << listed.status();
    EXPECT_EQ(listed->bodies_size(), count) << day;
  }
  list.set_as_of("2010-02-30");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<v1::ListBodiesResponse>("BodiesService/ListBodies", list).status()));
}

TEST(Organizations, AreReadAndListedAsTheyBelongedOnADay) {
  ASSERT_TRUE(CreateOrganization("belonged", "Region Tillhör").ok());
  ASSERT_TRUE(CreateDated("organizations/belonged", Membership::ENDED,
                          "1995-01-01", "1996-12-31")
                  .ok());
  v1::ListOrganizationsRequest list;
  list.set_filter("display_name = \"Region Tillhör\"");
  for (const auto& [day, count] : std::vector<std::pair<const char*, int>>{
           {"1994-12-31", 0}, {"1996-12-31", 1}, {"1997-01-01", 0}}) {
    list.set_as_of(day);
    const auto listed = Ask<v1::ListOrganizationsResponse>(
        "OrganizationsService/ListOrganizations", list);
    ASSERT_TRUE(listed.ok()) << listed.status();
    EXPECT_EQ(listed->organizations_size(), count) << day;
    v1::GetOrganizationRequest get;
    get.set_name("organizations/belonged");
    get.set_as_of(day);
    const auto read = Ask<Organization>("OrganizationsService/GetOrganization",
                                        get, Nobody());
    EXPECT_EQ(read.ok(), count == 1) << day << read.status();
    EXPECT_EQ(absl::IsNotFound(read.status()), count == 0) << day;
    get.set_as_of("1996-02-30");
    EXPECT_TRUE(absl::IsInvalidArgument(
        Ask<Organization>("OrganizationsService/GetOrganization", get, Nobody())
            .status()));
  }
}

}  // namespace
}  // namespace reglab::membership
