#include "gateway/dispatch.h"

#include <utility>

#include "services/common/errors.h"

namespace reglab::gateway {

Dispatch::Dispatch(Sender sender, Limits& limits, Cache* cache)
    : sender_(std::move(sender)), limits_(limits), cache_(cache) {}

void Dispatch::Send(const Call& call, std::function<void(Reply)> done) {
  if (!limits_.TakeCall()) {
    done(Failed(Overloaded(), call.swedish));
    return;
  }
  sender_(call, [this, done = std::move(done)](Reply reply) {
    limits_.ReturnCall();
    done(std::move(reply));
  });
}

void Dispatch::SendShared(std::string_view key, const Call& call,
                          Convert convert, Cache::Done done) {
  const uint64_t fetch =
      cache_->Join(key, call.method->service, std::move(done));
  if (fetch == 0) return;
  Send(call, [cache = cache_, key = std::string(key), fetch,
              convert = std::move(convert)](Reply reply) {
    Fetched fetched;
    if (reply.status.code() == 0) {
      fetched.value = convert(reply);
    } else {
      fetched.status = std::move(reply.status);
    }
    cache->Complete(key, fetch, std::move(fetched));
  });
}

Cache::Value Dispatch::Find(std::string_view key) {
  return cache_ == nullptr ? nullptr : cache_->Find(key);
}

}  // namespace reglab::gateway
