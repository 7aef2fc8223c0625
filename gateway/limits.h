#ifndef REGLAB_GATEWAY_LIMITS_H_
#define REGLAB_GATEWAY_LIMITS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace reglab::gateway {

struct LimitOptions {
  int most_connections = 4096;
  int most_in_flight = 1024;          // calls to the services
  int most_streams = 128;             // answers sent as they come; 1 MiB each
  size_t most_body_bytes = 64 << 20;  // of all requests together
};

// How much is taken on at a time. What goes over is refused at once, so that
// what was taken on is answered. Every Take that returned true is ended by one
// Return. Thread-safe.
class Limits {
 public:
  explicit Limits(const LimitOptions& options) : options_(options) {}

  bool TakeConnection() {
    return Take(connections_, 1, options_.most_connections);
  }
  void ReturnConnection() { connections_ -= 1; }
  bool TakeCall() { return Take(calls_, 1, options_.most_in_flight); }
  void ReturnCall() { calls_ -= 1; }
  bool TakeStream() { return Take(streams_, 1, options_.most_streams); }
  void ReturnStream() { streams_ -= 1; }
  bool TakeBody(size_t bytes) {
    return Take(body_bytes_, int64_t(bytes), int64_t(options_.most_body_bytes));
  }
  void ReturnBody(size_t bytes) { body_bytes_ -= int64_t(bytes); }
  // For a body that is larger than most may be: one at a time, so that the
  // others keep their part.
  bool TakeLargeBody() { return Take(large_bodies_, 1, 1); }
  void ReturnLargeBody() { large_bodies_ -= 1; }

  int64_t connections() const { return connections_; }
  int64_t calls() const { return calls_; }
  int64_t streams() const { return streams_; }

 private:
  static bool Take(std::atomic<int64_t>& used, int64_t amount, int64_t most) {
    if (used.fetch_add(amount) + amount <= most) return true;
    used -= amount;
    return false;
  }

  const LimitOptions options_;
  std::atomic<int64_t> connections_{0};
  std::atomic<int64_t> calls_{0};
  std::atomic<int64_t> streams_{0};
  std::atomic<int64_t> body_bytes_{0};
  std::atomic<int64_t> large_bodies_{0};
};

// How often each caller may ask: a bucket of tokens for each, as large as what
// may be asked in a minute, filled evenly. A fixed number of buckets is kept;
// when there are more callers than that, the bucket goes that is the fullest,
// so that what is forgotten is little. Thread-safe.
class RateLimits {
 public:
  using Clock = std::chrono::steady_clock;

  struct Turn {
    bool granted = true;
    int per_minute = 0;
    int remaining = 0;                   // requests that may follow at once
    std::chrono::seconds full_in{0};     // until all may be asked at once
    std::chrono::seconds granted_in{0};  // until the next is granted
  };

  // `buckets` is rounded up; each takes 16 bytes.
  explicit RateLimits(size_t buckets = 65536);

  // `who` is a name or an address; `per_minute` is at least 1.
  Turn Take(std::string_view who, int per_minute,
            Clock::time_point now = Clock::now());

  // "RateLimit-Policy" and "RateLimit" (draft-ietf-httpapi-ratelimit-headers),
  // and "Retry-After" when the turn was not granted, each with its line's end.
  static std::string HeaderLines(const Turn& turn);

 private:
  struct Bucket {
    uint64_t owner = 0;  // hash of who; 0: nobody's
    Clock::time_point full_at;
  };
  std::mutex mutex_;
  std::vector<Bucket> buckets_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_LIMITS_H_
