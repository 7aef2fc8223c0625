#ifndef REGLAB_GATEWAY_UPSTREAM_H_
#define REGLAB_GATEWAY_UPSTREAM_H_

#include <array>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/methods.h"
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

// Puts an error of our own into an answer.
Reply Failed(const absl::Status& status, bool swedish);

// The channels to the services. Thread-safe.
class Upstreams {
 public:
  using Addresses = std::array<std::string, kServices>;
  Upstreams(const Addresses& addresses, const Assertions& assertions);
  ~Upstreams();

  // Calls a service without waiting; `done` is called once, on a thread of
  // gRPC's, or at once when nothing could be sent. Errors have details and
  // texts for the caller, whatever went wrong.
  void Send(const Call& call, std::function<void(Reply)> done);

  // Whether every service can be called. Begins to connect if needed.
  bool Ready();

  // A channel apart, for what lasts.
  std::shared_ptr<grpc::Channel> ChannelTo(int service);

  // The metadata of a call in the name of this process itself.
  absl::Status AuthorizeAsProcess(int service, grpc::ClientContext* context);

  // Cancels what is still running and waits for its end.
  void Stop();

 private:
  struct Running;
  struct Target;
  absl::StatusOr<std::string> AssertionOf(const Caller& caller, int service);

  const Assertions& assertions_;
  std::array<std::unique_ptr<Target>, kServices> targets_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::set<Running*> running_;
  bool stopped_ = false;
};

// The caller that the gateway itself is.
const Caller& GatewayItself();

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_UPSTREAM_H_
