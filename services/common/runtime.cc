#include "services/common/runtime.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <atomic>
#include <exception>
#include <future>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "google/api/annotations.pb.h"
#include "google/rpc/status.pb.h"
#include "reglab/options/v1/options.pb.h"
#include "services/common/field_rules.h"
#include "services/common/personal_reads.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

ABSL_FLAG(bool, log_calls, true,
          "Write a log line for each call; errors of ours are always written");

namespace reglab {

extern const void* const kLinkedProtos[];

namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Of methods that say nothing else.
constexpr int64_t kMostRequestBytes = 8 << 20;
constexpr size_t kMostCurrentBytes = 40 << 10;
// Of one answer in a stream.
constexpr absl::Duration kAnswerDeadline = absl::Seconds(10);
constexpr int kChannelsPerUpstream = 2;

// "/reglab.learning.v1.IdeasService/CreateIdea" → "learning".
std::string ServiceOf(std::string_view method) {
  const std::vector<std::string_view> parts = Split(method, '.');
  return parts.size() > 2 ? std::string(parts[1]) : "";
}

// Until it is known who calls.
const std::shared_ptr<const Caller>& NobodyCalls() {
  static const auto* nobody =
      new std::shared_ptr<const Caller>(std::make_shared<const Caller>());
  return *nobody;
}

}  // namespace

bool PrefersSwedish(std::string_view accept_language) {
  double swedish = 0;
  double english = 0;
  for (std::string_view part : Split(accept_language, ',')) {
    const std::vector<std::string_view> range = Split(part, ';');
    double quality = 1;
    for (size_t i = 1; i < range.size(); ++i) {
      std::string_view parameter = Trim(range[i]);
      if (parameter.starts_with("q=") &&
          !absl::SimpleAtod(ForAbsl(parameter.substr(2)), &quality)) {
        quality = 0;
      }
    }
    const std::string language = absl::AsciiStrToLower(ForAbsl(Trim(range[0])));
    if (language == "sv" || language.starts_with("sv-")) {
      swedish = std::max(swedish, quality);
    } else if (language == "en" || language.starts_with("en-")) {
      english = std::max(english, quality);
    }
  }
  return swedish > 0 && swedish >= english;
}

struct Runtime::Upstream {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  std::atomic<size_t> next{0};
};

Runtime::Runtime(std::string service, Database& database,
                 const Assertions& assertions,
                 std::map<std::string, std::string> upstream_addresses)
    : service_(std::move(service)),
      database_(database),
      assertions_(assertions) {
  for (const auto& [name, address] : upstream_addresses) {
    auto upstream = std::make_unique<Upstream>();
    for (int i = 0; i < kChannelsPerUpstream; ++i) {
      upstream->channels.push_back(ProcessChannel(address, i));
    }
    upstreams_[name] = std::move(upstream);
  }
  database_.OnEnqueue([this] { WakeWork(); });
}

Runtime::~Runtime() {
  database_.OnEnqueue({});
  Stop();
}

absl::Status Runtime::Prepare(const Rpcs& rpcs) {
  auto& seconds =
      prometheus::BuildHistogram()
          .Name("reglab_rpc_duration_seconds")
          .Help("Time from a call's arrival to its answer, by method")
          .Register(*MetricsRegistry());
  const std::string package = Concat("reglab.", service_, ".v1");
  // Mentioned so that every proto is linked, and so in the generated pool: no
  // code of a service names its change feed.
  if (kLinkedProtos[0] == nullptr) {
    return absl::FailedPreconditionError("the contract is empty");
  }
  std::map<std::string, const Rpcs::Entry*> handlers;
  for (const Rpcs::Entry& entry : rpcs.entries()) {
    if (!handlers.emplace(entry.method, &entry).second) {
      return absl::FailedPreconditionError(
          Concat(entry.method, " has two handlers"));
    }
  }
  // The services of the package, through the files that its handlers, and the
  // change feed's, come from.
  std::map<std::string, const ServiceDescriptor*> services;
  const DescriptorPool* pool = DescriptorPool::generated_pool();
  std::vector<std::string> names = {Concat(package, ".ChangesService")};
  for (const auto& [method, entry] : handlers) {
    names.push_back(method.substr(0, method.rfind('.')));
  }
  for (const std::string& name : names) {
    const ServiceDescriptor* found = pool->FindServiceByName(name);
    if (found == nullptr || found->file()->package() != package) {
      return absl::FailedPreconditionError(
          Concat(name, " is no service of ", package));
    }
    const auto* file = found->file();
    for (int i = 0; i < file->service_count(); ++i) {
      services[file->service(i)->full_name()] = file->service(i);
    }
  }
  for (const auto& [service_name, service] : services) {
    const bool is_changes = service->name() == "ChangesService";
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* descriptor = service->method(i);
      auto method = std::make_unique<Method>();
      method->path = Concat("/", service_name, "/", descriptor->name());
      method->descriptor = descriptor;
      auto handler = handlers.find(descriptor->full_name());
      if (handler != handlers.end()) {
        if (handler->second->request != descriptor->input_type() ||
            handler->second->response != descriptor->output_type()) {
          return absl::FailedPreconditionError(
              Concat(method->path, " has other messages than its handler"));
        }
        if (descriptor->client_streaming() ||
            descriptor->server_streaming() !=
                (handler->second->stream != nullptr)) {
          return absl::FailedPreconditionError(
              Concat(method->path, " and its handler do not both stream"));
        }
        method->handler = handler->second->handler;
        method->stream = handler->second->stream;
        handlers.erase(handler);
      } else if (!is_changes) {
        return absl::FailedPreconditionError(
            Concat(method->path, " has no handler"));
      }
      const auto& access =
          descriptor->options().GetExtension(options::v1::access);
      if (access.permission().empty()) {
        return absl::FailedPreconditionError(
            Concat(method->path, " has no permission"));
      }
      method->permission = access.permission();
      method->is_public = access.public_();
      // What comes with the text of a body takes little.
      const int64_t most =
          descriptor->options().GetExtension(options::v1::body).most_bytes();
      method->most_bytes = most == 0 ? kMostRequestBytes : most + 65536;
      method->any_caller = access.any_caller();
      method->processes.assign(access.processes().begin(),
                               access.processes().end());
      MessageFactory* factory = MessageFactory::generated_factory();
      method->request = factory->GetPrototype(descriptor->input_type());
      method->response = factory->GetPrototype(descriptor->output_type());
      method->request_id =
          descriptor->input_type()->FindFieldByName("request_id");
      method->validate_only =
          descriptor->input_type()->FindFieldByName("validate_only");
      if (method->processes.empty()) {
        method->personal = PreparePersonalFields(descriptor->output_type());
      }
      PrepareFieldRules(descriptor->input_type());
      method->seconds =
          &seconds.Add({{"method", method->path}},
                       prometheus::Histogram::BucketBoundaries{
                           0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                           0.25, 0.5, 1, 2.5, 5, 10});
      methods_.push_back(std::move(method));
    }
  }
  if (!handlers.empty()) {
    return absl::FailedPreconditionError(
        Concat(handlers.begin()->first, " is no method of the contract"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Caller>> Runtime::Authorize(
    const Method& method, const Incoming& incoming) const {
  ASSIGN_OR_RETURN(std::shared_ptr<const Caller> caller,
                   assertions_.Verify(incoming.assertion, service_));
  if (!method.processes.empty()) {
    for (const std::string& process : method.processes) {
      if (caller->process == process) return caller;
    }
    return PermissionMissing(method.permission);
  }
  if (method.is_public) return caller;
  if (caller->nobody()) {
    return Unauthenticated(
        {"This needs a key or a login: send Authorization: Bearer <key>.",
         "Detta kräver en nyckel eller inloggning: skicka Authorization: "
         "Bearer <nyckel>."});
  }
  if (method.any_caller) return caller;
  if (caller->HasScope(method.permission)) return caller;
  if (!caller->May(method.permission)) {
    return PermissionMissing(method.permission);
  }
  auto confined = std::make_shared<Caller>(*caller);
  confined->ConfineTo(method.permission);
  return confined;
}

absl::Status Runtime::Begin(const Method& method, const Incoming& incoming,
                            const Message& request, Call& call) {
  call.caller_ = NobodyCalls();
  ASSIGN_OR_RETURN(call.caller_, Authorize(method, incoming));
  if (absl::Now() >= incoming.deadline) {
    return absl::DeadlineExceededError("the deadline passed before the call");
  }
  RETURN_IF_ERROR(CheckFields(request));
  call.runtime_ = this;
  call.request_ = &request;
  call.descriptor_ = &method;
  call.audience_ = AudienceOf(call.caller());
  call.deadline_ = incoming.deadline;
  call.traceparent_ = ContinueTrace(incoming.traceparent);
  call.trace_id_ = std::string(TraceIdOf(call.traceparent_));
  call.method_ = method.path;
  call.swedish_ = PrefersSwedish(incoming.accept_language);
  return absl::OkStatus();
}

struct Runtime::Answers {
  Call call;
  Rpcs::NextMessage next;
  absl::Time until;
};

absl::StatusOr<std::shared_ptr<Runtime::Answers>> Runtime::Open(
    const Method& method, const Incoming& incoming, const Message& request,
    Caller* caller) {
  Call call;
  const absl::Status begun = Begin(method, incoming, request, call);
  *caller = call.caller();
  RETURN_IF_ERROR(begun);
  call.deadline_ = std::min(incoming.deadline, absl::Now() + kAnswerDeadline);
  try {
    ASSIGN_OR_RETURN(Rpcs::NextMessage next, method.stream(call, request));
    return std::make_shared<Answers>(
        Answers{std::move(call), std::move(next), incoming.deadline});
  } catch (const std::exception& exception) {
    LogError("exception",
             {{"method", method.path}, {"what", exception.what()}});
    return InternalError();
  }
}

absl::StatusOr<bool> Runtime::NextAnswer(Answers& answers, Message& response) {
  const absl::Time now = absl::Now();
  if (now >= answers.until) {
    return absl::DeadlineExceededError("the client took too long");
  }
  answers.call.deadline_ = std::min(answers.until, now + kAnswerDeadline);
  try {
    return answers.next(answers.call, response);
  } catch (const std::exception& exception) {
    LogError("exception",
             {{"method", answers.call.method_}, {"what", exception.what()}});
    return InternalError();
  }
}

absl::Status Runtime::Execute(const Method& method, const Incoming& incoming,
                              const Message& request, Message& response) {
  Call call;
  absl::Status status = Begin(method, incoming, request, call);
  if (status.ok()) {
    try {
      status = method.handler(call, request, response);
    } catch (const std::exception& exception) {
      LogError("exception",
               {{"method", method.path}, {"what", exception.what()}});
      status = InternalError();
    }
    if (status.ok() && method.personal != nullptr && !call.wrote_) {
      status = RecordReads(call, response);
    }
  }
  Observe(method, incoming, call.caller(), status);
  if (ReasonOf(status) == "ETAG_MISMATCH") AddCurrent(incoming, status);
  return status;
}

void Runtime::AddCurrent(const Incoming& incoming, absl::Status& status) {
  const std::string name = ResourceOf(status);
  for (const auto& method : methods_) {
    if (method->handler == nullptr ||
        !method->descriptor->name().starts_with("Get")) {
      continue;
    }
    const FieldDescriptor* field =
        method->descriptor->input_type()->FindFieldByName("name");
    const bool has_etag =
        method->descriptor->output_type()->FindFieldByName("etag") != nullptr;
    if (field == nullptr || !has_etag) continue;
    std::unique_ptr<Message> request(method->request->New());
    request->GetReflection()->SetString(request.get(), field, name);
    // The pattern of the name says whose name it is.
    if (!CheckFields(*request).ok()) continue;
    std::unique_ptr<Message> current(method->response->New());
    if (Execute(*method, incoming, *request, *current).ok() &&
        current->ByteSizeLong() <= kMostCurrentBytes) {
      AddDetail(status, *current);
    }
    return;
  }
}

absl::Status Runtime::RecordReads(const Call& call, const Message& response) {
  if (call.caller().nobody()) return absl::OkStatus();
  const std::optional<Change> read =
      PersonalDataShown(*call.descriptor_->personal, response,
                        call.descriptor_->is_public, call.caller());
  if (!read.has_value()) return absl::OkStatus();
  const Database::Actor actor{call.caller().name,
                              call.caller().process,
                              call.method_,
                              call.trace_id_,
                              [&call] { return CallerToJson(call.caller()); },
                              call.caller().organization};
  return database_.Transact(call.deadline_, actor, false,
                            [&](Transaction& tx) -> absl::Status {
                              tx.Record(*read);
                              return absl::OkStatus();
                            });
}

void Runtime::Observe(const Method& method, const Incoming& incoming,
                      const Caller& caller, const absl::Status& status) const {
  const double seconds = absl::ToDoubleSeconds(absl::Now() - incoming.arrived);
  method.seconds->Observe(seconds);
  if (!status.ok()) {
    static auto& errors = prometheus::BuildCounter()
                              .Name("reglab_rpc_errors_total")
                              .Help("Calls that ended in an error, by code")
                              .Register(*MetricsRegistry());
    errors
        .Add({{"method", method.path},
              {"code", absl::StatusCodeToString(status.code())}})
        .Increment();
  }
  static const bool log_calls = absl::GetFlag(FLAGS_log_calls);
  if (!log_calls && status.code() != absl::StatusCode::kInternal) return;
  LogInfo("call", {{"method", method.path},
                   {"code", absl::StatusCodeToString(status.code())},
                   {"reason", ReasonOf(status)},
                   {"ms", seconds * 1000},
                   {"caller", caller.name},
                   {"act", caller.process},
                   {"trace_id", TraceIdOf(incoming.traceparent)}});
}

absl::StatusOr<std::string> Runtime::CallUpstream(
    std::string_view method, const std::string& request, const Caller& caller,
    const std::string& traceparent, absl::Time deadline) {
  const std::string service = ServiceOf(method);
  auto found = upstreams_.find(service);
  if (found == upstreams_.end()) {
    LogError("no_upstream", {{"service", service}});
    return InternalError();
  }
  Upstream& upstream = *found->second;
  ASSIGN_OR_RETURN(std::string assertion, assertions_.Sign(caller, service));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(deadline));
  context.AddMetadata("authorization", Concat("Bearer ", assertion));
  if (!traceparent.empty()) context.AddMetadata("traceparent", traceparent);
  const grpc::Slice slice(request);
  grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> finished;
  grpc::GenericStub stub(
      upstream.channels[upstream.next++ % upstream.channels.size()]);
  stub.UnaryCall(&context, std::string(method), grpc::StubOptions(), &sent,
                 &answer, [&finished](grpc::Status status) {
                   finished.set_value(std::move(status));
                 });
  const grpc::Status status = finished.get_future().get();
  if (!status.ok()) {
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
      return Unavailable({service, service});
    }
    google::rpc::Status details;
    if (!details.ParseFromString(status.error_details()) ||
        details.code() == 0) {
      details.set_code(status.error_code());
      details.set_message(status.error_message());
    }
    return FromProto(details);
  }
  std::vector<grpc::Slice> slices;
  answer.Dump(&slices);
  std::string bytes;
  for (const grpc::Slice& part : slices) {
    bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
  }
  return bytes;
}

}  // namespace reglab
