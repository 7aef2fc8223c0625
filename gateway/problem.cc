#include "gateway/problem.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/json_values.h"
#include "gateway/json_writer.h"
#include "gateway/text.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

struct ReasonStatus {
  std::string_view reason;
  int http_status;
};

// Reasons whose HTTP status their code alone does not tell.
constexpr ReasonStatus kReasons[] = {
    {"BODY_TOO_LARGE", 413},         {"ETAG_MISMATCH", 412},
    {"HEADERS_TOO_LARGE", 431},      {"METHOD_NOT_ALLOWED", 405},
    {"NOT_ACCEPTABLE", 406},         {"REQUEST_ID_REUSED", 422},
    {"REQUEST_TIMEOUT", 408},        {"TOKEN_EXPIRED", 410},
    {"UNSUPPORTED_MEDIA_TYPE", 415}, {"URI_TOO_LONG", 414},
};

int HttpStatusOfCode(int code) {
  switch (code) {
    case google::rpc::OK:
      return 200;
    case google::rpc::CANCELLED:
      return 499;
    case google::rpc::INVALID_ARGUMENT:
    case google::rpc::OUT_OF_RANGE:
      return 400;
    case google::rpc::DEADLINE_EXCEEDED:
      return 504;
    case google::rpc::NOT_FOUND:
      return 404;
    case google::rpc::ALREADY_EXISTS:
    case google::rpc::ABORTED:
    case google::rpc::FAILED_PRECONDITION:
      return 409;
    case google::rpc::PERMISSION_DENIED:
      return 403;
    case google::rpc::UNAUTHENTICATED:
      return 401;
    case google::rpc::RESOURCE_EXHAUSTED:
      return 429;
    case google::rpc::UNIMPLEMENTED:
      return 501;
    case google::rpc::UNAVAILABLE:
      return 503;
    default:
      return 500;
  }
}

struct Title {
  int http_status;
  std::string_view en;
  std::string_view sv;
};

constexpr Title kTitles[] = {
    {400, "The request is not right", "Anropet är inte rätt"},
    {401, "Credentials are needed", "Inloggning eller nyckel behövs"},
    {403, "Not allowed", "Inte tillåtet"},
    {404, "Not found", "Finns inte"},
    {405, "The method is not allowed here", "Metoden är inte tillåten här"},
    {406, "No such representation", "Formatet finns inte"},
    {408, "The request took too long", "Anropet tog för lång tid"},
    {409, "The state does not allow it", "Tillståndet tillåter det inte"},
    {410, "No longer there", "Finns inte längre"},
    {412, "It was changed in the meantime", "Den har ändrats under tiden"},
    {413, "The body is too large", "Innehållet är för stort"},
    {414, "The address is too long", "Adressen är för lång"},
    {415, "The media type is not supported", "Formatet kan inte tas emot"},
    {422, "The key was used for another request",
     "Nyckeln har använts för ett annat anrop"},
    {429, "Too many requests", "För många anrop"},
    {431, "The headers are too large", "Huvudfälten är för stora"},
    {499, "The request was cancelled", "Anropet avbröts"},
    {501, "Not supported", "Stöds inte"},
    {503, "Not available just now", "Inte tillgängligt just nu"},
    {504, "The answer took too long", "Svaret tog för lång tid"},
};

std::string_view TitleOf(int http_status, bool swedish) {
  for (const Title& title : kTitles) {
    if (title.http_status == http_status) return swedish ? title.sv : title.en;
  }
  return swedish ? "Ett fel hos oss" : "An error of ours";
}

struct Details {
  google::rpc::ErrorInfo info;
  google::rpc::LocalizedMessage localized;
  google::rpc::BadRequest bad_request;
  // Of an ETAG_MISMATCH, the resource as it is now, and its type; else null.
  const google::protobuf::Descriptor* current_type = nullptr;
  std::string_view current;
};

// A resource of ours, and not one of google.rpc's details.
const google::protobuf::Descriptor* TypeOf(std::string_view url) {
  const std::string name(url.substr(url.rfind('/') + 1));
  return name.starts_with("reglab.")
             ? google::protobuf::DescriptorPool::generated_pool()
                   ->FindMessageTypeByName(name)
             : nullptr;
}

Details DetailsOf(const google::rpc::Status& status) {
  Details details;
  for (const auto& any : status.details()) {
    if (any.Is<google::rpc::ErrorInfo>()) {
      any.UnpackTo(&details.info);
    } else if (any.Is<google::rpc::LocalizedMessage>()) {
      any.UnpackTo(&details.localized);
    } else if (any.Is<google::rpc::BadRequest>()) {
      any.UnpackTo(&details.bad_request);
    } else if (const auto* type = TypeOf(any.type_url())) {
      details.current_type = type;
      details.current = any.value();
    }
  }
  return details;
}

void AppendMember(std::string_view name, std::string_view value,
                  std::string* out) {
  if (out->back() != '{') out->push_back(',');
  absl::StrAppend(out, "\"", ForAbsl(name), "\":");
  // What a client sent can come back in here, so it is not taken on trust.
  AppendJsonString(IsUtf8(value) ? value : std::string_view("\uFFFD"), out);
}

// The services name fields as gRPC does; REST's names are lowerCamelCase.
// What stands between quotation marks was written by the caller and stays.
std::string WithRestNames(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() &&
           (absl::ascii_isalnum(text[end]) || text[end] == '_')) {
      ++end;
    }
    if (end > at) {
      const std::string_view word = text.substr(at, end - at);
      const bool is_name = !quoted && absl::ascii_islower(word.front()) &&
                           word.find('_') != word.npos;
      out += is_name ? CamelPath(word) : std::string(word);
      at = end;
      continue;
    }
    if (text[at] == '"' || text.substr(at).starts_with("”")) quoted = !quoted;
    out.push_back(text[at++]);
  }
  return out;
}

// As the REST caller knows it: without the resource that is the body, and the
// request id by the header that carries it.
std::string RestField(std::string_view field, std::string_view body_field,
                      bool verbatim) {
  if (field == "request_id") return "Idempotency-Key";
  if (!body_field.empty() && body_field != "*" &&
      field.size() > body_field.size() && field[body_field.size()] == '.' &&
      field.starts_with(body_field)) {
    field.remove_prefix(body_field.size() + 1);
  }
  return verbatim ? std::string(field) : CamelPath(field);
}

}  // namespace

int HttpStatusOf(const google::rpc::Status& status) {
  const Details details = DetailsOf(status);
  for (const ReasonStatus& entry : kReasons) {
    if (entry.reason == details.info.reason()) return entry.http_status;
  }
  return HttpStatusOfCode(status.code());
}

std::string ProblemJson(const google::rpc::Status& status, int http_status,
                        std::string_view instance, bool swedish,
                        std::string_view body_field) {
  const Details details = DetailsOf(status);
  const std::string code =
      google::rpc::Code_IsValid(status.code())
          ? google::rpc::Code_Name(
                static_cast<google::rpc::Code>(status.code()))
          : "UNKNOWN";
  const std::string& reason =
      details.info.reason().empty() ? code : details.info.reason();
  std::string out = "{";
  AppendMember("type", "/docs/problems#" + reason, &out);
  AppendMember("title", TitleOf(http_status, swedish), &out);
  absl::StrAppend(&out, ",\"status\":", http_status);
  // The names of unknown fields are quoted as they were written.
  const bool verbatim = reason.starts_with("UNKNOWN_");
  std::string detail = details.localized.message().empty()
                           ? status.message()
                           : details.localized.message();
  if (details.bad_request.field_violations_size() == 1) {
    // A single field stands in front of its text.
    const std::string& field = details.bad_request.field_violations(0).field();
    if (detail.starts_with(absl::StrCat(field, ": "))) {
      detail.replace(0, field.size(), RestField(field, body_field, verbatim));
    }
  }
  AppendMember("detail", verbatim ? detail : WithRestNames(detail), &out);
  AppendMember("instance", instance, &out);
  AppendMember("code", code, &out);
  AppendMember("reason", reason, &out);
  out += ",\"errors\":[";
  for (const auto& violation : details.bad_request.field_violations()) {
    if (out.back() == '}') out.push_back(',');
    out.push_back('{');
    AppendMember("field", RestField(violation.field(), body_field, verbatim),
                 &out);
    AppendMember("description",
                 verbatim ? violation.description()
                          : WithRestNames(violation.description()),
                 &out);
    out.push_back('}');
  }
  out.push_back(']');
  if (details.current_type != nullptr) {
    out += ",\"current\":";
    AppendJson(details.current_type, details.current, &out);
  }
  out.push_back('}');
  return out;
}

std::vector<ProblemReason> ProblemReasons() {
  std::vector<ProblemReason> reasons;
  for (const ReasonStatus& entry : kReasons) {
    reasons.push_back({std::string(entry.reason), entry.http_status,
                       std::string(TitleOf(entry.http_status, false)),
                       std::string(TitleOf(entry.http_status, true))});
  }
  for (int code = google::rpc::CANCELLED; code <= google::rpc::UNAUTHENTICATED;
       ++code) {
    const int http_status = HttpStatusOfCode(code);
    reasons.push_back(
        {google::rpc::Code_Name(static_cast<google::rpc::Code>(code)),
         http_status, std::string(TitleOf(http_status, false)),
         std::string(TitleOf(http_status, true))});
  }
  return reasons;
}

}  // namespace reglab::gateway
