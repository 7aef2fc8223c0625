#include "gateway/documents/schemas.h"

#include <boost/json/array.hpp>
#include <charconv>

#include "absl/strings/ascii.h"
#include "gateway/text.h"

namespace reglab::gateway {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using options::v1::FieldRules;

constexpr int kExampleDepth = 4;
constexpr std::string_view kDatePattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}";

bool IsNameChar(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
}

// The name of a message inside of its file: "Meeting.State" is MeetingState.
std::string ShortName(const Descriptor* type) {
  const std::string outer = type->containing_type() == nullptr
                                ? ""
                                : ShortName(type->containing_type());
  return outer + type->name();
}

std::string EnumDescription(const EnumDescriptor* type) {
  std::string text;
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() == 0) continue;
    if (!text.empty()) text += "\n";
    text += "- `" + type->value(i)->name() +
            "`: " + FirstSentence(CommentOf(type->value(i)));
  }
  return text;
}

template <class Number>
json::value ReadAs(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The example of a rule is text; in JSON it has the field's type, and names of
// fields are as REST writes them.
json::value Typed(const FieldDescriptor* field, const std::string& text) {
  if (field->name() == "filter" || field->name() == "order_by") {
    return json::value(CleanComment(text));
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
      return ReadAs<int64_t>(text);
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return ReadAs<double>(text);
    case FieldDescriptor::CPPTYPE_BOOL:
      return text == "true";
    default:
      return json::value(text);
  }
}

// Messages that are a string in JSON, and what string.
json::object TextSchema(const std::string& type) {
  if (type == "google.protobuf.Timestamp") {
    return {{"type", "string"},
            {"format", "date-time"},
            {"examples", json::array{"2026-05-04T09:00:00Z"}}};
  }
  if (type == "google.protobuf.Duration") {
    return {{"type", "string"},
            {"pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$"},
            {"examples", json::array{"90s"}}};
  }
  if (type == "google.protobuf.FieldMask") {
    return {{"type", "string"}, {"examples", json::array{"displayName"}}};
  }
  return {};
}

std::string Description(const FieldDescriptor* field) {
  std::string text = CommentOf(field);
  if (field->enum_type() != nullptr) {
    text += "\n\n" + EnumDescription(field->enum_type());
  }
  const FieldRules& rules = RulesOf(field);
  if (rules.immutable() && field->name() != "name") {
    text += "\n\nSet at creation and never changed.";
  }
  if (!rules.personal_data().empty()) {
    text += "\n\nPersonal data: " + rules.personal_data();
  }
  return text;
}

// The service gives it: a value in a request has no meaning.
bool IsReadOnly(const FieldDescriptor* field) {
  return RulesOf(field).output_only() ||
         (field->name() == "name" && RulesOf(field).immutable());
}

}  // namespace

std::string ServiceOf(const google::protobuf::FileDescriptor* file) {
  const auto parts = Split(file->package(), '.');
  std::string name(parts.size() > 1 ? parts[1] : parts[0]);
  name[0] = absl::ascii_toupper(name[0]);
  return name;
}

const FieldRules& RulesOf(const FieldDescriptor* field) {
  return field->options().GetExtension(options::v1::rules);
}

std::string CleanComment(std::string_view comment) {
  std::string text;
  for (std::string_view line : Split(comment, '\n')) {
    TakePrefix(line, " ");
    text += line;
    text += '\n';
  }
  // The contract says page_size, a REST caller writes pageSize.
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    if (!absl::ascii_islower(text[at]) ||
        (at > 0 &&
         (absl::ascii_isalnum(text[at - 1]) || text[at - 1] == '_'))) {
      out += text[at++];
      continue;
    }
    size_t end = at;
    while (end < text.size() && IsNameChar(text[end])) ++end;
    out += CamelPath(std::string_view(text).substr(at, end - at));
    at = end;
  }
  while (!out.empty() && absl::ascii_isspace(out.back())) out.pop_back();
  return out;
}

std::string FirstSentence(std::string_view comment) {
  size_t end = 0;
  while (end < comment.size() &&
         !(comment[end] == '.' && (end + 1 == comment.size() ||
                                   absl::ascii_isspace(comment[end + 1])))) {
    ++end;
  }
  std::string sentence(comment.substr(0, end));
  for (char& c : sentence) {
    if (c == '\n') c = ' ';
  }
  return sentence;
}

void Schemas::Register(const google::protobuf::FileDescriptor* file) {
  const std::function<void(const Descriptor*)> add =
      [&](const Descriptor* type) {
        ++uses_[ShortName(type)];
        for (int i = 0; i < type->nested_type_count(); ++i) {
          add(type->nested_type(i));
        }
      };
  for (int i = 0; i < file->message_type_count(); ++i) {
    add(file->message_type(i));
  }
}

std::string Schemas::NameOf(const Descriptor* type) const {
  const std::string name = ShortName(type);
  const auto found = uses_.find(name);
  const bool shared = found != uses_.end() && found->second > 1;
  return shared ? ServiceOf(type->file()) + name : name;
}

json::object Schemas::Reference(const Descriptor* type) {
  const std::string name = NameOf(type);
  if (!schemas_.contains(name)) {
    schemas_[name] = {};  // before its fields, which may lead back to it
    schemas_[name] = Make(type, /*patch=*/false,
                          [](const FieldDescriptor*) { return false; });
  }
  return {{"$ref", "#/components/schemas/" + name}};
}

json::object Schemas::PatchReference(const Descriptor* type) {
  const std::string name = NameOf(type) + "Patch";
  if (!schemas_.contains(name)) {
    schemas_[name] =
        Make(type, /*patch=*/true, [](const FieldDescriptor* field) {
          return IsReadOnly(field) || RulesOf(field).immutable();
        });
  }
  return {{"$ref", "#/components/schemas/" + name}};
}

json::object Schemas::RequestReference(
    const Descriptor* type, const std::set<const FieldDescriptor*>& without) {
  const std::string name = NameOf(type);
  if (!schemas_.contains(name)) {
    schemas_[name] = Make(
        type, /*patch=*/false,
        [&](const FieldDescriptor* field) { return without.contains(field); });
  }
  return {{"$ref", "#/components/schemas/" + name}};
}

json::object Schemas::Make(
    const Descriptor* type, bool patch,
    const std::function<bool(const FieldDescriptor*)>& leave_out) {
  json::object properties;
  json::array required;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (leave_out(field)) continue;
    json::object schema = Field(field);
    if (patch && !RulesOf(field).required()) {
      if (schema.contains("$ref")) {
        json::value description = schema["description"];
        schema.erase("description");
        schema = {
            {"description", description},
            {"anyOf", json::array{schema, json::object{{"type", "null"}}}}};
      } else {
        schema["type"] = json::array{schema["type"], "null"};
        if (json::value* names = schema.if_contains("enum")) {
          names->as_array().push_back(nullptr);
        }
      }
    }
    properties[field->json_name()] = std::move(schema);
    if (RulesOf(field).required() && !patch) {
      required.push_back(json::value(field->json_name()));
    }
  }
  json::object schema{{"type", "object"}};
  std::string description = CommentOf(type);
  if (patch)
    description += "\n\nThe members that are there are changed; null clears.";
  schema["description"] = description;
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json::object Schemas::Value(const FieldDescriptor* field) {
  const FieldRules& rules = RulesOf(field);
  json::object schema;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
      schema = {{"type", "integer"}, {"format", "int32"}};
      break;
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      schema = {{"type", "string"}, {"pattern", "^-?[0-9]+$"}};
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      schema = {{"type", "number"}, {"format", "double"}};
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      schema = {{"type", "boolean"}};
      break;
    case FieldDescriptor::CPPTYPE_ENUM: {
      json::array names;
      for (int i = 0; i < field->enum_type()->value_count(); ++i) {
        if (field->enum_type()->value(i)->number() != 0) {
          names.push_back(json::value(field->enum_type()->value(i)->name()));
        }
      }
      schema = {{"type", "string"}, {"enum", std::move(names)}};
      break;
    }
    case FieldDescriptor::CPPTYPE_STRING:
      schema = {{"type", "string"}};
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        schema["contentEncoding"] = "base64";
      }
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      schema = TextSchema(field->message_type()->full_name());
      if (schema.empty()) return Reference(field->message_type());
      break;
  }
  if (rules.max_length() > 0) schema["maxLength"] = rules.max_length();
  if (rules.pattern() == kDatePattern) {
    schema["format"] = "date";
  } else if (!rules.pattern().empty()) {
    schema["pattern"] = "^(?:" + rules.pattern() + ")$";
  }
  const auto number = [](double value) -> json::value {
    const auto whole = static_cast<int64_t>(value);
    if (static_cast<double>(whole) == value) return whole;
    return value;
  };
  if (rules.has_min()) schema["minimum"] = number(rules.min());
  if (rules.has_max()) schema["maximum"] = number(rules.max());
  if (!rules.example().empty()) {
    schema["examples"] = json::array{Typed(field, rules.example())};
  }
  return schema;
}

json::object Schemas::Field(const FieldDescriptor* field) {
  const FieldRules& rules = RulesOf(field);
  json::object schema = Value(field);
  if (field->is_repeated()) {
    json::object list{{"type", "array"}, {"items", std::move(schema)}};
    if (rules.max_items() > 0) list["maxItems"] = rules.max_items();
    schema = std::move(list);
  }
  schema["description"] = Description(field);
  if (IsReadOnly(field)) schema["readOnly"] = true;
  if (field->options().deprecated()) schema["deprecated"] = true;
  return schema;
}

json::value Schemas::ExampleOf(const FieldDescriptor* field, bool request,
                               int depth) {
  const FieldRules& rules = RulesOf(field);
  json::value value;
  if (field->message_type() != nullptr) {
    json::object text = TextSchema(field->message_type()->full_name());
    if (text.empty()) {
      json::object inside =
          ExampleOf(field->message_type(), request, depth - 1, {});
      if (!inside.empty()) value = std::move(inside);
    } else {
      value = text["examples"].as_array()[0];
    }
  } else if (!rules.example().empty()) {
    value = Typed(field, rules.example());
  } else if (field->enum_type() != nullptr &&
             field->enum_type()->value_count() > 1) {
    value = json::value(field->enum_type()->value(1)->name());
  }
  if (!field->is_repeated()) return value;
  return value.is_null() ? json::array{} : json::array{value};
}

json::object Schemas::ExampleOf(
    const Descriptor* type, bool request, int depth,
    const std::set<const FieldDescriptor*>& without) {
  json::object example;
  if (depth == 0) return example;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (without.contains(field) || (request && IsReadOnly(field)) ||
        field->name() == "delete_time" ||
        (request && field->name() == "etag")) {
      continue;
    }
    json::value value = ExampleOf(field, request, depth);
    if (!value.is_null()) example[field->json_name()] = std::move(value);
  }
  return example;
}

json::object Schemas::Example(const Descriptor* type, bool request,
                              const std::set<const FieldDescriptor*>& without) {
  return ExampleOf(type, request, kExampleDepth, without);
}

json::object Schemas::TakeAll() {
  json::object all;
  for (auto& [name, schema] : schemas_) all[name] = std::move(schema);
  return all;
}

}  // namespace reglab::gateway
