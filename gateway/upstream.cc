#include "gateway/upstream.h"

#include <grpcpp/client_context.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/clock.h"
#include "gateway/link.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

constexpr std::chrono::milliseconds kSweep(100);
// An assertion lives for a minute, and may be half as old when it comes here:
// asking for it again is text, a lookup and a copy for every call.
constexpr absl::Duration kReuse = absl::Seconds(15);
constexpr size_t kMostKept = 20'000;

Text ServiceText(int service) {
  static constexpr std::string_view kSwedish[kServices] = {
      "medlemstjänsten", "mötestjänsten", "lärandetjänsten"};
  return {Concat("the ", kServiceNames[service], " service"),
          std::string(kSwedish[service])};
}

Reply ReplyOf(Answer answer, const Call& call) {
  Reply reply;
  if (answer.code == 0) {
    reply.message = std::move(answer.message);
    return reply;
  }
  if (!answer.details.empty() && reply.status.ParseFromString(answer.details) &&
      reply.status.code() == answer.code) {
    return reply;
  }
  // No service of ours has spoken: the words of the library stay in the log.
  const auto code = static_cast<absl::StatusCode>(answer.code);
  if (code == absl::StatusCode::kUnavailable) {
    return Failed(Unavailable(ServiceText(call.method->service)), call.swedish);
  }
  LogError("upstream", {{"method", call.method->path},
                        {"code", int64_t(answer.code)},
                        {"what", answer.text},
                        {"trace_id", TraceIdOf(call.traceparent)}});
  return Failed(absl::Status(code, ""), call.swedish);
}

}  // namespace

const Caller& GatewayItself() {
  static const Caller* caller = new Caller{
      .name = "processes/gateway", .roles = {"SERVICE"}, .scopes = {"*"}};
  return *caller;
}

Reply Failed(const absl::Status& status, bool swedish) {
  Reply reply;
  reply.status = ToProto(status, swedish);
  return reply;
}

struct Upstreams::State {
  State(const Addresses& addresses_in, const Assertions& assertions_in,
        Threads& threads_in)
      : addresses(addresses_in),
        assertions(assertions_in),
        threads(threads_in) {}

  absl::StatusOr<std::string> AuthorizationOf(
      const std::shared_ptr<const Caller>& caller, int service);
  void Sweep(int thread);

  const Addresses addresses;
  const Assertions& assertions;
  Threads& threads;
  struct Links {
    std::array<std::unique_ptr<Link>, kServices> to;
    std::unique_ptr<boost::asio::steady_timer> timer;
  };
  std::vector<Links> links;  // one for each thread
  std::atomic<unsigned> next{0};
  // The caller is held, so that no other has its address.
  struct Kept {
    std::shared_ptr<const Caller> caller;
    std::string authorization;
  };
  std::mutex mutex;
  std::array<absl::flat_hash_map<const Caller*, Kept>, kServices> kept;
  absl::Time kept_since = absl::InfinitePast();
};

Upstreams::Upstreams(const Addresses& addresses, const Assertions& assertions,
                     Threads& threads)
    : state_(std::make_unique<State>(addresses, assertions, threads)) {
  for (int thread = 0; thread < threads.size(); ++thread) {
    State::Links& links = state_->links.emplace_back();
    for (int service = 0; service < kServices; ++service) {
      links.to[size_t(service)] = std::make_unique<Link>(
          threads.context(thread), addresses[size_t(service)]);
    }
    links.timer =
        std::make_unique<boost::asio::steady_timer>(threads.context(thread));
  }
  for (int thread = 0; thread < threads.size(); ++thread) {
    boost::asio::post(threads.context(thread),
                      [state = state_.get(), thread] { state->Sweep(thread); });
  }
}

Upstreams::~Upstreams() = default;

void Upstreams::State::Sweep(int thread) {
  Links& own = links[size_t(thread)];
  for (const auto& link : own.to) link->Sweep();
  own.timer->expires_after(kSweep);
  own.timer->async_wait([this, thread](const boost::system::error_code& error) {
    if (!error) Sweep(thread);
  });
}

absl::StatusOr<std::string> Upstreams::State::AuthorizationOf(
    const std::shared_ptr<const Caller>& caller, int service) {
  const absl::Time now = absl::Now();
  auto& own = kept[size_t(service)];
  {
    std::lock_guard lock(mutex);
    if (now - kept_since >= kReuse || own.size() >= kMostKept) {
      for (auto& of_service : kept) of_service.clear();
      kept_since = now;
    }
    const auto found = own.find(caller.get());
    if (found != own.end()) return found->second.authorization;
  }
  absl::StatusOr<std::string> assertion =
      assertions.Sign(*caller, kServiceNames[service]);
  if (!assertion.ok()) return assertion.status();
  std::string authorization = Concat("Bearer ", *assertion);
  std::lock_guard lock(mutex);
  own[caller.get()] = {caller, authorization};
  return authorization;
}

void Upstreams::Send(const Call& call, std::function<void(Reply)> done) {
  const int service = call.method->service;
  absl::StatusOr<std::string> authorization =
      state_->AuthorizationOf(call.caller, service);
  if (!authorization.ok()) {
    done(Failed(authorization.status(), call.swedish));
    return;
  }
  auto outgoing = std::make_unique<Outgoing>();
  outgoing->path = call.method->path;
  outgoing->authorization = *std::move(authorization);
  outgoing->traceparent = call.traceparent;
  outgoing->language = call.swedish ? "sv" : "en";
  outgoing->message = call.message;
  outgoing->time = call.method->time;
  // The service knows a request id again.
  outgoing->repeatable =
      call.method->reads ||
      (call.method->request_id_field != 0 &&
       !StringOnWire(call.message, call.method->request_id_field).empty());
  outgoing->done = [call = Call{.method = call.method,
                                .traceparent = call.traceparent,
                                .swedish = call.swedish},
                    done = std::move(done)](Answer answer) {
    done(ReplyOf(std::move(answer), call));
  };
  int thread = state_->threads.current();
  if (thread >= 0) {
    state_->links[size_t(thread)].to[size_t(service)]->Send(
        std::move(outgoing));
    return;
  }
  thread = int(state_->next++ % unsigned(state_->threads.size()));
  Link* link = state_->links[size_t(thread)].to[size_t(service)].get();
  boost::asio::post(state_->threads.context(thread),
                    [link, outgoing = std::move(outgoing)]() mutable {
                      link->Send(std::move(outgoing));
                    });
}

bool Upstreams::Ready() const {
  for (const State::Links& links : state_->links) {
    for (const auto& link : links.to) {
      if (!link->connected()) return false;
    }
  }
  return true;
}

std::shared_ptr<grpc::Channel> Upstreams::ChannelTo(int service) {
  return ProcessChannel(state_->addresses[size_t(service)]);
}

absl::Status Upstreams::AuthorizeAsProcess(int service,
                                           grpc::ClientContext* context) {
  absl::StatusOr<std::string> assertion =
      state_->assertions.Sign(GatewayItself(), kServiceNames[service]);
  if (!assertion.ok()) return assertion.status();
  context->AddMetadata("authorization", Concat("Bearer ", *assertion));
  return absl::OkStatus();
}

}  // namespace reglab::gateway
