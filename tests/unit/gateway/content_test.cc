// Documents as they are: answered in parts, and taken as the body of a request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/edge/server.h"
#include "gateway/protocols/rest.h"
#include "gateway/raw_content.h"
#include "reglab/meetings/v1/upload.pb.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/options/v1/content.pb.h"
#include "services/common/api_key.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "tests/unit/gateway/http_client.h"

namespace reglab::gateway {
namespace {

using options::v1::Content;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr char kPath[] = "/v1/meetings/a/papers/b/content";

// What the service would answer, and what was asked of it.
struct Script {
  std::vector<Content> parts;
  bool endless = false;  // the last one again and again
  absl::Status end;
  std::atomic<int> asked{0};
  std::atomic<int> open{0};
};

class ScriptedStream : public ReplyStream {
 public:
  explicit ScriptedStream(Script& script) : script_(script) { ++script_.open; }
  ~ScriptedStream() override { --script_.open; }
  void Next(std::function<void(Part)> done) override {
    ++script_.asked;
    if (at_ == script_.parts.size() && script_.endless) --at_;
    if (at_ == script_.parts.size()) {
      done({.last = true, .reply = Failed(script_.end, false)});
      return;
    }
    Part part;
    part.reply.message = script_.parts[at_++].SerializeAsString();
    done(std::move(part));
  }

 private:
  Script& script_;
  size_t at_ = 0;
};

class ContentTest : public testing::Test {
 protected:
  ContentTest() {
    Content first;
    first.set_content_type("application/pdf");
    first.set_file_name("Underlag mål.pdf");
    first.set_etag("abc");
    first.set_data("%PDF ");
    script_.parts = {first};
    const auto send = [this](const Call& call,
                             std::function<void(Reply)> done) {
      Reply reply;
      if (call.method->path.ends_with("/AuthenticateKey")) {
        membership::v1::AuthenticateKeyResponse response;
        response.set_caller("clients/test");
        response.add_scopes("*");
        reply.message = response.SerializeAsString();
      } else {
        std::lock_guard lock(mutex_);
        called_.ParseFromString(call.message);
      }
      done(std::move(reply));
    };
    authenticator_ = std::make_unique<Authenticator>(send);
    dispatch_ =
        std::make_unique<Dispatch>(send, limits_, nullptr, [this](const Call&) {
          return std::make_unique<ScriptedStream>(script_);
        });
    rest_ =
        std::make_unique<Rest>(*routes_, *authenticator_, *dispatch_, traffic_,
                               Rest::Rates{rates_, 0}, [] { return true; });
    server_ =
        *Server::Start({.listen = "127.0.0.1:0"}, *rest_, limits_, threads_);
  }

  void AddPart(std::string data) {
    script_.parts.emplace_back().set_data(std::move(data));
  }

  HttpResponse Ask(std::string_view line, std::string_view fields = "",
                   std::string_view body = "") {
    HttpClient client(server_->port());
    return client.Ask(RequestOf(line, fields, body));
  }

  static std::string RequestOf(std::string_view line,
                               std::string_view fields = "",
                               std::string_view body = "") {
    return Concat(line, " HTTP/1.1\r\nHost: x\r\n", fields,
                  body.empty()
                      ? std::string()
                      : absl::StrCat("Content-Length: ", body.size(), "\r\n"),
                  "\r\n", body);
  }

  // Everything that the server sends for it until it ends the connection.
  std::string AskAll(const std::string& request) {
    HttpClient client(server_->port());
    client.Send(request);
    return client.ReadAll();
  }

  void ExpectAllClosed() {
    for (int i = 0; i < 500 && script_.open > 0; ++i) {
      absl::SleepFor(absl::Milliseconds(10));
    }
    EXPECT_EQ(script_.open, 0);
    EXPECT_EQ(limits_.streams(), 0);
  }

  Script script_;
  std::mutex mutex_;
  meetings::v1::AppendUploadRequest called_;
  RateLimits rates_;
  Limits limits_{{.most_streams = 2}};
  Traffic traffic_{false};
  Threads threads_{2};
  const std::unique_ptr<Routes> routes_ =
      std::make_unique<Routes>(*Routes::Build());
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<Dispatch> dispatch_;
  std::unique_ptr<Rest> rest_;
  std::unique_ptr<Server> server_;
  const std::string key_ = Concat(
      "Authorization: Bearer ",
      FormatApiKey({"abcdefghijkl", "abcdefghijklmnopqrstuvwxyz"}), "\r\n");
};

TEST_F(ContentTest, ADocumentIsAnsweredAsItIsInChunks) {
  AddPart("1.7");
  AddPart(std::string(300, 'x'));
  const std::string all =
      AskAll(RequestOf(Concat("GET ", kPath), "Connection: close\r\n"));
  EXPECT_THAT(all, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  for (const char* line :
       {"Content-Type: application/pdf\r\n", "ETag: \"abc\"\r\n",
        "Transfer-Encoding: chunked\r\n", "X-Content-Type-Options: nosniff\r\n",
        "Cache-Control: no-cache\r\n",
        "Content-Disposition: inline; filename=\"Underlag m_l.pdf\"; "
        "filename*=UTF-8''Underlag%20m%c3%a5l.pdf\r\n"}) {
    EXPECT_THAT(all, HasSubstr(line));
  }
  EXPECT_THAT(all, EndsWith(absl::StrCat("\r\n\r\n5\r\n%PDF \r\n3\r\n1.7\r\n",
                                         "12c\r\n", std::string(300, 'x'),
                                         "\r\n0\r\n\r\n")));
  ExpectAllClosed();
}

TEST_F(ContentTest, AKnownLengthIsSaidAndTheConnectionServesTheNextRequest) {
  script_.parts[0].set_total_bytes(8);
  AddPart("1.7");
  HttpClient client(server_->port());
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response = client.Ask(RequestOf(Concat("GET ", kPath)));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response["content-length"], "8");
    EXPECT_EQ(response["transfer-encoding"], "");
    EXPECT_EQ(response.body, "%PDF 1.7");
  }
}

TEST_F(ContentTest, AnOldClientGetsItWithoutChunks) {
  AddPart("1.7");
  const std::string all = AskAll(Concat("GET ", kPath, " HTTP/1.0\r\n\r\n"));
  EXPECT_THAT(all, AllOf(EndsWith("\r\n\r\n%PDF 1.7"),
                         Not(HasSubstr("Transfer-Encoding"))));
}

TEST_F(ContentTest, WhatIsCurrentIsNotReadAgain) {
  AddPart("1.7");
  const HttpResponse response =
      Ask(Concat("GET ", kPath), "If-None-Match: \"abc\"\r\n");
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response["etag"], "\"abc\"");
  EXPECT_EQ(script_.asked, 1);
  ExpectAllClosed();
}

TEST_F(ContentTest, HeadSaysWhatGetWouldAndReadsNoMore) {
  script_.parts[0].set_total_bytes(8);
  const HttpResponse response = Ask(Concat("HEAD ", kPath));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response["content-length"], "8");
  EXPECT_EQ(response["content-type"], "application/pdf");
  EXPECT_EQ(script_.asked, 1);
  ExpectAllClosed();
}

TEST_F(ContentTest, AnErrorBeforeTheDocumentIsAProblem) {
  script_.parts.clear();
  script_.end = NotFound("meetings/a/papers/b");
  const HttpResponse response = Ask(Concat("GET ", kPath));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response["content-type"], "application/problem+json");
}

TEST_F(ContentTest, AnErrorWithinTheDocumentEndsTheConnectionBeforeItsEnd) {
  script_.end = Unavailable({"the database", "databasen"});
  const std::string all = AskAll(RequestOf(Concat("GET ", kPath)));
  EXPECT_THAT(all, EndsWith("5\r\n%PDF \r\n"));
  ExpectAllClosed();
}

TEST_F(ContentTest, ADocumentThatIsShorterThanItSaidEndsTheConnection) {
  script_.parts[0].set_total_bytes(100);
  const std::string all = AskAll(RequestOf(Concat("GET ", kPath)));
  EXPECT_THAT(all, AllOf(HasSubstr("Content-Length: 100\r\n"),
                         EndsWith("\r\n\r\n%PDF ")));
}

TEST_F(ContentTest,
       AClientThatTakesNothingHoldsUpTheServiceAndEndsItByLeaving) {
  script_.endless = true;
  AddPart(std::string(256 << 10, 'x'));
  {
    HttpClient client(server_->port());
    client.Send(RequestOf(Concat("GET ", kPath)));
    // The kernel's buffers take a few megabytes; then nothing more is asked
    // for.
    int before = -1;
    for (int same = 0; same < 30;) {
      absl::SleepFor(absl::Milliseconds(10));
      const int now = script_.asked;
      same = now == before && now > 1 ? same + 1 : 0;
      before = now;
      ASSERT_LT(now, 200);
    }
  }
  ExpectAllClosed();
}

TEST_F(ContentTest, MoreStreamsThanMayBeAreRefusedAtOnce) {
  script_.endless = true;
  AddPart(std::string(256 << 10, 'x'));
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server_->port()));
    clients.back()->Send(RequestOf(Concat("GET ", kPath)));
  }
  while (limits_.streams() < 2) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(Ask(Concat("GET ", kPath)).status, 429);
  clients.clear();
  ExpectAllClosed();
}

TEST_F(ContentTest, ABodyIsTakenAsItIsWithTheOtherFieldsInTheQuery) {
  const std::string bytes("\xFF\x00{\"json\"", 9);
  for (const char* type : {"image/png", "application/json", ""}) {
    const std::string line =
        *type == '\0' ? std::string() : Concat("Content-Type: ", type, "\r\n");
    const HttpResponse response =
        Ask("POST /v1/uploads/k/append?offset=7", key_ + line, bytes);
    EXPECT_EQ(response.status, 200) << response.body;
    std::lock_guard lock(mutex_);
    EXPECT_EQ(called_.name(), "uploads/k");
    EXPECT_EQ(called_.offset(), 7);
    EXPECT_EQ(called_.content().data(), bytes);
    EXPECT_EQ(called_.content().content_type(), type);
  }
}

TEST_F(ContentTest, ARawBodyIsNotPackedNorLargerThanItsMethodTakes) {
  const HttpResponse packed = Ask("POST /v1/uploads/k/append",
                                  key_ + "Content-Encoding: gzip\r\n", "x");
  EXPECT_EQ(packed.status, 415) << packed.body;
  const HttpResponse large =
      Ask("POST /v1/uploads/k/append", key_, std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(large.status, 413) << large.body;
  const HttpResponse unknown =
      Ask("POST /v1/uploads/k/append?content=x", key_, "x");
  EXPECT_EQ(unknown.status, 400) << unknown.body;
}

TEST(Disposition, OnlyWhatRunsNothingIsShownInPlace) {
  EXPECT_EQ(DispositionOf("image/png", "bild.png"),
            "inline; filename=\"bild.png\"");
  EXPECT_EQ(DispositionOf("text/plain; charset=utf-8", "a.txt"),
            "inline; filename=\"a.txt\"");
  EXPECT_EQ(DispositionOf("image/svg+xml", "bild.svg"),
            "attachment; filename=\"bild.svg\"");
  EXPECT_EQ(DispositionOf("application/zip", "a.zip"),
            "attachment; filename=\"a.zip\"");
}

TEST(Disposition, ANameIsNoPathAndBreaksNoHeader) {
  EXPECT_EQ(DispositionOf("application/pdf", "../a\\b\r\nX: y\"%41.pdf"),
            "inline; filename=\"..abX: y__41.pdf\"; "
            "filename*=UTF-8''..abX%3a%20y%22%2541.pdf");
}

TEST(HeadOfContent, APageRunsNothingAndIsOfNoOrigin) {
  Content document;
  document.set_content_type("text/html; charset=utf-8");
  document.set_etag("a\"b\r\n");
  const auto head = HeadOfContent(document, "no-cache");
  EXPECT_THAT(head.lines,
              AllOf(HasSubstr("default-src 'none'"), HasSubstr("sandbox"),
                    Not(HasSubstr("Content-Disposition"))));
  EXPECT_EQ(head.etag, "ab");
  EXPECT_TRUE(head.packable);
  document.set_content_type("application/pdf\r\nX: y");
  EXPECT_EQ(HeadOfContent(document, "no-cache").type, "application/pdfX: y");
  EXPECT_FALSE(HeadOfContent(document, "no-cache").packable);
  EXPECT_EQ(HeadOfContent(Content(), "no-cache").type,
            "application/octet-stream");
}

}  // namespace
}  // namespace reglab::gateway
