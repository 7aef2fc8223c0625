#include "gateway/documents/openapi.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "gateway/documents/api_info.h"
#include "gateway/documents/schemas.h"
#include "gateway/methods.h"
#include "gateway/session_cookie.h"
#include "gateway/text.h"
#include "reglab/options/v1/options.pb.h"
#include "services/common/embedded.h"

namespace reglab {
extern const EmbeddedFile kContract[];
}  // namespace reglab

namespace reglab::gateway {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

constexpr char kInfo[] = R"(The open interface of Reglab, the Swedish forum for
learning in regional development: its member organisations, its meetings, and
the learning that they carry home.

## Who may read, who may write
What is public is read without a key. Everything else needs one:
`Authorization: Bearer rlk_…`. What you may not read is 404, what you may read
but not change 403.

## Lists
A list has pages: `pageSize` (or `limit`) says how many, `nextPageToken` of the
answer goes into `pageToken` of the next request, and `Link: <…>; rel="next"` is
that request ready made. `filter` and `orderBy` name fields as the JSON does.

## Changing
`PATCH` is a merge-patch: the members that are there are changed, `null` clears.
Send the `ETag` that you read as `If-Match`, and nobody's change is lost. Send a
UUID as `Idempotency-Key`, and a repetition does nothing twice.

## Errors
Every error is `application/problem+json` (RFC 9457) with a `reason` for programs
and a `detail` for people, in Swedish or English by `Accept-Language`.)";

struct Answer {
  const char* status;
  const char* name;
  const char* description;
};

constexpr Answer kProblems[] = {
    {"400", "BadRequest",
     "The request is not right; errors[] names the fields."},
    {"401", "Unauthorized", "No credentials, or not valid ones."},
    {"403", "Forbidden",
     "Readable, but not yours to change; says which permission is missing."},
    {"404", "NotFound", "Not there, or not yours to read."},
    {"409", "Conflict", "The state does not allow it, or it exists already."},
    {"412", "PreconditionFailed",
     "It was changed since you read it: If-Match is not its etag."},
    {"422", "IdempotencyKeyReused",
     "The Idempotency-Key was used for another request."},
    {"429", "TooManyRequests",
     "Too many requests; Retry-After says when to try again."},
    {"default", "Problem", "Any other error."},
};

// "agenda-items" → "agendaItem", as the id in a path is called.
std::string Singular(std::string_view collection) {
  std::string word(collection);
  const auto ends = [&](std::string_view suffix) {
    return std::string_view(word).ends_with(suffix);
  };
  const auto replace = [&](size_t length, const char* with) {
    word.replace(word.size() - length, length, with);
  };
  if (word == "people") {
    word = "person";
  } else if (ends("ies")) {
    replace(3, "y");
  } else if (ends("sses")) {
    replace(2, "");
  } else if (ends("s") && !ends("ss")) {
    replace(1, "");
  }
  std::replace(word.begin(), word.end(), '-', '_');
  return CamelPath(word);
}

struct PathParameter {
  std::string name;
  std::string example;
};

struct Path {
  std::string text;  // "/v1/meetings/{meeting}/agenda-items/{agendaItem}"
  std::vector<PathParameter> parameters;
  std::set<const FieldDescriptor*> fields;  // of the request, at its top
};

// What may stand in for another; each alone is enough.
json::array Credentials() {
  return {json::object{{"apiKey", json::array{}}},
          json::object{{"accessToken", json::array{}}},
          json::object{{"session", json::array{}}}};
}

// The contract with its comments, which the generated pool does not have.
class OpenApi {
 public:
  explicit OpenApi(const Routes& routes) : routes_(routes) {}

  absl::StatusOr<json::object> Make();

 private:
  Path PathOf(const Route& route, const Descriptor* request) const;
  json::object Operation(const Route& route, const MethodDescriptor* method,
                         const Path& path);
  void AddQueryParameters(const Route& route, const Descriptor* request,
                          const Path& path, json::array& parameters);
  json::object RequestBody(const Route& route, const Descriptor* request,
                           const Path& path);
  json::object Responses(const Route& route, const MethodDescriptor* method,
                         const Path& path);
  json::object Components();
  // What two packages call the same (ChangesService) gets the package's name.
  std::string Unique(const std::string& name,
                     const google::protobuf::FileDescriptor* file) const;
  std::string TagOf(const google::protobuf::ServiceDescriptor* service) const;

  const Routes& routes_;
  DescriptorPool pool_;
  Schemas schemas_;
  std::map<std::string, int> uses_;  // of the names of services and methods
};

std::string OpenApi::Unique(
    const std::string& name,
    const google::protobuf::FileDescriptor* file) const {
  return uses_.at(name) > 1 ? ServiceOf(file) + name : name;
}

std::string OpenApi::TagOf(
    const google::protobuf::ServiceDescriptor* service) const {
  std::string name = Unique(service->name(), service->file());
  constexpr std::string_view kSuffix = "Service";
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  return name;
}

Path OpenApi::PathOf(const Route& route, const Descriptor* request) const {
  Path path;
  std::string_view rest = route.path_template;
  std::string_view collection;
  while (!rest.empty()) {
    TakePrefix(rest, "/");
    if (!rest.starts_with('{')) {
      const size_t end = std::min(rest.find('/'), rest.size());
      collection = rest.substr(0, end);
      path.text += "/" + std::string(collection);
      rest.remove_prefix(end);
      continue;
    }
    const size_t close = rest.find('}');
    const auto [field_path, given] = Cut(rest.substr(1, close - 1), '=');
    rest.remove_prefix(close + 1);
    const Descriptor* type = request;
    const FieldDescriptor* field = nullptr;
    for (std::string_view part : Split(field_path, '.')) {
      field = type->FindFieldByName(std::string(part));
      if (type == request) path.fields.insert(field);
      type = field->message_type();
    }
    // The example of the whole name, segment by segment.
    const std::string example = RulesOf(field).example();
    const auto examples = Split(example, '/');
    const auto segments = Split(given.empty() ? "*" : given, '/');
    for (size_t i = 0; i < segments.size(); ++i) {
      if (segments[i] != "*") {
        collection = segments[i];
        path.text += "/" + std::string(collection);
        continue;
      }
      const std::string name = Singular(collection);
      path.text += "/{" + name + "}";
      path.parameters.push_back({name, examples.size() == segments.size()
                                           ? std::string(examples[i])
                                           : ""});
    }
  }
  return path;
}

using Fields = std::set<const FieldDescriptor*>;

// What a patch can't name with any effect.
Fields Unchangeable(const Descriptor* type) {
  Fields fields;
  for (int i = 0; i < type->field_count(); ++i) {
    if (RulesOf(type->field(i)).immutable()) fields.insert(type->field(i));
  }
  return fields;
}

// Any bytes.
json::object Bytes() { return {{"type", "string"}, {"format", "binary"}}; }

json::object HeaderReference(const char* name) {
  return {{"$ref", std::string("#/components/parameters/") + name}};
}

void OpenApi::AddQueryParameters(const Route& route, const Descriptor* request,
                                 const Path& path, json::array& parameters) {
  const auto& text = route.method->options().GetExtension(options::v1::body);
  if (route.body == "*" && text.text_field().empty()) return;
  const auto add = [&](const std::string& name, const FieldDescriptor* field,
                       const std::string& description) {
    json::object schema = schemas_.Field(field);
    schema.erase("description");
    json::object parameter{{"name", name}, {"in", "query"}};
    parameter["description"] = description;
    if (RulesOf(field).required()) parameter["required"] = true;
    if (field->is_repeated()) parameter["explode"] = true;
    parameter["schema"] = std::move(schema);
    parameters.push_back(std::move(parameter));
  };
  for (int i = 0; i < request->field_count(); ++i) {
    const FieldDescriptor* field = request->field(i);
    // The headers If-Match and Idempotency-Key say the same.
    if (field->name() == route.body || path.fields.contains(field) ||
        field->name() == text.text_field() || field->name() == "etag" ||
        field->name() == "request_id") {
      continue;
    }
    const bool plain =
        field->message_type() == nullptr ||
        field->message_type()->full_name().starts_with("google.protobuf.");
    if (!plain) continue;
    std::string comment = CommentOf(field);
    if (route.body == "*") comment += " Beside a body that is not JSON.";
    if (field->name() == "skip") {
      add("offset", field, comment);
      continue;
    }
    add(field->json_name(), field, comment);
    if (field->name() == "page_size") {
      add("limit", field,
          "The same as pageSize, as the national profile "
          "calls it; only one of them is given.");
    }
  }
}

json::object OpenApi::RequestBody(const Route& route, const Descriptor* request,
                                  const Path& path) {
  json::object content;
  bool required = true;
  if (route.body == "*") {
    json::object media{
        {"schema", schemas_.RequestReference(request, path.fields)}};
    media["example"] = schemas_.Example(request, /*request=*/true, path.fields);
    required = false;
    for (int i = 0; i < request->field_count(); ++i) {
      const FieldDescriptor* field = request->field(i);
      required |= RulesOf(field).required() && !path.fields.contains(field);
    }
    content["application/json"] = std::move(media);
    for (const std::string& type : route.method->options()
                                       .GetExtension(options::v1::body)
                                       .media_types()) {
      content[type] = {{"schema", {{"type", "string"}}}};
    }
  } else if (IsContent(request->FindFieldByName(route.body)->message_type())) {
    content["application/octet-stream"] = {{"schema", Bytes()}};
  } else {
    const Descriptor* type =
        request->FindFieldByName(route.body)->message_type();
    const bool patch = route.http_method == "PATCH";
    json::object media{{"schema", patch ? schemas_.PatchReference(type)
                                        : schemas_.Reference(type)}};
    media["example"] = schemas_.Example(type, /*request=*/true,
                                        patch ? Unchangeable(type) : Fields());
    if (patch) content["application/merge-patch+json"] = media;
    content["application/json"] = std::move(media);
  }
  json::object body;
  if (required) body["required"] = true;
  body["content"] = std::move(content);
  return body;
}

json::object OpenApi::Responses(const Route& route,
                                const MethodDescriptor* method,
                                const Path& path) {
  const Descriptor* request = method->input_type();
  const bool reads = route.http_method == "GET";
  json::object responses;
  json::object success;
  const std::string answer = FirstSentence(CommentOf(method->output_type()));
  success["description"] =
      route.success_status == 204 || answer.empty() ? "Done." : answer + ".";
  if (IsContent(method->output_type())) {
    success["description"] =
        "The document as it is, with its own Content-Type.";
    success["content"] = {{"*/*", {{"schema", Bytes()}}}};
    success["headers"] = {{"ETag", {{"$ref", "#/components/headers/ETag"}}}};
  } else if (route.success_status != 204) {
    json::object media{{"schema", schemas_.Reference(method->output_type())}};
    media["example"] = schemas_.Example(method->output_type(), false);
    success["content"] = {{"application/json", std::move(media)}};
    if (reads) {
      success["headers"] = {{"ETag", {{"$ref", "#/components/headers/ETag"}}}};
    }
  }
  responses[std::to_string(route.success_status)] = std::move(success);
  if (reads) {
    responses["304"] = {{"$ref", "#/components/responses/NotModified"}};
  }
  const bool is_public =
      method->options().GetExtension(options::v1::access).public_();
  const auto has = [&](const char* name) {
    if (request->FindFieldByName(name) != nullptr) return true;
    const FieldDescriptor* body =
        route.body.empty() ? nullptr : request->FindFieldByName(route.body);
    return !reads && route.http_method != "POST" && body != nullptr &&
           body->message_type()->FindFieldByName(name) != nullptr;
  };
  for (const Answer& problem : kProblems) {
    const std::string_view status = problem.status;
    if (status == "403" && is_public) continue;
    if (status == "404" && path.parameters.empty()) continue;
    if (status == "409" && reads) continue;
    if (status == "412" && (reads || !has("etag"))) continue;
    if (status == "422" && !has("request_id")) continue;
    responses[status] = {
        {"$ref", std::string("#/components/responses/") + problem.name}};
  }
  return responses;
}

json::object OpenApi::Operation(const Route& route,
                                const MethodDescriptor* method,
                                const Path& path) {
  const Descriptor* request = method->input_type();
  const bool reads = route.http_method == "GET";
  const std::string comment = CommentOf(method);
  std::string id = Unique(method->name(), method->file());
  id[0] = absl::ascii_tolower(id[0]);
  json::object operation;
  operation["tags"] = json::array{json::value(TagOf(method->service()))};
  operation["operationId"] = id;
  operation["summary"] = FirstSentence(comment);
  operation["description"] = comment;
  if (method->options().deprecated()) operation["deprecated"] = true;

  json::array parameters;
  for (const PathParameter& given : path.parameters) {
    json::object schema{{"type", "string"}, {"pattern", "^[a-z0-9-]{1,63}$"}};
    if (!given.example.empty()) {
      schema["examples"] = json::array{json::value(given.example)};
    }
    parameters.push_back(json::object{
        {"name", given.name},
        {"in", "path"},
        {"required", true},
        {"description", "The id of the " + given.name + ", last in its name."},
        {"schema", std::move(schema)}});
  }
  AddQueryParameters(route, request, path, parameters);
  parameters.push_back(HeaderReference("AcceptLanguage"));
  if (reads) parameters.push_back(HeaderReference("IfNoneMatch"));
  if (request->FindFieldByName("request_id") != nullptr) {
    parameters.push_back(HeaderReference("IdempotencyKey"));
  }
  json::object responses = Responses(route, method, path);
  if (responses.contains("412")) {
    parameters.push_back(HeaderReference("IfMatch"));
  }
  operation["parameters"] = std::move(parameters);
  if (!route.body.empty()) {
    operation["requestBody"] = RequestBody(route, request, path);
  }
  operation["responses"] = std::move(responses);
  const auto& access = method->options().GetExtension(options::v1::access);
  if (access.public_()) {
    json::array credentials = Credentials();
    credentials.insert(credentials.begin(), json::object{});
    operation["security"] = std::move(credentials);
  } else {
    operation["x-permission"] = access.permission();
  }
  return operation;
}

json::object Header(const char* name, const char* description,
                    json::object schema) {
  return {{"name", name},
          {"in", "header"},
          {"description", description},
          {"schema", std::move(schema)}};
}

json::object OpenApi::Components() {
  json::object components;
  components["securitySchemes"] = {
      {"apiKey",
       {{"type", "http"},
        {"scheme", "bearer"},
        {"description", "An API key, `rlk_…`, of a client."}}},
      {"accessToken",
       {{"type", "http"},
        {"scheme", "bearer"},
        {"bearerFormat", "JWT"},
        {"description",
         "An access token (RFC 9068) of a provider of identities that is "
         "trusted here, for a person or a client that is linked to its "
         "subject."}}},
      {"session",
       {{"type", "apiKey"},
        {"in", "cookie"},
        {"name", std::string(kSessionCookie)},
        {"description",
         "The session of a person who has logged in at /login. It writes for "
         "pages of this host alone (Origin or Sec-Fetch-Site)."}}}};
  components["parameters"] = {
      {"AcceptLanguage",
       Header("Accept-Language", "The language of errors: sv or en.",
              {{"type", "string"}, {"examples", json::array{"sv"}}})},
      {"IfNoneMatch", Header("If-None-Match",
                             "The ETag of what you have: 304 if it is current.",
                             {{"type", "string"}})},
      {"IfMatch",
       Header("If-Match", "The ETag that the resource must still have.",
              {{"type", "string"},
               {"examples", json::array{"\"k3m5q7s2u4w6y2a4\""}}})},
      {"IdempotencyKey",
       Header("Idempotency-Key",
              "A UUID: the same request with it has its effect once, for 24 "
              "hours.",
              {{"type", "string"},
               {"format", "uuid"},
               {"examples",
                json::array{"6f0c2a0e-8a53-4f6e-9c55-3f1f0a3c1b77"}}})}};
  components["headers"] = {
      {"ETag",
       {{"description", "Changes with every change of what was answered."},
        {"schema", {{"type", "string"}}}}}};
  json::object responses;
  responses["NotModified"] = {{"description", "What you have is current."}};
  for (const Answer& problem : kProblems) {
    responses[problem.name] = {
        {"description", problem.description},
        {"content",
         {{"application/problem+json",
           {{"schema", {{"$ref", "#/components/schemas/ProblemDetails"}}}}}}}};
  }
  components["responses"] = std::move(responses);
  json::object schemas = schemas_.TakeAll();
  const auto text = [](const char* description, const char* example) {
    return json::object{{"type", "string"},
                        {"description", description},
                        {"examples", json::array{example}}};
  };
  json::object status{{"type", "integer"},
                      {"description", "The HTTP status."},
                      {"examples", json::array{400}}};
  json::object one_error{
      {"type", "object"},
      {"required", json::array{"field", "description"}},
      {"properties",
       {{"field", text("The field, as a path in the JSON.", "displayName")},
        {"description", text("What is wrong with it.", "It must be set.")}}}};
  schemas["ProblemDetails"] = {
      {"type", "object"},
      {"description", "An error (RFC 9457)."},
      {"required", json::array{"type", "title", "status", "detail", "instance",
                               "code", "reason", "errors"}},
      {"properties",
       {{"type", text("Where this kind of problem is explained.",
                      "/docs/problems#INVALID_FIELD")},
        {"title", text("The kind of problem.", "The request is not right")},
        {"status", std::move(status)},
        {"detail", text("What is wrong here and what mends it.",
                        "displayName: It must be set.")},
        {"instance", text("The path of the request.", "/v1/organizations")},
        {"code", text("The gRPC code.", "INVALID_ARGUMENT")},
        {"reason", text("The reason, for programs.", "INVALID_FIELD")},
        {"errors",
         {{"type", "array"},
          {"description", "The fields at fault."},
          {"items", std::move(one_error)}}},
        {"current",
         {{"type", "object"},
          {"description",
           "With ETAG_MISMATCH: the resource as it is now, as GET answers it. "
           "Left out when it is larger than 40 KiB."}}}}}};
  components["schemas"] = std::move(schemas);
  return components;
}

absl::StatusOr<json::object> OpenApi::Make() {
  google::protobuf::FileDescriptorSet contract;
  const std::string_view bytes = kContract[0].text();
  if (!contract.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::FailedPreconditionError("the contract can't be read");
  }
  for (const auto& proto : contract.file()) {
    const auto* file = pool_.BuildFile(proto);
    if (file == nullptr) {
      return absl::FailedPreconditionError(
          "the contract does not fit together: " + proto.name());
    }
    if (!proto.package().starts_with("reglab.")) continue;
    schemas_.Register(file);
    for (int i = 0; i < file->service_count(); ++i) {
      ++uses_[file->service(i)->name()];
      for (int k = 0; k < file->service(i)->method_count(); ++k) {
        ++uses_[file->service(i)->method(k)->name()];
      }
    }
  }

  json::object paths;
  json::array tags;
  std::set<std::string> tagged;
  for (const Route& route : routes_.all()) {
    const MethodDescriptor* method =
        pool_.FindMethodByName(route.method->full_name());
    const auto& access = method->options().GetExtension(options::v1::access);
    if (access.processes_size() > 0) continue;
    const std::string tag = TagOf(method->service());
    if (tagged.insert(tag).second) {
      json::object entry;
      entry["name"] = tag;
      entry["description"] = CommentOf(method->service());
      tags.push_back(std::move(entry));
    }
    const Path path = PathOf(route, method->input_type());
    std::string verb = route.http_method;
    for (char& c : verb) c = absl::ascii_tolower(c);
    json::value& item = paths[path.text];
    if (!item.is_object()) item = json::object();
    item.as_object()[verb] = Operation(route, method, path);
  }

  paths["/v1/api-info"] = ApiInfoPath();
  tags.push_back(json::object{{"name", "ApiInfo"},
                              {"description", "What this interface is."}});

  json::object document{{"openapi", "3.1.0"}};
  document["info"] = {
      {"title", "Reglab"},
      {"version", kApiVersion},
      {"summary", "Members, meetings and learning in regional development."},
      {"description", kInfo},
      {"contact", {{"name", "Reglab"}, {"url", "https://www.reglab.se"}}},
      {"license",
       {{"name", "European Union Public Licence 1.2"},
        {"identifier", "EUPL-1.2"}}}};
  document["servers"] =
      json::array{json::object{{"url", "/"}, {"description", "This server"}}};
  document["security"] = Credentials();
  document["tags"] = std::move(tags);
  document["paths"] = std::move(paths);
  document["components"] = Components();
  return document;
}

}  // namespace

absl::StatusOr<json::object> MakeOpenApi(const Routes& routes) {
  return OpenApi(routes).Make();
}

}  // namespace reglab::gateway
