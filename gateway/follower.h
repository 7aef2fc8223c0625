#ifndef REGLAB_GATEWAY_FOLLOWER_H_
#define REGLAB_GATEWAY_FOLLOWER_H_

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/cache.h"
#include "gateway/upstream.h"

namespace grpc {
class ClientContext;
}

namespace reglab::gateway {

// Follows the change feed of every service and tells the cache. A feed that
// breaks is followed again from where it was; until then the cache keeps
// nothing for longer than a second.
class Follower {
 public:
  Follower(Upstreams& upstreams, Cache& cache);
  ~Follower();
  void Stop();

 private:
  template <class Service, class Request, class Response>
  void Follow(int service);
  // False when it is time to stop.
  bool Pause(absl::Duration time);

  Upstreams& upstreams_;
  Cache& cache_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::array<grpc::ClientContext*, kServices> contexts_ = {};
  std::vector<std::thread> threads_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_FOLLOWER_H_
