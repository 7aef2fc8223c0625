#include "services/membership/contract_rules.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <utility>

#include "google/api/annotations.pb.h"
#include "reglab/options/v1/options.pb.h"
#include "services/common/embedded.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab {

extern const EmbeddedFile kContract[];
extern const void* const kLinkedProtos[];

namespace membership {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

// "/v1/{parent=clients/*}/keys" → v1, clients, *, keys, of which the second and
// third are the resource.
void ReadTemplate(std::string_view path, DeclaredMethod& method) {
  bool inside = false;
  path.remove_prefix(1);
  for (std::string_view segment : Split(path, '/')) {
    if (segment.starts_with('{')) {
      inside = true;
      method.resource_first = method.segments.size();
      const size_t equals = segment.find('=');
      segment = equals == std::string_view::npos ? std::string_view("*}")
                                                 : segment.substr(equals + 1);
    }
    const bool ends = segment.ends_with('}');
    if (ends) segment.remove_suffix(1);
    method.segments.emplace_back(segment);
    if (inside && ends) {
      method.resource_last = method.segments.size();
      inside = false;
    }
  }
}

DeclaredMethod Describe(const MethodDescriptor* descriptor) {
  DeclaredMethod method;
  method.name =
      Concat(descriptor->service()->full_name(), "/", descriptor->name());
  const auto& access = descriptor->options().GetExtension(options::v1::access);
  method.permission = access.permission();
  method.is_public = access.public_();
  method.any_caller = access.any_caller();
  method.for_processes = access.processes_size() > 0;
  const auto& http = descriptor->options().GetExtension(google::api::http);
  const std::pair<const char*, const std::string*> routes[] = {
      {"GET", &http.get()},
      {"POST", &http.post()},
      {"PATCH", &http.patch()},
      {"DELETE", &http.delete_()},
      {"PUT", &http.put()}};
  for (const auto& [verb, path] : routes) {
    if (path->empty()) continue;
    method.verb = verb;
    ReadTemplate(*path, method);
  }
  return method;
}

std::vector<DeclaredMethod> ReadContract() {
  std::vector<DeclaredMethod> methods;
  google::protobuf::FileDescriptorSet contract;
  const std::string_view bytes = kContract[0].text();
  // Mentioned so that every proto is linked, and so in the generated pool.
  if (kLinkedProtos[0] == nullptr ||
      !contract.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return methods;
  }
  for (const auto& named : contract.file()) {
    const FileDescriptor* file =
        DescriptorPool::generated_pool()->FindFileByName(named.name());
    if (file == nullptr || !file->package().starts_with("reglab.")) continue;
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(Describe(file->service(i)->method(j)));
      }
    }
  }
  return methods;
}

// The method whose path it is, the one with the most fixed segments first, so
// that "GET /v1/access/me" is no resource of its own.
std::optional<NamedMethod> FindRoute(std::string_view verb,
                                     std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  const std::vector<std::string_view> segments = Split(path.substr(1), '/');
  const DeclaredMethod* best = nullptr;
  long fewest_stars = 0;
  for (const DeclaredMethod& method : DeclaredMethods()) {
    if (method.verb != verb || method.segments.size() != segments.size()) {
      continue;
    }
    const bool fits =
        std::equal(segments.begin(), segments.end(), method.segments.begin(),
                   [](std::string_view given, const std::string& wanted) {
                     return wanted == "*" ? !given.empty() : given == wanted;
                   });
    const long stars =
        std::count(method.segments.begin(), method.segments.end(), "*");
    if (!fits || (best != nullptr && stars >= fewest_stars)) continue;
    best = &method;
    fewest_stars = stars;
  }
  if (best == nullptr) return std::nullopt;
  std::string resource;
  for (size_t i = best->resource_first; i < best->resource_last; ++i) {
    if (!resource.empty()) resource += '/';
    resource += segments[i];
  }
  return NamedMethod{best, std::move(resource)};
}

bool IsDeclared(std::string_view permission) {
  const auto& all = DeclaredMethods();
  return std::any_of(all.begin(), all.end(), [&](const DeclaredMethod& method) {
    return method.permission == permission;
  });
}

// "learning.*" holds something, "lerning.*" nothing.
bool HoldsAny(std::string_view wildcard) {
  if (wildcard == "*") return true;
  if (!wildcard.ends_with(".*")) return false;
  wildcard.remove_suffix(1);
  const auto& all = DeclaredMethods();
  return std::any_of(all.begin(), all.end(), [&](const DeclaredMethod& method) {
    return method.permission.starts_with(wildcard);
  });
}

}  // namespace

const std::vector<DeclaredMethod>& DeclaredMethods() {
  static const auto* methods = new std::vector<DeclaredMethod>(ReadContract());
  return *methods;
}

absl::StatusOr<NamedMethod> FindMethod(std::string_view field,
                                       std::string_view text) {
  const size_t space = text.find(' ');
  if (space != std::string_view::npos) {
    const std::string verb(text.substr(0, space));
    std::string_view path = Trim(text.substr(space));
    path = path.substr(0, path.find('?'));
    if (const auto found = FindRoute(verb, path)) return *found;
    return InvalidField(
        field, {"There is no such method and path. Write it as POST /v1/ideas; "
                "GET /openapi.json has them all.",
                "Det finns ingen sådan metod och sökväg. Skriv den som POST "
                "/v1/ideas; GET /openapi.json har alla."});
  }
  if (text.starts_with('/')) text.remove_prefix(1);
  std::vector<std::string_view> names;
  for (const DeclaredMethod& method : DeclaredMethods()) {
    if (method.name == text) return NamedMethod{&method, ""};
    names.push_back(method.name);
  }
  const std::string_view nearest = Nearest(text, names);
  return InvalidField(
      field,
      {Concat("There is no such method. Write it as POST /v1/ideas, or as in "
              "gRPC; did you mean ",
              nearest, "?"),
       Concat("Det finns ingen sådan metod. Skriv den som POST /v1/ideas, "
              "eller som i gRPC; menade du ",
              nearest, "?")});
}

bool IsForEveryone(std::string_view permission) {
  bool found = false;
  for (const DeclaredMethod& method : DeclaredMethods()) {
    if (method.permission != permission) continue;
    if (!method.is_public && !method.any_caller) return false;
    found = true;
  }
  return found;
}

absl::Status CheckPermissions(std::string_view field,
                              const std::vector<std::string>& permissions,
                              bool wildcards) {
  std::vector<FieldError> errors;
  for (size_t i = 0; i < permissions.size(); ++i) {
    const std::string& permission = permissions[i];
    if (IsDeclared(permission) || (wildcards && HoldsAny(permission))) {
      continue;
    }
    std::vector<std::string_view> names;
    for (const DeclaredMethod& method : DeclaredMethods()) {
      if (!method.for_processes) names.push_back(method.permission);
    }
    const std::string_view nearest = Nearest(permission, names);
    errors.push_back(
        {Concat(field, "[", i, "]"),
         {Concat("There is no permission \"", Excerpt(permission),
                 "\". Did you mean ", nearest, "?"),
          Concat("Det finns ingen behörighet ”", Excerpt(permission),
                 "”. Menade du ", nearest, "?")}});
  }
  if (errors.empty()) return absl::OkStatus();
  Text text = errors.size() == 1
                  ? errors.front().text
                  : Text{
                        "Several permissions do not exist; each of them is "
                        "described.",
                        "Flera behörigheter finns inte; var och en beskrivs."};
  return MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_PERMISSION",
                   std::move(text), std::move(errors));
}

absl::Status CheckFeed(std::string_view field, std::string_view feed) {
  const size_t mark = feed.find('?');
  const std::string_view query =
      mark == std::string_view::npos ? "" : feed.substr(mark + 1);
  for (const std::string_view part : Split(query, '&')) {
    const std::string_view name = part.substr(0, part.find('='));
    if (name != "token" && name != "pageToken") continue;
    return InvalidField(field,
                        {Concat("It holds the parameter ", name,
                                ", which the reader adds. Leave it out."),
                         Concat("Den har parametern ", name,
                                ", som läsaren lägger till. Utelämna den.")});
  }
  const auto route = FindRoute("GET", feed.substr(0, mark));
  const bool is_list =
      route && route->method->name.find("/List") != std::string::npos;
  if (is_list && route->method->is_public) return absl::OkStatus();
  return InvalidField(
      field, {"It is no list that can be read without a permission. Choose one "
              "such as /v1/meetings or /v1/activities, with a query if wanted.",
              "Det är ingen lista som kan läsas utan behörighet. Välj en som "
              "/v1/meetings eller /v1/activities, med en fråga om det "
              "behövs."});
}

}  // namespace membership
}  // namespace reglab
