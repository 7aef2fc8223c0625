#include "gateway/transcoder.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/text.h"
#include "reglab/options/v1/content.pb.h"
#include "services/common/errors.h"
#include "services/common/field_values.h"
#include "services/common/json_reader.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

constexpr int kMaxOffset = 10000;

// A request in the making.
struct Draft {
  const RouteMatch& match;
  const RestInput& input;
  Message* request;
  Faults faults;

  const Descriptor* type() const { return request->GetDescriptor(); }
  const Route& route() const { return *match.route; }
  const FieldDescriptor* Field(const char* name) const {
    return type()->FindFieldByName(name);
  }
  // The field that the body fills, where it is not the whole request.
  const FieldDescriptor* BodyField() const {
    return route().body.empty() || route().body == "*"
               ? nullptr
               : type()->FindFieldByName(route().body);
  }
  bool IsBound(const FieldDescriptor* field) const {
    for (const Binding& binding : match.bindings) {
      if (binding.field.size() == 1 && binding.field[0] == field) return true;
    }
    return false;
  }
  // Whether a query parameter may fill this field of the request.
  bool InQuery(const FieldDescriptor* field) const {
    if (input.text_field != nullptr) {
      return field != input.text_field && !IsBound(field) && !field->is_map();
    }
    return route().body != "*" && field->name() != route().body &&
           !IsBound(field) && !field->is_map();
  }
};

absl::Status ReadBody(Draft& draft) {
  if (const FieldDescriptor* field = draft.input.content_field) {
    auto* content = static_cast<options::v1::Content*>(
        draft.request->GetReflection()->MutableMessage(draft.request, field));
    if (IsUtf8(draft.input.content_type)) {
      content->set_content_type(std::string(draft.input.content_type));
    }
    content->set_data(std::string(draft.input.body));
    return absl::OkStatus();
  }
  if (const FieldDescriptor* field = draft.input.text_field) {
    if (!IsUtf8(draft.input.body)) {
      return MakeError(absl::StatusCode::kInvalidArgument, "INVALID_TEXT",
                       {"The body is not UTF-8. Save the file as UTF-8.",
                        "Innehållet är inte UTF-8. Spara filen som UTF-8."});
    }
    draft.request->GetReflection()->SetString(draft.request, field,
                                              std::string(draft.input.body));
    return absl::OkStatus();
  }
  const bool empty =
      draft.input.body.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (draft.route().body.empty()) {
    if (empty) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInvalidArgument, "UNEXPECTED_BODY",
                     {"This operation takes no body. Send none.",
                      "Den här operationen tar inget innehåll. Skicka inget."});
  }
  if (empty) {
    // A custom method with nothing to say may leave it out.
    if (draft.route().body == "*") return absl::OkStatus();
    return MakeError(absl::StatusCode::kInvalidArgument, "BODY_MISSING",
                     {"The body is missing. Send a JSON object.",
                      "Innehållet saknas. Skicka ett JSON-objekt."});
  }
  ASSIGN_OR_RETURN(boost::json::value body, ParseJson(draft.input.body));
  if (!body.is_object()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "INVALID_JSON",
                     {"The body must be a JSON object.",
                      "Innehållet ska vara ett JSON-objekt."});
  }
  const FieldDescriptor* field = draft.BodyField();
  Message* target = field == nullptr
                        ? draft.request
                        : draft.request->GetReflection()->MutableMessage(
                              draft.request, field);
  SetFromJson(body.get_object(), "", target, &draft.faults);
  if (draft.route().http_method == "PATCH") {
    auto* mask =
        static_cast<FieldMask*>(draft.request->GetReflection()->MutableMessage(
            draft.request, draft.Field("update_mask")));
    AddPatchPaths(body.get_object(), target->GetDescriptor(), "", mask);
  }
  return absl::OkStatus();
}

// The known names of parameters, for the error about an unknown one.
std::vector<std::string_view> KnownParameters(const Draft& draft) {
  std::vector<std::string_view> names;
  for (int i = 0; i < draft.type()->field_count(); ++i) {
    const FieldDescriptor* field = draft.type()->field(i);
    if (!draft.InQuery(field)) continue;
    names.push_back(field->json_name());
    if (field->name() == "page_size") names.push_back("limit");
    if (field->name() == "skip") names.push_back("offset");
  }
  return names;
}

// `limit` and `offset` are the national profile's names of page_size and skip.
const FieldDescriptor* AliasOf(const Draft& draft, std::string_view name) {
  if (name == "limit") return draft.Field("page_size");
  if (name == "offset") return draft.Field("skip");
  return nullptr;
}

void ReadAlias(Draft& draft, const FieldDescriptor* field,
               std::string_view name, std::string_view value) {
  int number = 0;
  const int most =
      name == "offset" ? kMaxOffset : std::numeric_limits<int>::max();
  const bool digits = !value.empty() && value.find_first_not_of("0123456789") ==
                                            std::string_view::npos;
  if (!digits || !absl::SimpleAtoi(ForAbsl(value), &number) || number > most) {
    if (name == "offset") {
      draft.faults.Add(name, {"It must be a whole number from 0 to 10000.",
                              "Det ska vara ett heltal från 0 till 10000."});
    } else {
      draft.faults.Add(name, {"It must be a whole number from 0 on.",
                              "Det ska vara ett heltal från 0 och uppåt."});
    }
    return;
  }
  PutText(value, field, draft.request);
}

void ReadParameter(Draft& draft, const std::string& name,
                   const std::string& value,
                   absl::flat_hash_set<std::string>& seen) {
  Message* message = draft.request;
  const FieldDescriptor* field = AliasOf(draft, name);
  const bool alias = field != nullptr && draft.InQuery(field);
  // What counts as the same parameter given twice: limit and pageSize do.
  std::string same;
  if (alias) {
    same = field->json_name();
  } else {
    field = nullptr;
    const Descriptor* type = draft.type();
    for (std::string_view part : Split(name, '.')) {
      if (field != nullptr) {
        if (field->is_repeated() || type == nullptr) {
          field = nullptr;
          break;
        }
        message = message->GetReflection()->MutableMessage(message, field);
      }
      const bool top = message == draft.request;
      field = type == nullptr ? nullptr : FindJsonField(type, part);
      if (field == nullptr || (top && !draft.InQuery(field))) {
        field = nullptr;
        break;
      }
      type = field->message_type();
    }
    if (field == nullptr) {
      draft.faults.AddUnknown(name, name, KnownParameters(draft),
                              /*parameter=*/true);
      return;
    }
    same = name;
  }
  if (!field->is_repeated() && !seen.insert(same).second) {
    if (alias || same == "pageSize" || same == "skip") {
      draft.faults.Add(
          name, {"It says the same as another parameter. Give one of them.",
                 "Den säger samma sak som en annan parameter. Ange en av "
                 "dem."});
    } else {
      draft.faults.Add(name, {"It is given twice. Give it once.",
                              "Den är angiven två gånger. Ange den en gång."});
    }
    return;
  }
  if (alias) {
    ReadAlias(draft, field, name, value);
  } else if (field->message_type() == FieldMask::descriptor() &&
             draft.BodyField() != nullptr) {
    auto* mask = static_cast<FieldMask*>(
        message->GetReflection()->MutableMessage(message, field));
    mask->Clear();  // an explicit mask stands in the place of the patch's own
    SetMaskFromText(value, draft.BodyField()->message_type(), name, mask,
                    &draft.faults);
  } else if (auto wrong = PutText(value, field, message)) {
    draft.faults.Add(name, *std::move(wrong));
  }
}

void ReadQuery(Draft& draft) {
  absl::flat_hash_set<std::string> seen;
  for (std::string_view pair : Split(draft.input.query, '&')) {
    if (pair.empty()) continue;
    const auto parts = Cut(pair, '=');
    const std::optional<std::string> name = PercentDecode(parts.first, true);
    const std::optional<std::string> value = PercentDecode(parts.second, true);
    if (!name || !value) {
      draft.faults.Add(name.value_or("?"),
                       {"It is not properly percent-encoded UTF-8.",
                        "Den är inte korrekt procentkodad UTF-8."});
      continue;
    }
    ReadParameter(draft, *name, *value, seen);
  }
}

// Sets a string that a path or a header gives; what the body or the query said
// about the same field must agree.
void SetAgreeing(Draft& draft, Message* message, const FieldDescriptor* field,
                 const std::string& value, std::string_view name,
                 std::string_view source_en, std::string_view source_sv) {
  const std::string given =
      message->GetReflection()->GetString(*message, field);
  if (!given.empty() && given != value) {
    draft.faults.Add(
        name, {absl::StrCat("It is not what ", ForAbsl(source_en),
                            " says. Leave it out, or say the same."),
               absl::StrCat("Det är inte vad ", ForAbsl(source_sv),
                            " säger. Utelämna det, eller säg samma sak.")});
    return;
  }
  message->GetReflection()->SetString(message, field, value);
}

void BindPath(Draft& draft) {
  for (const Binding& binding : draft.match.bindings) {
    Message* message = draft.request;
    for (size_t i = 0; i + 1 < binding.field.size(); ++i) {
      message =
          message->GetReflection()->MutableMessage(message, binding.field[i]);
    }
    const FieldDescriptor* field = binding.field.back();
    SetAgreeing(draft, message, field, binding.value, field->json_name(),
                "the path", "sökvägen");
  }
}

void ReadIfMatch(Draft& draft) {
  std::string_view value = draft.input.if_match;
  if (value.empty() || value == "*" || draft.route().http_method == "GET") {
    return;
  }
  Message* message = draft.request;
  const FieldDescriptor* etag = draft.Field("etag");
  const FieldDescriptor* body = draft.BodyField();
  if (etag == nullptr && body != nullptr &&
      draft.route().http_method != "POST") {
    etag = body->message_type()->FindFieldByName("etag");
    if (etag != nullptr) {
      message = message->GetReflection()->MutableMessage(message, body);
    }
  }
  if (etag == nullptr || etag->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    draft.faults.Add("If-Match",
                     {"This operation takes no If-Match. Leave it out.",
                      "Operationen tar inget If-Match. Utelämna det."});
    return;
  }
  if (value.starts_with("W/")) {
    draft.faults.Add("If-Match",
                     {"A weak etag can't be compared. Send the ETag as it came "
                      "with the resource.",
                      "En svag etag går inte att jämföra. Skicka den ETag som "
                      "följde med resursen."});
    return;
  }
  // RFC 9110 allows bytes beyond ASCII; our etags have none.
  const bool plain = std::all_of(value.begin(), value.end(),
                                 [](char c) { return c > ' ' && c < 0x7F; });
  if (!plain || !TakePrefix(value, "\"") || !TakeSuffix(value, "\"") ||
      value.empty() || value.find('"') != std::string_view::npos) {
    draft.faults.Add("If-Match", {"It must be one etag in double quotes.",
                                  "Det ska vara en etag inom citattecken."});
    return;
  }
  if (!TakeSuffix(value, "-gzip")) {
    TakeSuffix(value, "-br");
  }
  SetAgreeing(draft, message, etag, std::string(value), "etag", "If-Match",
              "If-Match");
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !absl::ascii_isxdigit(text[i])) return false;
  }
  return true;
}

void ReadIdempotencyKey(Draft& draft) {
  std::string_view value = draft.input.idempotency_key;
  const FieldDescriptor* field = draft.Field("request_id");
  if (value.empty() || field == nullptr) return;
  // A string of structured fields has quotes; many clients send none.
  if (value.size() > 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  if (!IsUuid(value)) {
    draft.faults.Add("Idempotency-Key",
                     {"It must be a UUID.", "Det ska vara ett UUID."});
    return;
  }
  SetAgreeing(draft, draft.request, field, std::string(value), "requestId",
              "Idempotency-Key", "Idempotency-Key");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Message>> RequestFromRest(
    const RouteMatch& match, const RestInput& input) {
  std::unique_ptr<Message> request(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(match.route->method->input_type())
          ->New());
  Draft draft{match, input, request.get(), {}};
  RETURN_IF_ERROR(ReadBody(draft));
  ReadQuery(draft);
  BindPath(draft);
  ReadIfMatch(draft);
  ReadIdempotencyKey(draft);
  RETURN_IF_ERROR(draft.faults.ToStatus());
  return request;
}

}  // namespace reglab::gateway
