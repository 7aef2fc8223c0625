#include "services/common/raw_service.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/impl/codegen/rpc_service_method.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include <mutex>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "google/rpc/status.pb.h"
#include "services/common/field_rules.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

constexpr absl::Duration kDefaultDeadline = absl::Seconds(30);
// A reader of the feed hears that it is complete at least this often.
constexpr absl::Duration kBeat = absl::Milliseconds(400);
// A stream ends before its caller's rights could be out of date by more.
constexpr absl::Duration kMostWatch = absl::Minutes(1);
constexpr int kMostWaitSeconds = 30;

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Header(const grpc::CallbackServerContext& context,
                   const char* name) {
  auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

Incoming IncomingOf(const grpc::CallbackServerContext& context) {
  Incoming incoming;
  incoming.arrived = absl::Now();
  incoming.assertion = Header(context, "authorization");
  if (incoming.assertion.starts_with("Bearer ")) {
    incoming.assertion.erase(0, 7);
  } else {
    incoming.assertion.clear();
  }
  incoming.traceparent = Header(context, "traceparent");
  // What comes without a trace gets one, so that the log line has it.
  if (TraceIdOf(incoming.traceparent).empty()) {
    incoming.traceparent = ContinueTrace("");
  }
  incoming.accept_language = Header(context, "accept-language");
  incoming.deadline = std::min(absl::FromChrono(context.deadline()),
                               incoming.arrived + kDefaultDeadline * 4);
  return incoming;
}

grpc::Status ToGrpc(const absl::Status& status, const Incoming& incoming) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status details =
      ToProto(status, PrefersSwedish(incoming.accept_language));
  return grpc::Status(static_cast<grpc::StatusCode>(details.code()),
                      details.message(), details.SerializeAsString());
}

absl::Status ReadMessage(const grpc::ByteBuffer& bytes, Message& message) {
  grpc::ByteBuffer copy(bytes);
  grpc::ProtoBufferReader reader(&copy);
  if (!reader.status().ok() || !message.ParseFromZeroCopyStream(&reader)) {
    return InvalidField("", {Concat("The message is no valid ",
                                    message.GetDescriptor()->full_name()),
                             Concat("Meddelandet är inte ett giltigt ",
                                    message.GetDescriptor()->full_name())});
  }
  return absl::OkStatus();
}

absl::Status MessageTooLarge(int64_t limit) {
  return MakeError(absl::StatusCode::kResourceExhausted, "BODY_TOO_LARGE",
                   {Concat("The message has more than ", limit,
                           " bytes. Send less at a time."),
                    Concat("Meddelandet har mer än ", limit,
                           " byte. Skicka mindre åt gången.")});
}

void WriteMessage(const Message& message, grpc::ByteBuffer* bytes) {
  grpc::ProtoBufferWriter writer(bytes, grpc::kProtoBufferWriterMaxBufferLength,
                                 int(message.ByteSizeLong()));
  message.SerializeToZeroCopyStream(&writer);
}

// The feed's messages are alike in the three packages; their fields are found
// by name.
void FillBatch(const FeedBatch& batch, Message& response) {
  const auto* type = response.GetDescriptor();
  const auto* reflection = response.GetReflection();
  for (const FeedEntry& entry : batch.entries) {
    Message* change =
        reflection->AddMessage(&response, type->FindFieldByName("changes"));
    const auto* change_type = change->GetDescriptor();
    const auto* change_reflection = change->GetReflection();
    const auto text = [&](const char* field, const std::string& value) {
      change_reflection->SetString(change, change_type->FindFieldByName(field),
                                   value);
    };
    text("name", entry.name);
    text("type", entry.type);
    text("etag", entry.etag);
    const FieldDescriptor* kind = change_type->FindFieldByName("kind");
    change_reflection->SetEnum(change, kind,
                               kind->enum_type()->FindValueByName(entry.kind));
    Message* time = change_reflection->MutableMessage(
        change, change_type->FindFieldByName("time"));
    const int64_t micros = absl::ToUnixMicros(entry.time);
    time->GetReflection()->SetInt64(
        time, time->GetDescriptor()->FindFieldByName("seconds"),
        micros / 1'000'000);
    time->GetReflection()->SetInt32(
        time, time->GetDescriptor()->FindFieldByName("nanos"),
        int(micros % 1'000'000) * 1000);
    change_reflection->SetInt64(change, change_type->FindFieldByName("seq"),
                                entry.seq);
  }
  reflection->SetString(&response, type->FindFieldByName("next_since"),
                        ChangeFeed::MakeToken(batch.next));
  reflection->SetBool(&response, type->FindFieldByName("complete"),
                      batch.complete);
}

// ListChanges: answered by the feed, so that a long poll holds no worker.
class ChangesCall : public grpc::ServerUnaryReactor {
 public:
  ChangesCall(Serving& serving, const Method& method, Incoming incoming,
              const grpc::ByteBuffer* request, grpc::ByteBuffer* response)
      : serving_(serving),
        method_(method),
        incoming_(std::move(incoming)),
        response_(response),
        request_(method.request->New()) {
    absl::Status parsed = ReadMessage(*request, *request_);
    if (!parsed.ok()) {
      End(parsed);
    } else if (!serving_.workers.Run([this] { Start(); })) {
      End(Overloaded());
    }
  }
  void OnCancel() override {
    std::shared_ptr<ChangeFeed::Reader> reader;
    {
      std::lock_guard lock(mutex_);
      reader = reader_;
    }
    if (reader == nullptr) return;
    serving_.feed.Remove(reader);
    End(absl::CancelledError("cancelled"));
  }
  void OnDone() override { delete this; }

 private:
  void Start() {
    const absl::StatusOr<std::shared_ptr<const Caller>> caller =
        serving_.runtime.Authorize(method_, incoming_);
    absl::Status status = caller.status();
    if (status.ok()) {
      caller_ = **caller;
      status = CheckFields(*request_);
    }
    if (!status.ok()) return End(status);
    const auto* type = request_->GetDescriptor();
    const auto* reflection = request_->GetReflection();
    absl::StatusOr<int64_t> position = serving_.feed.ReadToken(
        reflection->GetString(*request_, type->FindFieldByName("since")));
    if (!position.ok()) return End(position.status());
    auto reader = std::make_shared<ChangeFeed::Reader>();
    reader->audience = AudienceOf(caller_);
    reader->position = *position;
    const int page_size =
        reflection->GetInt32(*request_, type->FindFieldByName("page_size"));
    reader->page_size = page_size <= 0 ? 20 : std::min(page_size, 500);
    const int wait =
        reflection->GetInt32(*request_, type->FindFieldByName("wait_seconds"));
    reader->due =
        absl::Now() + absl::Seconds(std::clamp(wait, 0, kMostWaitSeconds));
    reader->due =
        std::min(reader->due, incoming_.deadline - absl::Milliseconds(200));
    reader->take = [this](const FeedBatch& batch) {
      std::unique_ptr<Message> response(method_.response->New());
      FillBatch(batch, *response);
      WriteMessage(*response, response_);
      End(absl::OkStatus());
      return true;
    };
    {
      std::lock_guard lock(mutex_);
      reader_ = reader;
    }
    serving_.feed.Add(std::move(reader));
  }

  void End(const absl::Status& status) {
    if (ended_.exchange(true)) return;
    serving_.runtime.Observe(method_, incoming_, caller_, status);
    Finish(ToGrpc(status, incoming_));
  }

  Serving& serving_;
  const Method& method_;
  const Incoming incoming_;
  grpc::ByteBuffer* const response_;
  std::unique_ptr<Message> request_;
  Caller caller_;
  std::mutex mutex_;
  std::shared_ptr<ChangeFeed::Reader> reader_;
  std::atomic<bool> ended_{false};
};

// WatchChanges: writes one batch at a time and keeps nothing but a position.
class ChangesStream : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  ChangesStream(Serving& serving, const Method& method, Incoming incoming,
                const grpc::ByteBuffer* request)
      : serving_(serving),
        method_(method),
        incoming_(std::move(incoming)),
        request_(method.request->New()) {
    absl::Status parsed = ReadMessage(*request, *request_);
    if (!parsed.ok()) {
      End(parsed);
    } else if (!serving_.workers.Run([this] { Start(); })) {
      End(Overloaded());
    }
  }

  void OnWriteDone(bool ok) override {
    bool stop;
    {
      std::lock_guard lock(mutex_);
      writing_ = false;
      stop = !ok || stopping_ || serving_.draining || absl::Now() > until_;
    }
    if (stop) Leave(ok ? absl::OkStatus() : absl::CancelledError("cancelled"));
  }
  void OnCancel() override {
    bool writing;
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      writing = writing_ || reader_ == nullptr;
    }
    if (!writing) Leave(absl::CancelledError("cancelled"));
  }
  void OnDone() override { delete this; }

 private:
  void Start() {
    const absl::StatusOr<std::shared_ptr<const Caller>> caller =
        serving_.runtime.Authorize(method_, incoming_);
    absl::Status status = caller.status();
    if (status.ok()) {
      caller_ = **caller;
      status = CheckFields(*request_);
    }
    if (!status.ok()) return End(status);
    const std::string since = request_->GetReflection()->GetString(
        *request_, request_->GetDescriptor()->FindFieldByName("since"));
    absl::StatusOr<int64_t> position =
        since.empty() ? serving_.feed.Head() : serving_.feed.ReadToken(since);
    if (!position.ok()) return End(position.status());
    auto reader = std::make_shared<ChangeFeed::Reader>();
    reader->audience = AudienceOf(caller_);
    reader->position = *position;
    reader->due = absl::Now();
    reader->beat = kBeat;
    reader->take = [this](const FeedBatch& batch) {
      std::unique_lock lock(mutex_);
      if (writing_ || stopping_) return false;
      if (serving_.draining) {
        // Nothing may be touched after End: the stream can be gone.
        stopping_ = true;
        reader_->finished = true;
        lock.unlock();
        End(absl::OkStatus());
        return true;
      }
      writing_ = true;
      std::unique_ptr<Message> response(method_.response->New());
      FillBatch(batch, *response);
      buffer_.Clear();
      WriteMessage(*response, &buffer_);
      StartWrite(&buffer_);
      return true;
    };
    bool cancelled;
    {
      std::lock_guard lock(mutex_);
      until_ = std::min(incoming_.deadline, absl::Now() + kMostWatch);
      cancelled = stopping_;
      if (!cancelled) reader_ = reader;
    }
    if (cancelled) return End(absl::CancelledError("cancelled"));
    serving_.feed.Add(std::move(reader));
  }

  void Leave(const absl::Status& status) {
    serving_.feed.Remove(reader_);
    End(status);
  }

  void End(const absl::Status& status) {
    if (ended_.exchange(true)) return;
    serving_.runtime.Observe(method_, incoming_, caller_, status);
    Finish(ToGrpc(status, incoming_));
  }

  Serving& serving_;
  const Method& method_;
  const Incoming incoming_;
  std::unique_ptr<Message> request_;
  Caller caller_;
  std::mutex mutex_;
  std::shared_ptr<ChangeFeed::Reader> reader_;
  grpc::ByteBuffer buffer_;
  absl::Time until_ = absl::InfiniteFuture();
  bool writing_ = false;
  bool stopping_ = false;
  std::atomic<bool> ended_{false};
};

// One service of the contract, as gRPC knows it: raw bytes in and out, so that
// no code is needed per method.
class RawService : public grpc::Service {
 public:
  RawService(Serving& serving, std::vector<const Method*> methods) {
    for (const Method* method : methods) {
      const bool streams = method->descriptor->server_streaming();
      AddMethod(new grpc::internal::RpcServiceMethod(
          method->path.c_str(),
          streams ? grpc::internal::RpcMethod::SERVER_STREAMING
                  : grpc::internal::RpcMethod::NORMAL_RPC,
          nullptr));
      if (streams) {
        MarkMethodCallback(
            index_++,
            new grpc::internal::CallbackServerStreamingHandler<
                grpc::ByteBuffer, grpc::ByteBuffer>(
                [&serving, method](grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request) {
                  return new ChangesStream(serving, *method,
                                           IncomingOf(*context), request);
                }));
        continue;
      }
      MarkMethodCallback(
          index_++,
          new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer,
                                                   grpc::ByteBuffer>(
              [&serving, method](
                  grpc::CallbackServerContext* context,
                  const grpc::ByteBuffer* request,
                  grpc::ByteBuffer* response) -> grpc::ServerUnaryReactor* {
                if (method->handler == nullptr) {
                  return new ChangesCall(serving, *method, IncomingOf(*context),
                                         request, response);
                }
                return Start(serving, *method, context, request, response);
              }));
    }
  }

 private:
  static grpc::ServerUnaryReactor* Start(Serving& serving, const Method& method,
                                         grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    Incoming incoming = IncomingOf(*context);
    if (int64_t(request->Length()) > method.most_bytes) {
      const absl::Status status = MessageTooLarge(method.most_bytes);
      serving.runtime.Observe(method, incoming, Caller(), status);
      reactor->Finish(ToGrpc(status, incoming));
      return reactor;
    }
    const bool taken = serving.workers.Run([&serving, &method, reactor,
                                            incoming, request, response] {
      // Who waited for more than a quarter of the time would most likely get
      // an answer that nobody waits for any more.
      const absl::Duration allowed = incoming.deadline - incoming.arrived;
      absl::Status status;
      if (absl::Now() - incoming.arrived > allowed / 4) {
        status = Overloaded();
        serving.runtime.Observe(method, incoming, Caller(), status);
      } else {
        std::unique_ptr<Message> message(method.request->New());
        std::unique_ptr<Message> answer(method.response->New());
        status = ReadMessage(*request, *message);
        if (status.ok()) {
          status = serving.runtime.Execute(method, incoming, *message, *answer);
        }
        if (status.ok()) WriteMessage(*answer, response);
      }
      reactor->Finish(ToGrpc(status, incoming));
    });
    if (!taken) {
      serving.runtime.Observe(method, incoming, Caller(), Overloaded());
      reactor->Finish(ToGrpc(Overloaded(), incoming));
    }
    return reactor;
  }

  int index_ = 0;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRawService(
    Serving& serving, const std::vector<const Method*>& methods) {
  return std::make_unique<RawService>(serving, methods);
}

}  // namespace reglab
