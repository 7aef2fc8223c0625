#ifndef REGLAB_GATEWAY_FOLLOWER_H_
#define REGLAB_GATEWAY_FOLLOWER_H_

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/authenticator.h"
#include "gateway/cache.h"
#include "gateway/upstream.h"

namespace grpc {
class ClientContext;
}

namespace reglab::gateway {

// Follows the change feed of every service and tells the cache, if there is
// one, and the authenticator. A feed that breaks is followed again from where
// it was; until then nothing is kept for long.
class Follower {
 public:
  Follower(Upstreams& upstreams, Cache* cache, Authenticator& authenticator);
  ~Follower();
  void Stop();

 private:
  template <class Service, class Request, class Response>
  void Follow(int service);
  // False when it is time to stop.
  bool Pause(absl::Duration time);

  Upstreams& upstreams_;
  Cache* const cache_;
  Authenticator& authenticator_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::array<grpc::ClientContext*, kServices> contexts_ = {};
  std::vector<std::thread> threads_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_FOLLOWER_H_
