#ifndef REGLAB_GATEWAY_AUTHENTICATOR_H_
#define REGLAB_GATEWAY_AUTHENTICATOR_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/issuers.h"
#include "gateway/upstream.h"
#include "google/rpc/status.pb.h"
#include "reglab/membership/v1/access.pb.h"
#include "services/common/errors.h"
#include "services/common/identity.h"

namespace reglab::gateway {

// What a credential opens.
struct Credential {
  Caller caller;
  int requests_per_minute = 0;  // 0: without end
  // Of a feed token: the only path with query that may be read; else "".
  std::string feed;
};

// Who calls: the credential, or the error when the status is not OK.
struct Authenticated {
  google::rpc::Status status;
  std::shared_ptr<const Credential> credential;

  // Null when the status is not OK.
  std::shared_ptr<const Caller> caller() const {
    return credential == nullptr
               ? nullptr
               : std::shared_ptr<const Caller>(credential, &credential->caller);
  }
};

// Finds out who a credential speaks for, by asking membership. An answer is
// kept for two seconds, so that a revoked key opens nothing for longer; longer
// only while membership's change feed is alive and has told of nothing that
// bears on anybody's rights. Many requests with one key at once
// ask once. Only a hash of the credential is
// kept. Thread-safe.
class Authenticator {
 public:
  using Clock = std::chrono::steady_clock;
  using Done = std::function<void(const Authenticated&)>;
  // As Upstreams::Send.
  using Sender =
      std::function<void(const Call& call, std::function<void(Reply)> done)>;

  // Without `issuers` no token of a provider is taken.
  explicit Authenticator(Sender sender, Issuers* issuers = nullptr);

  static const std::shared_ptr<const Caller>& Nobody();

  // From membership's change feed: a resource of this type ("membership.Key")
  // was changed; nothing is known of what happened before; and: nothing has
  // happened until now that was not told.
  void Changed(std::string_view type, Clock::time_point now = Clock::now());
  void ChangedAll(Clock::time_point now = Clock::now());
  void Confirmed(Clock::time_point now = Clock::now());

  // The value of the Authorization header, which is not empty. `done` is called
  // once, here or on another thread. An API key, or an access token of a
  // provider. UNAUTHENTICATED for whatever is no valid credential, with the
  // reason KEY_MISTYPED for a key whose check is wrong.
  void Authenticate(std::string_view authorization, bool swedish,
                    const std::string& traceparent, Done done);

  // As Authenticate, for a feed token.
  void AuthenticateFeedToken(std::string_view token, bool swedish,
                             const std::string& traceparent, Done done);

  // As Authenticate, for the secret of a browser's session.
  void AuthenticateSession(std::string_view secret, bool swedish,
                           const std::string& traceparent, Done done);

 private:
  // A kind of credential: how membership is asked about one, what its answer
  // says, what the caller is told when it refuses, and how long an answer is
  // kept at most while the feed is alive.
  struct Kind {
    Method method;
    // Nothing in it for an answer that names nobody.
    std::shared_ptr<Credential> (*read)(const std::string& answer);
    Text refused;
    std::chrono::seconds kept;
  };
  struct Waiting {
    bool swedish;
    Done done;
  };
  struct Entry {
    std::string id;
    std::shared_ptr<const Credential> credential;  // null: it is refused
    Clock::time_point asked;
    Clock::time_point good_until;  // at the latest
  };

  void AuthenticateToken(std::string_view token, bool swedish,
                         const std::string& traceparent, Done done);

  // `id` is a hash of the whole credential, under which the answer is kept.
  // What is kept of a credential, if anything is.
  std::optional<Authenticated> Find(const Kind& kind, const std::string& id,
                                    bool swedish);
  void Ask(const Kind& kind, std::string id,
           const google::protobuf::Message& request, bool swedish,
           const std::string& traceparent, Done done);
  void Finish(const Kind& kind, const std::string& id, Clock::time_point asked,
              Reply reply);

  bool IsGood(const Entry& entry, Clock::time_point now) const;

  const Sender sender_;
  const Kind key_;
  const Kind feed_token_;
  const Kind token_;
  const Kind session_;
  Issuers* const issuers_;
  // Written by the follower, read by everybody.
  std::atomic<Clock::time_point> changed_{Clock::time_point::min()};
  std::atomic<Clock::time_point> confirmed_{Clock::time_point::min()};
  std::mutex mutex_;
  std::list<Entry> entries_;  // the newest first
  absl::flat_hash_map<std::string, std::list<Entry>::iterator> by_id_;
  absl::flat_hash_map<std::string, std::vector<Waiting>> asking_;
};

// What membership says of a person or client as the caller that it is.
Caller CallerOf(const membership::v1::Standing& standing);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_AUTHENTICATOR_H_
