#include "services/common/identity.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"

namespace reglab {
namespace {

namespace fs = std::filesystem;

// A folder with the keys of some processes, made with OpenSSL's own program.
class Keys {
 public:
  explicit Keys(std::vector<std::string> processes) {
    char name[] = "/tmp/reglab-keys-XXXXXX";
    folder_ = mkdtemp(name);
    fs::create_directories(folder_ / "trusted");
    for (const std::string& process : processes) Make(process, "1");
  }
  ~Keys() { fs::remove_all(folder_); }

  void Make(const std::string& process, const std::string& id) {
    const std::string key = (folder_ / (process + ".pem")).string();
    const std::string trusted =
        (folder_ / "trusted" / (process + "." + id + ".pem")).string();
    ASSERT_EQ(
        system(("openssl genpkey -algorithm ed25519 -out " + key +
                " && openssl pkey -in " + key + " -pubout -out " + trusted)
                   .c_str()),
        0);
  }

  absl::StatusOr<std::unique_ptr<Assertions>> Load(const std::string& process) {
    return Assertions::Load(process, (folder_ / (process + ".pem")).string(),
                            (folder_ / "trusted").string());
  }
  fs::path folder_;
};

Caller Representative() {
  Caller caller;
  caller.name = "people/abc";
  caller.organization = "organizations/region-uppsala";
  caller.roles = {"MEMBER"};
  caller.scopes = {"learning.ideas.write", "meetings.*"};
  caller.bodies = {"bodies/member-group"};
  return caller;
}

TEST(Assertion, TellsTheServiceWhoCallsAndWhichProcessPassedItOn) {
  Keys keys({"gateway", "learning"});
  auto gateway = keys.Load("gateway");
  auto learning = keys.Load("learning");
  ASSERT_TRUE(gateway.ok() && learning.ok());
  const auto token = (*gateway)->Sign(Representative(), "learning");
  ASSERT_TRUE(token.ok());
  const auto caller = (*learning)->Verify(*token, "learning");
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ((*caller)->name, "people/abc");
  EXPECT_EQ((*caller)->organization, "organizations/region-uppsala");
  EXPECT_EQ((*caller)->scopes, Representative().scopes);
  EXPECT_EQ((*caller)->bodies, Representative().bodies);
  EXPECT_EQ((*caller)->process, "gateway");
}

TEST(Assertion, CarriesAlikeScopesShortAndSpellsThemOut) {
  Keys keys({"gateway", "learning"});
  auto gateway = keys.Load("gateway");
  auto learning = keys.Load("learning");
  ASSERT_TRUE(gateway.ok() && learning.ok());
  Caller caller = Representative();
  caller.scopes = {"*",
                   "learning.*",
                   "learning.activities.read",
                   "learning.activities.write",
                   "learning.act",
                   "learning.act.write",
                   "learning.ideas.write",
                   "learning.ideas.write",
                   "meetings.ideas.write",
                   "x"};
  const auto token = (*gateway)->Sign(caller, "learning");
  ASSERT_TRUE(token.ok());
  const auto verified = (*learning)->Verify(*token, "learning");
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ((*verified)->scopes, caller.scopes);
  EXPECT_EQ(CallerFromJson(CallerToJson(caller)).scopes, caller.scopes);
  EXPECT_EQ(CallerFromJson(R"({"sub":"a","scopes":["..x","a.b","...c","..d"]})")
                .scopes,
            (std::vector<std::string>{"", "a.b", "", ""}));
}

TEST(Assertion, ForAnotherServiceIsRefused) {
  Keys keys({"gateway"});
  auto gateway = keys.Load("gateway");
  ASSERT_TRUE(gateway.ok());
  const auto token = (*gateway)->Sign(Representative(), "learning");
  EXPECT_TRUE(absl::IsUnauthenticated(
      (*gateway)->Verify(*token, "membership").status()));
}

TEST(Assertion, ChangedInAnyPartIsRefused) {
  Keys keys({"gateway"});
  auto gateway = keys.Load("gateway");
  ASSERT_TRUE(gateway.ok());
  const auto token = (*gateway)->Sign(Representative(), "learning");
  ASSERT_TRUE(token.ok());
  int tried = 0;
  for (size_t at = 0; at < token->size(); at += 7) {
    std::string changed = *token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    if (changed == *token) continue;
    ++tried;
    EXPECT_FALSE((*gateway)->Verify(changed, "learning").ok()) << at;
  }
  EXPECT_GT(tried, 50);
}

TEST(Assertion, WithoutSignatureOrWithAnotherAlgorithmIsRefused) {
  Keys keys({"gateway"});
  auto gateway = keys.Load("gateway");
  ASSERT_TRUE(gateway.ok());
  const auto token = (*gateway)->Sign(Representative(), "learning");
  ASSERT_TRUE(token.ok());
  const std::string claims = token->substr(
      token->find('.') + 1, token->rfind('.') - token->find('.') - 1);
  for (const char* header :
       {R"({"alg":"none","typ":"reglab-assertion+jwt","kid":"gateway.1"})",
        R"({"alg":"HS256","typ":"reglab-assertion+jwt","kid":"gateway.1"})",
        R"({"alg":"EdDSA","typ":"at+jwt","kid":"gateway.1"})",
        R"({"alg":"EdDSA","typ":"reglab-assertion+jwt","kid":"../gateway"})",
        R"({"alg":"EdDSA","typ":"reglab-assertion+jwt"})", "[]", ""}) {
    for (const std::string& signature :
         {std::string(), token->substr(token->rfind('.') + 1)}) {
      EXPECT_FALSE((*gateway)
                       ->Verify(absl::WebSafeBase64Escape(header) + "." +
                                    claims + "." + signature,
                                "learning")
                       .ok())
          << header;
    }
  }
  for (const char* text : {"", ".", "..", "...", "a.b.c", "Bearer"}) {
    EXPECT_FALSE((*gateway)->Verify(text, "learning").ok()) << text;
  }
}

TEST(Assertion, KeyOfOneProcessDoesNotSpeakForAnother) {
  Keys keys({"gateway", "learning"});
  // The learning process tries to sign as the gateway.
  fs::copy_file(keys.folder_ / "learning.pem", keys.folder_ / "stolen.pem");
  auto pretending =
      Assertions::Load("gateway", (keys.folder_ / "stolen.pem").string(),
                       (keys.folder_ / "trusted").string());
  EXPECT_FALSE(pretending.ok());
}

TEST(Assertion, NewKeyIsTakenUpWithoutARestart) {
  Keys keys({"gateway", "learning"});
  auto gateway = keys.Load("gateway");
  auto learning = keys.Load("learning");
  ASSERT_TRUE(gateway.ok() && learning.ok());
  const auto before = (*gateway)->Sign(Representative(), "learning");
  ASSERT_TRUE((*learning)->Verify(*before, "learning").ok());
  keys.Make("gateway", "2");
  fs::remove(keys.folder_ / "trusted" / "gateway.1.pem");
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  bool taken = false;
  while (!taken && absl::Now() < deadline) {
    const auto after = (*gateway)->Sign(Representative(), "learning");
    taken = after.ok() && *after != *before &&
            (*learning)->Verify(*after, "learning").ok() &&
            !(*learning)->Verify(*before, "learning").ok();
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_TRUE(taken);
}

TEST(Assertion, IsSignedAndVerifiedFromManyThreads) {
  Keys keys({"gateway"});
  auto gateway = keys.Load("gateway");
  ASSERT_TRUE(gateway.ok());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 50; ++n) {
        Caller caller = Representative();
        caller.name = "people/p" + std::to_string(n % 7 + i);
        const auto token = (*gateway)->Sign(caller, "learning");
        ASSERT_TRUE(token.ok());
        const auto read = (*gateway)->Verify(*token, "learning");
        ASSERT_TRUE(read.ok());
        EXPECT_EQ((*read)->name, caller.name);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Permission, IsHeldByItsNameItsServiceOrAll) {
  Caller caller = Representative();
  EXPECT_TRUE(caller.May("learning.ideas.write"));
  EXPECT_FALSE(caller.May("learning.ideas.writ"));
  EXPECT_FALSE(caller.May("learning.activities.write"));
  EXPECT_TRUE(caller.May("meetings.minutes.import"));
  EXPECT_FALSE(caller.May("meetingsandmore.x"));
  caller.scopes = {"*"};
  EXPECT_TRUE(caller.May("anything.at.all"));
  caller.name = "";
  EXPECT_FALSE(caller.May("anything.at.all"));
}

Caller Colleague() {
  Caller caller;
  caller.name = "people/abc";
  caller.organization = "organizations/region-uppsala";
  caller.roles = {"MEMBER"};
  caller.scopes = {"membership.people.write"};
  caller.delegations = {
      {"activities/gron-omstallning", {"learning.activities.write"}},
      {"meetings/m", {"learning.ideas.write", "learning.activities.write"}}};
  return caller;
}

TEST(Assertion, CarriesDelegationsAndWhenTheCredentialEnds) {
  Keys keys({"gateway"});
  auto gateway = keys.Load("gateway");
  ASSERT_TRUE(gateway.ok());
  Caller caller = Colleague();
  caller.until = absl::FromUnixSeconds(1800000000);
  const auto token = (*gateway)->Sign(caller, "learning");
  ASSERT_TRUE(token.ok());
  for (const Caller& read : {**(*gateway)->Verify(*token, "learning"),
                             CallerFromJson(CallerToJson(caller))}) {
    ASSERT_EQ(read.delegations.size(), 2u);
    EXPECT_EQ(read.delegations[0].subject, "activities/gron-omstallning");
    EXPECT_EQ(read.delegations[1].permissions,
              caller.delegations[1].permissions);
    EXPECT_EQ(read.until, caller.until);
  }
  EXPECT_EQ(CallerFromJson(CallerToJson(Representative())).until,
            absl::InfiniteFuture());
}

TEST(Delegation, GivesAPermissionInItsMatterAlone) {
  Caller caller = Colleague();
  EXPECT_TRUE(caller.May("learning.activities.write"));
  EXPECT_FALSE(caller.HasScope("learning.activities.write"));
  EXPECT_FALSE(caller.May("learning.activity-kinds.write"));
  const std::string own = caller.organization;
  caller.ConfineTo("learning.activities.write");
  EXPECT_TRUE(caller.ActsFor(own, "activities/gron-omstallning"));
  EXPECT_TRUE(caller.ActsFor(own, "activities/gron-omstallning/sessions/1"));
  EXPECT_TRUE(caller.ActsFor(own, "meetings/m"));
  EXPECT_FALSE(caller.ActsFor(own, "activities/gron-omstallning-2"));
  EXPECT_FALSE(caller.ActsFor(own, "activities/annan"));
  EXPECT_FALSE(caller.ActsFor(own, ""));
  EXPECT_FALSE(caller.ActsFor("organizations/region-skane",
                              "activities/gron-omstallning"));
  caller.ConfineTo("learning.ideas.write");
  EXPECT_TRUE(caller.ActsFor(own, "meetings/m"));
  EXPECT_FALSE(caller.ActsFor(own, "activities/gron-omstallning"));
  // What the caller's roles give is not confined.
  caller.ConfineTo("membership.people.write");
  EXPECT_TRUE(caller.ActsFor(own, "people/x"));
}

TEST(Delegation, OfTheOrganizationHoldsForAllThatIsDoneForIt) {
  Caller caller = Colleague();
  caller.delegations = {{caller.organization, {"learning.ideas.write"}}};
  caller.ConfineTo("learning.ideas.write");
  EXPECT_TRUE(caller.ActsFor(caller.organization, "ideas/x"));
  EXPECT_TRUE(caller.ActsFor(caller.organization, ""));
  EXPECT_FALSE(caller.ActsFor("organizations/region-skane", "ideas/x"));
  caller.name = "";
  EXPECT_FALSE(caller.May("learning.ideas.write"));
}

TEST(Audience, OfEachCaller) {
  EXPECT_EQ(AudienceOf(Caller()).visibilities,
            (std::vector<std::string>{"PUBLIC"}));
  EXPECT_TRUE(AudienceOf(Caller()).owners.empty());
  const Audience member = AudienceOf(Representative());
  EXPECT_EQ(member.visibilities,
            (std::vector<std::string>{"PUBLIC", "MEMBERS"}));
  EXPECT_EQ(member.owners,
            (std::vector<std::string>{"bodies/member-group",
                                      "organizations/region-uppsala"}));
  Caller partner = Representative();
  partner.roles = {};
  EXPECT_EQ(AudienceOf(partner).visibilities,
            (std::vector<std::string>{"PUBLIC"}));
  Caller secretariat = Representative();
  secretariat.roles = {"SECRETARIAT"};
  EXPECT_EQ(AudienceOf(secretariat).visibilities.size(), 4u);
}

TEST(Caller, IsTheSameAfterBeingWrittenAsJson) {
  const Caller caller = CallerFromJson(CallerToJson(Representative()));
  EXPECT_EQ(caller.name, Representative().name);
  EXPECT_EQ(caller.organization, Representative().organization);
  EXPECT_EQ(caller.roles, Representative().roles);
  EXPECT_TRUE(CallerFromJson(CallerToJson(Caller())).nobody());
  EXPECT_TRUE(CallerFromJson("not json").nobody());
}

}  // namespace
}  // namespace reglab
