// Search, the order of Swedish, and lists of one organisation, on a database of
// its own with twenty thousand people.

#include <gmock/gmock.h>

#include "services/membership/appointment_store.h"
#include "services/membership/body_store.h"
#include "services/membership/client_store.h"
#include "services/membership/membership_store.h"
#include "services/membership/organization_store.h"
#include "services/membership/person_store.h"
#include "tests/integration/explain.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using v1::ListAppointmentsRequest;
using v1::ListAppointmentsResponse;
using v1::ListBodiesRequest;
using v1::ListBodiesResponse;
using v1::ListOrganizationsRequest;
using v1::ListOrganizationsResponse;
using v1::ListPeopleRequest;
using v1::ListPeopleResponse;
using Names = std::vector<std::string>;

void CreateInCounty(const std::string& id, const std::string& title,
                    const std::string& county, const Names& aliases = {}) {
  v1::CreateOrganizationRequest request;
  request.set_organization_id(id);
  Organization& organization = *request.mutable_organization();
  organization.set_display_name(title);
  organization.set_kind(Organization::REGION);
  organization.set_county_code(county);
  organization.mutable_aliases()->Add(aliases.begin(), aliases.end());
  const auto created =
      Ask<Organization>("OrganizationsService/CreateOrganization", request);
  ASSERT_TRUE(created.ok()) << created.status();
}

void NamePerson(const std::string& id, const std::string& organization,
                const std::string& given, const std::string& family) {
  v1::CreatePersonRequest request;
  request.set_person_id(id);
  request.mutable_person()->set_given_name(given);
  request.mutable_person()->set_family_name(family);
  request.mutable_person()->set_organization(organization);
  const auto created = Ask<Person>("PeopleService/CreatePerson", request);
  ASSERT_TRUE(created.ok()) << created.status();
}

class Search : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    CreateInCounty("region-ostergotland", "Region Östergötland", "05");
    CreateInCounty("region-uppsala", "Region Uppsala", "03");
    CreateInCounty("region-jamtland", "Region Jämtland Härjedalen", "23");
    CreateInCounty("storsthlm", "Storsthlm", "01", {"Storstockholm"});
    CreateInCounty("region-are", "Region Åre", "");
    CreateInCounty("region-arenal", "Arenaregionen", "");
    NamePerson("astrid", "organizations/region-uppsala", "Astrid", "Lindqvist");
    NamePerson("ake", "organizations/region-ostergotland", "Åke", "Öberg");
    ASSERT_TRUE(CreateBody("rus-network", Body::NETWORK).ok());
    ASSERT_TRUE(CreateBody("board", Body::BOARD).ok());
    ASSERT_TRUE(Appoint("bodies/rus-network", "people/astrid",
                        Appointment::CHAIR, "2026-01-01")
                    .ok());
    ASSERT_TRUE(
        Appoint("bodies/board", "people/ake", Appointment::MEMBER, "2026-01-01")
            .ok());
    // Enough of everything for PostgreSQL to prefer an index.
    Running().Sql(
        "membership",
        "INSERT INTO organizations (name, owners, display_name, kind, etag)"
        " SELECT 'organizations/o' || i, ARRAY['organizations/o' || i],"
        "  'Förvaltning ' || i, 'OTHER', 'x' FROM generate_series(1, 500) i;"
        "INSERT INTO people (name, visibility, owners, given_name, family_name,"
        " display_name, organization, email, etag)"
        " SELECT 'people/p' || i, 'MEMBERS',"
        "  ARRAY['organizations/o' || i % 500 + 1], 'Per' || i, 'Son' || i,"
        "  'Per' || i || ' Son' || i, 'organizations/o' || i % 500 + 1,"
        "  'p' || i || '@example.se', 'x' FROM generate_series(1, 20000) i;"
        "INSERT INTO bodies (name, owners, display_name, kind, convener, etag)"
        " SELECT 'bodies/b' || i, ARRAY['bodies/b' || i], 'Grupp ' || i,"
        "  'OTHER', 'organizations/o' || i % 500 + 1, 'x'"
        "  FROM generate_series(1, 3000) i;"
        "INSERT INTO appointments (name, parent, owners, person,"
        " person_display_name, organization, role, start_date, etag)"
        " SELECT 'bodies/b' || i % 3000 + 1 || '/appointments/a' || i,"
        "  'bodies/b' || i % 3000 + 1, ARRAY['bodies/b' || i % 3000 + 1],"
        "  'people/p' || i, 'Per' || i || ' Son' || i,"
        "  'organizations/o' || i % 500 + 1, 'MEMBER', '2026-01-01', 'x'"
        "  FROM generate_series(1, 20000) i;"
        "INSERT INTO clients (name, owners, display_name, organization, etag)"
        " SELECT 'clients/c' || i, ARRAY['organizations/o' || i % 500 + 1],"
        "  'Program ' || i, 'organizations/o' || i % 500 + 1, 'x'"
        "  FROM generate_series(1, 5000) i;"
        "INSERT INTO memberships (name, parent, owners, category, state, etag)"
        " SELECT 'organizations/o' || i % 500 + 1 || '/memberships/m' || i,"
        "  'organizations/o' || i % 500 + 1, '{}', 'MEMBER', 'ENDED', 'x'"
        "  FROM generate_series(1, 5000) i");
    // Alone: it also empties what the indexes put off.
    Running().Sql("membership", "VACUUM ANALYZE");
  }

  template <class Response, class Request>
  static Response List(const std::string& method, const Request& request,
                       const Caller& caller = Secretariat()) {
    const auto answer = Ask<Response>(method, request, caller);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : Response();
  }

  static Names Organizations(const std::string& q) {
    ListOrganizationsRequest request;
    request.set_q(q);
    Names names;
    const auto found = List<ListOrganizationsResponse>(
        "OrganizationsService/ListOrganizations", request, Nobody());
    for (const auto& one : found.organizations()) {
      names.push_back(one.display_name());
    }
    return names;
  }
  static Names People(const std::string& q,
                      const std::string& organization = "") {
    ListPeopleRequest request;
    request.set_q(q);
    request.set_organization(organization);
    Names names;
    const auto found =
        List<ListPeopleResponse>("PeopleService/ListPeople", request);
    for (const auto& one : found.people()) {
      names.push_back(one.display_name());
    }
    return names;
  }
  static Names Appointments(const std::string& q) {
    ListAppointmentsRequest request;
    request.set_parent("bodies/-");
    request.set_q(q);
    Names names;
    const auto found = List<ListAppointmentsResponse>(
        "AppointmentsService/ListAppointments", request);
    for (const auto& one : found.appointments()) {
      names.push_back(one.person_display_name());
    }
    return names;
  }
};

TEST_F(Search, FindsWhatBeginsWithWhatIsTyped) {
  EXPECT_THAT(Organizations("upps"), ElementsAre("Region Uppsala"));
  EXPECT_THAT(Organizations("region upp"), ElementsAre("Region Uppsala"));
  EXPECT_THAT(People("astr lind"), ElementsAre("Astrid Lindqvist"));
  EXPECT_THAT(Organizations("ppsala"), Not(Contains("Region Åre")));
}

TEST_F(Search, ForgivesATypingError) {
  EXPECT_THAT(Organizations("Upsala"), ElementsAre("Region Uppsala"));
  EXPECT_THAT(Organizations("Östergötlnad"),
              ElementsAre("Region Östergötland"));
  EXPECT_THAT(People("Lindkvist"), ElementsAre("Astrid Lindqvist"));
  EXPECT_THAT(Organizations("Qwertyuiop"), IsEmpty());
}

TEST_F(Search, FindsByAlias) {
  EXPECT_THAT(Organizations("Storstockholm"), ElementsAre("Storsthlm"));
}

TEST_F(Search, WhoHasNoSwedishKeyboardFindsAllTheSame) {
  EXPECT_THAT(Organizations("ostergotland"),
              ElementsAre("Region Östergötland"));
  EXPECT_THAT(Organizations("jamtland"),
              ElementsAre("Region Jämtland Härjedalen"));
  EXPECT_THAT(People("ake oberg"), ElementsAre("Åke Öberg"));
  // Decomposed letters, as some systems send them.
  EXPECT_THAT(Organizations("o\u0308stergo\u0308tland"),
              ElementsAre("Region Östergötland"));
}

TEST_F(Search, WhoWritesALetterMeansIt) {
  EXPECT_THAT(Organizations("åre"), ElementsAre("Region Åre"));
  EXPECT_THAT(Organizations("are"),
              IsSupersetOf(Names{"Arenaregionen", "Region Åre"}));
}

TEST_F(Search, FindsByCountyAndSeat) {
  EXPECT_THAT(Organizations("Linköping"), ElementsAre("Region Östergötland"));
  EXPECT_THAT(Organizations("Östersund"),
              ElementsAre("Region Jämtland Härjedalen"));
  EXPECT_THAT(Organizations("uppsala län"), ElementsAre("Region Uppsala"));
  EXPECT_THAT(People("linköping"), ElementsAre("Åke Öberg"));
}

TEST_F(Search, FindsAppointmentsByPersonBodyAndOrganization) {
  EXPECT_THAT(Appointments("astrid"), ElementsAre("Astrid Lindqvist"));
  EXPECT_THAT(Appointments("rus-network"), ElementsAre("Astrid Lindqvist"));
  EXPECT_THAT(Appointments("astrid uppsala"), ElementsAre("Astrid Lindqvist"));
  EXPECT_THAT(Appointments("astrid östergötland"), IsEmpty());
}

TEST_F(Search, FindsBodies) {
  ListBodiesRequest request;
  request.set_q("rus-netw");
  const auto found =
      List<ListBodiesResponse>("BodiesService/ListBodies", request, Nobody());
  ASSERT_EQ(found.bodies_size(), 1);
  EXPECT_EQ(found.bodies(0).name(), "bodies/rus-network");
}

TEST_F(Search, ShowsNobodyWhomTheCallerMayNotSee) {
  ListPeopleRequest request;
  request.set_q("astrid");
  EXPECT_EQ(
      List<ListPeopleResponse>("PeopleService/ListPeople", request, Nobody())
          .people_size(),
      0);
}

TEST_F(Search, TakesWhateverIsTyped) {
  for (const char* q : {"%", "_", "\\", "'", "a'b", "((", "&|!", "  ", "\"",
                        "-", "å", "a b c d e f g h i j k l", "日本", "☃"}) {
    ListOrganizationsRequest request;
    request.set_q(q);
    const auto answer = Ask<ListOrganizationsResponse>(
        "OrganizationsService/ListOrganizations", request, Nobody());
    EXPECT_TRUE(answer.ok()) << q << answer.status();
  }
  EXPECT_THAT(Organizations("%"), IsEmpty());
}

TEST_F(Search, ReadsAnIndex) {
  ListPeopleRequest people;
  people.set_q("lindqvist uppsala");
  EXPECT_THAT(
      testing::PlanOf(Running(), "membership", people::kListing, people),
      Not(HasSubstr("Seq Scan on people")));
  ListAppointmentsRequest appointments;
  appointments.set_parent("bodies/-");
  appointments.set_q("lindqvist");
  EXPECT_THAT(testing::PlanOf(Running(), "membership", appointments::kListing,
                              appointments),
              Not(HasSubstr("Seq Scan on appointments")));
}

TEST_F(Search, ListsOfOneOrganizationReadAnIndex) {
  const std::string organization = "organizations/o7";
  const auto plan = [&](const Listing& listing, auto request) {
    request.set_organization(organization);
    return testing::PlanOf(Running(), "membership", listing, request);
  };
  EXPECT_THAT(plan(people::kListing, ListPeopleRequest()),
              HasSubstr("people_organization"));
  ListAppointmentsRequest appointments;
  appointments.set_parent("bodies/-");
  EXPECT_THAT(plan(appointments::kListing, appointments),
              HasSubstr("appointments_organization"));
  EXPECT_THAT(plan(bodies::kListing, ListBodiesRequest()),
              HasSubstr("bodies_convener"));
  EXPECT_THAT(plan(clients::kListing, v1::ListClientsRequest()),
              HasSubstr("clients_organization"));
  v1::ListMembershipsRequest memberships;
  memberships.set_parent("organizations/-");
  EXPECT_THAT(plan(memberships::kListing, memberships),
              HasSubstr("memberships_parent"));
}

TEST_F(Search, ListsOfOneOrganizationHoldItsOwn) {
  ListPeopleRequest people;
  people.set_organization("organizations/o7");
  people.set_page_size(500);
  EXPECT_EQ(List<ListPeopleResponse>("PeopleService/ListPeople", people)
                .people_size(),
            40);
  ListAppointmentsRequest appointments;
  appointments.set_parent("bodies/-");
  appointments.set_organization("organizations/region-uppsala");
  const auto found = List<ListAppointmentsResponse>(
      "AppointmentsService/ListAppointments", appointments);
  ASSERT_EQ(found.appointments_size(), 1);
  EXPECT_EQ(found.appointments(0).person(), "people/astrid");
  ListBodiesRequest bodies;
  bodies.set_organization("organizations/o7");
  EXPECT_EQ(List<ListBodiesResponse>("BodiesService/ListBodies", bodies)
                .bodies_size(),
            6);
  v1::ListMembershipsRequest memberships;
  memberships.set_parent("organizations/-");
  memberships.set_organization("organizations/o7");
  EXPECT_EQ(List<v1::ListMembershipsResponse>(
                "MembershipsService/ListMemberships", memberships)
                .memberships_size(),
            10);
}

TEST_F(Search, AnOrganizationThatIsNotThereHasAnEmptyList) {
  ListPeopleRequest request;
  request.set_organization("organizations/nowhere");
  EXPECT_EQ(List<ListPeopleResponse>("PeopleService/ListPeople", request)
                .people_size(),
            0);
  request.set_organization("Region Uppsala");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<ListPeopleResponse>("PeopleService/ListPeople", request,
                              Secretariat())
          .status()));
}

// Å, Ä and Ö are letters of their own, after Z, in that order.
TEST_F(Search, SwedishLettersComeLastInListsFiltersAndPages) {
  CreateInCounty("letters", "Bokstäver", "");
  const Names alphabet = {"Ahl", "Öberg", "Zorn", "Ärlig", "Åberg", "adam",
                          "Ek",  "Ängel", "öst",  "Ål",    "Vik",   "Wik"};
  int number = 0;
  for (const std::string& name : alphabet) {
    NamePerson("letter-" + std::to_string(number++), "organizations/letters",
               "Bo", name);
  }
  const Names sorted = {"adam",  "Ahl", "Ek",    "Vik",   "Wik",   "Zorn",
                        "Åberg", "Ål",  "Ängel", "Ärlig", "Öberg", "öst"};
  const auto pages = [](const std::string& order, const std::string& filter) {
    ListPeopleRequest request;
    request.set_organization("organizations/letters");
    request.set_order_by(order);
    request.set_filter(filter);
    Names names;
    for (const int size : {1, 3, 2, 1, 2, 3, 3, 1}) {
      request.set_page_size(size);
      const auto page =
          List<ListPeopleResponse>("PeopleService/ListPeople", request);
      for (const auto& one : page.people()) names.push_back(one.family_name());
      request.set_page_token(page.next_page_token());
      if (request.page_token().empty()) return names;
    }
    ADD_FAILURE() << "there is no last page";
    return names;
  };
  EXPECT_EQ(pages("family_name", ""), sorted);
  EXPECT_EQ(pages("family_name desc", ""),
            Names(sorted.rbegin(), sorted.rend()));
  EXPECT_EQ(pages("family_name", "family_name > \"Z\""),
            Names(sorted.begin() + 5, sorted.end()));
  EXPECT_EQ(pages("family_name",
                  "family_name >= \"Å\" AND family_name < "
                  "\"Ä\""),
            (Names{"Åberg", "Ål"}));
  EXPECT_EQ(pages("family_name", "family_name >= \"Ö\""),
            (Names{"Öberg", "öst"}));
}

}  // namespace
}  // namespace reglab::membership
