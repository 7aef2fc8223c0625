#include "gateway/protocols/rest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/edge/server.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/membership/v1/feed_token.pb.h"
#include "reglab/membership/v1/import.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "reglab/membership/v1/session.pb.h"
#include "services/common/api_key.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "tests/unit/gateway/http_client.h"

namespace reglab::gateway {
namespace {

namespace membership = reglab::membership::v1;
using testing::HasSubstr;
using testing::Not;

// The whole gateway but for the services, which are a function here.
class RestTest : public testing::Test {
 protected:
  void SetUp() override { Start(true); }

  void Start(bool cached) {
    server_ = nullptr;
    server_threads_ = std::make_unique<Threads>(2);
    const auto send = [this](const Call& call,
                             std::function<void(Reply)> done) {
      if (call.method->path.ends_with("/AuthenticateKey")) {
        membership::AuthenticateKeyResponse response;
        response.set_caller("clients/test");
        response.add_scopes("*");
        response.set_requests_per_minute(per_minute_);
        Reply reply;
        reply.message = response.SerializeAsString();
        done(std::move(reply));
        return;
      }
      if (call.method->path.ends_with("/AuthenticateFeedToken")) {
        membership::AuthenticateFeedTokenResponse response;
        response.set_feed("/v1/organizations?orderBy=displayName");
        response.mutable_standing()->set_caller("feed-tokens/abcdefghijkl");
        Reply reply;
        reply.message = response.SerializeAsString();
        done(std::move(reply));
        return;
      }
      if (call.method->path.ends_with("/AuthenticateSession")) {
        membership::AuthenticateSessionRequest request;
        request.ParseFromString(call.message);
        membership::Standing standing;
        if (request.secret_sha256() == HashSecret(session_)) {
          standing.set_caller("people/astrid");
          standing.add_scopes("*");
        }
        Reply reply;
        reply.message = standing.SerializeAsString();
        done(std::move(reply));
        return;
      }
      // As gRPC does, on a thread of its own.
      std::lock_guard lock(mutex_);
      calls_.push_back(call);
      threads_.emplace_back([this, call, done = std::move(done)] {
        absl::SleepFor(delay_);
        done(service_(call));
      });
    };
    authenticator_ = std::make_unique<Authenticator>(send);
    dispatch_ =
        std::make_unique<Dispatch>(send, limits_, cached ? &cache_ : nullptr);
    rest_ = std::make_unique<Rest>(
        *routes_, *authenticator_, *dispatch_, traffic_,
        Rest::Rates{rates_, anonymous_per_minute_}, [this] { return ready_; });
    server_ = *Server::Start({.listen = "127.0.0.1:0"}, *rest_, limits_,
                             *server_threads_);
  }

  std::string SessionOf(const std::string& secret = "") {
    return absl::StrCat("Cookie: a=b; __Host-reglab-session=",
                        secret.empty() ? session_ : secret, "; c=d\r\n");
  }

  void TearDown() override {
    for (std::thread& thread : threads_) thread.join();
  }

  const std::string session_ = NewSecret();

  // "GET /path" and, if wanted, header lines and a body.
  HttpResponse Ask(std::string_view line, std::string fields = "",
                   std::string_view body = "") {
    if (!body.empty()) {
      absl::StrAppend(&fields, "Content-Length: ", body.size(), "\r\n");
      if (fields.find("Content-Type") == std::string::npos) {
        fields += "Content-Type: application/json\r\n";
      }
    }
    HttpClient client(server_->port());
    return client.Ask(
        Concat(line, " HTTP/1.1\r\nHost: x\r\n", fields, "\r\n", body));
  }

  static boost::json::object Json(const HttpResponse& response) {
    return boost::json::parse(response.body).as_object();
  }

  static void ExpectProblem(const HttpResponse& response, int status,
                            const char* reason) {
    ASSERT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response["content-type"], "application/problem+json");
    const boost::json::object problem = Json(response);
    for (const char* member :
         {"type", "title", "status", "detail", "instance", "code", "errors"}) {
      EXPECT_TRUE(problem.contains(member)) << member;
    }
    EXPECT_EQ(problem.at("status"), status);
    EXPECT_EQ(problem.at("reason").as_string(), reason);
  }

  size_t calls() {
    std::lock_guard lock(mutex_);
    return calls_.size();
  }

  static Reply OrganizationReply(const std::string& name = "organizations/x") {
    membership::Organization organization;
    organization.set_name(name);
    organization.set_display_name(std::string(300, 'R'));
    organization.set_etag("e1");
    Reply reply;
    reply.message = organization.SerializeAsString();
    return reply;
  }

  std::function<Reply(const Call&)> service_ = [](const Call&) {
    return OrganizationReply();
  };
  absl::Duration delay_ = absl::ZeroDuration();
  bool ready_ = true;
  int per_minute_ = 0;
  int anonymous_per_minute_ = 0;
  RateLimits rates_;
  std::mutex mutex_;
  std::vector<Call> calls_;
  std::vector<std::thread> threads_;
  std::unique_ptr<Threads> server_threads_;
  const std::unique_ptr<Routes> routes_ =
      std::make_unique<Routes>(*Routes::Build());
  Limits limits_{{}};
  Cache cache_{1 << 20};
  Traffic traffic_{false};
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<Dispatch> dispatch_;
  std::unique_ptr<Rest> rest_;
  std::unique_ptr<Server> server_;
  const std::string key_ = Concat(
      "Authorization: Bearer ",
      FormatApiKey({"abcdefghijkl", "abcdefghijklmnopqrstuvwxyz"}), "\r\n");
};

TEST_F(RestTest, AResourceHasAnEtagAndIsNotSentTwice) {
  const HttpResponse response = Ask("GET /v1/organizations/x");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response["content-type"], "application/json");
  EXPECT_EQ(response["etag"], "\"e1\"");
  EXPECT_EQ(Json(response).at("name"), "organizations/x");
  EXPECT_THAT(response["vary"], HasSubstr("Accept-Encoding"));
  const HttpResponse again =
      Ask("GET /v1/organizations/x", "If-None-Match: \"e1\"\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again["etag"], "\"e1\"");
}

TEST_F(RestTest, EveryEncodingHasItsOwnEtag) {
  for (const bool cached : {true, false}) {
    Start(cached);
    const HttpResponse gzip =
        Ask("GET /v1/organizations/x", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(gzip["etag"], "\"e1-gzip\"");
    EXPECT_EQ(gzip["content-encoding"], "gzip");
    EXPECT_EQ(Ask("GET /v1/organizations/x",
                  "Accept-Encoding: br\r\nIf-None-Match: \"e1-br\"\r\n")
                  .status,
              304);
  }
}

TEST_F(RestTest, AnAnswerToNobodyIsSharedUntilTheServiceChanges) {
  Ask("GET /v1/organizations/x");
  Ask("GET /v1/organizations/x");
  EXPECT_EQ(calls(), 1u);
  cache_.Changed(0);
  Ask("GET /v1/organizations/x");
  EXPECT_EQ(calls(), 2u);
}

TEST_F(RestTest, AnAnswerToSomebodyIsSharedWithNobody) {
  Ask("GET /v1/organizations/x", key_);
  const HttpResponse response = Ask("GET /v1/organizations/x", key_);
  EXPECT_EQ(calls(), 2u);
  EXPECT_THAT(response["cache-control"], HasSubstr("private"));
  Ask("GET /v1/organizations/x");
  EXPECT_EQ(calls(), 3u);
  EXPECT_EQ(calls_[0].caller->name, "clients/test");
  EXPECT_TRUE(calls_[2].caller->nobody());
}

TEST_F(RestTest, EqualRequestsAtOnceMakeOneCall) {
  delay_ = absl::Milliseconds(300);
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back([&] {
      if (Ask("GET /v1/organizations/x").status == 200) ++right;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 50);
  EXPECT_EQ(calls(), 1u);
}

TEST_F(RestTest, HeadIsGetWithoutABody) {
  const HttpResponse get = Ask("GET /v1/organizations/x");
  const HttpResponse head = Ask("HEAD /v1/organizations/x");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head["content-length"], get["content-length"]);
  EXPECT_EQ(head["etag"], get["etag"]);
}

TEST_F(RestTest, AListHasAnEtagAndALinkToItsNextPage) {
  service_ = [](const Call&) {
    membership::ListOrganizationsResponse list;
    list.add_organizations()->set_name("organizations/x");
    list.set_next_page_token("to+ken");
    Reply reply;
    reply.message = list.SerializeAsString();
    return reply;
  };
  const HttpResponse response =
      Ask("GET /v1/organizations?limit=1&offset=5&filter=kind%3DREGION");
  EXPECT_EQ(response["link"],
            "</v1/organizations?limit=1&filter=kind%3DREGION&pageToken="
            "to%2bken>; rel=\"next\"");
  EXPECT_EQ(Ask("GET /v1/organizations?limit=1&offset=5&filter=kind%3DREGION",
                Concat("If-None-Match: ", response["etag"], "\r\n"))
                .status,
            304);
}

TEST_F(RestTest, NobodyWritesWhateverTheBodyHolds) {
  for (const char* line :
       {"POST /v1/organizations", "PATCH /v1/organizations/x",
        "POST /v1/organizations/x/undelete", "POST /v1/clients/x/keys"}) {
    const HttpResponse response = Ask(line, "", "{\"nonsense\"");
    ExpectProblem(response, 401, "UNAUTHENTICATED");
    EXPECT_THAT(response["www-authenticate"], HasSubstr("Bearer")) << line;
  }
  ExpectProblem(Ask("DELETE /v1/organizations/x"), 401, "UNAUTHENTICATED");
  EXPECT_EQ(calls(), 0u);
}

TEST_F(RestTest, BadCredentialsAreRefusedAlsoWhereNoneAreNeeded) {
  Ask("GET /v1/organizations/x");
  const HttpResponse response =
      Ask("GET /v1/organizations/x", "Authorization: Bearer rlk_bad\r\n");
  ExpectProblem(response, 401, "KEY_MISTYPED");
  EXPECT_THAT(response["www-authenticate"], HasSubstr("invalid_token"));
}

TEST_F(RestTest, CreationSaysWhereTheNewResourceIs) {
  const HttpResponse response =
      Ask("POST /v1/organizations", key_, "{\"displayName\":\"X\"}");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response["location"], "/v1/organizations/x");
  EXPECT_EQ(response["etag"], "\"e1\"");
  EXPECT_EQ(response["cache-control"], "no-store");
  const HttpResponse tried = Ask("POST /v1/organizations?validateOnly=true",
                                 key_, "{\"displayName\":\"X\"}");
  EXPECT_EQ(tried.status, 200);
  EXPECT_EQ(tried["location"], "");
}

TEST_F(RestTest, ADeletionWithoutAnAnswerIs204) {
  service_ = [](const Call&) { return Reply(); };
  const HttpResponse response = Ask("DELETE /v1/clients/x", key_);
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
}

TEST_F(RestTest, IfMatchAndIdempotencyKeyReachTheService) {
  Ask("PATCH /v1/organizations/x",
      Concat(key_,
             "If-Match: \"e1-gzip\"\r\nContent-Type: "
             "application/merge-patch+json\r\nIdempotency-Key: "
             "6f8d2f7e-6d55-4f5e-9a64-0d8b1e1f6c11\r\n"),
      "{\"displayName\":\"X\"}");
  ASSERT_EQ(calls(), 1u);
  membership::UpdateOrganizationRequest request;
  ASSERT_TRUE(request.ParseFromString(calls_[0].message));
  EXPECT_EQ(request.organization().etag(), "e1");
  EXPECT_EQ(request.request_id(), "6f8d2f7e-6d55-4f5e-9a64-0d8b1e1f6c11");
}

TEST_F(RestTest, ErrorsOfTheServicesKeepTheirDetails) {
  service_ = [](const Call& call) {
    return Failed(EtagMismatch("organizations/x"), call.swedish);
  };
  const HttpResponse response =
      Ask("PATCH /v1/organizations/x",
          Concat(key_, "Accept-Language: sv\r\nIf-Match: \"zzz\"\r\n"),
          "{\"displayName\":\"X\"}");
  ExpectProblem(response, 412, "ETAG_MISMATCH");
  EXPECT_EQ(response["content-language"], "sv");
  EXPECT_THAT(response.body, HasSubstr("har ändrats"));
  EXPECT_EQ(response["trace-id"].size(), 32u);
}

TEST_F(RestTest, WhatIsBusyOrGoneSaysWhenToTryAgain) {
  service_ = [](const Call& call) {
    return Failed(Unavailable({"x", "x"}), call.swedish);
  };
  const HttpResponse gone = Ask("GET /v1/organizations/x");
  ExpectProblem(gone, 503, "UNAVAILABLE");
  EXPECT_EQ(gone["retry-after"], "1");
  service_ = [](const Call& call) {
    return Failed(Overloaded(), call.swedish);
  };
  const HttpResponse busy = Ask("GET /v1/organizations/x");
  ExpectProblem(busy, 429, "OVERLOADED");
  EXPECT_EQ(busy["retry-after"], "1");
}

TEST_F(RestTest, UnknownPathsAndMethodsComeBeforeCredentials) {
  ExpectProblem(Ask("POST /v1/nowhere", "", "{}"), 404, "PATH_NOT_FOUND");
  const HttpResponse response = Ask("PUT /v1/organizations/x", "", "{}");
  ExpectProblem(response, 405, "METHOD_NOT_ALLOWED");
  EXPECT_EQ(response["allow"], "DELETE, GET, HEAD, OPTIONS, PATCH");
  ExpectProblem(Ask("DELETE /healthz"), 405, "METHOD_NOT_ALLOWED");
}

TEST_F(RestTest, ABodyIsJsonThatIsNotPacked) {
  const std::string body = "{\"displayName\":\"X\"}";
  ExpectProblem(Ask("POST /v1/organizations",
                    key_ + "Content-Type: text/plain\r\n", body),
                415, "UNSUPPORTED_MEDIA_TYPE");
  ExpectProblem(
      Ask("POST /v1/organizations",
          key_ + "Content-Type: application/merge-patch+json\r\n", body),
      415, "UNSUPPORTED_MEDIA_TYPE");
  ExpectProblem(
      Ask("POST /v1/organizations", key_ + "Content-Encoding: gzip\r\n", body),
      415, "UNSUPPORTED_MEDIA_TYPE");
  EXPECT_EQ(
      Ask("POST /v1/organizations",
          key_ + "Content-Type: Application/JSON; charset=utf-8\r\n", body)
          .status,
      201);
}

TEST_F(RestTest, AFileIsTakenAsItIsWhereTheContractSaysSo) {
  std::string content;
  bool validate_only = false;
  service_ = [&](const Call& call) {
    reglab::membership::v1::ImportPeopleRequest request;
    EXPECT_TRUE(request.ParseFromString(call.message));
    content = request.content();
    validate_only = request.validate_only();
    return Reply();
  };
  EXPECT_EQ(Ask("POST /v1/people/import?validateOnly=true",
                key_ + "Content-Type: text/csv; charset=utf-8\r\n",
                "email\r\n\"{a\"\r\n")
                .status,
            200);
  EXPECT_EQ(content, "email\r\n\"{a\"\r\n");
  EXPECT_TRUE(validate_only);
  EXPECT_EQ(Ask("POST /v1/people/import", key_,
                "{\"content\": \"email\", \"format\": \"CSV\"}")
                .status,
            200);
  EXPECT_EQ(content, "email");
  ExpectProblem(Ask("POST /v1/people/import",
                    key_ + "Content-Type: text/csv\r\n", "G\xE4vle"),
                400, "INVALID_TEXT");
  ExpectProblem(Ask("POST /v1/people/import?content=x",
                    key_ + "Content-Type: text/csv\r\n", "email"),
                400, "UNKNOWN_PARAMETER");
  const HttpResponse other =
      Ask("POST /v1/people/import", key_ + "Content-Type: text/plain\r\n", "x");
  ExpectProblem(other, 415, "UNSUPPORTED_MEDIA_TYPE");
  EXPECT_THAT(other.body, HasSubstr("text/csv"));
}

TEST_F(RestTest, UnknownFieldsAndParametersAreNamed) {
  ExpectProblem(Ask("GET /v1/organizations?nonsense=1"), 400,
                "UNKNOWN_PARAMETER");
  const HttpResponse response =
      Ask("POST /v1/organizations", key_, "{\"nonsense\":1}");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("nonsense"));
  EXPECT_EQ(calls(), 0u);
}

TEST_F(RestTest, AnyPageMayAskWithoutCookies) {
  const HttpResponse preflight =
      Ask("OPTIONS /v1/organizations",
          "Origin: https://intra.example\r\nAccess-Control-Request-Method: "
          "POST\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight["access-control-allow-origin"], "*");
  EXPECT_EQ(preflight["access-control-allow-methods"],
            "GET, HEAD, OPTIONS, POST");
  EXPECT_THAT(preflight["access-control-allow-headers"],
              HasSubstr("Authorization"));
  EXPECT_EQ(preflight["access-control-allow-credentials"], "");
  const HttpResponse response = Ask("GET /v1/organizations/x");
  EXPECT_EQ(response["access-control-allow-origin"], "*");
  EXPECT_THAT(response["access-control-expose-headers"], HasSubstr("ETag"));
  EXPECT_EQ(Ask("OPTIONS /v1/nowhere").status, 404);
}

TEST_F(RestTest, ReadinessFollowsTheServicesAndHealthDoesNot) {
  EXPECT_EQ(Ask("GET /readyz").status, 200);
  ready_ = false;
  ExpectProblem(Ask("GET /readyz"), 503, "UNAVAILABLE");
  EXPECT_EQ(Ask("GET /healthz").status, 200);
}

TEST_F(RestTest, WhatTheEdgeRefusesIsAProblemToo) {
  ExpectProblem(Ask("GET /v1/organizations",
                    Concat("X-Big: ", std::string(20000, 'a'), "\r\n")),
                431, "HEADERS_TOO_LARGE");
  ExpectProblem(Ask("POST /v1/organizations", "Content-Length: 99999999\r\n"),
                413, "BODY_TOO_LARGE");
  ExpectProblem(Ask("GET /v1/organizations", "Host: y\r\n"), 400,
                "MALFORMED_REQUEST");
}

TEST_F(RestTest, AClientIsToldHowMuchItMayAskAndStoppedBeyond) {
  per_minute_ = 2;
  const std::string key =
      "Authorization: Bearer " +
      FormatApiKey({"abcdefghijkl", "abcdefghijklmnopqrstuvwxyz"}) + "\r\n";
  HttpResponse response = Ask("GET /v1/organizations/x", key);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response["ratelimit-policy"], "\"minute\";q=2;w=60");
  EXPECT_EQ(response["ratelimit"], "\"minute\";r=1;t=30");
  Ask("GET /v1/organizations/x", key);
  response = Ask("GET /v1/organizations/x", key);
  ExpectProblem(response, 429, "RATE_LIMITED");
  EXPECT_EQ(response["retry-after"], "30");
  EXPECT_EQ(response["ratelimit"], "\"minute\";r=0;t=60");
  EXPECT_EQ(calls(), 2u);
  // Others are not concerned.
  EXPECT_EQ(Ask("GET /v1/organizations/x").status, 200);
}

TEST_F(RestTest, NobodyIsCountedByAddressButForWhatTheCacheAnswers) {
  anonymous_per_minute_ = 2;
  Start(true);
  HttpResponse response = Ask("GET /v1/organizations/x");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response["ratelimit"], "");
  EXPECT_EQ(Ask("GET /v1/organizations/y").status, 200);
  response = Ask("GET /v1/organizations/z");
  ExpectProblem(response, 429, "RATE_LIMITED");
  EXPECT_EQ(response["retry-after"], "30");
  // Nor are credentials guessed without end.
  ExpectProblem(
      Ask("GET /v1/organizations/x", "Authorization: Bearer rlk_x\r\n"), 429,
      "RATE_LIMITED");
  EXPECT_EQ(Ask("GET /healthz").status, 200);
}

TEST_F(RestTest, AFeedTokenReadsItsFeedAndNothingElse) {
  service_ = [](const Call&) { return Reply(); };
  const std::string token =
      "token=" + FormatApiKey({"abcdefghijkl", "abcdefghijklmnopqrstuvwxyz"},
                              kFeedTokenPrefix);
  EXPECT_EQ(Ask("GET /v1/organizations?orderBy=displayName&" + token).status,
            200);
  EXPECT_EQ(
      Ask("GET /v1/organizations?" + token + "&orderBy=displayName").status,
      200);
  EXPECT_EQ(Ask("HEAD /v1/organizations?orderBy=displayName&" + token).status,
            200);
  {
    std::lock_guard lock(mutex_);
    ASSERT_EQ(calls_.size(), 3u);
    EXPECT_EQ(calls_[0].caller->name, "feed-tokens/abcdefghijkl");
    EXPECT_EQ(calls_[0].message.find("rlf_"), std::string::npos);
  }
  for (const char* other :
       {"GET /v1/organizations?", "GET /v1/organizations/x?",
        "GET /v1/organizations?orderBy=displayName&pageSize=500&",
        "GET /v1/organizations?orderBy=name&", "GET /v1/people?",
        "GET /v1/access/me?"}) {
    ExpectProblem(Ask(other + token), 403, "OTHER_FEED");
  }
  // It writes nothing, and where it does not count it is no parameter.
  ExpectProblem(Ask("POST /v1/organizations?" + token, "", "{}"), 401,
                "UNAUTHENTICATED");
  EXPECT_EQ(Ask("DELETE /v1/organizations/x?" + token).status, 401);
  ExpectProblem(Ask("GET /v1/organizations?token=rlf_mistyped"), 401,
                "UNAUTHENTICATED");
  EXPECT_EQ(calls(), 3u);
}

TEST_F(RestTest, ASessionIsACallerWhoseAnswersAreNotShared) {
  Ask("GET /v1/organizations/x");
  const HttpResponse response = Ask("GET /v1/organizations/x", SessionOf());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response["cache-control"], "private, no-cache");
  EXPECT_THAT(response["vary"], HasSubstr("Cookie"));
  std::lock_guard lock(mutex_);
  ASSERT_EQ(calls_.size(), 2u);
  EXPECT_EQ(calls_[1].caller->name, "people/astrid");
}

TEST_F(RestTest, ASessionWritesFromPagesOfThisHostAlone) {
  for (const char* from :
       {"", "Origin: https://evil.example\r\n", "Origin: null\r\n",
        "Origin: http://x.evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: none\r\n",
        "Origin: http://x\r\nSec-Fetch-Site: same-site\r\n"}) {
    ExpectProblem(Ask("POST /v1/organizations", SessionOf() + from,
                      "{\"displayName\":\"X\"}"),
                  403, "CROSS_ORIGIN");
  }
  EXPECT_EQ(calls(), 0u);
  for (const char* from :
       {"Origin: http://x\r\n", "Sec-Fetch-Site: same-origin\r\n"}) {
    EXPECT_EQ(Ask("POST /v1/organizations", SessionOf() + from,
                  "{\"displayName\":\"X\"}")
                  .status,
              201);
  }
  // A key is sent by no browser on its own account.
  EXPECT_EQ(Ask("POST /v1/organizations",
                key_ + SessionOf() + "Origin: https://evil.example\r\n",
                "{\"displayName\":\"X\"}")
                .status,
            201);
}

TEST_F(RestTest, ASessionThatHasEndedIsTakenFromTheBrowser) {
  for (const std::string& secret : {NewSecret(), std::string("x")}) {
    const HttpResponse response =
        Ask("GET /v1/organizations/x", SessionOf(secret));
    ExpectProblem(response, 401, "UNAUTHENTICATED");
    EXPECT_THAT(response["set-cookie"],
                HasSubstr("__Host-reglab-session=; Path=/; Secure; HttpOnly; "
                          "SameSite=Lax; Max-Age=0"));
  }
}

}  // namespace
}  // namespace reglab::gateway
