// How people, guests and programs log in, as membership keeps it.

#include <functional>
#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/access.pb.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/membership/v1/guest_link.pb.h"
#include "reglab/membership/v1/identity.pb.h"
#include "reglab/membership/v1/invitation.pb.h"
#include "reglab/membership/v1/session.pb.h"
#include "services/common/api_key.h"
#include "services/common/errors.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::TimeUtil;
using ::testing::Contains;
using ::testing::ElementsAre;
using v1::Client;
using v1::GuestLink;
using v1::Invitation;
using v1::ListIdentitiesResponse;
using v1::ListSessionsResponse;
using v1::RedeemGuestLinkResponse;
using v1::Session;
using v1::Standing;

constexpr const char* kIssuer = "https://id.example.se";

// A member with one person, both of this name.
void MakeMember(const std::string& id) {
  ASSERT_TRUE(CreateOrganization(id, "Region " + id).ok());
  ASSERT_TRUE(CreateMembership("organizations/" + id, Membership::ACTIVE).ok());
  v1::CreatePersonRequest request;
  request.set_person_id(id);
  request.mutable_person()->set_given_name("Astrid");
  request.mutable_person()->set_family_name("Lindqvist");
  request.mutable_person()->set_organization("organizations/" + id);
  request.mutable_person()->set_email(id + "@example.se");
  ASSERT_TRUE(Ask<Person>("PeopleService/CreatePerson", request).ok());
}

// Invites the person; the link's token is set here, because it is sent by
// e-mail alone.
std::string Invite(const std::string& person) {
  v1::CreateInvitationRequest request;
  request.mutable_invitation()->set_person(person);
  const auto invitation =
      Ask<Invitation>("InvitationsService/CreateInvitation", request);
  EXPECT_TRUE(invitation.ok()) << invitation.status();
  if (!invitation.ok()) return "";
  const std::string token = NewSecret();
  Running().Sql("membership", "UPDATE invitations SET token_sha256 = sha256('" +
                                  token + "') WHERE name = '" +
                                  invitation->name() + "'");
  return token;
}

absl::StatusOr<Session> LogIn(const std::string& subject,
                              const std::string& organization,
                              const std::string& secret,
                              const std::string& invitation = "",
                              const std::string& issuer = kIssuer) {
  v1::CreateSessionRequest request;
  request.set_issuer(issuer);
  request.set_subject(subject);
  request.add_organizations(organization);
  request.set_secret_sha256(HashSecret(secret));
  if (!invitation.empty()) {
    request.set_invitation_token_sha256(HashSecret(invitation));
  }
  return Ask<Session>("SessionsService/CreateSession", request, Nobody());
}

absl::StatusOr<Standing> Authenticate(const std::string& secret) {
  v1::AuthenticateSessionRequest request;
  request.set_secret_sha256(HashSecret(secret));
  return Ask<Standing>("SessionsService/AuthenticateSession", request,
                       Nobody());
}

absl::StatusOr<Standing> AuthenticatePerson(
    const std::string& subject, const std::string& organization,
    const std::string& issuer = kIssuer) {
  v1::AuthenticatePersonRequest request;
  request.set_issuer(issuer);
  request.set_subject(subject);
  request.add_organizations(organization);
  return Ask<Standing>("IdentitiesService/AuthenticatePerson", request,
                       Nobody());
}

Caller PersonCaller(const std::string& id) {
  return {.name = "people/" + id,
          .organization = "organizations/" + id,
          .roles = {"MEMBER"}};
}

absl::StatusOr<ListSessionsResponse> ListSessions(const std::string& person,
                                                  const Caller& caller) {
  v1::ListSessionsRequest request;
  request.set_parent(person);
  return Ask<ListSessionsResponse>("SessionsService/ListSessions", request,
                                   caller);
}

// Runs the function on several threads at once and counts what went well.
int AtOnce(int threads, const std::function<bool(int)>& run) {
  std::vector<std::future<bool>> results;
  for (int i = 0; i < threads; ++i) {
    results.push_back(std::async(std::launch::async, run, i));
  }
  int good = 0;
  for (std::future<bool>& result : results) good += result.get();
  return good;
}

TEST(Logins, AnInvitationLinksAnIdentityOnce) {
  MakeMember("invited");
  EXPECT_TRUE(absl::IsUnauthenticated(
      LogIn("astrid", "organizations/invited", NewSecret()).status()));
  const std::string token = Invite("people/invited");
  EXPECT_EQ(AtOnce(8,
                   [&](int i) {
                     return LogIn("astrid-" + std::to_string(i),
                                  "organizations/invited", NewSecret(), token)
                         .ok();
                   }),
            1);
  const auto again =
      LogIn("astrid-9", "organizations/invited", NewSecret(), token);
  EXPECT_EQ(ReasonOf(again.status()), "INVITATION_UNKNOWN");
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT count(*) FROM identities WHERE parent = "
                          "'people/invited'"),
            "1");
  const std::string subject = Running().Sql(
      "membership",
      "SELECT subject FROM identities WHERE parent = 'people/invited'");
  const std::string secret = NewSecret();
  const auto session = LogIn(subject, "organizations/invited", secret);
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(session->issuer(), kIssuer);
  EXPECT_EQ(TimeUtil::DurationToSeconds(session->expire_time() -
                                        session->create_time()),
            12 * 3600);
  const auto standing = Authenticate(secret);
  ASSERT_TRUE(standing.ok()) << standing.status();
  EXPECT_EQ(standing->caller(), "people/invited");
  EXPECT_THAT(standing->roles(), Contains("MEMBER"));
  // Neither the secret nor what its hash is made of stands anywhere.
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT count(*) FROM sessions s WHERE s::text LIKE "
                          "'%" +
                              secret + "%'"),
            "0");
}

TEST(Logins, AnInvitationTellsWhomItIsForAndStaysAsItWas) {
  MakeMember("shown");
  const std::string token = Invite("people/shown");
  v1::PreviewInvitationRequest request;
  request.set_token_sha256(HashSecret(token));
  const auto preview = [&] {
    return Ask<v1::Invitee>("InvitationsService/PreviewInvitation", request,
                            Nobody());
  };
  for (int i = 0; i < 2; ++i) {
    const auto invitee = preview();
    ASSERT_TRUE(invitee.ok()) << invitee.status();
    EXPECT_EQ(invitee->name(), "people/shown");
    EXPECT_EQ(invitee->person_display_name(), "Astrid Lindqvist");
    EXPECT_EQ(invitee->organization_display_name(), "Region shown");
    EXPECT_EQ(invitee->inviter_display_name(), "");
  }
  ASSERT_TRUE(LogIn("shown", "organizations/shown", NewSecret(), token).ok());
  EXPECT_EQ(ReasonOf(preview().status()), "INVITATION_UNKNOWN");
  request.set_token_sha256(HashSecret("never-was"));
  EXPECT_EQ(ReasonOf(preview().status()), "INVITATION_UNKNOWN");
}

TEST(Logins, AProviderSpeaksOnlyForItsOrganisations) {
  MakeMember("ours");
  MakeMember("theirs");
  const std::string token = Invite("people/ours");
  // Refused, and nothing of it is kept: the invitation still works.
  EXPECT_TRUE(absl::IsUnauthenticated(
      LogIn("o", "organizations/theirs", NewSecret(), token).status()));
  const std::string secret = NewSecret();
  ASSERT_TRUE(LogIn("o", "organizations/ours", secret, token).ok());
  EXPECT_TRUE(AuthenticatePerson("o", "organizations/ours").ok());
  EXPECT_TRUE(absl::IsUnauthenticated(
      AuthenticatePerson("o", "organizations/theirs").status()));
  EXPECT_TRUE(absl::IsUnauthenticated(
      AuthenticatePerson("o", "organizations/ours", "https://other").status()));
  // Whoever moves to another organisation is no longer vouched for.
  Running().Sql(
      "membership",
      "UPDATE people SET organization = 'organizations/theirs',"
      " owners = '{organizations/theirs}' WHERE name = 'people/ours'");
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(secret).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(
      AuthenticatePerson("o", "organizations/ours").status()));
}

TEST(Logins, AnIdentityIsNobodyElses) {
  MakeMember("first");
  MakeMember("second");
  ASSERT_TRUE(LogIn("shared", "organizations/first", NewSecret(),
                    Invite("people/first"))
                  .ok());
  const std::string token = Invite("people/second");
  const auto taken =
      LogIn("shared", "organizations/second", NewSecret(), token);
  EXPECT_EQ(ReasonOf(taken.status()), "IDENTITY_TAKEN");
  // The invitation of the second is not used up by it.
  EXPECT_TRUE(
      LogIn("their-own", "organizations/second", NewSecret(), token).ok());
}

TEST(Sessions, EndInTime) {
  MakeMember("ending");
  const std::string idle = NewSecret(), old = NewSecret(), open = NewSecret();
  ASSERT_TRUE(
      LogIn("e", "organizations/ending", idle, Invite("people/ending")).ok());
  ASSERT_TRUE(LogIn("e", "organizations/ending", old).ok());
  ASSERT_TRUE(LogIn("e", "organizations/ending", open).ok());
  const auto change = [&](const std::string& secret, const std::string& what) {
    Running().Sql("membership", "UPDATE sessions SET " + what +
                                    " WHERE secret_sha256 = sha256('" + secret +
                                    "')");
  };
  change(idle, "last_use_time = now() - interval '119 minutes'");
  // Its use is noted, so it lives on.
  EXPECT_TRUE(Authenticate(idle).ok());
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT last_use_time > now() - interval '1 minute' "
                          "FROM sessions WHERE secret_sha256 = sha256('" +
                              idle + "')"),
            "t");
  change(idle, "last_use_time = now() - interval '121 minutes'");
  change(old, "expire_time = now() - interval '1 second'");
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(idle).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(old).status()));
  EXPECT_TRUE(Authenticate(open).ok());
  EXPECT_EQ(
      ListSessions("people/ending", PersonCaller("ending"))->sessions_size(),
      1);
}

TEST(Sessions, AreSeenAndEndedByTheirPersonAndTheSecretariat) {
  MakeMember("owner");
  MakeMember("curious");
  const std::string first = NewSecret(), second = NewSecret();
  ASSERT_TRUE(
      LogIn("w", "organizations/owner", first, Invite("people/owner")).ok());
  ASSERT_TRUE(LogIn("w", "organizations/owner", second).ok());
  // A colleague in the same organisation is somebody else, too.
  Caller colleague = PersonCaller("owner");
  colleague.name = "people/colleague";
  colleague.scopes = {"membership.*"};
  for (const Caller& caller : {PersonCaller("curious"), colleague, Nobody()}) {
    EXPECT_FALSE(ListSessions("people/owner", caller).ok());
  }
  const auto listed = ListSessions("people/owner", PersonCaller("owner"));
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->sessions_size(), 2);
  v1::DeleteSessionRequest request;
  request.set_name(listed->sessions(0).name());
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Empty>("SessionsService/DeleteSession", request, colleague)
          .status()));
  EXPECT_TRUE(Ask<Empty>("SessionsService/DeleteSession", request,
                         PersonCaller("owner"))
                  .ok());
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(second).status()));
  EXPECT_TRUE(Authenticate(first).ok());
  EXPECT_EQ(ListSessions("people/owner", Secretariat())->sessions_size(), 1);
  v1::EndSessionRequest end;
  end.set_secret_sha256(HashSecret(first));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(Ask<Empty>("SessionsService/EndSession", end, Nobody()).ok());
  }
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(first).status()));
}

TEST(Sessions, OfOnePersonAreBounded) {
  MakeMember("busy");
  std::vector<std::string> secrets = {NewSecret()};
  ASSERT_TRUE(
      LogIn("b", "organizations/busy", secrets[0], Invite("people/busy")).ok());
  for (int i = 0; i < 20; ++i) {
    secrets.push_back(NewSecret());
    ASSERT_TRUE(LogIn("b", "organizations/busy", secrets.back()).ok());
  }
  EXPECT_FALSE(Authenticate(secrets.front()).ok());
  EXPECT_TRUE(Authenticate(secrets.back()).ok());
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT count(*) FROM sessions WHERE parent = "
                          "'people/busy'"),
            "20");
}

TEST(Identities, EndWithTheirSessionsWhenTheyAreTakenAway) {
  MakeMember("unlinked");
  const std::string secret = NewSecret();
  ASSERT_TRUE(
      LogIn("u", "organizations/unlinked", secret, Invite("people/unlinked"))
          .ok());
  v1::ListIdentitiesRequest list;
  list.set_parent("people/unlinked");
  EXPECT_FALSE(Ask<ListIdentitiesResponse>("IdentitiesService/ListIdentities",
                                           list, PersonCaller("curious"))
                   .ok());
  const auto listed = Ask<ListIdentitiesResponse>(
      "IdentitiesService/ListIdentities", list, PersonCaller("unlinked"));
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->identities_size(), 1);
  EXPECT_EQ(listed->identities(0).subject(), "u");
  v1::DeleteIdentityRequest request;
  request.set_name(listed->identities(0).name());
  EXPECT_TRUE(absl::IsNotFound(Ask<Empty>("IdentitiesService/DeleteIdentity",
                                          request, PersonCaller("curious"))
                                   .status()));
  ASSERT_TRUE(Ask<Empty>("IdentitiesService/DeleteIdentity", request,
                         PersonCaller("unlinked"))
                  .ok());
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(secret).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(
      AuthenticatePerson("u", "organizations/unlinked").status()));
}

TEST(Clients, CanBeKnownToAProvider) {
  MakeMember("program");
  int number = 0;
  const auto create = [&number](const std::string& organization,
                                const std::string& issuer,
                                const std::string& subject) {
    v1::CreateClientRequest request;
    request.set_client_id(absl::StrCat("program-", ++number));
    request.mutable_client()->set_display_name("Program " + subject);
    request.mutable_client()->set_organization(organization);
    request.mutable_client()->set_issuer(issuer);
    request.mutable_client()->set_subject(subject);
    request.mutable_client()->add_scopes("learning.ideas.write");
    return Ask<Client>("ClientsService/CreateClient", request);
  };
  EXPECT_TRUE(absl::IsInvalidArgument(
      create("organizations/program", kIssuer, "").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      create("organizations/program", "", "robot").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(create("", kIssuer, "robot").status()));
  const auto client = create("organizations/program", kIssuer, "robot");
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ(client->subject(), "robot");
  EXPECT_EQ(
      ReasonOf(create("organizations/program", kIssuer, "robot").status()),
      "IDENTITY_TAKEN");
  const auto standing = AuthenticatePerson("robot", "organizations/program");
  ASSERT_TRUE(standing.ok()) << standing.status();
  EXPECT_EQ(standing->caller(), client->name());
  EXPECT_THAT(standing->scopes(), ElementsAre("learning.ideas.write"));
  EXPECT_FALSE(AuthenticatePerson("robot", "organizations/other").ok());
  // A program has no browser, and is no person.
  EXPECT_FALSE(LogIn("robot", "organizations/program", NewSecret()).ok());
  EXPECT_EQ(ReasonOf(LogIn("robot", "organizations/program", NewSecret(),
                           Invite("people/program"))
                         .status()),
            "IDENTITY_TAKEN");
}

absl::StatusOr<GuestLink> MakeLink(
    const std::string& process, int64_t seconds = 3600,
    const std::string& path = "/v1/activities/x") {
  v1::CreateGuestLinkRequest request;
  request.mutable_guest_link()->set_subject("activities/x");
  request.mutable_guest_link()->set_permission("learning.registrations.write");
  request.mutable_guest_link()->set_path(path);
  *request.mutable_guest_link()->mutable_expire_time() =
      TimeUtil::GetCurrentTime() + TimeUtil::SecondsToDuration(seconds);
  return AskAs<GuestLink>(process, "GuestLinksService/CreateGuestLink",
                          request);
}

absl::StatusOr<RedeemGuestLinkResponse> UseLink(const std::string& token,
                                                const std::string& secret) {
  v1::RedeemGuestLinkRequest request;
  request.set_token_sha256(HashSecret(token));
  request.set_secret_sha256(HashSecret(secret));
  return Ask<RedeemGuestLinkResponse>("GuestLinksService/RedeemGuestLink",
                                      request, Nobody());
}

TEST(Guests, DoOneThingByALinkThatWorksOnce) {
  const auto link = MakeLink("learning");
  ASSERT_TRUE(link.ok()) << link.status();
  EXPECT_TRUE(IsSecret(link->token()));
  std::vector<std::string> secrets;
  for (int i = 0; i < 8; ++i) secrets.push_back(NewSecret());
  EXPECT_EQ(
      AtOnce(8, [&](int i) { return UseLink(link->token(), secrets[i]).ok(); }),
      1);
  EXPECT_EQ(ReasonOf(UseLink(link->token(), NewSecret()).status()),
            "LINK_UNKNOWN");
  int open = 0;
  for (const std::string& secret : secrets) {
    const auto standing = Authenticate(secret);
    if (!standing.ok()) continue;
    ++open;
    EXPECT_EQ(standing->caller(), link->name());
    EXPECT_EQ(standing->organization(), "");
    EXPECT_THAT(standing->roles(), ElementsAre("GUEST"));
    EXPECT_TRUE(standing->scopes().empty());
    ASSERT_EQ(standing->delegations_size(), 1);
    EXPECT_EQ(standing->delegations(0).subject(), "activities/x");
    EXPECT_THAT(standing->delegations(0).permissions(),
                ElementsAre("learning.registrations.write"));
    EXPECT_LE(TimeUtil::DurationToSeconds(standing->expire_time() -
                                          TimeUtil::GetCurrentTime()),
              30 * 60);
  }
  EXPECT_EQ(open, 1);
}

TEST(Guests, NeedALinkThatIsInForce) {
  EXPECT_TRUE(absl::IsInvalidArgument(MakeLink("meetings", -1).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(MakeLink("meetings", 91 * 86400).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      MakeLink("meetings", 3600, "//evil.example").status()));
  const auto link = MakeLink("meetings");
  ASSERT_TRUE(link.ok()) << link.status();
  Running().Sql("membership",
                "UPDATE guest_links SET expire_time = now() WHERE name = '" +
                    link->name() + "'");
  EXPECT_EQ(ReasonOf(UseLink(link->token(), NewSecret()).status()),
            "LINK_UNKNOWN");
}

TEST(Logins, AreTheGatewaysBusinessAlone) {
  v1::CreateSessionRequest create;
  create.set_issuer(kIssuer);
  create.set_subject("x");
  create.add_organizations("organizations/x");
  create.set_secret_sha256(HashSecret("x"));
  v1::AuthenticatePersonRequest person;
  person.set_issuer(kIssuer);
  person.set_subject("x");
  person.add_organizations("organizations/x");
  v1::AuthenticateSessionRequest session;
  session.set_secret_sha256(HashSecret("x"));
  v1::RedeemGuestLinkRequest redeem;
  redeem.set_token_sha256(HashSecret("x"));
  redeem.set_secret_sha256(HashSecret("x"));
  for (const char* process : {"meetings", "learning"}) {
    for (const absl::Status& status :
         {AskAs<Session>(process, "SessionsService/CreateSession", create)
              .status(),
          AskAs<Standing>(process, "IdentitiesService/AuthenticatePerson",
                          person)
              .status(),
          AskAs<Standing>(process, "SessionsService/AuthenticateSession",
                          session)
              .status(),
          AskAs<RedeemGuestLinkResponse>(
              process, "GuestLinksService/RedeemGuestLink", redeem)
              .status()}) {
      EXPECT_TRUE(absl::IsPermissionDenied(status)) << process << status;
    }
  }
  EXPECT_TRUE(absl::IsPermissionDenied(MakeLink("gateway").status()));
}

}  // namespace
}  // namespace reglab::membership
