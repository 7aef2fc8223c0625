// What a process does by itself: the work for other services, recorded in the
// transactions that ask for it, and what its services do now and then.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "services/common/process.h"
#include "services/common/runtime.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

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
