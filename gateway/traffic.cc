#include "gateway/traffic.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

// Methods that nobody defined must not make a metric each.
std::string_view KnownMethod(std::string_view method) {
  for (std::string_view known :
       {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}) {
    if (method == known) return known;
  }
  return "other";
}

struct Pair {
  prometheus::Counter* requests;
  prometheus::Histogram* seconds;
};

}  // namespace

struct Traffic::Metrics {
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("reglab_gateway_requests_total")
          .Help("Requests by route, method and status")
          .Register(*MetricsRegistry());
  prometheus::Family<prometheus::Histogram>& seconds =
      prometheus::BuildHistogram()
          .Name("reglab_gateway_request_seconds")
          .Help("From the first byte of a request to the end of its response")
          .Register(*MetricsRegistry());
  prometheus::Counter& hits = prometheus::BuildCounter()
                                  .Name("reglab_gateway_cache_hits_total")
                                  .Help("Requests answered from the cache")
                                  .Register(*MetricsRegistry())
                                  .Add({});

  // Adding to a family takes a lock and a search of labels, so each thread
  // remembers what it has found. Routes and methods are constants.
  Pair Find(std::string_view route, std::string_view method, int status) {
    using Key = std::tuple<const Metrics*, const char*, const char*, int>;
    thread_local absl::flat_hash_map<Key, Pair> known;
    const auto [place, is_new] =
        known.try_emplace(Key(this, route.data(), method.data(), status));
    if (is_new) {
      place->second = {
          &requests.Add({{"route", std::string(route)},
                         {"method", std::string(method)},
                         {"status", absl::StrCat(status)}}),
          &seconds.Add({{"route", std::string(route)}},
                       prometheus::Histogram::BucketBoundaries{
                           0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                           0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10})};
    }
    return place->second;
  }
};

Traffic::Traffic(bool log_requests)
    : log_requests_(log_requests), metrics_(std::make_unique<Metrics>()) {}

Traffic::~Traffic() = default;

void Traffic::Observe(const Seen& seen) {
  const std::string_view method = KnownMethod(seen.method);
  const std::string_view route =
      seen.route.empty() ? std::string_view("none") : seen.route;
  const Pair pair = metrics_->Find(route, method, seen.status);
  pair.requests->Increment();
  pair.seconds->Observe(absl::ToDoubleSeconds(seen.took));
  if (seen.cache_hit) metrics_->hits.Increment();
  if (!log_requests_) return;
  LogInfo("request", {{"method", method},
                      {"route", route},
                      {"status", int64_t(seen.status)},
                      {"ms", absl::ToDoubleMilliseconds(seen.took)},
                      {"bytes", int64_t(seen.bytes)},
                      {"cached", seen.cache_hit},
                      {"trace_id", seen.trace_id}});
}

}  // namespace reglab::gateway
