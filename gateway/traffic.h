#ifndef REGLAB_GATEWAY_TRAFFIC_H_
#define REGLAB_GATEWAY_TRAFFIC_H_

#include <memory>
#include <string_view>

#include "absl/time/time.h"

namespace reglab::gateway {

// What is told of every request: one log line and the metrics. Never a query
// string, a name of a resource or a secret. Thread-safe.
class Traffic {
 public:
  struct Seen {
    std::string_view method;
    std::string_view route;  // a template; "" when none was found
    int status;
    size_t bytes;
    absl::Duration took;
    std::string_view trace_id;
    bool cache_hit;
  };

  explicit Traffic(bool log_requests);
  ~Traffic();
  void Observe(const Seen& seen);
  bool logs_requests() const { return log_requests_; }

 private:
  struct Metrics;
  const bool log_requests_;
  std::unique_ptr<Metrics> metrics_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_TRAFFIC_H_
