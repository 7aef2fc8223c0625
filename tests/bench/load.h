#ifndef REGLAB_TESTS_BENCH_LOAD_H_
#define REGLAB_TESTS_BENCH_LOAD_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace reglab::bench {

// What one run of a client saw.
struct Outcome {
  // Right answers within the measured seconds, and in all (warm-up too).
  uint64_t measured = 0;
  uint64_t all = 0;
  // Wrong status, wrong body, no answer: any of these voids the run.
  uint64_t wrong = 0;
  std::string first_wrong;
};

using Clock = std::chrono::steady_clock;

// When a run warms up, measures and ends.
struct Schedule {
  Clock::time_point measure_from;
  Clock::time_point until;
};

// HTTP/1.1 over `connections` kept connections, one request in flight on each.
// Each request is one of `targets`, chosen uniformly; its answer must be 200
// and hold `expected` of that target as often as the target says.
struct HttpTarget {
  std::string path;
  std::string expected;
  int times = 1;
};
struct HttpOptions {
  // Values of the Authorization header, one chosen uniformly for each request.
  std::vector<std::string> authorizations;
  // Not empty: each request is a POST of this with an Idempotency-Key of its
  // own, which also replaces {n} in the path; its answer must be 201.
  std::string body;
};
Outcome RunHttp(const std::string& host, int port, int connections,
                const std::vector<HttpTarget>& targets,
                const HttpOptions& options, Schedule schedule);

}  // namespace reglab::bench

#endif  // REGLAB_TESTS_BENCH_LOAD_H_
