#ifndef REGLAB_TESTS_INTEGRATION_REFERRAL_CALLS_H_
#define REGLAB_TESTS_INTEGRATION_REFERRAL_CALLS_H_

// Short calls about referrals, and the letters about them, for the tests of
// what is sent on and of what is out.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "reglab/meetings/v1/referral.pb.h"
#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "tests/integration/meetings_calls.h"

namespace reglab::meetings {

using v1::Referral;

inline const std::string& Folder() {
  static const auto* folder =
      new std::string(absl::StrCat("/tmp/reglab-mail-", getpid()));
  return *folder;
}

// The suite, which writes letters into Folder().
inline Suite& Running() {
  static const bool once = [] {
    std::filesystem::create_directory(Folder());
    setenv("REGLAB_SMTP_URL", ("file://" + Folder()).c_str(), 1);
    atexit([] { std::filesystem::remove_all(Folder()); });
    Prepare();
    return true;
  }();
  (void)once;
  return Suite::With({"membership", "learning", "meetings"});
}

template <class Response>
absl::StatusOr<Response> AskMembership(
    const std::string& method, const google::protobuf::Message& request) {
  return Running().Call<Response>("/reglab.membership.v1." + method, request,
                                  Secretariat());
}

// Polls until `condition` holds, for at most 20 seconds.
template <class Condition>
bool Eventually(Condition condition) {
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (absl::Now() < deadline) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return false;
}

inline std::string Day(int from_now) {
  return Running().Sql("meetings", absl::StrCat("SELECT today() + ", from_now));
}

// How many letters about a resource there are, by their title.
inline int Letters(const std::string& subject, const std::string& title) {
  return std::stoi(Running().Sql(
      "membership",
      absl::StrCat("SELECT count(*) FROM outbox WHERE subject = '", subject,
                   "' AND title LIKE '", title, "%'")));
}

// A person who sits in the body from 2020 on.
inline void Seat(const std::string& id, const std::string& organization,
                 const std::string& body,
                 membership::v1::Appointment::Role role =
                     membership::v1::Appointment::CHAIR) {
  membership::v1::CreatePersonRequest person;
  person.set_person_id(id);
  person.mutable_person()->set_given_name("Astrid");
  person.mutable_person()->set_family_name("Lindqvist");
  person.mutable_person()->set_organization(organization);
  person.mutable_person()->set_email(id + "@example.se");
  const auto created = AskMembership<membership::v1::Person>(
      "PeopleService/CreatePerson", person);
  ASSERT_TRUE(created.ok()) << created.status();
  membership::v1::CreateAppointmentRequest request;
  request.set_parent(body);
  request.mutable_appointment()->set_person("people/" + id);
  request.mutable_appointment()->set_role(role);
  request.mutable_appointment()->set_start_date("2020-01-01");
  const auto seated = AskMembership<membership::v1::Appointment>(
      "AppointmentsService/CreateAppointment", request);
  ASSERT_TRUE(seated.ok()) << seated.status();
}

// The one who leads the RUS network, who can be written to.
inline void SeatTheNetwork() {
  static const bool once = [] {
    Running();
    Seat("network-chair", "organizations/region-uppsala", "bodies/rus-network");
    return true;
  }();
  (void)once;
}

inline Caller Person(const std::string& id, const std::string& organization,
                     const std::vector<std::string>& roles,
                     const std::vector<std::string>& bodies = {}) {
  Caller caller;
  caller.name = "people/" + id;
  caller.organization = organization;
  caller.roles = roles;
  caller.scopes = {"meetings.referrals.answer", "meetings.actions.complete"};
  caller.bodies = bodies;
  return caller;
}

inline v1::CreateReferralRequest Draft(Referral::Kind kind,
                                       const std::string& target) {
  v1::CreateReferralRequest request;
  Referral& referral = *request.mutable_referral();
  referral.set_kind(kind);
  referral.set_title("Systemteorin");
  referral.set_text("Hur hänger uppföljningen ihop?");
  referral.set_from_body("bodies/member-group");
  referral.set_target(target);
  return request;
}

inline absl::StatusOr<Referral> CreateReferral(
    const v1::CreateReferralRequest& request,
    const Caller& caller = Secretariat()) {
  Running();
  return Ask<Referral>("ReferralsService/CreateReferral", request, caller);
}

inline absl::StatusOr<Referral> GetReferral(
    const std::string& name, const Caller& caller = Secretariat()) {
  v1::GetReferralRequest request;
  request.set_name(name);
  return Ask<Referral>("ReferralsService/GetReferral", request, caller);
}

inline absl::StatusOr<Referral> Send(const std::string& name,
                                     const std::string& email = "") {
  v1::SendReferralRequest request;
  request.set_name(name);
  request.set_email(email);
  return Ask<Referral>("ReferralsService/SendReferral", request);
}

inline absl::StatusOr<Referral> Answer(const std::string& name,
                                       const Caller& caller = Secretariat()) {
  v1::AnswerReferralRequest request;
  request.set_name(name);
  request.set_text("Den gör det.");
  return Ask<Referral>("ReferralsService/AnswerReferral", request, caller);
}

// One that is out.
inline std::string Sent(Referral::Kind kind, const std::string& target) {
  const auto created = CreateReferral(Draft(kind, target));
  EXPECT_TRUE(created.ok()) << created.status();
  const auto sent = Send(created->name());
  EXPECT_TRUE(sent.ok()) << sent.status();
  return created->name();
}

}  // namespace reglab::meetings

#endif  // REGLAB_TESTS_INTEGRATION_REFERRAL_CALLS_H_
