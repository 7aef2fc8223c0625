#include "gateway/routes.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/methods.h"
#include "gateway/text.h"
#include "google/api/annotations.pb.h"
#include "services/common/embedded.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {
extern const EmbeddedFile kContract[];
extern const void* const kLinkedProtos[];
}  // namespace reglab

namespace reglab::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

constexpr size_t kMaxSegments = 32;

// Which segments of the path give one field its value: [begin, end).
struct Variable {
  std::vector<const FieldDescriptor*> field;
  size_t begin;
  size_t end;
};

struct Template {
  std::vector<std::string> segments;  // "*" is any one segment
  std::vector<Variable> variables;
};

absl::Status Wrong(const MethodDescriptor& method, std::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat(method.full_name(), ": ", ForAbsl(what)));
}

bool IsKebabCase(std::string_view segment) {
  if (segment.empty() || segment.front() == '-' || segment.back() == '-' ||
      segment.find("--") != std::string_view::npos) {
    return false;
  }
  return std::all_of(segment.begin(), segment.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

absl::StatusOr<std::vector<const FieldDescriptor*>> ResolveField(
    const MethodDescriptor& method, std::string_view path) {
  std::vector<const FieldDescriptor*> fields;
  const Descriptor* type = method.input_type();
  for (std::string_view part : Split(path, '.')) {
    const FieldDescriptor* field =
        type == nullptr ? nullptr : type->FindFieldByName(std::string(part));
    if (field == nullptr || field->is_repeated()) {
      return Wrong(method,
                   absl::StrCat("the path names no field: ", ForAbsl(path)));
    }
    fields.push_back(field);
    type = field->message_type();
  }
  if (fields.back()->type() != FieldDescriptor::TYPE_STRING) {
    return Wrong(
        method, absl::StrCat("the path's field is no string: ", ForAbsl(path)));
  }
  return fields;
}

absl::StatusOr<Template> ParseTemplate(const MethodDescriptor& method,
                                       std::string_view text) {
  Template result;
  if (!TakePrefix(text, "/")) {
    return Wrong(method, "the path does not begin with a slash");
  }
  while (true) {
    if (TakePrefix(text, "{")) {
      const size_t close = text.find('}');
      if (close == std::string_view::npos) {
        return Wrong(method, "the path has a brace that is not closed");
      }
      const std::string_view inside = text.substr(0, close);
      text.remove_prefix(close + 1);
      const auto [field, after] = Cut(inside, '=');
      Variable variable;
      ASSIGN_OR_RETURN(variable.field, ResolveField(method, field));
      variable.begin = result.segments.size();
      for (std::string_view segment : Split(after.empty() ? "*" : after, '/')) {
        if (segment != "*" && !IsKebabCase(segment)) {
          return Wrong(method,
                       absl::StrCat("not kebab-case: ", ForAbsl(segment)));
        }
        result.segments.emplace_back(segment);
      }
      variable.end = result.segments.size();
      result.variables.push_back(std::move(variable));
    } else {
      const size_t end = std::min(text.find('/'), text.size());
      const std::string_view segment = text.substr(0, end);
      if (!IsKebabCase(segment)) {
        return Wrong(method,
                     absl::StrCat("not kebab-case: ", ForAbsl(segment)));
      }
      result.segments.emplace_back(segment);
      text.remove_prefix(end);
    }
    if (text.empty()) break;
    if (!TakePrefix(text, "/")) {
      return Wrong(method, "the path has text after a closing brace");
    }
  }
  if (result.segments.size() > kMaxSegments) {
    return Wrong(method, "the path is too long");
  }
  return result;
}

// The segments as they are meant, or nothing when no route can fit them.
std::optional<std::vector<std::string>> DecodeSegments(std::string_view path) {
  if (!TakePrefix(path, "/")) return std::nullopt;
  std::vector<std::string> segments;
  for (std::string_view raw : Split(path, '/')) {
    if (segments.size() == kMaxSegments) return std::nullopt;
    std::optional<std::string> segment = PercentDecode(raw, false);
    if (!segment || segment->empty() || *segment == "." || *segment == ".." ||
        segment->find('/') != std::string::npos) {
      return std::nullopt;
    }
    segments.push_back(*std::move(segment));
  }
  return segments;
}

absl::Status PathNotFound() {
  return MakeError(absl::StatusCode::kNotFound, "PATH_NOT_FOUND",
                   {"There is nothing at this path. /openapi.json lists every "
                    "path there is.",
                    "Det finns inget på den här sökvägen. /openapi.json räknar "
                    "upp alla sökvägar som finns."});
}

}  // namespace

struct Routes::State {
  struct Target {
    std::string http_method;
    size_t route;
  };
  struct Node {
    absl::flat_hash_map<std::string, size_t> literals;
    size_t wildcard = 0;  // 0, the root, is nobody's child
    std::vector<Target> targets;
  };

  std::vector<Route> routes;
  std::vector<std::vector<Variable>> variables;  // of the route
  std::vector<Node> nodes{1};

  absl::Status Add(const MethodDescriptor& method,
                   const google::api::HttpRule& rule);
  const Target* Descend(size_t node, const std::vector<std::string>& segments,
                        size_t depth, std::string_view http_method,
                        std::set<std::string>* others) const;
};

absl::Status Routes::State::Add(const MethodDescriptor& method,
                                const google::api::HttpRule& rule) {
  Route route{.method = &method, .body = rule.body()};
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      route.http_method = "GET";
      route.path_template = rule.get();
      break;
    case google::api::HttpRule::kPost:
      route.http_method = "POST";
      route.path_template = rule.post();
      break;
    case google::api::HttpRule::kPatch:
      route.http_method = "PATCH";
      route.path_template = rule.patch();
      break;
    case google::api::HttpRule::kPut:
      route.http_method = "PUT";
      route.path_template = rule.put();
      break;
    case google::api::HttpRule::kDelete:
      route.http_method = "DELETE";
      route.path_template = rule.delete_();
      break;
    default:
      return Wrong(method, "the rule has no method that REST knows");
  }
  if (method.client_streaming() ||
      (method.server_streaming() &&
       (!IsContent(method.output_type()) || route.http_method != "GET"))) {
    return Wrong(method,
                 "of streams, REST knows the GET of a Content in parts alone");
  }
  const bool may_have_body =
      route.http_method != "GET" && route.http_method != "DELETE";
  if (!route.body.empty() && !may_have_body) {
    return Wrong(method, "GET and DELETE take no body");
  }
  if (!route.body.empty() && route.body != "*") {
    const FieldDescriptor* body =
        method.input_type()->FindFieldByName(route.body);
    if (body == nullptr || body->is_repeated() ||
        body->message_type() == nullptr) {
      return Wrong(method, "the body names no message field");
    }
    if (IsContent(body->message_type()) && route.http_method != "POST") {
      return Wrong(method, "a Content is posted");
    }
  }
  if (route.http_method == "PATCH") {
    const FieldDescriptor* mask =
        method.input_type()->FindFieldByName("update_mask");
    if (route.body.empty() || route.body == "*" || mask == nullptr ||
        mask->message_type() == nullptr ||
        mask->message_type()->full_name() != "google.protobuf.FieldMask") {
      return Wrong(method, "PATCH needs a body field and an update_mask");
    }
  }

  route.success_status = 200;
  if (method.name().starts_with("Create")) route.success_status = 201;
  if (method.output_type()->full_name() == "google.protobuf.Empty") {
    route.success_status = 204;
  }

  ASSIGN_OR_RETURN(Template path, ParseTemplate(method, route.path_template));
  size_t node = 0;
  for (const std::string& segment : path.segments) {
    size_t next = 0;
    if (segment == "*") {
      next = nodes[node].wildcard;
    } else if (auto found = nodes[node].literals.find(segment);
               found != nodes[node].literals.end()) {
      next = found->second;
    }
    if (next == 0) {
      next = nodes.size();
      nodes.emplace_back();
      if (segment == "*") {
        nodes[node].wildcard = next;
      } else {
        nodes[node].literals[segment] = next;
      }
    }
    node = next;
  }
  for (const Target& target : nodes[node].targets) {
    if (target.http_method == route.http_method) {
      return Wrong(method,
                   absl::StrCat("the same path fits ",
                                routes[target.route].method->full_name()));
    }
  }
  nodes[node].targets.push_back({route.http_method, routes.size()});
  routes.push_back(std::move(route));
  variables.push_back(std::move(path.variables));
  return absl::OkStatus();
}

const Routes::State::Target* Routes::State::Descend(
    size_t node, const std::vector<std::string>& segments, size_t depth,
    std::string_view http_method, std::set<std::string>* others) const {
  if (depth == segments.size()) {
    for (const Target& target : nodes[node].targets) {
      if (target.http_method == http_method) return &target;
    }
    for (const Target& target : nodes[node].targets) {
      others->insert(target.http_method);
    }
    return nullptr;
  }
  const auto literal = nodes[node].literals.find(segments[depth]);
  if (literal != nodes[node].literals.end()) {
    const Target* target =
        Descend(literal->second, segments, depth + 1, http_method, others);
    if (target != nullptr) return target;
  }
  if (nodes[node].wildcard == 0) return nullptr;
  return Descend(nodes[node].wildcard, segments, depth + 1, http_method,
                 others);
}

Routes::Routes(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Routes::Routes(Routes&&) noexcept = default;
Routes& Routes::operator=(Routes&&) noexcept = default;
Routes::~Routes() = default;

absl::StatusOr<Routes> Routes::Build() {
  // Mentioned so that every proto is linked, and so in the generated pool.
  if (kLinkedProtos[0] == nullptr) {
    return absl::FailedPreconditionError("the contract is empty");
  }
  google::protobuf::FileDescriptorSet contract;
  const std::string_view bytes = kContract[0].text();
  if (!contract.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::FailedPreconditionError("the contract can't be read");
  }
  auto state = std::make_unique<State>();
  for (const auto& file : contract.file()) {
    if (file.package() != "reglab.membership.v1" &&
        file.package() != "reglab.meetings.v1" &&
        file.package() != "reglab.learning.v1") {
      continue;
    }
    for (const auto& service_proto : file.service()) {
      const std::string name =
          absl::StrCat(file.package(), ".", service_proto.name());
      const auto* service =
          DescriptorPool::generated_pool()->FindServiceByName(name);
      if (service == nullptr) {
        return absl::FailedPreconditionError(
            absl::StrCat(name, " is not part of this program"));
      }
      for (int i = 0; i < service->method_count(); ++i) {
        const MethodDescriptor& method = *service->method(i);
        if (!method.options().HasExtension(google::api::http)) continue;
        const google::api::HttpRule& rule =
            method.options().GetExtension(google::api::http);
        RETURN_IF_ERROR(state->Add(method, rule));
        for (const auto& additional : rule.additional_bindings()) {
          RETURN_IF_ERROR(state->Add(method, additional));
        }
      }
    }
  }
  return Routes(std::move(state));
}

absl::StatusOr<RouteMatch> Routes::Find(
    std::string_view http_method, std::string_view raw_path,
    std::vector<std::string>* allowed) const {
  const std::optional<std::vector<std::string>> segments =
      DecodeSegments(raw_path);
  if (!segments) return PathNotFound();
  if (http_method == "HEAD") http_method = "GET";
  std::set<std::string> others;
  const State::Target* target =
      state_->Descend(0, *segments, 0, http_method, &others);
  if (target == nullptr) {
    if (others.empty()) return PathNotFound();
    if (others.contains("GET")) others.insert("HEAD");
    others.insert("OPTIONS");
    const std::string list = absl::StrJoin(others, ", ");
    if (allowed != nullptr) allowed->assign(others.begin(), others.end());
    return MakeError(
        absl::StatusCode::kUnimplemented, "METHOD_NOT_ALLOWED",
        {absl::StrCat("This path does not take that method; it takes ", list,
                      "."),
         absl::StrCat("Sökvägen tar inte emot den metoden; den tar emot ", list,
                      ".")});
  }
  RouteMatch match{.route = &state_->routes[target->route]};
  for (const Variable& variable : state_->variables[target->route]) {
    match.bindings.push_back(
        {variable.field, absl::StrJoin(segments->begin() + variable.begin,
                                       segments->begin() + variable.end, "/")});
  }
  return match;
}

const std::vector<Route>& Routes::all() const { return state_->routes; }

}  // namespace reglab::gateway
