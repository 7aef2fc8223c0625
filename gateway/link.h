#ifndef REGLAB_GATEWAY_LINK_H_
#define REGLAB_GATEWAY_LINK_H_

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace boost::asio {
class io_context;
}

namespace reglab::gateway {

// What came back of a call by gRPC over HTTP/2.
struct Answer {
  int code = 0;         // of google.rpc.Code; 0 is OK
  std::string text;     // grpc-message; or what went wrong here
  std::string details;  // grpc-status-details-bin, decoded: google.rpc.Status
  std::string message;  // the response's wire bytes
  // The service did not say this: nothing came from it, or no gRPC.
  bool local = false;
};

// An answer that is a stream of messages, between the link, which takes them
// from the service, and the one who reads them. The service may send a window
// (1 MiB) beyond what was given back with `consume`, so that a slow reader
// holds it up and nothing piles up here. Used on the link's thread.
struct Flow {
  // What has come and was not taken away yet. The reader keeps it beyond the
  // call, and the call does not keep the reader.
  struct Arrived {
    std::deque<std::string> messages;
    std::optional<Answer> end;  // after which nothing comes
  };
  std::shared_ptr<Arrived> arrived = std::make_shared<Arrived>();
  // Called, and forgotten, when something has arrived. May be empty.
  std::function<void()> wake;
  // The reader wants no more: nothing is called after that.
  bool given_up = false;
  // Set by the link once the call is on its way.
  std::function<void(size_t bytes)> consume;
  std::function<void()> cancel;
};

// What flow control counts of one message.
inline size_t BytesOnWire(std::string_view message) {
  return message.size() + 5;
}

// One call to be made.
struct Outgoing {
  std::string_view
      path;  // "/reglab.…Service/Method"; lives as long as the call
  std::string authorization;  // the whole header
  std::string traceparent;
  std::string_view language;  // "sv" or "en"
  std::string message;        // the request's wire bytes
  absl::Duration time;        // after which it is given up
  // Doing it twice is doing it once.
  bool repeatable = false;
  // Called once, on the link's thread. Of a stream, when it has ended.
  std::function<void(Answer)> done;
  // Null when the answer is one message.
  std::shared_ptr<Flow> flow;
  // Filled by the link.
  int attempts = 0;
  std::chrono::steady_clock::time_point until;
};

// The connections of one thread to one service: gRPC's protocol
// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md) on
// libnghttp2. grpc++ answers on threads of its own, and waking them and being
// woken by them costs more than all the rest of a request.
//
// One connection to each address that the service's name has, taken in turn;
// with mutual TLS when this process has certificates. A lost one is made again;
// a call that no service has seen, or that is repeatable, is sent once more,
// any other never. While nothing can be reached, calls end at once with
// UNAVAILABLE.
//
// Everything but connected() is used on the thread that runs `context`;
// destroyed after that has ended.
class Link {
 public:
  using Clock = std::chrono::steady_clock;

  // `address` as grpc++ takes it: "127.0.0.1:7001", "dns:///membership:7001".
  Link(boost::asio::io_context& context, std::string_view address);
  ~Link();

  void Send(std::unique_ptr<Outgoing> call);

  // Begins to connect where there is no connection, ends what has waited too
  // long and looks whether silent connections are alive. Called a few times a
  // second.
  void Sweep();

  // Whether a call would be sent at once. Thread-safe.
  bool connected() const { return connected_; }

 private:
  class Connection;
  struct State;

  const std::unique_ptr<State> state_;
  std::atomic<bool> connected_{false};
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_LINK_H_
