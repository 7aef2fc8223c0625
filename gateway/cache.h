#ifndef REGLAB_GATEWAY_CACHE_H_
#define REGLAB_GATEWAY_CACHE_H_

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/methods.h"
#include "gateway/representation.h"
#include "google/rpc/status.pb.h"

namespace reglab::gateway {

// What one fetch gave: the representations, or the error.
struct Fetched {
  google::rpc::Status status;
  std::shared_ptr<const Representations> value;  // set when the status is OK
};

// Answers that the public may read, shared by all callers. An answer is good
// for a second from the start of its fetch, and longer only while the change
// feed of its service is alive and has told of no change since: a reader is
// never shown for long what the service no longer says. Thread-safe.
class Cache {
 public:
  using Clock = std::chrono::steady_clock;
  using Value = std::shared_ptr<const Representations>;
  using Done = std::function<void(const Fetched&)>;

  // Errors and answers larger than a shard are not kept.
  explicit Cache(size_t most_bytes);

  // The answer if it is still good, otherwise null.
  Value Find(std::string_view key, Clock::time_point now = Clock::now());

  // Waits for the one fetch of this key: `done` is called once, after Complete.
  // A number other than 0 says that the caller must fetch it and Complete with
  // that number, whatever happens. A fetch that began before the latest change
  // is joined by nobody.
  uint64_t Join(std::string_view key, int service, Done done,
                Clock::time_point now = Clock::now());
  void Complete(std::string_view key, uint64_t fetch, Fetched fetched);

  // From the change feed of a service: something changed, or may have changed;
  // and: nothing has happened until now that was not told.
  void Changed(int service, Clock::time_point now = Clock::now());
  void Confirmed(int service, Clock::time_point now = Clock::now());

  size_t bytes() const { return bytes_; }

 private:
  static constexpr size_t kShards = 8;
  struct Entry {
    std::string key;
    Value value;
    int service;
    Clock::time_point fetched;
    size_t bytes;
  };
  struct Flight {
    uint64_t number = 0;
    int service = 0;
    Clock::time_point began;
    std::vector<Done> waiting;
  };
  struct Shard {
    std::mutex mutex;
    std::list<Entry> entries;  // the most recently used first
    absl::flat_hash_map<std::string, std::list<Entry>::iterator> by_key;
    // The newest flight of a key, and older ones that somebody waits for.
    absl::flat_hash_map<std::string, Flight> flights;
    std::vector<std::pair<std::string, Flight>> outdated;
    size_t bytes = 0;
  };
  // Nanoseconds of Clock; written by the follower, read by everybody.
  struct Feed {
    std::atomic<int64_t> changed{INT64_MIN};
    std::atomic<int64_t> confirmed{INT64_MIN};
  };

  Shard& ShardOf(std::string_view key);
  bool IsGood(int service, Clock::time_point fetched,
              Clock::time_point now) const;
  void Remove(Shard& shard, std::list<Entry>::iterator entry);

  const size_t most_shard_bytes_;
  std::array<Shard, kShards> shards_;
  std::array<Feed, kServices> feeds_;
  std::atomic<uint64_t> next_flight_{1};
  std::atomic<size_t> bytes_{0};
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_CACHE_H_
