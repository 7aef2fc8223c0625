// Who may do what: the standing of people, what is told of it, feed tokens, and
// what is left of a client's scopes.

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/access.pb.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/membership/v1/delegation.pb.h"
#include "reglab/membership/v1/feed_token.pb.h"
#include "services/common/api_key.h"
#include "services/common/database.h"
#include "services/common/errors.h"
#include "services/membership/standing_store.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::TimeUtil;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::AuthenticateFeedTokenRequest;
using v1::AuthenticateFeedTokenResponse;
using v1::AuthenticateKeyRequest;
using v1::AuthenticateKeyResponse;
using v1::CheckAccessRequest;
using v1::CheckAccessResponse;
using v1::Client;
using v1::Delegation;
using v1::FeedToken;
using v1::GetStandingRequest;
using v1::Key;
using v1::Standing;

// As the store sees it, on the service's own database.
absl::StatusOr<Standing> StandingOf(const std::string& person) {
  static Database* const database = [] {
    auto opened = Database::Open(
        {.conninfo = Running().Connection("membership") + " user=membership",
         .connections = 1});
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? opened->release() : nullptr;
  }();
  if (database == nullptr) return absl::UnavailableError("no database");
  Standing standing;
  const absl::Status status = database->Read(
      absl::Now() + absl::Seconds(10), [&](Transaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(standing, standings::OfPerson(tx, person));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return standing;
}

std::string Today(int days = 0) {
  return Running().Sql("membership",
                       "SELECT today() + " + std::to_string(days));
}

// As the gateway makes it of a standing.
Caller CallerOf(const Standing& standing) {
  Caller caller;
  caller.name = standing.caller();
  caller.organization = standing.organization();
  caller.roles = {standing.roles().begin(), standing.roles().end()};
  caller.scopes = {standing.scopes().begin(), standing.scopes().end()};
  for (const auto& matter : standing.delegations()) {
    caller.delegations.push_back(
        {matter.subject(),
         {matter.permissions().begin(), matter.permissions().end()}});
  }
  return caller;
}

TEST(Standing, FollowsFromTodaysAppointments) {
  ASSERT_TRUE(CreateOrganization("standing", "Region Ställning").ok());
  ASSERT_TRUE(CreateBody("standing-group", Body::MEMBER_GROUP).ok());
  ASSERT_TRUE(CreateBody("standing-board", Body::BOARD).ok());
  ASSERT_TRUE(CreateBody("standing-office", Body::SECRETARIAT).ok());
  ASSERT_TRUE(CreatePerson("standing", "organizations/standing").ok());
  auto standing = StandingOf("people/standing");
  ASSERT_TRUE(standing.ok()) << standing.status();
  EXPECT_THAT(standing->roles(), IsEmpty());
  EXPECT_THAT(standing->scopes(), IsEmpty());
  EXPECT_EQ(standing->organization(), "organizations/standing");
  EXPECT_EQ(standing->display_name(), "Astrid Lindqvist");
  EXPECT_GT(standing->requests_per_minute(), 0);

  ASSERT_TRUE(
      CreateMembership("organizations/standing", Membership::ACTIVE).ok());
  EXPECT_THAT(StandingOf("people/standing")->roles(), ElementsAre("MEMBER"));

  const auto seat = Appoint("bodies/standing-group", "people/standing",
                            Appointment::MEMBER_REPRESENTATIVE, "2020-01-01");
  ASSERT_TRUE(seat.ok()) << seat.status();
  standing = StandingOf("people/standing");
  EXPECT_THAT(standing->roles(),
              ElementsAre("MEMBER", "MEMBER_REPRESENTATIVE"));
  EXPECT_THAT(standing->scopes(), Contains("membership.people.write"));
  EXPECT_THAT(standing->bodies(), ElementsAre("bodies/standing-group"));

  // One that is over, and one that is still to come.
  ASSERT_TRUE(Appoint("bodies/standing-board", "people/standing",
                      Appointment::MEMBER, "2020-01-01", Today(-1))
                  .ok());
  ASSERT_TRUE(Appoint("bodies/standing-office", "people/standing",
                      Appointment::MEMBER, Today(1))
                  .ok());
  EXPECT_THAT(StandingOf("people/standing")->roles(),
              ElementsAre("MEMBER", "MEMBER_REPRESENTATIVE"));

  // The last day counts, the day after does not.
  v1::UpdateAppointmentRequest update;
  update.mutable_appointment()->set_name(seat->name());
  update.mutable_appointment()->set_end_date(Today());
  ASSERT_TRUE(
      Ask<Appointment>("AppointmentsService/UpdateAppointment", update).ok());
  EXPECT_THAT(StandingOf("people/standing")->roles(),
              Contains("MEMBER_REPRESENTATIVE"));
  update.mutable_appointment()->set_end_date(Today(-1));
  ASSERT_TRUE(
      Ask<Appointment>("AppointmentsService/UpdateAppointment", update).ok());
  standing = StandingOf("people/standing");
  EXPECT_THAT(standing->roles(), ElementsAre("MEMBER"));
  EXPECT_THAT(standing->scopes(), Not(Contains("membership.people.write")));
  EXPECT_THAT(standing->bodies(), IsEmpty());

  ASSERT_TRUE(Appoint("bodies/standing-board", "people/standing",
                      Appointment::MEMBER, Today())
                  .ok());
  EXPECT_THAT(StandingOf("people/standing")->roles(),
              ElementsAre("MEMBER", "BOARD"));
  ASSERT_TRUE(Appoint("bodies/standing-office", "people/standing",
                      Appointment::CHAIR, Today())
                  .ok());
  standing = StandingOf("people/standing");
  EXPECT_THAT(standing->roles(), Contains("SECRETARIAT"));
  EXPECT_THAT(standing->scopes(), ElementsAre("*"));

  EXPECT_TRUE(absl::IsNotFound(StandingOf("people/nobody").status()));
}

TEST(Standing, OfARepresentativeIsThatOfWhomHeRepresents) {
  ASSERT_TRUE(CreateOrganization("employer", "Arbetsgivaren").ok());
  ASSERT_TRUE(CreateOrganization("principal", "Huvudmannen").ok());
  ASSERT_TRUE(CreateBody("principal-group", Body::MEMBER_GROUP).ok());
  ASSERT_TRUE(CreatePerson("principal", "organizations/employer").ok());
  v1::CreateAppointmentRequest request;
  request.set_parent("bodies/principal-group");
  request.mutable_appointment()->set_person("people/principal");
  request.mutable_appointment()->set_organization("organizations/principal");
  request.mutable_appointment()->set_role(Appointment::MEMBER_REPRESENTATIVE);
  request.mutable_appointment()->set_start_date("2020-01-01");
  ASSERT_TRUE(
      Ask<Appointment>("AppointmentsService/CreateAppointment", request).ok());
  // Who is no member is not represented.
  EXPECT_EQ(StandingOf("people/principal")->organization(),
            "organizations/employer");
  ASSERT_TRUE(
      CreateMembership("organizations/principal", Membership::ACTIVE).ok());
  const auto standing = StandingOf("people/principal");
  EXPECT_EQ(standing->organization(), "organizations/principal");
  EXPECT_THAT(standing->roles(),
              ElementsAre("MEMBER", "MEMBER_REPRESENTATIVE"));
}

TEST(Standing, HoldsWhatWasDelegatedUntilItsLastDay) {
  ASSERT_TRUE(CreateOrganization("delegating", "Region Delegera").ok());
  ASSERT_TRUE(
      CreateMembership("organizations/delegating", Membership::ACTIVE).ok());
  ASSERT_TRUE(CreatePerson("colleague", "organizations/delegating").ok());
  ASSERT_TRUE(CreatePerson("protected", "organizations/delegating").ok());
  v1::CreateDelegationRequest request;
  Delegation& delegation = *request.mutable_delegation();
  delegation.set_person("people/colleague");
  delegation.set_subject("people/protected");
  delegation.add_permissions("membership.people.write");
  delegation.set_end_date(Today());
  const auto made =
      Ask<Delegation>("DelegationsService/CreateDelegation", request,
                      Member("organizations/delegating"));
  ASSERT_TRUE(made.ok()) << made.status();
  auto standing = StandingOf("people/colleague");
  ASSERT_EQ(standing->delegations_size(), 1);
  EXPECT_EQ(standing->delegations(0).subject(), "people/protected");
  EXPECT_THAT(standing->delegations(0).permissions(),
              ElementsAre("membership.people.write"));
  EXPECT_EQ(standing->delegations(0).end_date(), Today());

  // In that matter, and in no other.
  const Caller colleague = CallerOf(*standing);
  v1::UpdatePersonRequest update;
  update.mutable_person()->set_name("people/protected");
  update.mutable_person()->set_title("Analytiker");
  EXPECT_TRUE(
      Ask<Person>("PeopleService/UpdatePerson", update, colleague).ok());
  update.mutable_person()->set_name("people/colleague");
  EXPECT_EQ(
      ReasonOf(Ask<Person>("PeopleService/UpdatePerson", update, colleague)
                   .status()),
      "OTHER_MATTER");
  EXPECT_EQ(
      ReasonOf(CreatePerson("another", "organizations/delegating", colleague)
                   .status()),
      "OTHER_MATTER");

  Running().Sql("membership",
                "UPDATE delegations SET start_date = today() - 2, end_date = "
                "today() - 1 WHERE name = '" +
                    made->name() + "'");
  EXPECT_EQ(StandingOf("people/colleague")->delegations_size(), 0);

  // A permission that is none.
  delegation.clear_permissions();
  delegation.add_permissions("membership.persons.write");
  EXPECT_EQ(
      ReasonOf(Ask<Delegation>("DelegationsService/CreateDelegation", request,
                               Member("organizations/delegating"))
                   .status()),
      "UNKNOWN_PERMISSION");
}

TEST(Access, TellsTheCallerWhoHeIs) {
  Caller caller = Member("organizations/telling");
  caller.name = "clients/secretariat";
  caller.scopes = {"learning.ideas.write"};
  caller.until = absl::FromUnixSeconds(1900000000);
  const auto me =
      Ask<Standing>("AccessService/GetStanding", GetStandingRequest(), caller);
  ASSERT_TRUE(me.ok()) << me.status();
  EXPECT_EQ(me->caller(), "clients/secretariat");
  EXPECT_EQ(me->display_name(), "Reglabs kansli");
  EXPECT_EQ(me->organization(), "organizations/telling");
  EXPECT_THAT(me->roles(), ElementsAre("MEMBER"));
  EXPECT_THAT(me->scopes(), ElementsAre("learning.ideas.write"));
  EXPECT_EQ(me->expire_time().seconds(), 1900000000);
  EXPECT_TRUE(absl::IsUnauthenticated(
      Ask<Standing>("AccessService/GetStanding", GetStandingRequest(), Nobody())
          .status()));
}

TEST(Access, IsNotLostByWhoHasAsManyDelegationsAsThereCanBe) {
  Caller caller = Member("organizations/telling");
  caller.name = "people/much-trusted";
  for (int i = 0; i < 20; ++i) {
    caller.delegations.push_back(
        {"activities/" + std::string(50, 'a') + std::to_string(i),
         std::vector<std::string>(20, "membership.organizations.resolve")});
  }
  const auto me =
      Ask<Standing>("AccessService/GetStanding", GetStandingRequest(), caller);
  EXPECT_TRUE(me.ok()) << me.status();
}

TEST(Access, TellsWhatTheCallWouldSay) {
  ASSERT_TRUE(CreateOrganization("asking", "Region Fråga").ok());
  ASSERT_TRUE(CreateOrganization("asked", "Region Svar").ok());
  ASSERT_TRUE(CreatePerson("asking", "organizations/asking").ok());
  ASSERT_TRUE(CreatePerson("asked", "organizations/asked").ok());
  Caller caller = Member("organizations/asking");
  caller.scopes = {"membership.people.write"};
  CheckAccessRequest request;
  const auto ask = [&](const std::string& method,
                       const std::string& resource = "") {
    auto& question = *request.add_questions();
    question.set_method(method);
    question.set_resource(resource);
  };
  ask("PATCH /v1/people/asking");
  ask("PATCH /v1/people/asked");
  ask("POST /v1/people");
  ask("POST /v1/ideas");
  ask("GET /v1/meetings");
  ask("reglab.membership.v1.KeysService/AuthenticateKey");
  ask("GET /v1/access/me");
  request.add_questions()->set_permission("membership.people.write");
  auto& for_other = *request.add_questions();
  for_other.set_permission("membership.people.write");
  for_other.set_organization("organizations/asked");
  const auto answered =
      Ask<CheckAccessResponse>("AccessService/CheckAccess", request, caller);
  ASSERT_TRUE(answered.ok()) << answered.status();
  std::vector<std::string> reasons;
  for (const auto& answer : answered->answers()) {
    reasons.push_back(answer.allowed() ? "yes" : answer.reason());
    EXPECT_EQ(answer.allowed(), answer.why_sv().empty());
    EXPECT_EQ(answer.allowed(), answer.why_en().empty());
  }
  EXPECT_THAT(
      reasons,
      ElementsAre("yes", "NOT_FOUND", "yes", "PERMISSION_MISSING", "yes",
                  "PERMISSION_MISSING", "yes", "yes", "OTHER_ORGANIZATION"));
  EXPECT_EQ(answered->answers(3).permission(), "learning.ideas.write");
  EXPECT_THAT(answered->answers(3).held_by(),
              Contains("MEMBER_REPRESENTATIVE"));

  // The calls themselves.
  v1::UpdatePersonRequest update;
  update.mutable_person()->set_title("Strateg");
  update.mutable_person()->set_name("people/asking");
  EXPECT_TRUE(Ask<Person>("PeopleService/UpdatePerson", update, caller).ok());
  update.mutable_person()->set_name("people/asked");
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Person>("PeopleService/UpdatePerson", update, caller).status()));

  CheckAccessRequest wrong;
  wrong.add_questions()->set_permission("learning.idea.write");
  EXPECT_EQ(ReasonOf(Ask<CheckAccessResponse>("AccessService/CheckAccess",
                                              wrong, caller)
                         .status()),
            "UNKNOWN_PERMISSION");
  wrong.mutable_questions(0)->Clear();
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<CheckAccessResponse>("AccessService/CheckAccess", wrong, caller)
          .status()));
}

absl::StatusOr<Client> CreateClient(const std::string& id,
                                    const std::string& organization,
                                    const std::vector<std::string>& scopes,
                                    const Caller& caller = Secretariat(),
                                    int requests_per_minute = 0,
                                    bool for_operations = false) {
  v1::CreateClientRequest request;
  request.set_client_id(id);
  Client& client = *request.mutable_client();
  client.set_display_name("Klient " + id);
  client.set_organization(organization);
  client.mutable_scopes()->Add(scopes.begin(), scopes.end());
  client.set_requests_per_minute(requests_per_minute);
  client.set_for_operations(for_operations);
  return Ask<Client>("ClientsService/CreateClient", request, caller);
}

absl::StatusOr<AuthenticateKeyResponse> KeyOf(const std::string& client) {
  v1::CreateKeyRequest request;
  request.set_parent(client);
  request.mutable_key();
  ASSIGN_OR_RETURN(const Key key, Ask<Key>("KeysService/CreateKey", request));
  const ApiKey parsed = *ParseApiKey(key.secret());
  AuthenticateKeyRequest authenticate;
  authenticate.set_key_id(parsed.id);
  authenticate.set_secret_sha256(HashSecret(parsed.secret));
  return Ask<AuthenticateKeyResponse>("KeysService/AuthenticateKey",
                                      authenticate, Nobody());
}

TEST(Clients, DoNoMoreThanARepresentativeWhateverTheirScopes) {
  ASSERT_TRUE(CreateOrganization("bounded", "Region Gräns").ok());
  ASSERT_TRUE(CreateClient("bounded", "organizations/bounded", {"*"}).ok());
  auto known = KeyOf("clients/bounded");
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_THAT(known->scopes(), Contains("membership.people.write"));
  EXPECT_THAT(known->scopes(), Not(Contains("learning.ideas.write")));
  ASSERT_TRUE(
      CreateMembership("organizations/bounded", Membership::ACTIVE).ok());
  known = KeyOf("clients/bounded");
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_THAT(known->scopes(), Contains("learning.ideas.write"));
  EXPECT_THAT(known->scopes(), Not(Contains("*")));
  EXPECT_THAT(known->scopes(), Not(Contains("meetings.meetings.write")));
}

TEST(Clients, HaveAQuota) {
  ASSERT_TRUE(CreateOrganization("quota", "Region Kvot").ok());
  const Caller own = Member("organizations/quota");
  const auto usual = CreateClient("quota", "organizations/quota", {}, own);
  ASSERT_TRUE(usual.ok()) << usual.status();
  EXPECT_EQ(usual->requests_per_minute(), 600);
  EXPECT_EQ(KeyOf("clients/quota")->requests_per_minute(), 600);
  EXPECT_EQ(CreateClient("office", "", {"*"})->requests_per_minute(), 60000);
  EXPECT_EQ(
      ReasonOf(CreateClient("greedy", "organizations/quota", {}, own, 6001)
                   .status()),
      "QUOTA_NOT_HELD");
  EXPECT_TRUE(CreateClient("large", "organizations/quota", {}, own, 6000).ok());
  EXPECT_TRUE(
      CreateClient("larger", "organizations/quota", {}, Secretariat(), 60000)
          .ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      CreateClient("largest", "organizations/quota", {}, Secretariat(), 60001)
          .status()));
  v1::UpdateClientRequest update;
  update.mutable_client()->set_name("clients/quota");
  update.mutable_client()->set_requests_per_minute(1200);
  const auto updated = Ask<Client>("ClientsService/UpdateClient", update, own);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(KeyOf("clients/quota")->requests_per_minute(), 1200);
  // What the secretariat gave stays when something else is changed.
  update.mutable_client()->set_name("clients/larger");
  update.mutable_client()->set_display_name("Den större");
  update.mutable_client()->clear_requests_per_minute();
  EXPECT_EQ(Ask<Client>("ClientsService/UpdateClient", update, own)
                ->requests_per_minute(),
            60000);
}

TEST(Clients, WithAScopeThatIsNoneAreRefused) {
  const auto status =
      CreateClient("unknown", "",
                   {"learning.ideas.write", "learning.idea.wrte"})
          .status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_PERMISSION");
  EXPECT_NE(TextOf(status).en.find("learning.ideas.write"), std::string::npos);
}

TEST(Clients, OfAnOperatorAreNotTheSecretariat) {
  ASSERT_TRUE(CreateClient("watching", "", {}, Secretariat(), 0, true).ok());
  const auto known = KeyOf("clients/watching");
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_THAT(known->roles(), ElementsAre("OPERATOR"));
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateClient("sly", "", {}, Member("organizations/quota"), 0, true)
          .status()));
}

absl::StatusOr<FeedToken> CreateFeedToken(const std::string& organization,
                                          const Caller& caller,
                                          const std::string& person = "",
                                          const std::string& request_id = "") {
  v1::CreateFeedTokenRequest request;
  FeedToken& token = *request.mutable_feed_token();
  token.set_display_name("Kalendern");
  token.set_feed("/v1/meetings?orderBy=date");
  token.set_organization(organization);
  token.set_person(person);
  request.set_request_id(request_id);
  return Ask<FeedToken>("FeedTokensService/CreateFeedToken", request, caller);
}

absl::StatusOr<AuthenticateFeedTokenResponse> Open(const std::string& secret) {
  const auto parsed = ParseApiKey(secret, kFeedTokenPrefix);
  if (!parsed) return absl::InvalidArgumentError("no feed token: " + secret);
  AuthenticateFeedTokenRequest request;
  request.set_token_id(parsed->id);
  request.set_secret_sha256(HashSecret(parsed->secret));
  return Ask<AuthenticateFeedTokenResponse>(
      "FeedTokensService/AuthenticateFeedToken", request, Nobody());
}

TEST(FeedTokens, OpenOneFeedUntilTheyAreRevoked) {
  ASSERT_TRUE(CreateOrganization("feeding", "Region Flöde").ok());
  ASSERT_TRUE(
      CreateMembership("organizations/feeding", Membership::ACTIVE).ok());
  ASSERT_TRUE(CreateBody("feeding", Body::NETWORK).ok());
  ASSERT_TRUE(CreateBody("feeding-other", Body::NETWORK).ok());
  for (const char* id : {"feeding", "feeding-other"}) {
    ASSERT_TRUE(CreatePerson(id, "organizations/feeding").ok());
    ASSERT_TRUE(Appoint(std::string("bodies/") + id,
                        std::string("people/") + id, Appointment::MEMBER,
                        "2020-01-01")
                    .ok());
  }
  const Caller own = Member("organizations/feeding");
  const auto token = CreateFeedToken("organizations/feeding", own, "",
                                     "0d8f2a4e-5d1c-4b3f-9a69-3f0f7c1f0b12");
  ASSERT_TRUE(token.ok()) << token.status();
  const auto opened = Open(token->secret());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->feed(), "/v1/meetings?orderBy=date");
  EXPECT_EQ(opened->standing().caller(), token->name());
  EXPECT_EQ(opened->standing().organization(), "organizations/feeding");
  EXPECT_THAT(opened->standing().roles(), ElementsAre("MEMBER"));
  EXPECT_THAT(opened->standing().scopes(), IsEmpty());
  EXPECT_THAT(opened->standing().bodies(),
              ElementsAre("bodies/feeding", "bodies/feeding-other"));

  // A repetition leaves the secret out, and nothing keeps it.
  const auto again = CreateFeedToken("organizations/feeding", own, "",
                                     "0d8f2a4e-5d1c-4b3f-9a69-3f0f7c1f0b12");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->name(), token->name());
  EXPECT_EQ(again->secret(), "");
  const std::string secret =
      ParseApiKey(token->secret(), kFeedTokenPrefix)->secret;
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT count(*) FROM feed_tokens t WHERE t::text "
                          "LIKE '%" +
                              secret + "%'"),
            "0");

  v1::GetFeedTokenRequest get;
  get.set_name(token->name());
  const auto read = Ask<FeedToken>("FeedTokensService/GetFeedToken", get, own);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->has_last_use_time());
  EXPECT_EQ(read->secret(), "");
  EXPECT_TRUE(
      absl::IsNotFound(Ask<FeedToken>("FeedTokensService/GetFeedToken", get,
                                      Member("organizations/other"))
                           .status()));

  // One of a person reads as that person.
  const auto personal =
      CreateFeedToken("organizations/feeding", own, "people/feeding");
  ASSERT_TRUE(personal.ok()) << personal.status();
  EXPECT_THAT(Open(personal->secret())->standing().bodies(),
              ElementsAre("bodies/feeding"));

  // The hash of another secret opens nothing.
  ApiKey other = *ParseApiKey(token->secret(), kFeedTokenPrefix);
  other.secret = NewSecret();
  EXPECT_TRUE(absl::IsUnauthenticated(
      Open(FormatApiKey(other, kFeedTokenPrefix)).status()));

  v1::DeleteFeedTokenRequest revocation;
  revocation.set_name(token->name());
  EXPECT_TRUE(
      absl::IsNotFound(Ask<Empty>("FeedTokensService/DeleteFeedToken",
                                  revocation, Member("organizations/other"))
                           .status()));
  ASSERT_TRUE(
      Ask<Empty>("FeedTokensService/DeleteFeedToken", revocation, own).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(Open(token->secret()).status()));
  EXPECT_TRUE(Open(personal->secret()).ok());
}

TEST(FeedTokens, AreMadeForTheOwnOrganizationAndItsPeople) {
  ASSERT_TRUE(CreateOrganization("feeder", "Region Matare").ok());
  ASSERT_TRUE(CreateOrganization("stranger", "Region Främling").ok());
  ASSERT_TRUE(CreatePerson("stranger", "organizations/stranger").ok());
  const Caller own = Member("organizations/feeder");
  EXPECT_EQ(ReasonOf(CreateFeedToken("organizations/stranger", own).status()),
            "OTHER_ORGANIZATION");
  EXPECT_TRUE(absl::IsInvalidArgument(
      CreateFeedToken("organizations/feeder", own, "people/stranger")
          .status()));
  v1::CreateFeedTokenRequest request;
  FeedToken& token = *request.mutable_feed_token();
  token.set_display_name("Fel");
  token.set_organization("organizations/feeder");
  for (const char* feed : {"/v1/clients", "/v1/meetings?token=x", "/healthz"}) {
    token.set_feed(feed);
    EXPECT_TRUE(absl::IsInvalidArgument(
        Ask<FeedToken>("FeedTokensService/CreateFeedToken", request, own)
            .status()))
        << feed;
  }
  token.set_feed("/v1/meetings");
  *token.mutable_expire_time() =
      TimeUtil::GetCurrentTime() - TimeUtil::SecondsToDuration(1);
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<FeedToken>("FeedTokensService/CreateFeedToken", request, own)
          .status()));
  *token.mutable_expire_time() =
      TimeUtil::GetCurrentTime() + TimeUtil::SecondsToDuration(600);
  const auto made =
      Ask<FeedToken>("FeedTokensService/CreateFeedToken", request, own);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(Open(made->secret())->standing().has_expire_time());
  Running().Sql("membership",
                "UPDATE feed_tokens SET expire_time = now() WHERE name = '" +
                    made->name() + "'");
  EXPECT_TRUE(absl::IsUnauthenticated(Open(made->secret()).status()));
}

}  // namespace
}  // namespace reglab::membership
