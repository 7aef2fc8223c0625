#ifndef REGLAB_GATEWAY_UPSTREAM_H_
#define REGLAB_GATEWAY_UPSTREAM_H_

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/methods.h"
#include "gateway/threads.h"
#include "google/rpc/status.pb.h"
#include "services/common/identity.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace reglab::gateway {

// A call to a service, as whatever door made it.
struct Call {
  const Method* method = nullptr;
  std::shared_ptr<const Caller> caller;  // never null; nobody has no name
  std::string message;                   // the request's wire bytes
  std::string traceparent;
  bool swedish = false;  // the language of error texts
};

// What came back: the response's wire bytes when status.code() is 0.
struct Reply {
  google::rpc::Status status;
  std::string message;
};

// One message of an answer that is a stream, or how the stream ended.
struct Part {
  bool last = false;
  Reply reply;
};

// An answer that is a stream. It is given up when this is destroyed.
class ReplyStream {
 public:
  virtual ~ReplyStream() = default;
  // `done` is called once with the next part, here or on another thread. Not to
  // be asked again before that, nor after the last. What nobody asks for, the
  // service does not send.
  virtual void Next(std::function<void(Part)> done) = 0;
};

// Puts an error of our own into an answer.
Reply Failed(const absl::Status& status, bool swedish);

// The way to the services. Thread-safe.
class Upstreams {
 public:
  using Addresses = std::array<std::string, kServices>;
  // Begins to connect. `threads` must have ended when this is destroyed.
  Upstreams(const Addresses& addresses, const Assertions& assertions,
            Threads& threads);
  ~Upstreams();

  // Calls a service without waiting, on the calling thread when it is one of
  // `threads`. `done` is called once, on that thread, or at once when nothing
  // could be sent; never after the threads have ended. Errors have details and
  // texts for the caller, whatever went wrong.
  void Send(const Call& call, std::function<void(Reply)> done);

  // As Send, for a method that answers a stream. Errors come as its end.
  std::unique_ptr<ReplyStream> Open(const Call& call);

  // Whether every thread can call every service.
  bool Ready() const;

  // A channel apart, for what lasts.
  std::shared_ptr<grpc::Channel> ChannelTo(int service);

  // The metadata of a call in the name of this process itself.
  absl::Status AuthorizeAsProcess(int service, grpc::ClientContext* context);

 private:
  struct State;
  class Stream;
  const std::shared_ptr<State> state_;
};

// The caller that the gateway itself is.
const Caller& GatewayItself();

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_UPSTREAM_H_
