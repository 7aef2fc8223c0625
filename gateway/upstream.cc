#include "gateway/upstream.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <utility>

#include "absl/time/clock.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

constexpr int kChannels = 2;
// An assertion is signed for a minute; nobody's is asked for this often.
constexpr absl::Duration kNobodyReuse = absl::Seconds(5);

Text ServiceText(int service) {
  static constexpr std::string_view kSwedish[kServices] = {
      "medlemstjänsten", "mötestjänsten", "lärandetjänsten"};
  return {Concat("the ", kServiceNames[service], " service"),
          std::string(kSwedish[service])};
}

void StatusOf(const grpc::Status& status, const Call& call,
              google::rpc::Status* result) {
  const std::string details = status.error_details();
  if (!details.empty() && result->ParseFromString(details) &&
      result->code() == status.error_code()) {
    return;
  }
  // No service of ours has spoken: the words of the library stay in the log.
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    *result =
        ToProto(Unavailable(ServiceText(call.method->service)), call.swedish);
    return;
  }
  LogError("upstream", {{"method", call.method->path},
                        {"code", int64_t(status.error_code())},
                        {"what", status.error_message()},
                        {"trace_id", TraceIdOf(call.traceparent)}});
  *result = ToProto(
      absl::Status(static_cast<absl::StatusCode>(status.error_code()), ""),
      call.swedish);
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice single;
  if (buffer.TrySingleSlice(&single).ok()) {
    return std::string(reinterpret_cast<const char*>(single.begin()),
                       single.size());
  }
  std::vector<grpc::Slice> slices;
  buffer.Dump(&slices);
  std::string bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

const Caller& GatewayItself() {
  static const Caller* caller = new Caller{
      .name = "processes/gateway", .roles = {"SERVICE"}, .scopes = {"*"}};
  return *caller;
}

Reply Failed(const absl::Status& status, bool swedish) {
  Reply reply;
  reply.status = ToProto(status, swedish);
  return reply;
}

struct Upstreams::Target {
  std::string address;
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  std::atomic<unsigned> next{0};
  std::mutex mutex;
  std::string nobody_assertion;
  absl::Time nobody_since = absl::InfinitePast();
};

struct Upstreams::Running {
  Call call;
  std::function<void(Reply)> done;
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
};

Upstreams::Upstreams(const Addresses& addresses, const Assertions& assertions)
    : assertions_(assertions) {
  for (int i = 0; i < kServices; ++i) {
    targets_[i] = std::make_unique<Target>();
    Target& target = *targets_[i];
    target.address = addresses[i];
    for (int number = 0; number < kChannels; ++number) {
      target.channels.push_back(ProcessChannel(target.address, number));
      target.stubs.push_back(
          std::make_unique<grpc::GenericStub>(target.channels.back()));
    }
  }
}

Upstreams::~Upstreams() { Stop(); }

absl::StatusOr<std::string> Upstreams::AssertionOf(const Caller& caller,
                                                   int service) {
  if (!caller.nobody()) {
    return assertions_.Sign(caller, kServiceNames[service]);
  }
  Target& target = *targets_[service];
  const absl::Time now = absl::Now();
  {
    std::lock_guard lock(target.mutex);
    if (now - target.nobody_since < kNobodyReuse) {
      return target.nobody_assertion;
    }
  }
  absl::StatusOr<std::string> assertion =
      assertions_.Sign(caller, kServiceNames[service]);
  if (assertion.ok()) {
    std::lock_guard lock(target.mutex);
    target.nobody_assertion = *assertion;
    target.nobody_since = now;
  }
  return assertion;
}

void Upstreams::Send(const Call& call, std::function<void(Reply)> done) {
  const int service = call.method->service;
  absl::StatusOr<std::string> assertion = AssertionOf(*call.caller, service);
  if (!assertion.ok()) {
    done(Failed(assertion.status(), call.swedish));
    return;
  }
  auto* running = new Running;
  running->call = call;
  running->done = std::move(done);
  running->context.set_deadline(
      absl::ToChronoTime(absl::Now() + call.method->time));
  running->context.AddMetadata("authorization", Concat("Bearer ", *assertion));
  running->context.AddMetadata("traceparent", call.traceparent);
  running->context.AddMetadata("accept-language", call.swedish ? "sv" : "en");
  const grpc::Slice slice(call.message);
  running->request = grpc::ByteBuffer(&slice, 1);
  bool stopped = false;
  {
    std::lock_guard lock(mutex_);
    stopped = stopped_;
    if (!stopped) running_.insert(running);
  }
  if (stopped) {
    running->done(Failed(Unavailable(ServiceText(service)), call.swedish));
    delete running;
    return;
  }
  Target& target = *targets_[service];
  target.stubs[target.next++ % kChannels]->UnaryCall(
      &running->context, call.method->path, grpc::StubOptions(),
      &running->request, &running->response,
      [this, running](const grpc::Status& status) {
        Reply reply;
        if (status.ok()) {
          reply.message = BytesOf(running->response);
        } else {
          StatusOf(status, running->call, &reply.status);
        }
        running->done(std::move(reply));
        const std::unique_ptr<Running> owned(running);
        std::lock_guard lock(mutex_);
        running_.erase(running);
        if (stopped_) ended_.notify_all();
      });
}

bool Upstreams::Ready() {
  bool ready = true;
  for (const auto& target : targets_) {
    bool any = false;
    for (const auto& channel : target->channels) {
      any |= channel->GetState(/*try_to_connect=*/true) == GRPC_CHANNEL_READY;
    }
    ready &= any;
  }
  return ready;
}

std::shared_ptr<grpc::Channel> Upstreams::ChannelTo(int service) {
  return ProcessChannel(targets_[service]->address, kChannels);
}

absl::Status Upstreams::AuthorizeAsProcess(int service,
                                           grpc::ClientContext* context) {
  absl::StatusOr<std::string> assertion =
      assertions_.Sign(GatewayItself(), kServiceNames[service]);
  if (!assertion.ok()) return assertion.status();
  context->AddMetadata("authorization", Concat("Bearer ", *assertion));
  return absl::OkStatus();
}

void Upstreams::Stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  for (Running* running : running_) running->context.TryCancel();
  ended_.wait(lock, [this] { return running_.empty(); });
}

}  // namespace reglab::gateway
