// Bad input: each has its reason, names the field, says in Swedish and in
// English what mends it, and changes nothing.

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <future>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/membership/v1/delegation.pb.h"
#include "reglab/membership/v1/feed_token.pb.h"
#include "reglab/membership/v1/invitation.pb.h"
#include "reglab/membership/v1/relationship.pb.h"
#include "reglab/membership/v1/strategy_period.pb.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using v1::Relationship;

struct Refusal {
  std::string reason;
  std::string fields;  // with commas between
  std::string text;    // all that is said
};

// The answer to a call in a language; an empty refusal when it is none.
Refusal Refuse(const std::string& method,
               const google::protobuf::Message& request, const Caller& caller,
               const std::string& language) {
  Suite& suite = Running();
  const std::string keys = suite.folder() + "/keys/";
  auto assertions =
      Assertions::Load("gateway", keys + "gateway.pem", keys + "trusted");
  EXPECT_TRUE(assertions.ok()) << assertions.status();
  const auto assertion = (*assertions)->Sign(caller, "membership");
  EXPECT_TRUE(assertion.ok()) << assertion.status();
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + *assertion);
  context.AddMetadata("accept-language", language);
  const grpc::Slice slice(request.SerializeAsString());
  grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> finished;
  grpc::GenericStub stub(grpc::CreateChannel(
      "127.0.0.1:" + std::to_string(suite.Port("membership")),
      grpc::InsecureChannelCredentials()));
  stub.UnaryCall(&context, "/reglab.membership.v1." + method,
                 grpc::StubOptions(), &sent, &answer,
                 [&](grpc::Status status) { finished.set_value(status); });
  Refusal refusal;
  google::rpc::Status status;
  if (!status.ParseFromString(finished.get_future().get().error_details())) {
    return refusal;
  }
  for (const auto& detail : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    google::rpc::LocalizedMessage message;
    if (detail.UnpackTo(&info)) refusal.reason = info.reason();
    if (detail.UnpackTo(&message)) refusal.text += message.message();
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& one : bad.field_violations()) {
      refusal.fields += (refusal.fields.empty() ? "" : ",") + one.field();
      refusal.text += one.description();
      EXPECT_NE(one.description(), "") << one.field();
    }
  }
  return refusal;
}

std::string Written() {
  return Running().Sql("membership",
                       "SELECT (SELECT count(*) FROM journal)"
                       " + (SELECT count(*) FROM journal_pending)");
}

// Refused for this reason because of these fields, in both languages, and
// nothing is written.
void ExpectRefused(const std::string& method,
                   const google::protobuf::Message& request,
                   const std::string& reason, const std::string& fields,
                   const Caller& caller = Secretariat()) {
  SCOPED_TRACE(method + ": " + request.ShortDebugString());
  const std::string before = Written();
  const Refusal english = Refuse(method, request, caller, "en");
  const Refusal swedish = Refuse(method, request, caller, "sv");
  EXPECT_EQ(english.reason, reason);
  EXPECT_EQ(swedish.reason, reason);
  EXPECT_EQ(english.fields, fields);
  EXPECT_EQ(swedish.fields, fields);
  EXPECT_NE(english.text, "");
  EXPECT_NE(english.text, swedish.text);
  EXPECT_EQ(Written(), before);
}

class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(
        CreateOrganization("bad", "Region Fel", {}, "232100-0016").ok());
    ASSERT_TRUE(CreateOrganization("bad-other", "Region Annan").ok());
    ASSERT_TRUE(CreatePerson("bad", "organizations/bad").ok());
    ASSERT_TRUE(CreatePerson("bad-colleague", "organizations/bad").ok());
    ASSERT_TRUE(CreatePerson("bad-other", "organizations/bad-other").ok());
    ASSERT_TRUE(CreateMembership("organizations/bad", Membership::ACTIVE).ok());
    v1::CreateBodyRequest body;
    body.set_body_id("bad-group");
    body.mutable_body()->set_display_name("Medlemsgruppen");
    body.mutable_body()->set_kind(Body::MEMBER_GROUP);
    body.mutable_body()->set_seats_per_organization(1);
    ASSERT_TRUE(Ask<Body>("BodiesService/CreateBody", body).ok());
    const auto seat = Appoint("bodies/bad-group", "people/bad",
                              Appointment::MEMBER_REPRESENTATIVE, "2026-01-01");
    ASSERT_TRUE(seat.ok()) << seat.status();
    seat_ = seat->name();
  }
  static inline std::string seat_;
};

TEST_F(BadInput, OfOrganizationsAndPeople) {
  v1::CreateOrganizationRequest organization;
  organization.set_organization_id("bad-number");
  organization.mutable_organization()->set_display_name("Region Siffra");
  organization.mutable_organization()->set_kind(Organization::REGION);
  organization.mutable_organization()->set_organization_number("232100-0017");
  ExpectRefused("OrganizationsService/CreateOrganization", organization,
                "INVALID_FIELD", "organization.organization_number");
  organization.mutable_organization()->set_organization_number("232100-0016");
  ExpectRefused("OrganizationsService/CreateOrganization", organization,
                "ORGANIZATION_NUMBER_TAKEN",
                "organization.organization_number");
  v1::CreatePersonRequest person;
  person.mutable_person()->set_given_name("Eva");
  person.mutable_person()->set_family_name("Berg");
  person.mutable_person()->set_organization("organizations/bad");
  person.mutable_person()->set_email("BAD@example.se");
  ExpectRefused("PeopleService/CreatePerson", person, "EMAIL_TAKEN",
                "person.email");
}

TEST_F(BadInput, OfMemberships) {
  v1::CreateMembershipRequest second;
  second.set_parent("organizations/bad");
  second.mutable_membership()->set_category(Membership::MEMBER);
  second.mutable_membership()->set_state(Membership::ACTIVE);
  ExpectRefused("MembershipsService/CreateMembership", second,
                "MEMBERSHIP_EXISTS", "membership.state");
  second.set_parent("organizations/bad-other");
  second.mutable_membership()->set_start_date("2026-01-02");
  second.mutable_membership()->set_end_date("2026-01-01");
  ExpectRefused("MembershipsService/CreateMembership", second, "INVALID_FIELD",
                "membership.end_date");
  const auto applied =
      CreateMembership("organizations/bad-other", Membership::APPLIED);
  ASSERT_TRUE(applied.ok()) << applied.status();
  v1::RejectMembershipRequest reject;
  reject.set_name(applied->name());
  ExpectRefused("MembershipsService/RejectMembership", reject, "INVALID_FIELD",
                "reason");
  v1::UpdateMembershipRequest update;
  update.mutable_membership()->set_name(applied->name());
  update.mutable_membership()->set_state(Membership::ACTIVE);
  ExpectRefused("MembershipsService/UpdateMembership", update,
                "MEMBERSHIP_STATE", "membership.state");
}

TEST_F(BadInput, OfAppointments) {
  v1::CreateAppointmentRequest appoint;
  appoint.set_parent("bodies/bad-group");
  Appointment& appointment = *appoint.mutable_appointment();
  appointment.set_person("people/bad");
  appointment.set_role(Appointment::MEMBER_REPRESENTATIVE);
  appointment.set_start_date("2026-06-01");
  ExpectRefused("AppointmentsService/CreateAppointment", appoint,
                "APPOINTMENT_EXISTS", "appointment.start_date");
  appointment.set_end_date("2026-05-31");
  ExpectRefused("AppointmentsService/CreateAppointment", appoint,
                "INVALID_FIELD", "appointment.end_date");
  appointment.clear_end_date();
  appointment.set_person("people/bad-colleague");
  ExpectRefused("AppointmentsService/CreateAppointment", appoint, "SEATS_TAKEN",
                "appointment.organization");
  v1::HandOverAppointmentRequest hand_over;
  hand_over.set_name(seat_);
  hand_over.set_successor("people/bad-other");
  ExpectRefused("AppointmentsService/HandOverAppointment", hand_over,
                "INVALID_FIELD", "successor");
  hand_over.set_successor("people/bad-colleague");
  hand_over.set_start_date("2026-01-01");
  ExpectRefused("AppointmentsService/HandOverAppointment", hand_over,
                "INVALID_FIELD", "start_date");
}

TEST_F(BadInput, OfRelationshipsAndPeriods) {
  v1::CreateRelationshipRequest relate;
  Relationship& relationship = *relate.mutable_relationship();
  relationship.set_organization("organizations/bad");
  relationship.set_kind(Relationship::OWNED_BY);
  relationship.set_counterpart("organizations/bad-other");
  ASSERT_TRUE(
      Ask<Relationship>("RelationshipsService/CreateRelationship", relate)
          .ok());
  ExpectRefused("RelationshipsService/CreateRelationship", relate,
                "RELATIONSHIP_EXISTS", "relationship.counterpart");
  relationship.set_organization("organizations/bad-other");
  relationship.set_counterpart("organizations/bad");
  ExpectRefused("RelationshipsService/CreateRelationship", relate,
                "OWNERSHIP_CYCLE", "relationship.counterpart");
  relationship.set_start_date("2026-01-02");
  relationship.set_end_date("2026-01-01");
  ExpectRefused("RelationshipsService/CreateRelationship", relate,
                "INVALID_FIELD", "relationship.end_date");
  v1::CreateStrategyPeriodRequest period;
  period.mutable_strategy_period()->set_start_year(2026);
  period.mutable_strategy_period()->set_end_year(2025);
  ExpectRefused("StrategyPeriodsService/CreateStrategyPeriod", period,
                "INVALID_FIELD", "strategy_period.end_year");
}

TEST_F(BadInput, OfDelegationsAndInvitations) {
  const Caller representative =
      Representative("people/bad", "organizations/bad");
  v1::CreateDelegationRequest delegate;
  v1::Delegation& delegation = *delegate.mutable_delegation();
  delegation.set_person("people/bad-colleague");
  delegation.add_permissions("membership.bodies.write");
  delegation.set_subject("organizations/bad");
  delegation.set_end_date(DayFromNow(1));
  ExpectRefused("DelegationsService/CreateDelegation", delegate,
                "SCOPE_NOT_HELD", "delegation.permissions", representative);
  delegation.set_permissions(0, "learning.ideas.write");
  delegation.set_end_date(DayFromNow(-1));
  ExpectRefused("DelegationsService/CreateDelegation", delegate,
                "INVALID_FIELD", "delegation.end_date", representative);
  v1::CreateInvitationRequest invite;
  invite.mutable_invitation()->set_email("new@example.se");
  ExpectRefused("InvitationsService/CreateInvitation", invite, "INVALID_FIELD",
                "invitation.given_name,invitation.family_name", representative);
  invite.mutable_invitation()->set_given_name("Ny");
  invite.mutable_invitation()->set_family_name("Person");
  invite.mutable_invitation()->set_email("bad@example.se");
  ExpectRefused("InvitationsService/CreateInvitation", invite, "EMAIL_TAKEN",
                "invitation.email", representative);
}

TEST_F(BadInput, OfClientsKeysAndFeedTokens) {
  v1::CreateClientRequest client;
  client.mutable_client()->set_display_name("Klient");
  client.mutable_client()->set_organization("organizations/bad");
  client.mutable_client()->add_scopes("learning.ideas.wrte");
  ExpectRefused("ClientsService/CreateClient", client, "UNKNOWN_PERMISSION",
                "client.scopes[0]");
  client.mutable_client()->set_scopes(0, "learning.ideas.write");
  client.mutable_client()->set_issuer("https://id.example.se");
  ExpectRefused("ClientsService/CreateClient", client, "INVALID_FIELD",
                "client.subject");
  v1::CreateKeyRequest key;
  key.set_parent("clients/bad");
  key.mutable_key()->mutable_expire_time()->set_seconds(1);
  ExpectRefused("KeysService/CreateKey", key, "INVALID_FIELD",
                "key.expire_time");
  v1::CreateFeedTokenRequest token;
  token.mutable_feed_token()->set_display_name("Kalender");
  token.mutable_feed_token()->set_organization("organizations/bad");
  token.mutable_feed_token()->set_feed("/v1/clients");
  ExpectRefused("FeedTokensService/CreateFeedToken", token, "INVALID_FIELD",
                "feed_token.feed");
}

}  // namespace
}  // namespace reglab::membership
