#include "gateway/edge/server.h"

#include <sys/resource.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/edge/connection.h"
#include "gateway/edge/refusals.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr std::chrono::milliseconds kSweep(250);

// "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0".
std::optional<tcp::endpoint> ParseEndpoint(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  uint16_t port = 0;
  const auto [end, failed] = std::from_chars(
      port_text.data(), port_text.data() + port_text.size(), port);
  Error error;
  const asio::ip::address address =
      asio::ip::make_address(std::string(host), error);
  if (error || failed != std::errc() ||
      end != port_text.data() + port_text.size() || port_text.empty()) {
    return std::nullopt;
  }
  return tcp::endpoint(address, port);
}

// A connection costs a descriptor; the usual soft limit of 1024 is not for
// servers.
void RaiseDescriptorLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// One thread with its connections; everything but `context` is used on the
// thread alone.
struct Worker {
  explicit Worker(asio::io_context& context_in) : context(context_in) {}
  asio::io_context& context;
  asio::steady_timer sweep{context};
  std::list<Connection> connections;
  bool draining = false;
};

}  // namespace

struct Server::State {
  State(ServerOptions options_in, Handler& handler_in, Limits& limits_in,
        Threads& threads_in)
      : options(std::move(options_in)),
        handler(handler_in),
        limits(limits_in),
        threads(threads_in) {}

  const ServerOptions options;
  Handler& handler;
  Limits& limits;
  Threads& threads;
  std::vector<std::unique_ptr<Worker>> workers;
  std::optional<tcp::acceptor> acceptor;
  std::atomic<int> open{0};

  asio::awaitable<void> Accept() {
    size_t next = 0;
    while (acceptor->is_open()) {
      Worker& worker = *workers[next++ % workers.size()];
      Error error;
      tcp::socket socket = co_await acceptor->async_accept(
          worker.context, asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        // Out of descriptors, most likely: some come back when connections end.
        asio::steady_timer pause(workers[0]->context,
                                 std::chrono::milliseconds(50));
        co_await pause.async_wait(
            asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      if (!limits.TakeConnection()) {
        RefuseConnection(std::move(socket));
        continue;
      }
      ++open;
      asio::post(worker.context,
                 [this, &worker, socket = std::move(socket)]() mutable {
                   Serve(worker, std::move(socket));
                 });
    }
  }

  // Says so in one write that is not waited for.
  void RefuseConnection(tcp::socket socket) {
    Request request;
    const Response response = handler.Refuse(request, TooManyConnections());
    Error error;
    socket.non_blocking(true, error);
    socket.write_some(
        asio::buffer(Concat(response.head(), "Connection: close\r\n\r\n",
                            response.body())),
        error);
    socket.shutdown(tcp::socket::shutdown_send, error);
    handler.Sent(request, response, response.body().size(),
                 absl::ZeroDuration());
  }

  void Serve(Worker& worker, tcp::socket socket) {
    const auto place = worker.connections.emplace(
        worker.connections.end(), std::move(socket), options, handler, limits);
    if (worker.draining) place->Drain();
    asio::co_spawn(worker.context, place->Run(),
                   [this, &worker, place](std::exception_ptr failure) {
                     if (failure) LogError("connection_failed");
                     worker.connections.erase(place);
                     limits.ReturnConnection();
                     --open;
                   });
  }

  asio::awaitable<void> Sweep(Worker& worker) {
    Error error;
    while (true) {
      worker.sweep.expires_after(kSweep);
      co_await worker.sweep.async_wait(
          asio::redirect_error(asio::use_awaitable, error));
      const auto now = Connection::Clock::now();
      for (Connection& connection : worker.connections) connection.Expire(now);
    }
  }
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options,
                                                      Handler& handler,
                                                      Limits& limits,
                                                      Threads& threads) {
  const std::optional<tcp::endpoint> endpoint = ParseEndpoint(options.listen);
  if (!endpoint) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", options.listen,
                     "\" is no address and port, as in 127.0.0.1:8080"));
  }
  RaiseDescriptorLimit();
  auto server = std::unique_ptr<Server>(new Server(
      std::make_unique<State>(std::move(options), handler, limits, threads)));
  State& state = *server->state_;
  for (int i = 0; i < threads.size(); ++i) {
    state.workers.push_back(std::make_unique<Worker>(threads.context(i)));
  }
  tcp::acceptor& acceptor = state.acceptor.emplace(state.workers[0]->context);
  Error error;
  acceptor.open(endpoint->protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(*endpoint, error);
  if (!error) acceptor.listen(1024, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(
        "can't listen on ", state.options.listen, ": ", error.message()));
  }
  asio::co_spawn(state.workers[0]->context, state.Accept(), asio::detached);
  for (auto& worker : state.workers) {
    asio::co_spawn(worker->context, state.Sweep(*worker), asio::detached);
  }
  return server;
}

Server::~Server() { state_->threads.Stop(); }

int Server::port() const { return state_->acceptor->local_endpoint().port(); }

void Server::Stop(absl::Duration grace) {
  const absl::Time end = absl::Now() + grace;
  asio::post(state_->workers[0]->context, [state = state_.get()] {
    Error ignored;
    state->acceptor->close(ignored);
  });
  for (auto& worker : state_->workers) {
    asio::post(worker->context, [&worker = *worker] {
      worker.draining = true;
      for (Connection& connection : worker.connections) connection.Drain();
    });
  }
  // A connection counts as open from its acceptance on.
  while (state_->open > 0 && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  state_->threads.Stop();
}

}  // namespace reglab::gateway
