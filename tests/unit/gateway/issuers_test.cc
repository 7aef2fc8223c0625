#include "gateway/issuers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/common/errors.h"
#include "tests/unit/gateway/test_issuer.h"

namespace reglab::gateway {
namespace {

constexpr const char* kDiscovery =
    "https://id.example.se/.well-known/openid-configuration";
constexpr const char* kKeys = "https://id.example.se/jwks";

class IssuersTest : public testing::Test {
 protected:
  // The oldest fetch that waits, if one does.
  std::optional<std::pair<std::string, FetchDone>> Take() {
    std::lock_guard lock(mutex_);
    if (fetches_.empty()) return std::nullopt;
    std::pair<std::string, FetchDone> first = std::move(fetches_.front());
    fetches_.erase(fetches_.begin());
    return first;
  }

  // Answers all that is asked for, and what follows from it.
  void AnswerAll() {
    while (auto fetch = Take()) {
      const auto& [url, done] = *fetch;
      asked_[url] += 1;
      const auto page = pages_.find(url);
      if (page == pages_.end()) {
        done(Unavailable({"x", "x"}));
      } else {
        done(page->second);
      }
    }
  }

  // Begins to check a token; the result comes when the fetches are answered.
  std::shared_ptr<std::optional<absl::Status>> Check(const std::string& text) {
    auto result = std::make_shared<std::optional<absl::Status>>();
    issuers_.CheckAccessToken(
        text, [result](const absl::StatusOr<Issuers::Believed>& believed) {
          *result = believed.status();
        });
    return result;
  }

  absl::Status CheckNow(const std::string& text) {
    const auto result = Check(text);
    AnswerAll();
    return result->has_value() ? **result : absl::InternalError("waits");
  }

  TestKey key_{"one"};
  std::map<std::string, std::string> pages_ = {
      {kDiscovery,
       R"({"issuer": "https://id.example.se",
           "jwks_uri": "https://id.example.se/jwks",
           "authorization_endpoint": "https://id.example.se/auth",
           "token_endpoint": "https://id.example.se/token"})"},
      {kKeys, JwksOf(key_)}};
  std::mutex mutex_;
  std::vector<std::pair<std::string, FetchDone>> fetches_;
  std::map<std::string, int> asked_;
  // Fetches wait in `fetches_` until AnswerAll.
  Issuers issuers_{{Issuer{.url = TestToken::kIssuer,
                           .audience = TestToken::kAudience,
                           .display_name = "Test",
                           .organizations = {"organizations/region-uppsala"},
                           .client_id = "reglab"}},
                   [this](Fetch fetch, FetchDone done) {
                     std::lock_guard lock(mutex_);
                     fetches_.emplace_back(std::move(fetch.url),
                                           std::move(done));
                   }};
};

TEST_F(IssuersTest, TheFirstTokenWaitsForTheKeys) {
  const auto result = Check(TestToken(key_).SignedBy(key_));
  EXPECT_FALSE(result->has_value());
  AnswerAll();
  EXPECT_EQ(**result, absl::OkStatus());
  EXPECT_EQ(issuers_.EndpointsOf(issuers_.all()[0])->token,
            "https://id.example.se/token");
}

TEST_F(IssuersTest, ManyTokensAtOnceFetchOnce) {
  std::vector<std::shared_ptr<std::optional<absl::Status>>> results;
  for (int i = 0; i < 50; ++i) {
    results.push_back(Check(TestToken(key_).SignedBy(key_)));
  }
  AnswerAll();
  for (const auto& result : results) EXPECT_EQ(**result, absl::OkStatus());
  EXPECT_EQ(asked_[kKeys], 1);
}

TEST_F(IssuersTest, AKeyThatComesAfterTheStartIsFetchedAtOnce) {
  issuers_.Start();
  while (asked_.empty()) AnswerAll();
  const TestKey next("two", "ES256");
  pages_[kKeys] = JwksOf(next);
  EXPECT_EQ(CheckNow(TestToken(next).SignedBy(next)), absl::OkStatus());
  EXPECT_EQ(CheckNow(TestToken(key_).SignedBy(key_)), absl::OkStatus());
  EXPECT_EQ(asked_[kKeys], 2);
  EXPECT_EQ(asked_[kDiscovery], 1);
}

TEST_F(IssuersTest, UnknownKeysFetchAtMostEvery30Seconds) {
  for (int i = 0; i < 20; ++i) {
    const TestKey stranger("stranger-" + std::to_string(i));
    const absl::Status status =
        CheckNow(TestToken(stranger).SignedBy(stranger));
    EXPECT_TRUE(absl::IsUnauthenticated(status)) << status;
  }
  EXPECT_EQ(asked_[kKeys], 1);
}

TEST_F(IssuersTest, ATokenThatIsBadInItselfFetchesNothing) {
  TestToken token(key_);
  token.claims["aud"] = "https://other.example";
  EXPECT_TRUE(absl::IsUnauthenticated(CheckNow(token.SignedBy(key_))));
  token.claims["iss"] = "https://evil.example";
  EXPECT_TRUE(absl::IsUnauthenticated(CheckNow(token.SignedBy(key_))));
  EXPECT_TRUE(asked_.empty());
}

TEST_F(IssuersTest, AProviderThatDoesNotAnswerIsNoRefusal) {
  pages_.clear();
  EXPECT_TRUE(absl::IsUnavailable(CheckNow(TestToken(key_).SignedBy(key_))));
  EXPECT_TRUE(
      absl::IsUnavailable(issuers_.EndpointsOf(issuers_.all()[0]).status()));
}

TEST_F(IssuersTest, AnotherIssuersDocumentIsNotTaken) {
  pages_[kDiscovery].replace(pages_[kDiscovery].find("id.example.se"), 2, "ix");
  EXPECT_FALSE(CheckNow(TestToken(key_).SignedBy(key_)).ok());
  EXPECT_EQ(asked_[kKeys], 0);
}

TEST_F(IssuersTest, KeysAreNotFetchedInPlaintext) {
  std::string& page = pages_[kDiscovery];
  page.replace(page.find("https://id.example.se/jwks"), 5, "http");
  EXPECT_FALSE(CheckNow(TestToken(key_).SignedBy(key_)).ok());
  EXPECT_EQ(asked_.size(), 1u);
}

TEST(IssuersFile, SaysWhatIsWrong) {
  const auto read = [](const std::string& text) {
    const std::string path = testing::TempDir() + "/issuers.json";
    std::ofstream(path) << text;
    return ReadIssuers(path);
  };
  EXPECT_TRUE(ReadIssuers("")->empty());
  EXPECT_FALSE(ReadIssuers("/nowhere").ok());
  const std::string good =
      R"({"issuer": "https://id.example.se", "audience": "https://a",
          "organizations": ["organizations/x"]})";
  const auto issuers = read("{\"issuers\": [" + good + "]}");
  ASSERT_TRUE(issuers.ok()) << issuers.status();
  EXPECT_EQ((*issuers)[0].display_name, "https://id.example.se");
  EXPECT_FALSE(read("{\"issuers\": [" + good + "," + good + "]}").ok());
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{
           {"https://id.example.se", "http://id.example.se"},
           {"https://id.example.se", "https://id.example.se/?a"},
           {"https://a", ""},
           {"organizations/x", "bodies/x"},
           {"[\"organizations/x\"]", "[]"},
           {"audience", "audiens"}}) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    EXPECT_FALSE(read("{\"issuers\": [" + text + "]}").ok()) << to;
  }
}

TEST(Urls, AreAskedOverTlsOrOnThisMachine) {
  EXPECT_TRUE(IsSafeUrl("https://id.example.se/jwks"));
  EXPECT_TRUE(IsSafeUrl("http://127.0.0.1:3000/jwks"));
  EXPECT_TRUE(IsSafeUrl("http://[::1]:3000/jwks"));
  for (const char* url :
       {"http://id.example.se/", "http://127.0.0.1.evil.example/", "",
        "file:///etc/passwd", "https://", "https://user:word@id.example.se/",
        "ftp://id.example.se/", "//id.example.se/", "javascript:alert(1)"}) {
    EXPECT_FALSE(IsSafeUrl(url)) << url;
  }
}

}  // namespace
}  // namespace reglab::gateway
