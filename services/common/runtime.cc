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
#include "absl/strings/str_replace.h"
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
constexpr int kChannelsPerUpstream = 2;
constexpr int kWorkBatch = 10;
constexpr absl::Duration kWorkLease = absl::Seconds(60);
constexpr absl::Duration kWorkDeadline = absl::Seconds(10);
// What takes longer is given more time at each attempt, up to this many times.
constexpr int64_t kMostPatience = 5;
constexpr absl::Duration kWorkPoll = absl::Seconds(1);
constexpr int64_t kMostBackoffSeconds = 30;

// Leases due work, so that a process that dies leaves it to the others.
const Statement kLeaseWork(
    "UPDATE work SET attempts = attempts + 1, "
    "due = now() + make_interval(secs => $2) WHERE id IN ("
    "SELECT id FROM work WHERE due <= now() ORDER BY due LIMIT $1 "
    "FOR UPDATE SKIP LOCKED) "
    "RETURNING id, method, request, subject, caller, trace_id, attempts");
const Statement kFinishWork("DELETE FROM work WHERE id = $1 RETURNING id");
const Statement kPostponeWork(
    "UPDATE work SET due = now() + make_interval(secs => $2) WHERE id = $1");
const Statement kForgetAnswers(
    "DELETE FROM idempotency WHERE at < now() - interval '24 hours'");

// "/reglab.learning.v1.IdeasService/CreateIdea" → "learning".
std::string ServiceOf(std::string_view method) {
  const std::vector<std::string_view> parts = Split(method, '.');
  return parts.size() > 2 ? std::string(parts[1]) : "";
}

// A repetition would be refused again. (A method that the other does not have
// may come with its next version.)
bool IsFinal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
      return true;
    default:
      return false;
  }
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

Workers::Workers(int threads, size_t most_waiting)
    : most_waiting_(most_waiting) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Loop(); });
  }
}

Workers::~Workers() { Stop(); }

bool Workers::Run(std::function<void()> job) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= most_waiting_) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

size_t Workers::waiting() {
  std::lock_guard lock(mutex_);
  return jobs_.size();
}

void Workers::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Workers::Loop() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
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
        method->handler = handler->second->handler;
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

absl::Status Runtime::Execute(const Method& method, const Incoming& incoming,
                              const Message& request, Message& response) {
  const absl::StatusOr<std::shared_ptr<const Caller>> caller =
      Authorize(method, incoming);
  absl::Status status = caller.status();
  if (status.ok() && absl::Now() >= incoming.deadline) {
    status = absl::DeadlineExceededError("the deadline passed before the call");
  }
  if (status.ok()) status = CheckFields(request);
  Call call;
  if (status.ok()) {
    call.runtime_ = this;
    call.request_ = &request;
    call.descriptor_ = &method;
    call.caller_ = *caller;
    call.audience_ = AudienceOf(**caller);
    call.deadline_ = incoming.deadline;
    call.traceparent_ = ContinueTrace(incoming.traceparent);
    call.trace_id_ = std::string(TraceIdOf(call.traceparent_));
    call.method_ = method.path;
    call.swedish_ = PrefersSwedish(incoming.accept_language);
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
  static const Caller* nobody = new Caller;
  Observe(method, incoming, caller.ok() ? **caller : *nobody, status);
  return status;
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

void Runtime::WakeWork() {
  {
    std::lock_guard lock(mutex_);
    work_waiting_ = true;
  }
  wake_.notify_one();
}

void Runtime::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void Runtime::WorkLoop(const Rpcs& rpcs) {
  absl::Time forgot = absl::InfinitePast();
  std::vector<absl::Time> ran(rpcs.tasks().size(), absl::InfinitePast());
  for (;;) {
    int done = 0;
    absl::Status status = DoWork(rpcs, done);
    if (status.ok() && absl::Now() - forgot > absl::Hours(1)) {
      forgot = absl::Now();
      status = database_.Transact(
          absl::Now() + absl::Seconds(30), {}, false,
          [](Transaction& tx) { return tx.Query(kForgetAnswers).status(); });
    }
    for (size_t i = 0; i < rpcs.tasks().size(); ++i) {
      const Rpcs::Recurring& task = rpcs.tasks()[i];
      if (absl::Now() - ran[i] < task.interval) continue;
      ran[i] = absl::Now();
      const absl::Status ended = task.task(database_);
      if (!ended.ok()) {
        LogError("task", {{"name", task.name},
                          {"code", absl::StatusCodeToString(ended.code())},
                          {"reason", ReasonOf(ended)}});
      }
    }
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (status.ok() && done == kWorkBatch) continue;
    wake_.wait_for(lock, absl::ToChronoMilliseconds(kWorkPoll),
                   [this] { return stopping_ || work_waiting_; });
    work_waiting_ = false;
    if (stopping_) return;
  }
}

absl::Status Runtime::DoWork(const Rpcs& rpcs, int& done) {
  struct Leased {
    std::string id, method, request, subject, caller, trace_id;
    int64_t attempts;
  };
  const Database::Actor actor{"", service_, "/reglab/work", ""};
  const auto deadline = [] { return absl::Now() + kWorkDeadline; };
  std::vector<Leased> leased;
  RETURN_IF_ERROR(database_.Transact(
      deadline(), actor, false, [&](Transaction& tx) -> absl::Status {
        leased.clear();
        ASSIGN_OR_RETURN(
            Rows rows,
            tx.Query(kLeaseWork,
                     {kWorkBatch, absl::ToDoubleSeconds(kWorkLease)}));
        for (int i = 0; i < rows.size(); ++i) {
          const Row row = rows[i];
          leased.push_back({std::string(row.Text(0)), std::string(row.Text(1)),
                            row.Bytes(2), std::string(row.Text(3)),
                            std::string(row.Text(4)), std::string(row.Text(5)),
                            row.Int(6)});
        }
        return absl::OkStatus();
      }));
  done = int(leased.size());
  for (const Leased& work : leased) {
    std::string bytes = work.request;
    const MethodDescriptor* descriptor =
        DescriptorPool::generated_pool()->FindMethodByName(
            absl::StrReplaceAll(work.method.substr(1), {{"/", "."}}));
    if (descriptor != nullptr) {
      std::unique_ptr<Message> request(
          MessageFactory::generated_factory()
              ->GetPrototype(descriptor->input_type())
              ->New());
      const FieldDescriptor* request_id =
          descriptor->input_type()->FindFieldByName("request_id");
      if (request->ParseFromString(bytes) && request_id != nullptr) {
        request->GetReflection()->SetString(request.get(), request_id, work.id);
        bytes = request->SerializeAsString();
      }
    }
    const std::string traceparent =
        work.trace_id.size() == 32
            ? Concat("00-", work.trace_id, "-0000000000000001-01")
            : "";
    absl::StatusOr<std::string> answer = CallUpstream(
        work.method, bytes, CallerFromJson(work.caller), traceparent,
        absl::Now() + kWorkDeadline * std::min(work.attempts, kMostPatience));
    LogInfo("work", {{"method", work.method},
                     {"subject", work.subject},
                     {"attempt", work.attempts},
                     {"code", absl::StatusCodeToString(answer.status().code())},
                     {"trace_id", work.trace_id}});
    const bool final = answer.ok() || IsFinal(answer.status());
    Database::Actor worker = actor;
    const Caller caller = CallerFromJson(work.caller);
    worker.caller = caller.name;
    worker.organization = caller.organization;
    worker.trace_id = work.trace_id;
    RETURN_IF_ERROR(database_.Transact(
        deadline(), worker, false, [&](Transaction& tx) -> absl::Status {
          if (!final) {
            const int64_t pause = std::min<int64_t>(
                int64_t{1} << std::min<int64_t>(work.attempts - 1, 10),
                kMostBackoffSeconds);
            return tx.Query(kPostponeWork, {work.id, double(pause)}).status();
          }
          // Gone: another replica, after this one's lease had run out, was
          // faster.
          ASSIGN_OR_RETURN(Rows finished, tx.Query(kFinishWork, {work.id}));
          if (finished.empty()) return absl::OkStatus();
          for (const auto& [method, on_done] : rpcs.work_done()) {
            if (method != work.method) continue;
            RETURN_IF_ERROR(on_done(tx, work.subject,
                                    answer.ok() ? *answer : std::string(),
                                    answer.status()));
          }
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

}  // namespace reglab
