#ifndef REGLAB_GATEWAY_FETCHER_H_
#define REGLAB_GATEWAY_FETCHER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace reglab::gateway {

// One request to a provider of identities.
struct Fetch {
  std::string url;
  // What is posted as application/x-www-form-urlencoded; empty: a GET.
  std::string form;
  // Sent as Basic when the user is not empty.
  std::string user;
  std::string password;
  absl::Duration time = absl::Seconds(4);
  size_t most_bytes = 256 << 10;
};

// The body of an answer with status 200. UNAVAILABLE for every other answer
// and for none.
using FetchDone = std::function<void(absl::StatusOr<std::string> body)>;

// As Fetcher::Start.
using StartFetch = std::function<void(Fetch fetch, FetchDone done)>;

// Whether a provider may be asked at this URL: https, or http on this machine.
bool IsSafeUrl(std::string_view url);

// Asks providers over HTTP on a thread of its own, by libcurl: no redirect is
// followed, and every request ends within its time. Thread-safe.
class Fetcher {
 public:
  Fetcher();
  ~Fetcher();

  // `done` is called once, on the fetcher's thread, or at once when too many
  // requests wait (RESOURCE_EXHAUSTED) or the URL is not safe.
  void Start(Fetch fetch, FetchDone done);

  // Gives up what is in progress, whose `done` is still called, and begins
  // nothing more.
  void Stop();

 private:
  struct Running;
  void Loop();

  void* const multi_;  // CURLM
  std::mutex mutex_;
  std::deque<Running*> waiting_;
  size_t in_progress_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_FETCHER_H_
