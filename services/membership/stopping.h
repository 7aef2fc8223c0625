#ifndef REGLAB_SERVICES_MEMBERSHIP_STOPPING_H_
#define REGLAB_SERVICES_MEMBERSHIP_STOPPING_H_

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace reglab::membership {

// Tells threads to end, also those that sleep. Thread-safe.
class Stopping {
 public:
  void Stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
  }
  bool stopped() {
    std::lock_guard lock(mutex_);
    return stopping_;
  }
  // False when it was told to stop meanwhile.
  bool Sleep(absl::Duration time) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, absl::ToChronoMilliseconds(time),
                           [this] { return stopping_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
};

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_STOPPING_H_
