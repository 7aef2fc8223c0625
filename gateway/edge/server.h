#ifndef REGLAB_GATEWAY_EDGE_SERVER_H_
#define REGLAB_GATEWAY_EDGE_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/edge/handler.h"
#include "gateway/limits.h"
#include "gateway/threads.h"

namespace reglab::gateway {

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  // address:port; port 0 is any
  size_t most_header_bytes = 8192;
  size_t most_body_bytes = 6 << 20;      // unless a handler allows more
  size_t largest_body_bytes = 32 << 20;  // that it may allow
  // From the first byte of a request to the end of its header; also how long a
  // new connection may stay silent.
  absl::Duration header_time = absl::Seconds(10);
  absl::Duration body_time = absl::Seconds(60);
  // How long a connection may wait for its next request.
  absl::Duration idle_time = absl::Seconds(60);
  // How long a client may take nothing of a response.
  absl::Duration write_time = absl::Seconds(30);
};

// Serves HTTP/1.1, each connection on one of the threads in turn.
class Server {
 public:
  // Listens and serves. UNAVAILABLE when the address can't be listened on,
  // INVALID_ARGUMENT when it is none.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options,
                                                       Handler& handler,
                                                       Limits& limits,
                                                       Threads& threads);
  // Ends the threads.
  ~Server();

  int port() const;

  // Takes no more connections and requests, and returns when those in progress
  // are answered, at the latest after `grace`; then ends the threads. Called
  // once.
  void Stop(absl::Duration grace);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_EDGE_SERVER_H_
