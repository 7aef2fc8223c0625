#include "services/membership/import_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "google/rpc/status.pb.h"
#include "services/common/errors.h"
#include "services/common/field_rules.h"
#include "services/membership/import_report.h"

namespace reglab::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Appointment;
using v1::AppointmentRow;
using v1::Body;
using v1::ImportResult;
using v1::Organization;
using v1::Person;

constexpr char kUppsala[] = "organizations/region-uppsala";
constexpr char kHalland[] = "organizations/region-halland";

template <class Row>
std::vector<ImportRow> Rows(std::string_view file) {
  // As the runtime does at start.
  PrepareFieldRules(Organization::descriptor());
  PrepareFieldRules(Person::descriptor());
  PrepareFieldRules(Appointment::descriptor());
  auto rows = ReadImport(file, v1::CSV, Row::default_instance());
  EXPECT_TRUE(rows.ok()) << rows.status();
  return *std::move(rows);
}

Caller Secretariat() {
  Caller caller;
  caller.name = "clients/secretariat";
  caller.roles = {"SECRETARIAT"};
  return caller;
}

Caller Uppsala() {
  Caller caller;
  caller.name = "clients/uppsala";
  caller.organization = kUppsala;
  return caller;
}

Person Astrid() {
  Person person;
  person.set_name("people/astrid");
  person.set_given_name("Astrid");
  person.set_family_name("Lindqvist");
  person.set_display_name("Astrid Lindqvist");
  person.set_organization(kUppsala);
  person.set_email("Astrid@Example.se");
  person.set_visibility(Person::ORGANIZATION);
  person.set_etag("before");
  return person;
}

PeopleThere There(std::vector<Person> people = {}) {
  return {std::move(people), {kUppsala, kHalland}};
}

std::vector<std::string> Outcomes(const auto& plan) {
  std::vector<std::string> outcomes;
  for (const auto& row : plan) {
    outcomes.push_back(row.errors.empty()
                           ? ImportResult::Outcome_Name(row.outcome)
                           : ReasonOf(row.errors[0]));
  }
  return outcomes;
}

TEST(ImportOfPeople, CreatesChangesAndLeaves) {
  Person same = Astrid();
  same.set_name("people/same");
  same.set_email("same@example.se");
  const auto plan = PlanPeople(
      Rows<Person>(
          "email,givenName,familyName,organization,title\n"
          "ny@example.se,Ny,Person,organizations/region-uppsala,\n"
          "ASTRID@example.se,Astrid,Lindqvist,organizations/region-uppsala,"
          "Strateg\n"
          "same@example.se,Astrid,Lindqvist,organizations/region-uppsala,\n"),
      There({Astrid(), same}), Secretariat());
  EXPECT_THAT(Outcomes(plan), ElementsAre("CREATED", "UPDATED", "UNCHANGED"));
  EXPECT_EQ(plan[0].resource.display_name(), "Ny Person");
  EXPECT_EQ(plan[0].resource.visibility(), Person::ORGANIZATION);
  EXPECT_THAT(plan[0].resource.name(), HasSubstr("people/"));
  EXPECT_TRUE(plan[0].random_name);
  EXPECT_EQ(plan[1].resource.name(), "people/astrid");
  EXPECT_EQ(plan[1].resource.etag(), "before");
  EXPECT_THAT(plan[1].changed, ElementsAre("title", "email"));
}

TEST(ImportOfPeople, WhatTheFileDoesNotSayStaysAndAnEmptyNameIsMade) {
  Person person = Astrid();
  person.set_title("Strateg");
  person.set_display_name("Lindqvist, Astrid");
  const auto plan = PlanPeople(
      Rows<Person>("name,displayName,familyName\npeople/astrid,,Lind\n"),
      There({person}), Secretariat());
  EXPECT_THAT(Outcomes(plan), ElementsAre("UPDATED"));
  EXPECT_EQ(plan[0].resource.title(), "Strateg");
  EXPECT_EQ(plan[0].resource.display_name(), "Astrid Lind");
}

TEST(ImportOfPeople, ARowNeedsAKeyOfItsOwn) {
  const auto plan = PlanPeople(
      Rows<Person>(
          "name,email,givenName,familyName,organization\n"
          ",,A,B,organizations/region-uppsala\n"
          ",a@example.se,A,B,organizations/region-uppsala\n"
          ",A@example.se,A,B,organizations/region-uppsala\n"
          "people/x,x@example.se,A,B,organizations/region-uppsala\n"
          "people/x,y@example.se,A,B,organizations/region-uppsala\n"
          "people/z,astrid@example.se,A,B,organizations/region-uppsala\n"
          "people/undelete,u@example.se,A,B,organizations/region-uppsala\n"),
      There({Astrid()}), Secretariat());
  EXPECT_THAT(Outcomes(plan),
              ElementsAre("INVALID_FIELD", "CREATED", "ROW_TWICE", "CREATED",
                          "ROW_TWICE", "EMAIL_TAKEN", "INVALID_FIELD"));
}

TEST(ImportOfPeople, ARepresentativeHasTheOwnPeopleOnly) {
  Person theirs = Astrid();
  theirs.set_organization(kHalland);
  const auto plan = PlanPeople(
      Rows<Person>("email,givenName,familyName,organization\n"
                   "own@example.se,A,B,organizations/region-uppsala\n"
                   "new@example.se,A,B,organizations/region-halland\n"
                   "astrid@example.se,A,B,organizations/region-uppsala\n"),
      There({theirs}), Uppsala());
  EXPECT_THAT(Outcomes(plan), ElementsAre("CREATED", "OTHER_ORGANIZATION",
                                          "OTHER_ORGANIZATION"));
}

TEST(ImportOfPeople, ChecksWhatASingleWriteChecks) {
  const auto plan =
      PlanPeople(Rows<Person>("email,givenName,familyName,organization\n"
                              "no-address,A,B,organizations/region-uppsala\n"
                              "a@example.se,,B,organizations/region-uppsala\n"
                              "b@example.se,A,B,organizations/gone\n"
                              "c@example.se,A,B,Uppsala\n"),
                 There(), Secretariat());
  EXPECT_THAT(Outcomes(plan), ElementsAre("INVALID_FIELD", "INVALID_FIELD",
                                          "INVALID_FIELD", "INVALID_FIELD"));
}

Organization Region(const std::string& id, const std::string& title,
                    const std::string& number = "") {
  Organization organization;
  organization.set_name("organizations/" + id);
  organization.set_display_name(title);
  organization.set_kind(Organization::REGION);
  organization.set_organization_number(number);
  organization.set_etag("before");
  return organization;
}

TEST(ImportOfOrganizations, FindsByNameByNumberAndByTitle) {
  const OrganizationsThere there = {
      {Region("region-uppsala", "Region Uppsala", "232100-0024"),
       Region("skane", "Region Skåne", "232100-0255"),
       Region("region-gotland", "Region Gotland")}};
  const auto plan = PlanOrganizations(
      Rows<Organization>(
          "name,displayName,kind,organizationNumber\n"
          "organizations/region-uppsala,Uppsala,REGION,232100-0024\n"
          ",Region Skåne,REGION,232100-0255\n"
          ",Region Gotland,REGION,\n"
          ",Region Örebro län,REGION,232100-0164\n"),
      there);
  EXPECT_THAT(Outcomes(plan),
              ElementsAre("UPDATED", "UNCHANGED", "UNCHANGED", "CREATED"));
  EXPECT_EQ(plan[1].resource.name(), "organizations/skane");
  EXPECT_EQ(plan[3].resource.name(), "organizations/region-orebro-lan");
  EXPECT_EQ(plan[3].key, "232100-0164");
}

TEST(ImportOfOrganizations, RefusesWrongAndTakenNumbersAndDeletedOnes) {
  Organization deleted = Region("gone", "Borta");
  deleted.mutable_delete_time()->set_seconds(1);
  const auto plan = PlanOrganizations(
      Rows<Organization>("name,displayName,kind,organizationNumber\n"
                         ",Fel siffra,REGION,232100-0025\n"
                         "organizations/new,Ny,REGION,232100-0024\n"
                         "organizations/gone,Borta,REGION,\n"
                         ",Region Uppsala,REGION,232100-0164\n"
                         ",Dubbel,OTHER,\n"
                         ",Dubbel,OTHER,\n"),
      {{Region("region-uppsala", "Region Uppsala", "232100-0024"), deleted}});
  EXPECT_THAT(Outcomes(plan),
              ElementsAre("INVALID_FIELD", "ORGANIZATION_NUMBER_TAKEN",
                          "DELETED", "NAME_TAKEN", "CREATED", "ROW_TWICE"));
}

AppointmentsThere Bodies() {
  AppointmentsThere there;
  there.bodies.resize(2);
  there.bodies[0].set_name("bodies/member-group");
  there.bodies[0].set_kind(Body::MEMBER_GROUP);
  there.bodies[1].set_name("bodies/board");
  there.bodies[1].set_kind(Body::BOARD);
  there.people = {Astrid()};
  there.organizations = {kUppsala};
  return there;
}

Appointment Sits(const std::string& start, const std::string& end) {
  Appointment appointment;
  appointment.set_name("bodies/board/appointments/a");
  appointment.set_person("people/astrid");
  appointment.set_organization(kUppsala);
  appointment.set_role(Appointment::MEMBER);
  appointment.set_start_date(start);
  appointment.set_end_date(end);
  return appointment;
}

TEST(ImportOfAppointments,
     FindThePersonByAddressAndTheOrganizationByThePerson) {
  const auto plan = PlanAppointments(
      Rows<AppointmentRow>("body,personEmail,role,startDate\n"
                           "bodies/board,ASTRID@example.se,CHAIR,2026-01-01\n"),
      Bodies(), "bodies/-");
  ASSERT_THAT(Outcomes(plan), ElementsAre("CREATED"));
  EXPECT_EQ(plan[0].resource.person(), "people/astrid");
  EXPECT_EQ(plan[0].resource.person_display_name(), "Astrid Lindqvist");
  EXPECT_EQ(plan[0].resource.organization(), kUppsala);
}

TEST(ImportOfAppointments, AreFoundByBodyPersonRoleAndFirstDay) {
  AppointmentsThere there = Bodies();
  there.appointments = {Sits("2026-01-01", "")};
  for (const auto& [end, outcome] :
       std::vector<std::pair<std::string, std::string>>{
           {"", "UNCHANGED"}, {"2026-12-31", "UPDATED"}}) {
    const auto plan = PlanAppointments(
        Rows<AppointmentRow>("person,role,startDate,endDate\n"
                             "people/astrid,MEMBER,2026-01-01," +
                             end + "\n"),
        there, "bodies/board");
    EXPECT_THAT(Outcomes(plan), ElementsAre(outcome));
  }
}

TEST(ImportOfAppointments, RefuseWhatDoesNotFit) {
  AppointmentsThere there = Bodies();
  there.appointments = {Sits("2026-01-01", "2026-06-30")};
  const auto plan = PlanAppointments(
      Rows<AppointmentRow>(
          "body,person,role,startDate,endDate\n"
          ",people/astrid,CHAIR,2026-01-01,\n"
          "bodies/gone,people/astrid,CHAIR,2026-01-01,\n"
          "bodies/board,people/gone,CHAIR,2026-01-01,\n"
          "bodies/board,people/astrid,MEMBER_REPRESENTATIVE,2026-01-01,\n"
          "bodies/board,people/astrid,CHAIR,2026-02-01,2026-01-01\n"
          "bodies/board,people/astrid,CHAIR,,\n"
          "bodies/board,people/astrid,MEMBER,2026-06-30,\n"
          "bodies/board,people/astrid,DEPUTY,2026-01-01,2026-03-31\n"
          "bodies/board,people/astrid,DEPUTY,2026-03-31,\n"
          "bodies/board,people/astrid,DEPUTY,2025-01-01,2025-12-31\n"),
      there, "bodies/-");
  EXPECT_THAT(Outcomes(plan),
              ElementsAre("INVALID_FIELD", "INVALID_FIELD", "INVALID_FIELD",
                          "INVALID_FIELD", "INVALID_FIELD", "INVALID_FIELD",
                          "APPOINTMENT_EXISTS", "CREATED", "APPOINTMENT_EXISTS",
                          "CREATED"));
}

TEST(ImportOfAppointments, CountTheSeatsOfAnOrganization) {
  AppointmentsThere there = Bodies();
  there.bodies[1].set_seats_per_organization(2);
  for (const char* name : {"people/bo", "people/cilla", "people/dan"}) {
    Person person = Astrid();
    person.set_name(name);
    person.clear_email();
    there.people.push_back(person);
  }
  there.appointments = {Sits("2026-01-01", "")};
  const auto plan = PlanAppointments(
      Rows<AppointmentRow>("person,role,startDate,endDate\n"
                           "people/astrid,CHAIR,2026-02-01,\n"
                           "people/bo,MEMBER,2026-03-01,2026-06-30\n"
                           "people/cilla,MEMBER,2026-06-30,\n"
                           "people/cilla,DEPUTY,2026-01-01,\n"
                           "people/dan,MEMBER,2026-07-01,\n"),
      there, "bodies/board");
  EXPECT_THAT(Outcomes(plan), ElementsAre("CREATED", "CREATED", "SEATS_TAKEN",
                                          "CREATED", "CREATED"));
}

TEST(ImportOfAppointments, APartnerHasNoRepresentative) {
  auto plan = PlanAppointments(
      Rows<AppointmentRow>("person,role,startDate\n"
                           "people/astrid,MEMBER_REPRESENTATIVE,2026-01-01\n"
                           "people/astrid,MEMBER,2026-01-01\n"),
      Bodies(), "bodies/member-group");
  RefusePartners({{kUppsala, "2026-01-01"}}, plan);
  EXPECT_THAT(Outcomes(plan), ElementsAre("PARTNER_HAS_NO_SEAT", "CREATED"));
}

TEST(ImportReport, TellsOfEveryRowInTheLanguageAsked) {
  const auto plan =
      PlanPeople(Rows<Person>("email,givenName,familyName,organization\n"
                              "a@example.se,A,B,organizations/region-uppsala\n"
                              "b@example.se,,B,organizations/gone\n"),
                 There(), Secretariat());
  const v1::ImportResponse swedish = Report(plan, true, true);
  EXPECT_EQ(swedish.created(), 1);
  EXPECT_EQ(swedish.refused(), 1);
  ASSERT_EQ(swedish.results_size(), 2);
  EXPECT_EQ(swedish.results(0).line(), 2);
  EXPECT_EQ(swedish.results(0).key(), "a@example.se");
  EXPECT_EQ(swedish.results(0).name(), "");  // it would be another next time
  ASSERT_EQ(swedish.results(1).errors_size(), 2);
  EXPECT_EQ(swedish.results(1).errors(0).field(), "givenName");
  EXPECT_EQ(swedish.results(1).errors(0).reason(), "INVALID_FIELD");
  EXPECT_THAT(swedish.results(1).errors(0).description(),
              HasSubstr("Det saknas"));
  EXPECT_THAT(Report(plan, true, false).results(1).errors(0).description(),
              HasSubstr("It is missing"));
  EXPECT_EQ(Report(plan, false, false).results_size(), 0);
}

TEST(ImportReport, RefusesTheFileNamingTheFirstLines) {
  std::string file = "email,givenName,familyName,organization\n";
  for (int i = 0; i < 30; ++i) file += "x,A,B,organizations/region-uppsala\n";
  const auto plan = PlanPeople(Rows<Person>(file), There(), Secretariat());
  const absl::Status refusal = CheckPlan(plan);
  EXPECT_EQ(ReasonOf(refusal), "ROWS_REFUSED");
  EXPECT_THAT(refusal.message(), HasSubstr("30 of 30"));
  // It goes in a header of HTTP/2, of which there are 8 KB.
  EXPECT_LT(ToProto(refusal, true).ByteSizeLong() * 4 / 3, 8000);
}

}  // namespace
}  // namespace reglab::membership
