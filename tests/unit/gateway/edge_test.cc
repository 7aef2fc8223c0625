#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/edge/server.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "tests/unit/gateway/http_client.h"

namespace reglab::gateway {
namespace {

using testing::HasSubstr;

Response Text(int status, std::string body) {
  Response response;
  response.status = status;
  AppendHead(status, &response.own_head);
  absl::StrAppend(&response.own_head, "Content-Length: ", body.size(), "\r\n");
  response.own_body = std::move(body);
  return response;
}

// Says what it was asked; /imports takes larger bodies, /large answers with
// megabytes, /unread leaves the body where it is, /now is at hand.
class Echo : public Handler {
 public:
  bool AnswerNow(const Request& request, Response* response) override {
    if (request.path() != "/now") return false;
    *response = Text(200, "now");
    return true;
  }
  boost::asio::awaitable<void> Answer(const Request& request, Body& body,
                                      Response* response) override {
    if (request.path() == "/large") {
      *response = Text(200, std::string(8 << 20, 'x'));
      co_return;
    }
    if (request.path() == "/unread") {
      *response = Text(401, "no");
      co_return;
    }
    std::string text;
    if (request.path() == "/imports") body.Allow(5000);
    if (!body.empty()) {
      const absl::Status status = co_await body.Read(&text);
      if (!status.ok()) {
        *response = Refuse(request, status);
        co_return;
      }
    }
    *response = Text(200, Concat(request.method(), " ", request.path(), " ",
                                 request.query(), " ", text));
  }
  Response Refuse(const Request&, const absl::Status& status) override {
    const std::string reason = ReasonOf(status);
    const int code = reason == "HEADERS_TOO_LARGE"      ? 431
                     : reason == "URI_TOO_LONG"         ? 414
                     : reason == "BODY_TOO_LARGE"       ? 413
                     : reason == "REQUEST_TIMEOUT"      ? 408
                     : reason == "TOO_MANY_CONNECTIONS" ? 503
                     : reason == "OVERLOADED"           ? 429
                                                        : 400;
    return Text(code, reason);
  }
  void Sent(const Request&, const Response&, size_t, absl::Duration) override {
    ++sent;
  }
  std::atomic<int> sent{0};
};

class Edge : public testing::Test {
 protected:
  void Start(ServerOptions options = {}, LimitOptions limits = {}) {
    options.listen = "127.0.0.1:0";
    limits_ = std::make_unique<Limits>(limits);
    absl::StatusOr<std::unique_ptr<Server>> server =
        Server::Start(options, echo_, *limits_, threads_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  int port() const { return server_->port(); }
  HttpResponse Ask(std::string_view bytes) {
    HttpClient client(port());
    return client.Ask(bytes);
  }

  Threads threads_{2};
  Echo echo_;
  std::unique_ptr<Limits> limits_;
  std::unique_ptr<Server> server_;
};

constexpr std::string_view kGet = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(Edge, AnswersOneRequestAfterTheOther) {
  Start();
  HttpClient client(port());
  for (int i = 0; i < 5; ++i) {
    const HttpResponse response = client.Ask(kGet);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "GET /a b=c ");
    EXPECT_THAT(response["date"], HasSubstr("GMT"));
  }
  EXPECT_GE(echo_.sent, 4);  // the last one is counted after it has arrived
}

TEST_F(Edge, AnswersPipelinedRequestsInOrder) {
  Start();
  HttpClient client(port());
  std::string bytes;
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&bytes, i % 3 == 0 ? "\r\n" : "", "POST /", i,
                    " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n",
                    10 + i);
  }
  client.Send(bytes);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.Read().body, absl::StrCat("POST /", i, "  ", 10 + i));
  }
}

TEST_F(Edge, ReadsARequestThatComesByteByByte) {
  Start();
  HttpClient client(port());
  const std::string_view bytes =
      "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
  for (const char c : bytes) {
    client.Send(std::string_view(&c, 1));
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(client.Read().body, "POST /x  abcdefg");
}

TEST_F(Edge, HeadHasTheLengthAndNoBody) {
  Start();
  HttpClient client(port());
  EXPECT_EQ(
      client.Ask("HEAD /now HTTP/1.1\r\nHost: x\r\n\r\n")["content-length"],
      "3");
  EXPECT_EQ(client.Ask(kGet).status, 200);
}

TEST_F(Edge, SendsALargeResponseToASlowReader) {
  Start();
  HttpClient client(port());
  client.Send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  absl::SleepFor(absl::Milliseconds(100));
  EXPECT_EQ(client.Read().body.size(), size_t{8 << 20});
  EXPECT_EQ(client.Ask(kGet).status, 200);
}

TEST_F(Edge, InvitesTheBodyOfAClientThatAsks) {
  Start();
  HttpClient client(port());
  client.Send(
      "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("abc");
  EXPECT_EQ(client.Read().body, "POST /x  abc");
}

TEST_F(Edge, RefusesABodyBeforeItIsSent) {
  Start();
  HttpClient client(port());
  client.Send(
      "POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n"
      "Expect: 100-continue\r\n\r\n");
  const HttpResponse response = client.Read();
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response["connection"], "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(Edge, TheRefusalOfABodyArrivesAlthoughTheBodyIsStillComing) {
  Start();
  HttpClient client(port());
  client.Send(
      "POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 800000\r\n\r\n");
  client.Send(std::string(800000, 'x'));
  EXPECT_EQ(client.Read().status, 401);
}

TEST_F(Edge, RefusesWhatTwoServersCouldReadDifferently) {
  Start();
  for (const char* fields : {
           "Host: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
           "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n",
           "Host: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n",
           "Host: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n",
           "Host: x\r\nContent-Length: 3, 3\r\n",
           "Host: x\r\nContent-Length: +3\r\n",
           "Host: x\r\nContent-Length: -1\r\n",
           "Host: x\r\nContent-Length: 0x3\r\n",
           "Host: x\r\nContent-Length: 99999999999999999999\r\n",
           "Host: x\r\nTransfer-Encoding: identity\r\n",
           "Host: x\r\nTransfer-Encoding: xchunked\r\n",
           "Host: x\r\nTransfer-Encoding: chunked, identity\r\n",
           "Host: x\r\nTransfer-Encoding: gzip, chunked\r\n",
           "Host: x\r\nTransfer-Encoding: chunked\r\n"
           "Transfer-Encoding: chunked\r\n",
           "Host: x\r\nTransfer-Encoding : chunked\r\n",
           "Host: x\r\nHost: y\r\n",
           "Accept: */*\r\n",
           "Host: x\r\n folded: y\r\nno colon\r\n",
       }) {
    HttpClient client(port());
    const HttpResponse response = client.Ask(
        Concat("POST /x HTTP/1.1\r\n", std::string_view(fields), "\r\nabc"));
    EXPECT_EQ(response.status, 400) << fields;
    EXPECT_EQ(response["connection"], "close") << fields;
  }
}

TEST_F(Edge, RefusesWhatIsNoHttp) {
  Start();
  for (const char* bytes :
       {"nonsense\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\r\n\r\n"}) {
    EXPECT_EQ(Ask(bytes).status, 400) << bytes;
  }
}

TEST_F(Edge, TakesTheAbsoluteFormOfATarget) {
  Start();
  EXPECT_EQ(Ask("GET http://x.example/a?b HTTP/1.1\r\nHost: x\r\n\r\n").body,
            "GET /a b ");
}

TEST_F(Edge, RefusesHeadersOverTheLimit) {
  Start();
  EXPECT_EQ(Ask(Concat("GET / HTTP/1.1\r\nHost: x\r\nX: ",
                       std::string(20000, 'a'), "\r\n\r\n"))
                .status,
            431);
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 1000; ++i) many += "X-Small: abcdefgh\r\n";
  EXPECT_EQ(Ask(many + "\r\n").status, 431);
  EXPECT_EQ(Ask(Concat("GET /", std::string(20000, 'a'),
                       " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .status,
            414);
  EXPECT_EQ(Ask(Concat("GET /", std::string(7000, 'a'),
                       " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .status,
            414);
  EXPECT_EQ(Ask(Concat("GET / HTTP/1.1\r\nHost: x\r\nX: ",
                       std::string(8000, 'a'), "\r\n\r\n"))
                .status,
            200);
}

TEST_F(Edge, RefusesBodiesOverTheLimit) {
  Start({.most_body_bytes = 1000});
  EXPECT_EQ(
      Ask("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n").status,
      413);
  EXPECT_EQ(Ask(Concat("POST /x HTTP/1.1\r\nHost: x\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n400\r\n",
                       std::string(1024, 'x'), "\r\n0\r\n\r\n"))
                .status,
            413);
  EXPECT_EQ(Ask(Concat("POST /x HTTP/1.1\r\nHost: x\r\n"
                       "Content-Length: 1000\r\n\r\n",
                       std::string(1000, 'x')))
                .status,
            200);
}

TEST_F(Edge, TakesALargerBodyWhereItIsAllowed) {
  Start({.most_body_bytes = 1000});
  const auto post = [&](const char* path, size_t bytes) {
    return Ask(Concat("POST ", path, " HTTP/1.1\r\nHost: x\r\nContent-Length: ",
                      bytes, "\r\n\r\n", std::string(bytes, 'x')))
        .status;
  };
  EXPECT_EQ(post("/imports", 5000), 200);
  EXPECT_EQ(post("/imports", 5001), 413);
  EXPECT_EQ(post("/others", 1001), 413);
  EXPECT_EQ(post("/imports", 5000), 200);  // the one before gave back its room
}

TEST_F(Edge, OneLargeBodyIsTakenAtATime) {
  Start({.most_body_bytes = 1000});
  ASSERT_TRUE(limits_->TakeLargeBody());
  const std::string large = Concat(
      "POST /imports HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n",
      std::string(2000, 'x'));
  EXPECT_EQ(Ask(large).status, 429);
  EXPECT_EQ(
      Ask("POST /imports HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
          .status,
      200);
  limits_->ReturnLargeBody();
  EXPECT_EQ(Ask(large).status, 200);
}

TEST_F(Edge, GivesUpOnSlowHeadersAndBodies) {
  Start({.header_time = absl::Milliseconds(300),
         .body_time = absl::Milliseconds(300)});
  EXPECT_EQ(Ask("GET / HTTP/1.1\r\nHost:").status, 408);
  EXPECT_EQ(
      Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc").status,
      408);
}

TEST_F(Edge, EndsConnectionsThatSayNothing) {
  Start({.header_time = absl::Milliseconds(300),
         .idle_time = absl::Milliseconds(300)});
  HttpClient silent(port());
  EXPECT_TRUE(silent.AtEnd());
  HttpClient idle(port());
  EXPECT_EQ(idle.Ask(kGet).status, 200);
  EXPECT_TRUE(idle.AtEnd());
}

TEST_F(Edge, RefusesConnectionsOverTheLimitAndTakesThemAgainLater) {
  Start({}, {.most_connections = 2});
  {
    HttpClient first(port());
    HttpClient second(port());
    EXPECT_EQ(first.Ask(kGet).status, 200);
    EXPECT_EQ(second.Ask(kGet).status, 200);
    HttpClient third(port());
    EXPECT_EQ(third.Read().status, 503);
    EXPECT_EQ(first.Ask(kGet).status, 200);
  }
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (limits_->connections() > 0 && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(Ask(kGet).status, 200);
}

TEST_F(Edge, BodiesTogetherHaveALimit) {
  Start({}, {.most_body_bytes = 1000});
  EXPECT_EQ(Ask(Concat("POST / HTTP/1.1\r\nHost: x\r\n"
                       "Content-Length: 2000\r\n\r\n",
                       std::string(2000, 'x')))
                .status,
            429);
  EXPECT_EQ(
      Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").status,
      200);
}

TEST_F(Edge, EndsAConnectionWhenItIsAsked) {
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                ["connection"],
            "close");
  EXPECT_TRUE(client.AtEnd());
  HttpClient old(port());
  EXPECT_EQ(old.Ask("GET / HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_TRUE(old.AtEnd());
}

TEST_F(Edge, StopsWithinItsGraceAndTakesNothingMore) {
  Start();
  HttpClient idle(port());
  EXPECT_EQ(idle.Ask(kGet).status, 200);
  const int old_port = port();
  const absl::Time began = absl::Now();
  server_->Stop(absl::Seconds(5));
  EXPECT_LT(absl::Now() - began, absl::Seconds(3));
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_FALSE(HttpClient(old_port).connected());
}

TEST_F(Edge, SaysWhenThePortIsTaken) {
  Start();
  Limits limits({});
  Threads threads(1);
  const auto second = Server::Start(
      {.listen = absl::StrCat("127.0.0.1:", port())}, echo_, limits, threads);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Server::Start({.listen = "nowhere"}, echo_, limits, threads)
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(Edge, ServesManyConnectionsAtOnce) {
  Start();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      HttpClient client(port());
      for (int i = 0; i < 100; ++i) {
        const bool now = i % 2 == 0;
        const HttpResponse response =
            client.Ask(now ? "GET /now HTTP/1.1\r\nHost: x\r\n\r\n" : kGet);
        if (response.body == (now ? "now" : "GET /a b=c ")) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 800);
}

}  // namespace
}  // namespace reglab::gateway
