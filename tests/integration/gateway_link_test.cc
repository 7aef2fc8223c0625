#include <gmock/gmock.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/link.h"
#include "gateway/threads.h"
#include "services/common/spelling.h"
#include "tests/integration/authority.h"

ABSL_DECLARE_FLAG(std::string, tls_certificate);
ABSL_DECLARE_FLAG(std::string, tls_key);
ABSL_DECLARE_FLAG(std::string, tls_ca);

namespace reglab::gateway {
namespace {

using ::testing::HasSubstr;

// A service by grpc++, which our client has not been written with: it answers
// "/echo" with the message, "/fail" with an error and its details, "/big" with
// 20 MiB, "/metadata" with a header of the call, "/stream" with 200 messages of
// 100 kB, each as soon as it may, and "/never" not at all.
class EchoService : public grpc::CallbackGenericService {
 public:
  static constexpr int kStreamed = 200;
  // Of "/stream", since the start.
  static inline std::atomic<int> written{0};
  static inline std::atomic<int> cancelled{0};

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Reactor(context);
  }

 private:
  class Reactor : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(grpc::GenericCallbackServerContext* context)
        : context_(context) {
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      const std::string& method = context_->method();
      if (!ok) return Finish(grpc::Status(grpc::StatusCode::INTERNAL, ""));
      if (method == "/never") return;
      if (method == "/stream") return WriteNext();
      if (method == "/fail") {
        google::rpc::Status details;
        details.set_code(5);
        details.set_message("borta");
        return Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "borta",
                                   details.SerializeAsString()));
      }
      std::string text;
      if (method == "/big") {
        text = std::string(20 << 20, 'x');
      } else if (method == "/metadata") {
        for (const auto& [key, value] : context_->client_metadata()) {
          absl::StrAppend(&text, std::string(key.data(), key.size()), "=",
                          std::string(value.data(), value.size()), "\n");
        }
      } else {
        std::vector<grpc::Slice> slices;
        request_.Dump(&slices);
        for (const grpc::Slice& slice : slices) {
          text.append(reinterpret_cast<const char*>(slice.begin()),
                      slice.size());
        }
      }
      const grpc::Slice slice(text);
      answer_ = grpc::ByteBuffer(&slice, 1);
      StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
    }
    void OnWriteDone(bool ok) override {
      if (context_->method() != "/stream") return;
      if (!ok) {
        ++cancelled;
        return Finish(grpc::Status(grpc::StatusCode::CANCELLED, ""));
      }
      ++written;
      WriteNext();
    }
    void OnCancel() override {
      if (context_->method() == "/never") {
        Finish(grpc::Status(grpc::StatusCode::CANCELLED, ""));
      }
    }
    void OnDone() override { delete this; }

   private:
    void WriteNext() {
      if (++begun_ > kStreamed) return Finish(grpc::Status::OK);
      const grpc::Slice slice(std::string(100'000, char(begun_)));
      answer_ = grpc::ByteBuffer(&slice, 1);
      StartWrite(&answer_);
    }
    int begun_ = 0;
    grpc::GenericCallbackServerContext* context_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer answer_;
  };
};

class LinkTest : public ::testing::Test {
 protected:
  void Serve(int port = 0,
             std::shared_ptr<grpc::ServerCredentials> credentials =
                 grpc::InsecureServerCredentials()) {
    grpc::ServerBuilder builder;
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), credentials,
                             &port_);
    auto service = std::make_unique<EchoService>();
    builder.RegisterCallbackGenericService(service.get());
    server_ = builder.BuildAndStart();
    service_ = std::move(service);
    ASSERT_NE(server_, nullptr);
  }

  void Connect(const std::string& address) {
    links_.push_back(std::make_unique<Link>(threads_.context(0), address));
    link_ = links_.back().get();
    Sweep();
  }
  void Sweep() {
    std::promise<void> swept;
    boost::asio::post(threads_.context(0), [&] {
      link_->Sweep();
      swept.set_value();
    });
    swept.get_future().wait();
  }

  void Send(std::string path, std::string message, absl::Duration time,
            std::function<void(Answer)> done,
            std::shared_ptr<Flow> flow = nullptr) {
    auto call = std::make_unique<Outgoing>();
    call->flow = std::move(flow);
    call->path = *paths_.insert(std::move(path)).first;
    call->authorization = "Bearer a.b.c";
    call->traceparent =
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    call->language = "sv";
    call->message = std::move(message);
    call->time = time;
    call->repeatable = repeatable_;
    call->done = std::move(done);
    boost::asio::post(threads_.context(0),
                      [this, call = std::move(call)]() mutable {
                        link_->Send(std::move(call));
                      });
  }
  Answer Ask(const std::string& path, std::string message = "",
             absl::Duration time = absl::Seconds(10)) {
    std::promise<Answer> answered;
    Send(path, std::move(message), time,
         [&](Answer answer) { answered.set_value(std::move(answer)); });
    std::future<Answer> future = answered.get_future();
    while (future.wait_for(std::chrono::milliseconds(20)) !=
           std::future_status::ready) {
      Sweep();
    }
    return future.get();
  }

  void TearDown() override {
    threads_.Stop();
    links_.clear();
    if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(absl::Now()));
  }

  // Runs `job` on the link's thread.
  template <class Job>
  auto On(Job job) {
    std::promise<decltype(job())> done;
    boost::asio::post(threads_.context(0), [&] { done.set_value(job()); });
    return done.get_future().get();
  }

  // A stream on its way, of which nothing is read.
  std::shared_ptr<Flow> Stream() {
    EchoService::written = 0;
    auto flow = std::make_shared<Flow>();
    Send(
        "/stream", "", absl::Seconds(60),
        [flow](Answer answer) { flow->arrived->end = std::move(answer); },
        flow);
    // Until the service has been held up.
    int before = -1;
    for (int same = 0; same < 20;) {
      Sweep();
      absl::SleepFor(absl::Milliseconds(10));
      const int now = EchoService::written;
      same = now == before && now > 0 ? same + 1 : 0;
      before = now;
    }
    return flow;
  }

  Threads threads_{1};
  std::set<std::string> paths_;
  std::unique_ptr<EchoService> service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  bool repeatable_ = false;
  std::vector<std::unique_ptr<Link>> links_;
  Link* link_ = nullptr;  // the last
};

TEST_F(LinkTest, CarriesMessagesOfEverySize) {
  Serve();
  Connect(absl::StrCat("127.0.0.1:", port_));
  for (const size_t size : {0, 1, 5, 16379, 16384, 100000, 3000000}) {
    std::string message(size, '\0');
    for (size_t i = 0; i < size; ++i) message[i] = char(i * 31 >> 3);
    const Answer answer = Ask("/echo", message);
    EXPECT_EQ(answer.code, 0) << size << ": " << answer.text;
    EXPECT_TRUE(answer.message == message) << size;
  }
  EXPECT_TRUE(link_->connected());
}

TEST_F(LinkTest, AStreamComesAsFastAsItIsReadAndHoldsUpNothingElse) {
  Serve();
  Connect(absl::StrCat("127.0.0.1:", port_));
  const std::shared_ptr<Flow> flow = Stream();
  // One window, and what grpc++ keeps before it.
  EXPECT_LT(EchoService::written, 30);
  EXPECT_LE(On([&] { return flow->arrived->messages.size(); }), 11u);
  // Every byte that others need still comes.
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Ask("/echo", std::string(3'000'000, 'x')).message.size(),
              3'000'000u);
  }
  int read = 0;
  const auto read_some = [&] {
    Flow::Arrived& arrived = *flow->arrived;
    while (!arrived.messages.empty()) {
      const std::string& message = arrived.messages.front();
      EXPECT_EQ(message, std::string(100'000, char(++read)));
      flow->consume(BytesOnWire(message));
      arrived.messages.pop_front();
    }
    return arrived.end.has_value();
  };
  while (!On(read_some)) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(read, EchoService::kStreamed);
  EXPECT_EQ(flow->arrived->end->code, 0) << flow->arrived->end->text;
}

TEST_F(LinkTest, AStreamThatIsGivenUpEndsInTheService) {
  Serve();
  Connect(absl::StrCat("127.0.0.1:", port_));
  EchoService::cancelled = 0;
  const std::shared_ptr<Flow> flow = Stream();
  On([&] {
    flow->cancel();
    return true;
  });
  while (EchoService::cancelled == 0) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(Ask("/echo", "x").message, "x");
  EXPECT_FALSE(flow->arrived->end.has_value());
}

TEST_F(LinkTest, AMessageOfAStreamHasABound) {
  Serve();
  Connect(absl::StrCat("127.0.0.1:", port_));
  auto flow = std::make_shared<Flow>();
  std::promise<Answer> answered;
  Send(
      "/big", "", absl::Seconds(20),
      [&](Answer answer) { answered.set_value(std::move(answer)); }, flow);
  std::future<Answer> future = answered.get_future();
  while (future.wait_for(std::chrono::milliseconds(20)) !=
         std::future_status::ready) {
    Sweep();
  }
  EXPECT_EQ(future.get().code, 8);
}

TEST_F(LinkTest, SendsWhatTheServicesCheck) {
  Serve();
  Connect(absl::StrCat("dns:///localhost:", port_));
  const Answer answer = Ask("/metadata");
  EXPECT_THAT(answer.message, HasSubstr("authorization=Bearer a.b.c\n"));
  EXPECT_THAT(answer.message, HasSubstr("traceparent=00-0af76519"));
  EXPECT_THAT(answer.message, HasSubstr("accept-language=sv\n"));
}

TEST_F(LinkTest, GivesTheDetailsOfAnError) {
  Serve();
  Connect(absl::StrCat("127.0.0.1:", port_));
  const Answer answer = Ask("/fail");
  EXPECT_EQ(answer.code, 5);
  EXPECT_FALSE(answer.local);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(answer.details));
  EXPECT_EQ(details.message(), "borta");
}

TEST_F(LinkTest, GivesUpWhatIsNotAnsweredInTime) {
  Serve();
  Connect(absl::StrCat("127.0.0.1:", port_));
  const absl::Time began = absl::Now();
  EXPECT_EQ(Ask("/never", "", absl::Milliseconds(300)).code, 4);
  EXPECT_LT(absl::Now() - began, absl::Seconds(3));
  EXPECT_EQ(Ask("/echo", "after").message, "after");
}

TEST_F(LinkTest, RefusesAnAnswerThatIsTooLarge) {
  Serve();
  Connect(absl::StrCat("127.0.0.1:", port_));
  EXPECT_EQ(Ask("/big").code, 8);
  EXPECT_EQ(Ask("/echo", "after").message, "after");
}

TEST_F(LinkTest, SaysAtOnceThatNobodyIsThere) {
  Serve();
  const std::string address = absl::StrCat("127.0.0.1:", port_);
  server_->Shutdown(absl::ToChronoTime(absl::Now()));
  server_ = nullptr;
  Connect(address);
  const absl::Time began = absl::Now();
  const Answer answer = Ask("/echo", "x");
  EXPECT_EQ(answer.code, 14);
  EXPECT_TRUE(answer.local);
  EXPECT_LT(absl::Now() - began, absl::Seconds(2));
  EXPECT_FALSE(link_->connected());
}

TEST_F(LinkTest, SaysThatAnAddressHasNoMeaning) {
  Connect("dns:///no-such-name.invalid:1");
  EXPECT_EQ(Ask("/echo", "x").code, 14);
}

TEST_F(LinkTest, FindsAServiceThatComesBack) {
  Serve();
  const int port = port_;
  Connect(absl::StrCat("127.0.0.1:", port));
  EXPECT_EQ(Ask("/echo", "before").message, "before");
  server_->Shutdown(absl::ToChronoTime(absl::Now()));
  server_ = nullptr;
  EXPECT_EQ(Ask("/echo", "x").code, 14);
  Serve(port);
  const absl::Time began = absl::Now();
  while (!link_->connected() && absl::Now() - began < absl::Seconds(20)) {
    Sweep();
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(Ask("/echo", "again").message, "again");
}

// What a rollout does: the service says that it goes, finishes what it has, and
// another takes the port. Calls in between may find nobody; none is answered
// wrongly and none is left without an answer.
TEST_F(LinkTest, AnswersEveryCallOnceWhileTheServiceIsReplaced) {
  Serve();
  const int port = port_;
  Connect(absl::StrCat("127.0.0.1:", port));
  ASSERT_EQ(Ask("/echo", "first").code, 0);
  std::atomic<int> answered{0}, wrong{0}, lost{0};
  std::atomic<bool> stop{false};
  int sent = 0;
  std::thread caller([&] {
    for (; !stop; ++sent) {
      const std::string message = absl::StrCat("call ", sent);
      Send("/echo", message, absl::Seconds(10), [&, message](Answer answer) {
        if (answer.code == 14) {
          ++lost;
        } else if (answer.code != 0 || answer.message != message) {
          ++wrong;
          ADD_FAILURE() << answer.code << " " << answer.text;
        }
        ++answered;
      });
      absl::SleepFor(absl::Microseconds(300));
    }
  });
  for (int i = 0; i < 5; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
    server_->Shutdown(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
    Serve(port);
    const absl::Time began = absl::Now();
    do {
      Sweep();
      absl::SleepFor(absl::Milliseconds(5));
    } while (!link_->connected() && absl::Now() - began < absl::Seconds(20));
    ASSERT_TRUE(link_->connected());
  }
  stop = true;
  caller.join();
  const absl::Time began = absl::Now();
  while (answered < sent && absl::Now() - began < absl::Seconds(20)) Sweep();
  EXPECT_EQ(answered, sent);
  EXPECT_EQ(wrong, 0);
  EXPECT_LT(lost, sent);
}

// Flags are global: a test that has failed must not leave them.
void UseCertificates(const std::string& certificate, const std::string& key,
                     const std::string& authority) {
  absl::SetFlag(&FLAGS_tls_certificate, certificate);
  absl::SetFlag(&FLAGS_tls_key, key);
  absl::SetFlag(&FLAGS_tls_ca, authority);
}

TEST_F(LinkTest, SpeaksMutualTlsWithWhomTheAuthorityKnows) {
  const std::string folder = ::testing::TempDir() + "/link-" +
                             std::to_string(absl::GetCurrentTimeNanos());
  reglab::testing::Authority ours(folder + "/ours");
  reglab::testing::Authority foreign(folder + "/foreign");
  ours.Issue("learning");
  ours.Issue("gateway");
  foreign.Issue("gateway");
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = ours.Text("ca.pem");
  options.pem_key_cert_pairs.push_back(
      {ours.Text("learning.key"), ours.Text("learning.pem")});
  Serve(0, grpc::SslServerCredentials(options));
  const std::string address = absl::StrCat("127.0.0.1:", port_);

  UseCertificates(ours.File("gateway.pem"), ours.File("gateway.key"),
                  ours.File("ca.pem"));
  Connect(address);
  EXPECT_EQ(Ask("/echo", std::string(100000, 'x')).message.size(), 100000);

  // A service that another authority has made is not spoken to.
  UseCertificates(ours.File("gateway.pem"), ours.File("gateway.key"),
                  foreign.File("ca.pem"));
  Connect(address);
  EXPECT_EQ(Ask("/echo", "x").code, 14);
  // Nor is one whose name is another.
  UseCertificates(ours.File("gateway.pem"), ours.File("gateway.key"),
                  ours.File("ca.pem"));
  Connect(absl::StrCat("dns:///localhost:", port_));
  EXPECT_EQ(Ask("/echo", "x").code, 14);
  // Nor does it speak to us when another authority has made ours.
  UseCertificates(foreign.File("gateway.pem"), foreign.File("gateway.key"),
                  ours.File("ca.pem"));
  Connect(address);
  EXPECT_EQ(Ask("/echo", "x").code, 14);
  UseCertificates("", "", "");
  std::filesystem::remove_all(folder);
}

// Takes connections and says things that are no HTTP/2.
TEST_F(LinkTest, EndsAConnectionThatTalksNonsense) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor acceptor(
      context, {boost::asio::ip::make_address("127.0.0.1"), 0});
  std::thread nonsense([&] {
    boost::system::error_code error;
    boost::asio::ip::tcp::socket socket(context);
    acceptor.accept(socket, error);
    socket.write_some(
        boost::asio::buffer(std::string("HTTP/1.1 400 Bad\r\n\r\n")), error);
    std::array<char, 1000> buffer;
    while (socket.read_some(boost::asio::buffer(buffer), error) > 0 && !error) {
    }
  });
  Connect(absl::StrCat("127.0.0.1:", acceptor.local_endpoint().port()));
  EXPECT_EQ(Ask("/echo", "x").code, 14);
  threads_.Stop();
  links_.clear();
  nonsense.join();
}

}  // namespace
}  // namespace reglab::gateway
