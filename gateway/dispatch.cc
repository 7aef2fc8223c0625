#include "gateway/dispatch.h"

#include <utility>

#include "services/common/errors.h"

namespace reglab::gateway {

namespace {

// A stream that is counted.
class Counted : public ReplyStream {
 public:
  Counted(std::unique_ptr<ReplyStream> stream, std::weak_ptr<Limits*> limits)
      : stream_(std::move(stream)), limits_(std::move(limits)) {}
  ~Counted() override {
    if (const auto limits = limits_.lock()) (*limits)->ReturnStream();
  }
  void Next(std::function<void(Part)> done) override {
    stream_->Next(std::move(done));
  }

 private:
  const std::unique_ptr<ReplyStream> stream_;
  const std::weak_ptr<Limits*> limits_;
};

// Nothing but an end.
class Refused : public ReplyStream {
 public:
  explicit Refused(Reply reply) : reply_(std::move(reply)) {}
  void Next(std::function<void(Part)> done) override {
    done({.last = true, .reply = reply_});
  }

 private:
  const Reply reply_;
};

}  // namespace

Dispatch::Dispatch(Sender sender, Limits& limits, Cache* cache, Opener opener)
    : sender_(std::move(sender)),
      limits_(limits),
      cache_(cache),
      opener_(std::move(opener)),
      lives_(std::make_shared<Limits*>(&limits)) {}

std::unique_ptr<ReplyStream> Dispatch::Open(const Call& call) {
  if (!limits_.TakeStream()) {
    return std::make_unique<Refused>(Failed(Overloaded(), call.swedish));
  }
  return std::make_unique<Counted>(opener_(call), lives_);
}

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
