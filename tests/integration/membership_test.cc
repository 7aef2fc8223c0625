// The membership service alone, through its gRPC door, on a real PostgreSQL.

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/membership/v1/directory.pb.h"
#include "reglab/membership/v1/membership.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "reglab/membership/v1/vocabulary.pb.h"
#include "services/common/api_key.h"
#include "tests/integration/service_fixture.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::TimeUtil;
using testing::Member;
using testing::Nobody;
using testing::Secretariat;
using testing::Suite;
using v1::Appointment;
using v1::AuthenticateKeyRequest;
using v1::AuthenticateKeyResponse;
using v1::Body;
using v1::CheckNamesRequest;
using v1::CheckNamesResponse;
using v1::Client;
using v1::Key;
using v1::Membership;
using v1::Organization;
using v1::Person;

const char kKeyFile[] = "/tmp/reglab-membership-test-key";

Suite& Running() {
  static const bool once = [] {
    std::filesystem::remove(kKeyFile);
    setenv("REGLAB_BOOTSTRAP_KEY_FILE", kKeyFile, 1);
    return true;
  }();
  (void)once;
  return Suite::With({"membership"});
}

template <class Response, class Request>
absl::StatusOr<Response> Ask(const std::string& method, const Request& request,
                             const Caller& caller = Secretariat()) {
  return Running().Call<Response>("/reglab.membership.v1." + method, request,
                                  caller);
}

absl::StatusOr<Organization> CreateOrganization(
    const std::string& id, const std::string& display_name,
    const std::vector<std::string>& aliases = {},
    const std::string& number = "", const Caller& caller = Secretariat()) {
  v1::CreateOrganizationRequest request;
  request.set_organization_id(id);
  Organization& organization = *request.mutable_organization();
  organization.set_display_name(display_name);
  organization.mutable_aliases()->Add(aliases.begin(), aliases.end());
  organization.set_kind(Organization::REGION);
  organization.set_organization_number(number);
  return Ask<Organization>("OrganizationsService/CreateOrganization", request,
                           caller);
}

absl::StatusOr<Organization> GetOrganization(const std::string& name,
                                             const Caller& caller = Nobody()) {
  v1::GetOrganizationRequest request;
  request.set_name(name);
  return Ask<Organization>("OrganizationsService/GetOrganization", request,
                           caller);
}

absl::StatusOr<Membership> CreateMembership(
    const std::string& organization, Membership::State state,
    const Caller& caller = Secretariat()) {
  v1::CreateMembershipRequest request;
  request.set_parent(organization);
  request.mutable_membership()->set_category(Membership::MEMBER);
  request.mutable_membership()->set_state(state);
  return Ask<Membership>("MembershipsService/CreateMembership", request,
                         caller);
}

absl::StatusOr<Person> CreatePerson(const std::string& id,
                                    const std::string& organization,
                                    const Caller& caller = Secretariat()) {
  v1::CreatePersonRequest request;
  request.set_person_id(id);
  request.mutable_person()->set_given_name("Astrid");
  request.mutable_person()->set_family_name("Lindqvist");
  request.mutable_person()->set_organization(organization);
  request.mutable_person()->set_email("astrid@example.se");
  return Ask<Person>("PeopleService/CreatePerson", request, caller);
}

absl::StatusOr<Body> CreateBody(const std::string& id, Body::Kind kind) {
  v1::CreateBodyRequest request;
  request.set_body_id(id);
  request.mutable_body()->set_display_name("Organ " + id);
  request.mutable_body()->set_kind(kind);
  return Ask<Body>("BodiesService/CreateBody", request);
}

absl::StatusOr<Appointment> Appoint(const std::string& body,
                                    const std::string& person,
                                    Appointment::Role role,
                                    const std::string& start_date,
                                    const std::string& end_date = "") {
  v1::CreateAppointmentRequest request;
  request.set_parent(body);
  request.mutable_appointment()->set_person(person);
  request.mutable_appointment()->set_role(role);
  request.mutable_appointment()->set_start_date(start_date);
  request.mutable_appointment()->set_end_date(end_date);
  return Ask<Appointment>("AppointmentsService/CreateAppointment", request);
}

absl::StatusOr<Client> CreateClient(const std::string& id,
                                    const std::string& organization,
                                    const std::vector<std::string>& scopes,
                                    const Caller& caller = Secretariat()) {
  v1::CreateClientRequest request;
  request.set_client_id(id);
  request.mutable_client()->set_display_name("Klient " + id);
  request.mutable_client()->set_organization(organization);
  request.mutable_client()->mutable_scopes()->Add(scopes.begin(), scopes.end());
  return Ask<Client>("ClientsService/CreateClient", request, caller);
}

absl::StatusOr<Key> CreateKey(const std::string& client,
                              const Caller& caller = Secretariat(),
                              const std::string& request_id = "") {
  v1::CreateKeyRequest request;
  request.set_parent(client);
  request.mutable_key();
  request.set_request_id(request_id);
  return Ask<Key>("KeysService/CreateKey", request, caller);
}

absl::StatusOr<AuthenticateKeyResponse> Authenticate(const std::string& text) {
  const std::optional<ApiKey> key = ParseApiKey(text);
  if (!key.has_value()) return absl::InvalidArgumentError("not a key");
  AuthenticateKeyRequest request;
  request.set_key_id(key->id);
  request.set_secret_sha256(HashSecret(key->secret));
  return Ask<AuthenticateKeyResponse>("KeysService/AuthenticateKey", request,
                                      Nobody());
}

v1::ResolveOrganizationsResponse Resolve(
    const std::vector<std::string>& names) {
  v1::ResolveOrganizationsRequest request;
  request.mutable_names()->Add(names.begin(), names.end());
  auto response = Ask<v1::ResolveOrganizationsResponse>(
      "OrganizationsService/ResolveOrganizations", request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : v1::ResolveOrganizationsResponse();
}

std::string ReadFile(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string FirstKey() {
  std::string text = ReadFile(kKeyFile);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

TEST(Organizations, ReadBackAsTheyWereCreated) {
  const auto created = CreateOrganization("read-back", "Region Återläst",
                                          {"Återläsa"}, "232100-0016");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->name(), "organizations/read-back");
  EXPECT_FALSE(created->etag().empty());
  EXPECT_TRUE(created->has_create_time());
  const auto read = GetOrganization(created->name());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), created->SerializeAsString());
}

TEST(Organizations, AreWrittenByTheSecretariatAlone) {
  EXPECT_TRUE(absl::IsUnauthenticated(
      CreateOrganization("by-nobody", "Ingens", {}, "", Nobody()).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateOrganization("by-member", "Medlems", {}, "",
                         Member("organizations/region-skane"))
          .status()));
  EXPECT_TRUE(
      absl::IsNotFound(GetOrganization("organizations/by-nobody").status()));
  EXPECT_TRUE(
      absl::IsNotFound(GetOrganization("organizations/by-member").status()));
}

TEST(Organizations, TakeTheirIdAndNumberOnce) {
  ASSERT_TRUE(CreateOrganization("once", "Region En", {}, "232100-0024").ok());
  const auto same_id = CreateOrganization("once", "Region Två");
  EXPECT_TRUE(absl::IsAlreadyExists(same_id.status()));
  const auto same_number =
      CreateOrganization("twice", "Region Två", {}, "232100-0024");
  EXPECT_TRUE(absl::IsAlreadyExists(same_number.status()));
  EXPECT_EQ(ReasonOf(same_number.status()), "ORGANIZATION_NUMBER_TAKEN");
  const auto wrong_number =
      CreateOrganization("thrice", "Region Tre", {}, "232100-0025");
  EXPECT_TRUE(absl::IsInvalidArgument(wrong_number.status()));
}

TEST(Organizations, ChangeOnlyWithTheCurrentEtag) {
  const auto created = CreateOrganization("etag", "Region Etag");
  ASSERT_TRUE(created.ok());
  v1::UpdateOrganizationRequest request;
  request.mutable_organization()->set_name(created->name());
  request.mutable_organization()->set_etag(created->etag());
  request.mutable_organization()->set_population(1000);
  request.mutable_update_mask()->add_paths("population");
  const auto updated =
      Ask<Organization>("OrganizationsService/UpdateOrganization", request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->population(), 1000);
  EXPECT_EQ(updated->display_name(), "Region Etag");
  EXPECT_NE(updated->etag(), created->etag());
  request.mutable_organization()->set_population(2000);
  const auto stale =
      Ask<Organization>("OrganizationsService/UpdateOrganization", request);
  EXPECT_TRUE(absl::IsAborted(stale.status()));
  EXPECT_EQ(GetOrganization(created->name())->population(), 1000);
}

TEST(Organizations, ValidateOnlyKeepsNothing) {
  v1::CreateOrganizationRequest request;
  request.set_organization_id("only-checked");
  request.mutable_organization()->set_display_name("Region Prov");
  request.mutable_organization()->set_kind(Organization::REGION);
  request.set_validate_only(true);
  EXPECT_TRUE(
      Ask<Organization>("OrganizationsService/CreateOrganization", request)
          .ok());
  EXPECT_TRUE(
      absl::IsNotFound(GetOrganization("organizations/only-checked").status()));
}

TEST(Organizations, ComeBackAfterDeletion) {
  ASSERT_TRUE(CreateOrganization("deleted", "Region Borttagen").ok());
  v1::DeleteOrganizationRequest deletion;
  deletion.set_name("organizations/deleted");
  const auto deleted =
      Ask<Organization>("OrganizationsService/DeleteOrganization", deletion);
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_TRUE(deleted->has_delete_time());
  EXPECT_TRUE(absl::IsNotFound(GetOrganization(deleted->name()).status()));
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Organization>("OrganizationsService/DeleteOrganization", deletion)
          .status()));
  EXPECT_EQ(Resolve({"Region Borttagen"}).resolutions(0).organization(), "");

  v1::ListOrganizationsRequest list;
  list.set_filter("display_name = \"Region Borttagen\"");
  const auto listed = [&](const Caller& caller) {
    const auto response = Ask<v1::ListOrganizationsResponse>(
        "OrganizationsService/ListOrganizations", list, caller);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->organizations_size() : -1;
  };
  EXPECT_EQ(listed(Secretariat()), 0);
  list.set_show_deleted(true);
  EXPECT_EQ(listed(Secretariat()), 1);
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<v1::ListOrganizationsResponse>(
          "OrganizationsService/ListOrganizations", list, Nobody())
          .status()));

  v1::UndeleteOrganizationRequest undeletion;
  undeletion.set_name(deleted->name());
  const auto back = Ask<Organization>(
      "OrganizationsService/UndeleteOrganization", undeletion);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_FALSE(back->has_delete_time());
  EXPECT_TRUE(GetOrganization(deleted->name()).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(
      Ask<Organization>("OrganizationsService/UndeleteOrganization", undeletion)
          .status()));
}

TEST(Organizations, AreListedInSwedishOrderPageByPage) {
  for (const auto& [id, name] :
       std::vector<std::pair<std::string, std::string>>{{"sv-1", "Sv Ö"},
                                                        {"sv-2", "Sv A"},
                                                        {"sv-3", "Sv Å"},
                                                        {"sv-4", "Sv Z"},
                                                        {"sv-5", "Sv Ä"}}) {
    ASSERT_TRUE(CreateOrganization(id, name).ok());
  }
  v1::ListOrganizationsRequest request;
  request.set_filter("display_name = \"Sv *\"");
  request.set_page_size(2);
  std::vector<std::string> names;
  do {
    const auto page = Ask<v1::ListOrganizationsResponse>(
        "OrganizationsService/ListOrganizations", request, Nobody());
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->organizations_size(), 2);
    for (const auto& one : page->organizations()) {
      names.push_back(one.display_name());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names,
            (std::vector<std::string>{"Sv A", "Sv Z", "Sv Å", "Sv Ä", "Sv Ö"}));
}

TEST(Organizations, AreFoundByWordsOfTheirAliases) {
  ASSERT_TRUE(
      CreateOrganization("searched", "Region Sökt", {"Tomtebodalandet"}).ok());
  v1::ListOrganizationsRequest request;
  request.set_q("tomtebodalandet");
  const auto found = Ask<v1::ListOrganizationsResponse>(
      "OrganizationsService/ListOrganizations", request, Nobody());
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->organizations_size(), 1);
  EXPECT_EQ(found->organizations(0).name(), "organizations/searched");
}

TEST(Organizations, AreResolvedFromWhatPeopleWrite) {
  ASSERT_TRUE(CreateOrganization("region-stockholm", "Region Stockholm").ok());
  ASSERT_TRUE(
      CreateOrganization("storsthlm", "Storsthlm", {"Storstockholm"}).ok());
  ASSERT_TRUE(
      CreateOrganization("region-gavleborg", "Region Gävleborg", {"Gävleborg"})
          .ok());
  ASSERT_TRUE(CreateOrganization("vastra-gotalandsregionen",
                                 "Västra Götalandsregionen",
                                 {"VGR", "Region Västra Götaland"})
                  .ok());
  const auto response =
      Resolve({"vgr", "Region Gävelborg", "Gävleborgs län", "Storstockholm",
               "Stockholms län", "Ingenstans", "Region Västra Götaland",
               "Storstokholm"});
  ASSERT_EQ(response.resolutions_size(), 8);
  const std::vector<std::string> expected = {
      "vastra-gotalandsregionen", "region-gavleborg",
      "region-gavleborg",         "storsthlm",
      "region-stockholm",         "",
      "vastra-gotalandsregionen", "storsthlm"};
  for (int i = 0; i < 8; ++i) {
    const auto& one = response.resolutions(i);
    EXPECT_EQ(one.organization(),
              expected[i].empty() ? "" : "organizations/" + expected[i])
        << one.query();
  }
  EXPECT_EQ(response.resolutions(0).query(), "vgr");
  EXPECT_EQ(response.resolutions(0).score(), 1);
  EXPECT_EQ(response.resolutions(0).display_name(), "Västra Götalandsregionen");
  EXPECT_LT(response.resolutions(1).score(), 0.95);
  EXPECT_EQ(response.resolutions(5).score(), 0);
}

TEST(Organizations, AreResolvedByTheirNewNameAtOnce) {
  ASSERT_TRUE(CreateOrganization("renamed", "Region Gammelnamn").ok());
  v1::UpdateOrganizationRequest request;
  request.mutable_organization()->set_name("organizations/renamed");
  request.mutable_organization()->set_display_name("Region Nyanamnet");
  ASSERT_TRUE(
      Ask<Organization>("OrganizationsService/UpdateOrganization", request)
          .ok());
  const auto response = Resolve({"Gammelnamn", "Nyanamnet"});
  EXPECT_EQ(response.resolutions(0).organization(), "");
  EXPECT_EQ(response.resolutions(1).organization(), "organizations/renamed");
}

TEST(Memberships, GoTheirWayAndExistOnceAtATime) {
  ASSERT_TRUE(CreateOrganization("joins", "Region Ansökan").ok());
  const Caller own = Member("organizations/joins");
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateMembership("organizations/joins", Membership::ACTIVE, own)
          .status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateMembership("organizations/joins", Membership::APPLIED,
                       Member("organizations/other"))
          .status()));
  const auto applied =
      CreateMembership("organizations/joins", Membership::APPLIED, own);
  ASSERT_TRUE(applied.ok()) << applied.status();
  const auto second =
      CreateMembership("organizations/joins", Membership::ACTIVE);
  EXPECT_EQ(ReasonOf(second.status()), "MEMBERSHIP_EXISTS");

  const auto move = [&](Membership::State state, const std::string& end_date) {
    v1::UpdateMembershipRequest request;
    request.mutable_membership()->set_name(applied->name());
    request.mutable_membership()->set_state(state);
    request.mutable_membership()->set_end_date(end_date);
    return Ask<Membership>("MembershipsService/UpdateMembership", request);
  };
  EXPECT_TRUE(absl::IsFailedPrecondition(
      move(Membership::ENDED, "2026-01-01").status()));
  EXPECT_TRUE(move(Membership::ACTIVE, "").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(move(Membership::ENDED, "").status()));
  EXPECT_TRUE(move(Membership::ENDED, "2026-01-01").ok());
  EXPECT_TRUE(CreateMembership("organizations/joins", Membership::ACTIVE).ok());

  v1::ListMembershipsRequest list;
  list.set_parent("organizations/joins");
  const auto listed = Ask<v1::ListMembershipsResponse>(
      "MembershipsService/ListMemberships", list, Nobody());
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->memberships_size(), 2);
  list.set_parent("organizations/-");
  list.set_filter("state = ENDED");
  const auto ended = Ask<v1::ListMembershipsResponse>(
      "MembershipsService/ListMemberships", list, Nobody());
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->memberships_size(), 1);
  list.set_parent("organizations/nowhere");
  EXPECT_TRUE(absl::IsNotFound(Ask<v1::ListMembershipsResponse>(
                                   "MembershipsService/ListMemberships", list)
                                   .status()));
}

TEST(People, AreSeenByTheirOrganizationAndTheSecretariat) {
  ASSERT_TRUE(CreateOrganization("home", "Region Hemma").ok());
  ASSERT_TRUE(CreateOrganization("away", "Region Borta").ok());
  const Caller home = Member("organizations/home");
  const Caller away = Member("organizations/away");
  ASSERT_TRUE(CreatePerson("hidden", "organizations/home", home).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreatePerson("foreign", "organizations/home", away).status()));

  v1::GetPersonRequest get;
  get.set_name("people/hidden");
  EXPECT_EQ(Ask<Person>("PeopleService/GetPerson", get, home)->email(),
            "astrid@example.se");
  EXPECT_EQ(Ask<Person>("PeopleService/GetPerson", get)->display_name(),
            "Astrid Lindqvist");
  for (const Caller& caller : {away, Nobody()}) {
    EXPECT_TRUE(absl::IsNotFound(
        Ask<Person>("PeopleService/GetPerson", get, caller).status()));
    const auto listed = Ask<v1::ListPeopleResponse>(
        "PeopleService/ListPeople", v1::ListPeopleRequest(), caller);
    ASSERT_TRUE(listed.ok()) << listed.status();
    for (const Person& person : listed->people()) {
      EXPECT_NE(person.name(), "people/hidden");
    }
  }

  v1::UpdatePersonRequest shown;
  shown.mutable_person()->set_name("people/hidden");
  shown.mutable_person()->set_visibility(Person::MEMBERS);
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Person>("PeopleService/UpdatePerson", shown, away).status()));
  ASSERT_TRUE(Ask<Person>("PeopleService/UpdatePerson", shown, home).ok());
  const auto seen = Ask<Person>("PeopleService/GetPerson", get, away);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->email(), "");
  shown.mutable_person()->set_title("Chef");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<Person>("PeopleService/UpdatePerson", shown, away).status()));
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Person>("PeopleService/GetPerson", get, Nobody()).status()));
}

TEST(People, BelongToAnOrganizationThatIsThere) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      CreatePerson("homeless", "organizations/nowhere").status()));
}

TEST(Appointments, ShowWhoSitsWhereWithoutContactDetails) {
  ASSERT_TRUE(CreateOrganization("seated", "Region Plats").ok());
  ASSERT_TRUE(CreateBody("group", Body::MEMBER_GROUP).ok());
  ASSERT_TRUE(CreateBody("board", Body::BOARD).ok());
  ASSERT_TRUE(CreatePerson("seated", "organizations/seated").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      Appoint("bodies/board", "people/seated",
              Appointment::MEMBER_REPRESENTATIVE, "2026-01-01")
          .status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Appoint("bodies/group", "people/nobody",
                                              Appointment::MEMBER, "2026-01-01")
                                          .status()));
  EXPECT_TRUE(absl::IsNotFound(Appoint("bodies/nowhere", "people/seated",
                                       Appointment::MEMBER, "2026-01-01")
                                   .status()));
  const auto first =
      Appoint("bodies/group", "people/seated",
              Appointment::MEMBER_REPRESENTATIVE, "2024-01-01", "2025-12-31");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->organization(), "organizations/seated");
  EXPECT_EQ(ReasonOf(Appoint("bodies/group", "people/seated",
                             Appointment::MEMBER_REPRESENTATIVE, "2025-12-31")
                         .status()),
            "APPOINTMENT_EXISTS");
  EXPECT_TRUE(Appoint("bodies/group", "people/seated",
                      Appointment::MEMBER_REPRESENTATIVE, "2026-01-01")
                  .ok());

  v1::ListAppointmentsRequest list;
  list.set_parent("bodies/group");
  auto listed = Ask<v1::ListAppointmentsResponse>(
      "AppointmentsService/ListAppointments", list, Nobody());
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->appointments_size(), 2);
  EXPECT_EQ(listed->appointments(0).person_display_name(), "Astrid Lindqvist");

  v1::UpdatePersonRequest rename;
  rename.mutable_person()->set_name("people/seated");
  rename.mutable_person()->set_display_name("Asta Lind");
  ASSERT_TRUE(Ask<Person>("PeopleService/UpdatePerson", rename).ok());
  listed = Ask<v1::ListAppointmentsResponse>(
      "AppointmentsService/ListAppointments", list, Nobody());
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->appointments(0).person_display_name(), "Asta Lind");
  EXPECT_NE(listed->appointments(0).etag(), first->etag());

  v1::DeletePersonRequest person;
  person.set_name("people/seated");
  EXPECT_EQ(ReasonOf(Ask<Empty>("PeopleService/DeletePerson", person).status()),
            "PERSON_HAS_APPOINTMENTS");
  v1::DeleteBodyRequest body;
  body.set_name("bodies/group");
  EXPECT_EQ(ReasonOf(Ask<Empty>("BodiesService/DeleteBody", body).status()),
            "BODY_HAS_APPOINTMENTS");
}

TEST(Keys, OpenUntilTheyAreRevoked) {
  ASSERT_TRUE(CreateOrganization("keyed", "Region Nyckel").ok());
  ASSERT_TRUE(CreateMembership("organizations/keyed", Membership::ACTIVE).ok());
  ASSERT_TRUE(CreateBody("keyed", Body::NETWORK).ok());
  ASSERT_TRUE(CreateBody("formerly", Body::NETWORK).ok());
  ASSERT_TRUE(CreatePerson("keyed", "organizations/keyed").ok());
  ASSERT_TRUE(
      Appoint("bodies/keyed", "people/keyed", Appointment::MEMBER, "2020-01-01")
          .ok());
  ASSERT_TRUE(Appoint("bodies/formerly", "people/keyed", Appointment::MEMBER,
                      "2020-01-01", "2020-12-31")
                  .ok());
  const Caller own = Member("organizations/keyed");
  ASSERT_TRUE(
      CreateClient("keyed", "organizations/keyed", {"learning.*"}, own).ok());
  const auto key = CreateKey("clients/keyed", own);
  ASSERT_TRUE(key.ok()) << key.status();
  ASSERT_TRUE(ParseApiKey(key->secret()).has_value()) << key->secret();

  const auto known = Authenticate(key->secret());
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_EQ(known->caller(), "clients/keyed");
  EXPECT_EQ(known->organization(), "organizations/keyed");
  ASSERT_EQ(known->roles_size(), 1);
  EXPECT_EQ(known->roles(0), "MEMBER");
  ASSERT_EQ(known->scopes_size(), 1);
  EXPECT_EQ(known->scopes(0), "learning.*");
  ASSERT_EQ(known->bodies_size(), 1);
  EXPECT_EQ(known->bodies(0), "bodies/keyed");

  v1::GetKeyRequest get;
  get.set_name(key->name());
  const auto read = Ask<Key>("KeysService/GetKey", get, own);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->secret(), "");
  EXPECT_TRUE(read->has_last_use_time());
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Key>("KeysService/GetKey", get, Member("organizations/other"))
          .status()));

  // Another secret under the same id, and another id.
  ApiKey other = *ParseApiKey(key->secret());
  other.secret = NewSecret();
  EXPECT_TRUE(
      absl::IsUnauthenticated(Authenticate(FormatApiKey(other)).status()));
  other.id = NewKeyId();
  EXPECT_TRUE(
      absl::IsUnauthenticated(Authenticate(FormatApiKey(other)).status()));

  v1::DeleteKeyRequest revocation;
  revocation.set_name(key->name());
  ASSERT_TRUE(Ask<Empty>("KeysService/DeleteKey", revocation, own).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(key->secret()).status()));
}

TEST(Keys, StopWhenTheyExpire) {
  ASSERT_TRUE(CreateClient("expiring", "", {"*"}).ok());
  v1::CreateKeyRequest request;
  request.set_parent("clients/expiring");
  *request.mutable_key()->mutable_expire_time() =
      TimeUtil::GetCurrentTime() - TimeUtil::SecondsToDuration(1);
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<Key>("KeysService/CreateKey", request).status()));
  *request.mutable_key()->mutable_expire_time() =
      TimeUtil::GetCurrentTime() + TimeUtil::SecondsToDuration(2);
  const auto key = Ask<Key>("KeysService/CreateKey", request);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TRUE(Authenticate(key->secret()).ok());
  absl::SleepFor(absl::Milliseconds(2200));
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(key->secret()).status()));
}

TEST(Keys, AreTwoAtATime) {
  ASSERT_TRUE(CreateClient("two", "", {"*"}).ok());
  EXPECT_TRUE(CreateKey("clients/two").ok());
  EXPECT_TRUE(CreateKey("clients/two").ok());
  EXPECT_EQ(ReasonOf(CreateKey("clients/two").status()), "TOO_MANY_KEYS");
}

TEST(Keys, AreShownOnceAlsoWhenTheRequestIsRepeated) {
  ASSERT_TRUE(CreateClient("repeated", "", {"*"}).ok());
  const std::string request_id = "0d8f2a4e-5d1c-4b3f-9a69-3f0f7c1f0b11";
  const auto first = CreateKey("clients/repeated", Secretariat(), request_id);
  const auto again = CreateKey("clients/repeated", Secretariat(), request_id);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_NE(first->secret(), "");
  EXPECT_EQ(again->secret(), "");
  EXPECT_EQ(again->name(), first->name());
  // Nowhere in the database, but for its hash.
  const std::string secret = ParseApiKey(first->secret())->secret;
  Suite& suite = Running();
  const std::string tables = suite.Sql(
      "membership",
      "SELECT string_agg(format('SELECT count(*) FROM %s t WHERE t::text LIKE "
      "''%%" +
          secret +
          "%%''', c.oid::regclass), ' UNION ALL ') FROM pg_class c WHERE "
          "relkind = 'r' AND relnamespace = 'public'::regnamespace");
  EXPECT_EQ(suite.Sql("membership",
                      "SELECT sum(count) FROM (" + tables + ") AS found"),
            "0");
}

TEST(Clients, GetNoMoreThanTheirMakerHas) {
  ASSERT_TRUE(CreateOrganization("maker", "Region Makare").ok());
  Caller maker = Member("organizations/maker");
  maker.scopes = {"membership.clients.write", "membership.keys.write",
                  "learning.ideas.write"};
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateClient("all", "organizations/maker", {"*"}, maker).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateClient("all", "", {"learning.ideas.write"}, maker).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateClient("all", "organizations/home", {"learning.ideas.write"}, maker)
          .status()));
  EXPECT_TRUE(CreateClient("some", "organizations/maker",
                           {"learning.ideas.write"}, maker)
                  .ok());
  // Nor a key of a client that has more.
  ASSERT_TRUE(CreateClient("strong", "organizations/maker", {"*"}).ok());
  EXPECT_TRUE(
      absl::IsPermissionDenied(CreateKey("clients/strong", maker).status()));
}

TEST(FirstKey, IsWrittenOnceAndReplacedWhenItIsLost) {
  Suite& suite = Running();
  const std::string first = FirstKey();
  const auto secretariat = Authenticate(first);
  ASSERT_TRUE(secretariat.ok()) << secretariat.status() << first;
  EXPECT_EQ(secretariat->caller(), "clients/secretariat");
  EXPECT_EQ(secretariat->organization(), "");
  ASSERT_EQ(secretariat->roles_size(), 1);
  EXPECT_EQ(secretariat->roles(0), "SECRETARIAT");
  struct stat file;
  ASSERT_EQ(stat(kKeyFile, &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);

  const auto restart = [&] {
    EXPECT_EQ(suite.End("membership", SIGTERM), 0);
    suite.Start("membership");
  };
  restart();
  EXPECT_EQ(FirstKey(), first);

  std::filesystem::remove(kKeyFile);
  restart();
  const std::string second = FirstKey();
  EXPECT_NE(second, first);
  EXPECT_TRUE(Authenticate(second).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(first).status()));

  // With a key that the secretariat made itself, none is made.
  const auto own = CreateKey("clients/secretariat");
  ASSERT_TRUE(own.ok()) << own.status();
  std::filesystem::remove(kKeyFile);
  restart();
  EXPECT_FALSE(std::filesystem::exists(kKeyFile));
  EXPECT_FALSE(std::filesystem::exists(std::string(kKeyFile) + ".new"));
}

TEST(Directory, NamesWhatIsMissingToOtherServicesAlone) {
  ASSERT_TRUE(CreateOrganization("listed", "Region Med").ok());
  ASSERT_TRUE(CreateOrganization("gone", "Region Utan").ok());
  v1::DeleteOrganizationRequest deletion;
  deletion.set_name("organizations/gone");
  ASSERT_TRUE(
      Ask<Organization>("OrganizationsService/DeleteOrganization", deletion)
          .ok());
  ASSERT_TRUE(CreateBody("listed", Body::OTHER).ok());
  ASSERT_TRUE(CreatePerson("listed", "organizations/listed").ok());
  CheckNamesRequest request;
  for (const char* name :
       {"people/none", "organizations/listed", "organizations/gone",
        "bodies/listed", "people/listed", "bodies/none", "people/none"}) {
    request.add_names(name);
  }
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<CheckNamesResponse>("DirectoryService/CheckNames", request)
          .status()));

  const std::string connection = Running().Connection("membership");
  const std::string folder = connection.substr(5, connection.find(' ') - 5);
  const auto assertions = Assertions::Load(
      "learning", folder + "/keys/learning.pem", folder + "/keys/trusted");
  ASSERT_TRUE(assertions.ok()) << assertions.status();
  const auto assertion = (*assertions)->Sign(Secretariat(), "membership");
  ASSERT_TRUE(assertion.ok());
  const auto response = Running().CallWith<CheckNamesResponse>(
      "/reglab.membership.v1.DirectoryService/CheckNames", request,
      "Bearer " + *assertion);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(std::vector<std::string>(response->missing().begin(),
                                     response->missing().end()),
            (std::vector<std::string>{"people/none", "organizations/gone",
                                      "bodies/none"}));
}

// "ReferralKind" → "referral-kind"
std::string Kebab(const std::string& name) {
  std::string kebab;
  for (const char c : name) {
    if (isupper(c) && !kebab.empty()) kebab += '-';
    kebab += static_cast<char>(tolower(c));
  }
  return kebab;
}

TEST(Vocabularies, LabelEveryCodeOfMembershipInBothLanguages) {
  v1::ListVocabulariesRequest request;
  request.set_page_size(500);
  const auto response = Ask<v1::ListVocabulariesResponse>(
      "VocabulariesService/ListVocabularies", request, Nobody());
  ASSERT_TRUE(response.ok()) << response.status();
  std::map<std::string, std::vector<std::string>> codes;
  for (const auto& vocabulary : response->vocabularies()) {
    EXPECT_NE(vocabulary.display_name(), "");
    EXPECT_NE(vocabulary.display_name_en(), "");
    for (const auto& term : vocabulary.terms()) {
      EXPECT_NE(term.label_sv(), "") << term.code();
      EXPECT_NE(term.label_en(), "") << term.code();
      codes[vocabulary.name()].push_back(term.code());
    }
  }
  for (const char* name : {"perspectives", "policy-areas", "scales"}) {
    EXPECT_FALSE(codes[std::string("vocabularies/") + name].empty()) << name;
  }
  for (const google::protobuf::Descriptor* message :
       {Organization::descriptor(), Membership::descriptor(),
        Person::descriptor(), Body::descriptor(), Appointment::descriptor()}) {
    for (int i = 0; i < message->enum_type_count(); ++i) {
      const auto* type = message->enum_type(i);
      std::string name =
          "vocabularies/" + Kebab(message->name()) + "-" + Kebab(type->name());
      if (codes.count(name) == 0) name = "vocabularies/" + Kebab(type->name());
      for (int v = 1; v < type->value_count(); ++v) {
        EXPECT_TRUE(std::count(codes[name].begin(), codes[name].end(),
                               type->value(v)->name()) == 1)
            << name << " " << type->value(v)->name();
      }
    }
  }
}

}  // namespace
}  // namespace reglab::membership
