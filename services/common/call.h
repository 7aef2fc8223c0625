#ifndef REGLAB_SERVICES_COMMON_CALL_H_
#define REGLAB_SERVICES_COMMON_CALL_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/common/database.h"
#include "services/common/errors.h"
#include "services/common/identity.h"
#include "services/common/status_macros.h"

namespace google::protobuf {
class Message;
class Descriptor;
}  // namespace google::protobuf

namespace reglab {

class Runtime;
struct Method;

// One RPC in progress, as a handler sees it. The deadline, the assertion, the
// permission and the field rules of the proto have been checked before.
class Call {
 public:
  const Caller& caller() const { return *caller_; }
  const Audience& audience() const { return audience_; }
  absl::Time deadline() const { return deadline_; }
  const std::string& trace_id() const { return trace_id_; }
  // Whether the caller prefers Swedish; errors have both languages anyway.
  bool swedish() const { return swedish_; }
  // Full name with slashes:
  // "/reglab.learning.v1.ActivitiesService/GetActivity".
  const std::string& method() const { return method_; }

  // call.Read([&](Transaction& tx) -> absl::StatusOr<Activity> { … });
  // One read-only transaction.
  template <class Body>
  auto Read(Body body) -> std::invoke_result_t<Body, Transaction&> {
    std::invoke_result_t<Body, Transaction&> result =
        absl::UnknownError("not run");
    RETURN_IF_ERROR(ReadStatus([&](Transaction& tx) {
      result = body(tx);
      return result.status();
    }));
    return result;
  }

  // call.Write([&](Transaction& tx) -> absl::StatusOr<Activity> { … });
  // One read-write transaction. When the request has a request_id, the answer
  // is stored with it and a repetition gets that answer (another body: 422 in
  // REST, INVALID_ARGUMENT/REQUEST_ID_REUSED). With validate_only nothing is
  // kept.
  template <class Body>
  auto Write(Body body) -> std::invoke_result_t<Body, Transaction&> {
    using Response =
        typename std::invoke_result_t<Body, Transaction&>::value_type;
    Response response;
    RETURN_IF_ERROR(WriteMessage(
        [&](Transaction& tx) -> absl::Status {
          ASSIGN_OR_RETURN(response, body(tx));
          return absl::OkStatus();
        },
        response));
    return response;
  }

  // Whether Write gave the stored answer of an earlier, equal request.
  bool replayed() const { return replayed_; }

  // Asks another service on the caller's behalf:
  //   call.Ask<Organization>("/reglab.membership.v1.OrganizationsService/GetOrganization",
  //   request)
  // Not inside a transaction.
  template <class Response>
  absl::StatusOr<Response> Ask(std::string_view method,
                               const google::protobuf::Message& request) {
    Response response;
    RETURN_IF_ERROR(AskMessage(method, request, response));
    return response;
  }

 private:
  friend class Runtime;
  Call() = default;
  absl::Status ReadStatus(
      const std::function<absl::Status(Transaction&)>& body);
  absl::Status WriteMessage(
      const std::function<absl::Status(Transaction&)>& body,
      google::protobuf::Message& response);
  absl::Status AskMessage(std::string_view method,
                          const google::protobuf::Message& request,
                          google::protobuf::Message& response);

  Runtime* runtime_ = nullptr;
  const google::protobuf::Message* request_ = nullptr;
  const Method* descriptor_ = nullptr;
  std::shared_ptr<const Caller> caller_;
  Audience audience_;
  absl::Time deadline_;
  std::string trace_id_;
  std::string traceparent_;
  std::string method_;
  bool swedish_ = false;
  bool replayed_ = false;
  bool wrote_ = false;
};

// Where a service says which function handles which RPC:
//   rpcs.Handle("reglab.learning.v1.ActivitiesService.GetActivity",
//   GetActivity);
// with `absl::StatusOr<Activity> GetActivity(Call&, const
// GetActivityRequest&)`. A method without a handler, or a handler without a
// method or with other message types, stops the process at start.
class Rpcs {
 public:
  using Handler = std::function<absl::Status(
      Call&, const google::protobuf::Message&, google::protobuf::Message&)>;
  struct Entry {
    std::string method;
    const google::protobuf::Descriptor* request;
    const google::protobuf::Descriptor* response;
    Handler handler;
    bool streaming = false;
  };

  template <class Request, class Response>
  void Handle(std::string method,
              absl::StatusOr<Response> (*handler)(Call&, const Request&)) {
    HandleWith<Request, Response>(std::move(method), handler);
  }

  // As Handle, for a handler that has something of its own.
  template <class Request, class Response>
  void HandleWith(
      std::string method,
      std::function<absl::StatusOr<Response>(Call&, const Request&)> handler) {
    entries_.push_back(
        {std::move(method), Request::descriptor(), Response::descriptor(),
         [handler = std::move(handler)](
             Call& call, const google::protobuf::Message& request,
             google::protobuf::Message& response) {
           absl::StatusOr<Response> answer =
               handler(call, static_cast<const Request&>(request));
           if (!answer.ok()) return answer.status();
           static_cast<Response&>(response) = *std::move(answer);
           return absl::OkStatus();
         }});
  }

  // Called in a transaction when work of `method` (see Work) was answered, with
  // the serialized response; `error` is set instead when it can never succeed.
  using WorkDone = std::function<absl::Status(
      Transaction&, const std::string& subject, const std::string& response,
      const absl::Status& error)>;
  void OnWorkDone(std::string method, WorkDone done) {
    work_done_.emplace_back(std::move(method), std::move(done));
  }

  // Run on the thread that does the work, at start and then this often, by
  // every replica: what must be done once takes a lock. It is over in seconds;
  // an error is logged, and the next time comes all the same.
  using Task = std::function<absl::Status(Database&)>;
  void Every(absl::Duration interval, std::string name, Task task) {
    tasks_.push_back({interval, std::move(name), std::move(task)});
  }
  struct Recurring {
    absl::Duration interval;
    std::string name;
    Task task;
  };

  const std::vector<Entry>& entries() const { return entries_; }
  const std::vector<Recurring>& tasks() const { return tasks_; }
  const std::vector<std::pair<std::string, WorkDone>>& work_done() const {
    return work_done_;
  }

 private:
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, WorkDone>> work_done_;
  std::vector<Recurring> tasks_;
};

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_CALL_H_
