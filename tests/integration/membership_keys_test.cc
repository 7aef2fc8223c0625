// Clients and keys of the membership service, and the very first key.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/client.pb.h"
#include "services/common/api_key.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::TimeUtil;
using v1::AuthenticateKeyRequest;
using v1::AuthenticateKeyResponse;
using v1::Client;
using v1::Key;

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

std::string ReadFile(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string FirstKey() {
  std::string text = ReadFile(KeyFile());
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
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
  // What a member may do at all.
  ASSERT_EQ(known->scopes_size(), 2);
  EXPECT_EQ(known->scopes(0), "learning.activities.write");
  EXPECT_EQ(known->scopes(1), "learning.ideas.write");
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

  // Its use is noted to the minute, not each time.
  ASSERT_TRUE(Authenticate(key->secret()).ok());
  EXPECT_EQ(Ask<Key>("KeysService/GetKey", get, own)
                ->last_use_time()
                .SerializeAsString(),
            read->last_use_time().SerializeAsString());

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

TEST(Keys, AreListedByTheOrganizationOfTheirClient) {
  ASSERT_TRUE(CreateOrganization("keyring", "Region Nyckel").ok());
  ASSERT_TRUE(CreateClient("keyring", "organizations/keyring", {}).ok());
  ASSERT_TRUE(CreateClient("keyless", "", {}).ok());
  ASSERT_TRUE(CreateKey("clients/keyring").ok());
  ASSERT_TRUE(CreateKey("clients/keyless").ok());
  v1::ListKeysRequest request;
  request.set_parent("clients/-");
  request.set_organization("organizations/keyring");
  const auto listed =
      Ask<v1::ListKeysResponse>("KeysService/ListKeys", request);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->keys_size(), 1);
  EXPECT_EQ(listed->keys(0).name().rfind("clients/keyring/keys/", 0), 0u);
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

TEST(Keys, AreAuthenticatedForTheGatewayAlone) {
  AuthenticateKeyRequest request;
  request.set_key_id("aaaaaaaaaaaa");
  request.set_secret_sha256(HashSecret("a"));
  EXPECT_TRUE(absl::IsPermissionDenied(
      AskAs<AuthenticateKeyResponse>("meetings", "KeysService/AuthenticateKey",
                                     request)
          .status()));
}

TEST(Clients, StopWithTheirOrganization) {
  ASSERT_TRUE(CreateOrganization("closing", "Region Stängd").ok());
  ASSERT_TRUE(CreateClient("closing", "organizations/closing", {"*"}).ok());
  const auto key = CreateKey("clients/closing");
  ASSERT_TRUE(key.ok()) << key.status();
  const auto before = Authenticate(key->secret());
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->roles_size(), 0);
  v1::DeleteOrganizationRequest deletion;
  deletion.set_name("organizations/closing");
  ASSERT_TRUE(
      Ask<Organization>("OrganizationsService/DeleteOrganization", deletion)
          .ok());
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(key->secret()).status()));
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
  ASSERT_EQ(stat(KeyFile().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);

  const auto restart = [&] {
    EXPECT_EQ(suite.End("membership", SIGTERM), 0);
    suite.Start("membership");
  };
  restart();
  EXPECT_EQ(FirstKey(), first);

  std::filesystem::remove(KeyFile());
  restart();
  const std::string second = FirstKey();
  EXPECT_NE(second, first);
  EXPECT_TRUE(Authenticate(second).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(Authenticate(first).status()));

  // With a key that the secretariat made itself, none is made.
  const auto own = CreateKey("clients/secretariat");
  ASSERT_TRUE(own.ok()) << own.status();
  std::filesystem::remove(KeyFile());
  restart();
  EXPECT_FALSE(std::filesystem::exists(KeyFile()));
  EXPECT_FALSE(std::filesystem::exists(KeyFile() + ".new"));
}

}  // namespace
}  // namespace reglab::membership
