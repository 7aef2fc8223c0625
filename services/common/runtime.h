#ifndef REGLAB_SERVICES_COMMON_RUNTIME_H_
#define REGLAB_SERVICES_COMMON_RUNTIME_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "services/common/call.h"

namespace google::protobuf {
class FieldDescriptor;
class MethodDescriptor;
}  // namespace google::protobuf
namespace prometheus {
class Counter;
class Histogram;
}  // namespace prometheus

namespace reglab {

struct PersonalFields;

// The bounded pool on which handlers run; gRPC's own threads never block.
// Thread-safe.
class Workers {
 public:
  Workers(int threads, size_t most_waiting);
  ~Workers();
  // False, and the job is not taken, when too many wait already.
  bool Run(std::function<void()> job);
  size_t waiting();
  // Finishes what was taken, then ends the threads.
  void Stop();

 private:
  void Loop();
  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// What came with a call besides its message.
struct Incoming {
  std::string assertion;  // without "Bearer "
  std::string traceparent;
  std::string accept_language;
  absl::Time deadline;
  absl::Time arrived;
};

// One RPC of the service, prepared at start.
struct Method {
  std::string path;  // "/reglab.learning.v1.ActivitiesService/GetActivity"
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  Rpcs::Handler handler;
  const google::protobuf::Message* request = nullptr;
  const google::protobuf::Message* response = nullptr;
  const google::protobuf::FieldDescriptor* request_id = nullptr;
  const google::protobuf::FieldDescriptor* validate_only = nullptr;
  std::string permission;
  bool is_public = false;
  int64_t most_bytes = 0;  // of a request
  bool any_caller = false;
  std::vector<std::string> processes;
  // What of the answer is personal data; null when nothing is.
  const PersonalFields* personal = nullptr;
  prometheus::Histogram* seconds = nullptr;
};

// Everything that a call needs of the process: once, for all RPCs. Built at
// start, then immutable; thread-safe.
class Runtime {
 public:
  Runtime(std::string service, Database& database, const Assertions& assertions,
          std::map<std::string, std::string> upstream_addresses);
  ~Runtime();

  // Matches handlers with the methods of the package; FAILED_PRECONDITION
  // names a method without a handler, without a permission or without rules, or
  // a handler without a method. Streaming methods and the change feed's are
  // served elsewhere and only checked for their options.
  absl::Status Prepare(const Rpcs& rpcs);
  const std::vector<std::unique_ptr<Method>>& methods() const {
    return methods_;
  }

  // Assertion, permission, field rules, handler, exceptions; metrics and the
  // log line. Blocks; runs on a worker. The status has both languages.
  absl::Status Execute(const Method& method, const Incoming& incoming,
                       const google::protobuf::Message& request,
                       google::protobuf::Message& response);

  // Only who calls and whether he may; for what is not run by Execute.
  absl::StatusOr<std::shared_ptr<const Caller>> Authorize(
      const Method& method, const Incoming& incoming) const;
  // For what does not come to Execute: a full queue, a stream that ended.
  void Observe(const Method& method, const Incoming& incoming,
               const Caller& caller, const absl::Status& status) const;

  // Does the recorded work of this database until Stop. Runs on a thread of
  // its own; several replicas share the work.
  void WorkLoop(const Rpcs& rpcs);
  void Stop();

  const std::string& service() const { return service_; }
  Database& database() { return database_; }

  // One blocking call to another service as this process on behalf of `caller`.
  absl::StatusOr<std::string> CallUpstream(std::string_view method,
                                           const std::string& request,
                                           const Caller& caller,
                                           const std::string& traceparent,
                                           absl::Time deadline);

 private:
  friend class Call;
  struct Upstream;
  void WakeWork();
  absl::Status DoWork(const Rpcs& rpcs, int& done);
  // The journal entry of personal data that an answer shows. What can't be
  // journalled is not answered.
  absl::Status RecordReads(const Call& call,
                           const google::protobuf::Message& response);

  const std::string service_;
  Database& database_;
  const Assertions& assertions_;
  std::map<std::string, std::unique_ptr<Upstream>> upstreams_;
  std::vector<std::unique_ptr<Method>> methods_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool work_waiting_ = false;
  bool stopping_ = false;
};

// Whether Swedish is preferred to English (RFC 9110, section 12.5.4).
bool PrefersSwedish(std::string_view accept_language);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_RUNTIME_H_
