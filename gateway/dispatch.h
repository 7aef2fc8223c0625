#ifndef REGLAB_GATEWAY_DISPATCH_H_
#define REGLAB_GATEWAY_DISPATCH_H_

#include <functional>
#include <memory>
#include <string>

#include "gateway/cache.h"
#include "gateway/limits.h"
#include "gateway/upstream.h"

namespace reglab::gateway {

// What every call through the gateway goes through, whichever door it came by:
// the limit on calls in progress, the cache, the service with its deadline.
// Thread-safe.
class Dispatch {
 public:
  // As Upstreams::Send.
  using Sender =
      std::function<void(const Call& call, std::function<void(Reply)> done)>;
  using Convert = std::function<Cache::Value(const Reply& reply)>;

  // As Upstreams::Open.
  using Opener = std::function<std::unique_ptr<ReplyStream>(const Call& call)>;

  // `cache` may be null: then every call goes to its service.
  Dispatch(Sender sender, Limits& limits, Cache* cache, Opener opener = {});

  // `done` is called once, here or on another thread.
  void Send(const Call& call, std::function<void(Reply)> done);

  // A call whose answer is a stream. It holds its place among the streams until
  // it is destroyed.
  std::unique_ptr<ReplyStream> Open(const Call& call);

  // For what nobody asks of a public method and all may share: requests with
  // the same key at the same time make one call. `convert` makes what is kept
  // of the answer to it.
  void SendShared(std::string_view key, const Call& call, Convert convert,
                  Cache::Done done);

  // What SendShared would give at once, or null.
  Cache::Value Find(std::string_view key);

  bool shares() const { return cache_ != nullptr; }

 private:
  const Sender sender_;
  Limits& limits_;
  Cache* const cache_;
  const Opener opener_;
  // A stream may be destroyed with the threads, when the limits are gone.
  const std::shared_ptr<Limits*> lives_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_DISPATCH_H_
