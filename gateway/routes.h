#ifndef REGLAB_GATEWAY_ROUTES_H_
#define REGLAB_GATEWAY_ROUTES_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace google::protobuf {
class FieldDescriptor;
class MethodDescriptor;
}  // namespace google::protobuf

namespace reglab::gateway {

// One (method, path) of REST and the RPC that answers it.
struct Route {
  const google::protobuf::MethodDescriptor* method;
  std::string http_method;    // "GET", "POST", "PATCH", "PUT", "DELETE"
  std::string path_template;  // "/v1/{parent=meetings/*}/agenda-items"
  std::string body;           // "", "*" or the name of a field
  // 201 for what creates a resource, 204 for what answers nothing, else 200.
  int success_status;
};

// What a path gives one field of the request: `field` is the way to it
// (organization, name), `value` the percent-decoded text.
struct Binding {
  std::vector<const google::protobuf::FieldDescriptor*> field;
  std::string value;
};

struct RouteMatch {
  const Route* route;  // lives as long as its Routes
  std::vector<Binding> bindings;
};

// Every route of the contract: the HTTP annotations of reglab.membership.v1,
// reglab.meetings.v1 and reglab.learning.v1. Immutable once built, so
// thread-safe. Methods are those of the generated pool: their messages can be
// made by MessageFactory::generated_factory().
class Routes {
 public:
  // FAILED_PRECONDITION, with the method's name, for a template that can't be
  // read, a field that is not there, a path that breaks the profile (lower
  // case, kebab-case, no colon), or two routes that the same path fits.
  static absl::StatusOr<Routes> Build();

  Routes(Routes&&) noexcept;
  Routes& operator=(Routes&&) noexcept;
  ~Routes();

  // The route for a method and the path of a request target, without its
  // query, still percent-encoded. A literal segment wins over a wildcard. HEAD
  // finds what GET does.
  // NOT_FOUND/PATH_NOT_FOUND when no route fits the path: also for an encoded
  // slash, an empty segment, a trailing slash, a dot segment.
  // UNIMPLEMENTED/METHOD_NOT_ALLOWED when the path fits with other methods
  // only; they are put into `*allowed` (sorted; HEAD beside GET, OPTIONS
  // always). `allowed` may be null.
  absl::StatusOr<RouteMatch> Find(std::string_view http_method,
                                  std::string_view raw_path,
                                  std::vector<std::string>* allowed) const;

  // In the order of the contract.
  const std::vector<Route>& all() const;

 private:
  struct State;
  explicit Routes(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_ROUTES_H_
