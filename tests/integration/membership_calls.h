#ifndef REGLAB_TESTS_INTEGRATION_MEMBERSHIP_CALLS_H_
#define REGLAB_TESTS_INTEGRATION_MEMBERSHIP_CALLS_H_

// Short calls of the membership service for its tests.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/membership.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "services/common/status_macros.h"
#include "services/membership/role_rules.h"
#include "tests/integration/service_fixture.h"

namespace reglab::membership {

using testing::Member;
using testing::Nobody;
using testing::Secretariat;
using testing::Suite;
using v1::Appointment;
using v1::Body;
using v1::Membership;
using v1::Organization;
using v1::Person;

// Where the service under test writes its first key.
inline const std::string& KeyFile() {
  static const auto* file =
      new std::string("/tmp/reglab-first-key-" + std::to_string(getpid()));
  return *file;
}

inline Suite& Running() {
  static const bool once = [] {
    setenv("REGLAB_BOOTSTRAP_KEY_FILE", KeyFile().c_str(), 1);
    atexit([] { std::filesystem::remove(KeyFile()); });
    return true;
  }();
  (void)once;
  return Suite::With({"membership"});
}

template <class Response, class Request>
inline absl::StatusOr<Response> Ask(const std::string& method,
                                    const Request& request,
                                    const Caller& caller = Secretariat()) {
  return Running().Call<Response>("/reglab.membership.v1." + method, request,
                                  caller);
}

// As another process than the gateway would ask.
template <class Response, class Request>
absl::StatusOr<Response> AskAs(const std::string& process,
                               const std::string& method,
                               const Request& request) {
  const std::string connection = Running().Connection("membership");
  const std::string keys =
      connection.substr(5, connection.find(' ') - 5) + "/keys/";
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Assertions> assertions,
      Assertions::Load(process, keys + process + ".pem", keys + "trusted"));
  ASSIGN_OR_RETURN(const std::string assertion,
                   assertions->Sign(Secretariat(), "membership"));
  return Running().CallWith<Response>("/reglab.membership.v1." + method,
                                      request, "Bearer " + assertion);
}

inline absl::StatusOr<Organization> CreateOrganization(
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

inline absl::StatusOr<Organization> GetOrganization(
    const std::string& name, const Caller& caller = Nobody()) {
  v1::GetOrganizationRequest request;
  request.set_name(name);
  return Ask<Organization>("OrganizationsService/GetOrganization", request,
                           caller);
}

inline absl::StatusOr<Membership> CreateMembership(
    const std::string& organization, Membership::State state,
    const Caller& caller = Secretariat()) {
  v1::CreateMembershipRequest request;
  request.set_parent(organization);
  request.mutable_membership()->set_category(Membership::MEMBER);
  request.mutable_membership()->set_state(state);
  return Ask<Membership>("MembershipsService/CreateMembership", request,
                         caller);
}

inline absl::StatusOr<Person> CreatePerson(
    const std::string& id, const std::string& organization,
    const Caller& caller = Secretariat()) {
  v1::CreatePersonRequest request;
  request.set_person_id(id);
  request.mutable_person()->set_given_name("Astrid");
  request.mutable_person()->set_family_name("Lindqvist");
  request.mutable_person()->set_organization(organization);
  request.mutable_person()->set_email(id + "@example.se");
  return Ask<Person>("PeopleService/CreatePerson", request, caller);
}

inline absl::StatusOr<Body> CreateBody(const std::string& id, Body::Kind kind) {
  v1::CreateBodyRequest request;
  request.set_body_id(id);
  request.mutable_body()->set_display_name("Organ " + id);
  request.mutable_body()->set_kind(kind);
  return Ask<Body>("BodiesService/CreateBody", request);
}

inline absl::StatusOr<Appointment> Appoint(const std::string& body,
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

// The day in Sweden, so many days from now.
inline std::string DayFromNow(int days) {
  return Running().Sql("membership",
                       "SELECT today() + " + std::to_string(days));
}

// A person who represents a member organisation, as their appointment and the
// table of roles have it.
inline Caller Representative(const std::string& person,
                             const std::string& organization) {
  Caller caller;
  caller.name = person;
  caller.organization = organization;
  caller.roles = {"MEMBER", "MEMBER_REPRESENTATIVE"};
  caller.scopes = ScopesOfPerson(caller.roles);
  return caller;
}

}  // namespace reglab::membership

#endif  // REGLAB_TESTS_INTEGRATION_MEMBERSHIP_CALLS_H_
