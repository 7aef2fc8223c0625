#ifndef REGLAB_GATEWAY_LIMITS_H_
#define REGLAB_GATEWAY_LIMITS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace reglab::gateway {

struct LimitOptions {
  int most_connections = 4096;
  int most_in_flight = 1024;          // calls to the services
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

 private:
  static bool Take(std::atomic<int64_t>& used, int64_t amount, int64_t most) {
    if (used.fetch_add(amount) + amount <= most) return true;
    used -= amount;
    return false;
  }

  const LimitOptions options_;
  std::atomic<int64_t> connections_{0};
  std::atomic<int64_t> calls_{0};
  std::atomic<int64_t> body_bytes_{0};
  std::atomic<int64_t> large_bodies_{0};
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_LIMITS_H_
