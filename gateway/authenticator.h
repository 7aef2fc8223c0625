#ifndef REGLAB_GATEWAY_AUTHENTICATOR_H_
#define REGLAB_GATEWAY_AUTHENTICATOR_H_

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/upstream.h"
#include "google/rpc/status.pb.h"
#include "services/common/identity.h"

namespace reglab::gateway {

// Who calls: the caller, or the error when the status is not OK.
struct Authenticated {
  google::rpc::Status status;
  std::shared_ptr<const Caller> caller;
};

// Finds out who a credential speaks for, by asking membership. An answer is
// kept for two seconds, so that a revoked key opens nothing for longer; many
// requests with one key at once ask once. Only a hash of the credential is
// kept. Thread-safe.
class Authenticator {
 public:
  using Clock = std::chrono::steady_clock;
  using Done = std::function<void(const Authenticated&)>;
  // As Upstreams::Send.
  using Sender =
      std::function<void(const Call& call, std::function<void(Reply)> done)>;

  explicit Authenticator(Sender sender);

  static const std::shared_ptr<const Caller>& Nobody();

  // The value of the Authorization header, which is not empty. `done` is called
  // once, here or on another thread. UNAUTHENTICATED for whatever is no valid
  // credential.
  void Authenticate(std::string_view authorization, bool swedish,
                    const std::string& traceparent, Done done);

 private:
  struct Waiting {
    bool swedish;
    Done done;
  };
  struct Entry {
    std::string key;
    std::shared_ptr<const Caller> caller;  // null: the credential is refused
    Clock::time_point good_until;
  };
  void Finish(const std::string& key, Clock::time_point asked, Reply reply);

  const Sender sender_;
  const Method method_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the newest first
  absl::flat_hash_map<std::string, std::list<Entry>::iterator> by_key_;
  absl::flat_hash_map<std::string, std::vector<Waiting>> asking_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_AUTHENTICATOR_H_
