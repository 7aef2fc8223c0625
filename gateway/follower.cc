#include "gateway/follower.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <memory>
#include <string>

#include "reglab/learning/v1/changes.grpc.pb.h"
#include "reglab/meetings/v1/changes.grpc.pb.h"
#include "reglab/membership/v1/changes.grpc.pb.h"
#include "services/common/process.h"

namespace reglab::gateway {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(2);

}  // namespace

Follower::Follower(Upstreams& upstreams, Cache* cache,
                   Authenticator& authenticator)
    : upstreams_(upstreams), cache_(cache), authenticator_(authenticator) {
  threads_.emplace_back([this] {
    Follow<membership::v1::ChangesService, membership::v1::WatchChangesRequest,
           membership::v1::ListChangesResponse>(0);
  });
  threads_.emplace_back([this] {
    Follow<meetings::v1::ChangesService, meetings::v1::WatchChangesRequest,
           meetings::v1::ListChangesResponse>(1);
  });
  threads_.emplace_back([this] {
    Follow<learning::v1::ChangesService, learning::v1::WatchChangesRequest,
           learning::v1::ListChangesResponse>(2);
  });
}

Follower::~Follower() { Stop(); }

void Follower::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (grpc::ClientContext* context : contexts_) {
      if (context != nullptr) context->TryCancel();
    }
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

bool Follower::Pause(absl::Duration time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, absl::ToChronoMilliseconds(time),
                 [this] { return stopping_; });
  return !stopping_;
}

template <class Service, class Request, class Response>
void Follower::Follow(int service) {
  const auto stub = Service::NewStub(upstreams_.ChannelTo(service));
  Request request;
  absl::Duration pause = kFirstPause;
  bool was_followed = false;
  do {
    grpc::ClientContext context;
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
      contexts_[size_t(service)] = &context;
    }
    grpc::Status ended;
    if (upstreams_.AuthorizeAsProcess(service, &context).ok()) {
      const auto reader = stub->WatchChanges(&context, request);
      Response response;
      while (reader->Read(&response)) {
        // Without a token nothing is known of what happened before.
        const bool unknown = request.since().empty();
        if (cache_ != nullptr) {
          if (response.changes_size() > 0 || unknown) cache_->Changed(service);
          if (response.complete()) cache_->Confirmed(service);
        }
        if (service == 0) {
          for (const auto& change : response.changes()) {
            authenticator_.Changed(change.type());
          }
          if (unknown) authenticator_.ChangedAll();
          if (response.complete()) authenticator_.Confirmed();
        }
        request.set_since(response.next_since());
        pause = kFirstPause;
        if (!was_followed) {
          was_followed = true;
          LogInfo("feed_followed", {{"service", kServiceNames[service]}});
        }
      }
      ended = reader->Finish();
    }
    {
      std::lock_guard lock(mutex_);
      contexts_[size_t(service)] = nullptr;
    }
    // A service ends the stream now and then, to look at the caller again.
    if (ended.ok()) continue;
    if (was_followed) {
      was_followed = false;
      LogInfo("feed_lost", {{"service", kServiceNames[service]},
                            {"code", int64_t(ended.error_code())}});
    }
    // A token that the service does not take is no longer of use.
    if (ended.error_code() == grpc::StatusCode::INVALID_ARGUMENT ||
        ended.error_code() == grpc::StatusCode::OUT_OF_RANGE) {
      request.clear_since();
    }
    pause = std::min(pause * 2, kLongestPause);
  } while (Pause(pause));
}

}  // namespace reglab::gateway
