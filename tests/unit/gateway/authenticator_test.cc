#include "gateway/authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/membership/v1/feed_token.pb.h"
#include "services/common/api_key.h"
#include "services/common/errors.h"

namespace reglab::gateway {
namespace {

namespace membership = reglab::membership::v1;
using testing::ElementsAre;

class AuthenticatorTest : public testing::Test {
 protected:
  Authenticated Ask(const std::string& authorization, bool swedish = false) {
    Authenticated result;
    result.status.set_code(-1);
    authenticator_.Authenticate(
        authorization, swedish, "00-trace",
        [&](const Authenticated& answer) { result = answer; });
    return result;
  }

  static Reply Knows(absl::Duration lives = absl::Hours(1)) {
    membership::AuthenticateKeyResponse response;
    response.set_caller("clients/uppsala");
    response.set_organization("organizations/region-uppsala");
    response.add_roles("MEMBER");
    response.add_scopes("learning.*");
    response.set_requests_per_minute(600);
    response.mutable_expire_time()->set_seconds(
        absl::ToUnixSeconds(absl::Now() + lives));
    Reply reply;
    reply.message = response.SerializeAsString();
    return reply;
  }

  // What membership answers; without it, the calls wait in `waiting_`.
  std::function<Reply()> answer_ = [] { return Knows(); };
  std::vector<Call> calls_;
  std::vector<std::function<void(Reply)>> waiting_;
  Authenticator authenticator_{
      [this](const Call& call, std::function<void(Reply)> done) {
        calls_.push_back(call);
        if (answer_) {
          done(answer_());
        } else {
          waiting_.push_back(std::move(done));
        }
      }};
  const ApiKey key_{"abcdefghijkl", "abcdefghijklmnopqrstuvwxyz"};
  const std::string bearer_ = "Bearer " + FormatApiKey(key_);
};

TEST_F(AuthenticatorTest, AKeySpeaksForItsClient) {
  const Authenticated result = Ask(bearer_);
  ASSERT_NE(result.caller(), nullptr);
  EXPECT_EQ(result.caller()->name, "clients/uppsala");
  EXPECT_EQ(result.caller()->organization, "organizations/region-uppsala");
  EXPECT_THAT(result.caller()->roles, ElementsAre("MEMBER"));
  EXPECT_THAT(result.caller()->scopes, ElementsAre("learning.*"));
  EXPECT_LT(result.caller()->until, absl::InfiniteFuture());
  EXPECT_EQ(result.credential->requests_per_minute, 600);
}

TEST_F(AuthenticatorTest, AMistypedKeyIsCalledThat) {
  std::string mistyped = bearer_;
  mistyped[12] = mistyped[12] == 'a' ? 'b' : 'a';
  const Authenticated result = Ask(mistyped);
  EXPECT_EQ(ReasonOf(FromProto(result.status)), "KEY_MISTYPED");
  EXPECT_NE(Ask(mistyped, true).status.DebugString().find("felskriven"),
            std::string::npos);
  EXPECT_EQ(ReasonOf(FromProto(Ask("Bearer eyJ.x.y").status)),
            "UNAUTHENTICATED");
}

TEST_F(AuthenticatorTest, AFeedTokenOpensWhatMembershipSays) {
  answer_ = [] {
    membership::AuthenticateFeedTokenResponse response;
    response.set_feed("/v1/meetings");
    membership::Standing& standing = *response.mutable_standing();
    standing.set_caller("feed-tokens/abcdefghijkl");
    standing.set_organization("organizations/region-uppsala");
    membership::Standing::Matter& matter = *standing.add_delegations();
    matter.set_subject("activities/x");
    matter.add_permissions("learning.activities.write");
    Reply reply;
    reply.message = response.SerializeAsString();
    return reply;
  };
  const std::string token = FormatApiKey(key_, kFeedTokenPrefix);
  Authenticated result;
  const auto ask = [&](const std::string& text) {
    authenticator_.AuthenticateFeedToken(
        text, false, "00-trace",
        [&](const Authenticated& answer) { result = answer; });
  };
  ask(token);
  ASSERT_NE(result.credential, nullptr);
  EXPECT_EQ(result.credential->feed, "/v1/meetings");
  EXPECT_EQ(result.caller()->name, "feed-tokens/abcdefghijkl");
  ASSERT_EQ(result.caller()->delegations.size(), 1u);
  EXPECT_EQ(result.caller()->delegations[0].subject, "activities/x");
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(calls_[0].method->path,
            "/reglab.membership.v1.FeedTokensService/AuthenticateFeedToken");
  EXPECT_EQ(calls_[0].message.find(key_.secret), std::string::npos);
  // A key is no feed token, and the other way round.
  ask(FormatApiKey(key_));
  EXPECT_EQ(result.credential, nullptr);
  EXPECT_EQ(Ask("Bearer " + token).credential, nullptr);
  EXPECT_EQ(calls_.size(), 1u);
}

TEST_F(AuthenticatorTest, MembershipSeesAHashAndNeverTheSecret) {
  Ask(bearer_);
  ASSERT_EQ(calls_.size(), 1u);
  membership::AuthenticateKeyRequest request;
  ASSERT_TRUE(request.ParseFromString(calls_[0].message));
  EXPECT_EQ(request.key_id(), key_.id);
  EXPECT_EQ(request.secret_sha256(), HashSecret(key_.secret));
  EXPECT_EQ(calls_[0].message.find(key_.secret), std::string::npos);
  EXPECT_EQ(calls_[0].method->path,
            "/reglab.membership.v1.KeysService/AuthenticateKey");
  EXPECT_TRUE(calls_[0].caller->HasRole("SERVICE"));
}

TEST_F(AuthenticatorTest, WhatIsNoKeyIsRefusedWithoutAskingAnybody) {
  std::string mistyped = bearer_;
  mistyped[12] = mistyped[12] == 'a' ? 'b' : 'a';
  for (const std::string& text :
       {std::string("Bearer rlk_bad"), std::string("Bearer "),
        std::string("Basic YTpi"), std::string("rlk"), mistyped,
        bearer_ + "0"}) {
    const Authenticated result = Ask(text);
    EXPECT_EQ(result.caller(), nullptr) << text;
    EXPECT_EQ(result.status.code(), 16) << text;
  }
  EXPECT_TRUE(calls_.empty());
}

TEST_F(AuthenticatorTest, TheSchemeIsWrittenInAnyCase) {
  EXPECT_NE(Ask("bearer " + FormatApiKey(key_)).caller(), nullptr);
}

TEST_F(AuthenticatorTest, AnAnswerIsKeptButNotForLong) {
  Ask(bearer_);
  Ask(bearer_);
  EXPECT_EQ(calls_.size(), 1u);
  absl::SleepFor(absl::Milliseconds(2100));
  Ask(bearer_);
  EXPECT_EQ(calls_.size(), 2u);
}

TEST_F(AuthenticatorTest, AnAnswerIsNotKeptBeyondTheKeysEnd) {
  answer_ = [] { return Knows(-absl::Seconds(1)); };
  Ask(bearer_);
  Ask(bearer_);
  EXPECT_EQ(calls_.size(), 2u);
}

TEST_F(AuthenticatorTest, ARefusalIsKeptToo) {
  answer_ = [] {
    return Failed(Unauthenticated({"No such key.", "Ingen sådan nyckel."}),
                  false);
  };
  EXPECT_EQ(Ask(bearer_).status.code(), 16);
  EXPECT_EQ(Ask(bearer_).status.code(), 16);
  EXPECT_EQ(calls_.size(), 1u);
}

TEST_F(AuthenticatorTest, AFailureOfMembershipIsNoRefusalAndNotKept) {
  answer_ = [] {
    return Failed(Unavailable({"membership", "medlemstjänsten"}), false);
  };
  EXPECT_EQ(Ask(bearer_).status.code(), 14);
  answer_ = [] { return Knows(); };
  EXPECT_NE(Ask(bearer_).caller(), nullptr);
}

TEST_F(AuthenticatorTest, AnAnswerWithoutACallerOpensNothing) {
  answer_ = [] { return Reply(); };
  EXPECT_EQ(Ask(bearer_).caller(), nullptr);
  EXPECT_EQ(Ask(bearer_).status.code(), 16);
}

TEST_F(AuthenticatorTest, ManyRequestsAtOnceAskOnce) {
  answer_ = nullptr;
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    authenticator_.Authenticate(bearer_, false, "00-trace",
                                [&](const Authenticated& result) {
                                  if (result.caller() != nullptr) ++answered;
                                });
  }
  ASSERT_EQ(waiting_.size(), 1u);
  EXPECT_EQ(answered, 0);
  waiting_[0](Knows());
  EXPECT_EQ(answered, 100);
}

}  // namespace
}  // namespace reglab::gateway
