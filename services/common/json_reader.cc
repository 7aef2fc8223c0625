#include "services/common/json_reader.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <limits>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/common/field_values.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMaxDepth = 32;
constexpr size_t kMaxFaults = 20;

// Makes a json::value of what the parser meets. Boost.JSON's own handler keeps
// the last of two members with one name; two readers of one text must not see
// two different things, so here the second is refused.
class Handler {
 public:
  static constexpr size_t max_object_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_array_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_key_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_string_size = std::numeric_limits<size_t>::max();
  using Error = boost::system::error_code;
  using View = json::string_view;

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(size_t count, Error&) {
    names_.pop_back();
    values_.push_object(count);
    return true;
  }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(size_t count, Error&) {
    values_.push_array(count);
    return true;
  }
  bool on_key_part(View part, size_t, Error&) {
    name_.append(part.data(), part.size());
    values_.push_chars(part);
    return true;
  }
  bool on_key(View part, size_t, Error& error) {
    name_.append(part.data(), part.size());
    values_.push_key(part);
    if (!names_.back().insert(name_).second) {
      duplicate_ = name_;
      error = json::error::syntax;
      return false;
    }
    name_.clear();
    return true;
  }
  bool on_string_part(View part, size_t, Error&) {
    values_.push_chars(part);
    return true;
  }
  bool on_string(View part, size_t, Error&) {
    values_.push_string(part);
    return true;
  }
  bool on_number_part(View part, Error&) {
    number_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(int64_t value, View, Error&) {
    number_.clear();
    values_.push_int64(value);
    return true;
  }
  bool on_uint64(uint64_t value, View, Error&) {
    number_.clear();
    values_.push_uint64(value);
    return true;
  }
  bool on_double(double value, View part, Error&) {
    // The parser of Boost 1.81 may miss the nearest double by one.
    number_.append(part.data(), part.size());
    std::from_chars(number_.data(), number_.data() + number_.size(), value);
    number_.clear();
    values_.push_double(value);
    return true;
  }
  bool on_bool(bool value, Error&) {
    values_.push_bool(value);
    return true;
  }
  bool on_null(Error&) {
    values_.push_null();
    return true;
  }
  bool on_comment_part(View, Error&) { return true; }
  bool on_comment(View, Error&) { return true; }

  void Start() { values_.reset(); }
  json::value Release() { return values_.release(); }
  const std::optional<std::string>& duplicate() const { return duplicate_; }

 private:
  json::value_stack values_;
  std::vector<absl::flat_hash_set<std::string>> names_;  // of the open objects
  std::string name_;    // as far as it has come
  std::string number_;  // likewise
  std::optional<std::string> duplicate_;
};

absl::Status NotJson(Text text) {
  return MakeError(absl::StatusCode::kInvalidArgument, "INVALID_JSON",
                   std::move(text));
}

// Sets or appends one value; what is expected instead when it is none of the
// field's type.
std::optional<Text> PutJson(const json::value& value,
                            const FieldDescriptor* field,
                            const std::string& name, Message* message,
                            Faults* faults) {
  if (field->message_type() != nullptr && !IsTextMessage(field)) {
    if (!value.is_object()) return ExpectedOf(field);
    SetFromJson(value.get_object(), name + ".", PlaceFor(field, message),
                faults);
    return std::nullopt;
  }
  if (value.is_string()) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
      return ExpectedOf(field);
    }
    const json::string& text = value.get_string();
    return PutText({text.data(), text.size()}, field, message);
  }
  const bool boolean = field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
  if (value.is_bool() && boolean) {
    return PutText(value.get_bool() ? "true" : "false", field, message);
  }
  if (value.is_number() && IsNumeric(field)) {
    if (value.is_int64()) {
      return PutText(std::to_string(value.get_int64()), field, message);
    }
    if (value.is_uint64()) {
      return PutText(std::to_string(value.get_uint64()), field, message);
    }
    return PutReal(value.get_double(), field, message);
  }
  return ExpectedOf(field);
}

}  // namespace

void Faults::Add(std::string_view field, Text text) {
  if (errors_.size() == kMaxFaults) return;
  // A name that came from outside goes back there.
  errors_.push_back({Excerpt(field), std::move(text)});
}

void Faults::AddUnknown(std::string_view field, std::string_view name,
                        const std::vector<std::string_view>& known,
                        bool parameter) {
  reason_ = parameter ? "UNKNOWN_PARAMETER" : "UNKNOWN_FIELD";
  const std::string nearest(Nearest(name, known));
  Text text = parameter ? Text{"There is no such parameter.",
                               "Det finns ingen sådan parameter."}
                        : Text{"There is no such field.",
                               "Det finns inget sådant fält."};
  if (!nearest.empty()) {
    text.en += " Perhaps you mean " + nearest + ".";
    text.sv += " Du menar kanske " + nearest + ".";
  }
  Add(field, std::move(text));
}

absl::Status Faults::ToStatus() const {
  if (errors_.empty()) return absl::OkStatus();
  const FieldError& first = errors_.front();
  return MakeError(absl::StatusCode::kInvalidArgument, reason_,
                   {absl::StrCat(first.field, ": ", first.text.en),
                    absl::StrCat(first.field, ": ", first.text.sv)},
                   errors_);
}

absl::StatusOr<json::value> ParseJson(std::string_view text) {
  if (!IsUtf8(text)) {
    return NotJson({"The body is not UTF-8. Send JSON in UTF-8.",
                    "Innehållet är inte UTF-8. Skicka JSON i UTF-8."});
  }
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<Handler> parser(options);
  parser.handler().Start();
  boost::system::error_code error;
  const size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read == text.size()) return parser.handler().Release();
  if (error == json::error::too_deep) {
    return NotJson(
        {absl::StrCat("The body is nested deeper than ", kMaxDepth, " levels."),
         absl::StrCat("Innehållet är nästlat djupare än ", kMaxDepth,
                      " nivåer.")});
  }
  if (const auto& name = parser.handler().duplicate()) {
    const std::string shown = Excerpt(*name);
    return NotJson({absl::StrCat("The body names the member \"", shown,
                                 "\" twice. Name it once."),
                    absl::StrCat("Innehållet nämner \"", shown,
                                 "\" två gånger. Nämn det en gång.")});
  }
  return NotJson({absl::StrCat("The body is not JSON: it can't be read from "
                               "byte ",
                               read + 1, " on."),
                  absl::StrCat("Innehållet är inte JSON: det går inte att läsa "
                               "från byte ",
                               read + 1, ".")});
}

void SetFromJson(const json::object& object, const std::string& path,
                 Message* message, Faults* faults) {
  const Descriptor* type = message->GetDescriptor();
  const Reflection* reflection = message->GetReflection();
  for (const auto& member : object) {
    const std::string_view key(member.key().data(), member.key().size());
    const std::string name = path + std::string(key);
    const FieldDescriptor* field = FindJsonField(type, key);
    if (field == nullptr || field->is_map()) {
      faults->AddUnknown(name, key, JsonNames(type), /*parameter=*/false);
      continue;
    }
    const json::value& value = member.value();
    if (value.is_null()) continue;
    if (field->real_containing_oneof() != nullptr &&
        reflection->HasOneof(*message, field->real_containing_oneof())) {
      faults->Add(name, {"Another field that excludes it is set as well.",
                         "Ett annat fält som utesluter det är också satt."});
      continue;
    }
    if (!field->is_repeated()) {
      if (auto wrong = PutJson(value, field, name, message, faults)) {
        faults->Add(name, *std::move(wrong));
      }
      continue;
    }
    if (!value.is_array()) {
      faults->Add(name, {"It must be a list.", "Det ska vara en lista."});
      continue;
    }
    size_t number = 0;
    for (const json::value& element : value.get_array()) {
      const std::string place = absl::StrCat(name, "[", number++, "]");
      if (auto wrong = PutJson(element, field, place, message, faults)) {
        faults->Add(place, *std::move(wrong));
      }
    }
  }
}

void AddPatchPaths(const json::object& object, const Descriptor* type,
                   const std::string& path, FieldMask* mask) {
  for (const auto& member : object) {
    const FieldDescriptor* field =
        FindJsonField(type, {member.key().data(), member.key().size()});
    if (field == nullptr) continue;
    const std::string name = absl::StrCat(path, field->name());
    if (member.value().is_object() && !field->is_repeated() &&
        field->message_type() != nullptr && !IsTextMessage(field)) {
      AddPatchPaths(member.value().get_object(), field->message_type(),
                    absl::StrCat(name, "."), mask);
    } else if (name != "name" && name != "etag") {
      mask->add_paths(name);
    }
  }
}

void SetMaskFromText(std::string_view text, const Descriptor* type,
                     std::string_view name, FieldMask* mask, Faults* faults) {
  for (std::string_view path : Split(text, ',')) {
    if (path.empty()) continue;
    if (path == "*") {
      mask->add_paths("*");
      continue;
    }
    const Descriptor* inside = type;
    std::vector<std::string> parts;
    for (std::string_view part : Split(path, '.')) {
      const FieldDescriptor* field =
          inside == nullptr ? nullptr : FindJsonField(inside, part);
      if (field == nullptr) {
        parts.clear();
        break;
      }
      parts.push_back(field->name());
      inside = field->is_repeated() ? nullptr : field->message_type();
    }
    if (parts.empty()) {
      const std::string shown = Excerpt(path);
      const std::string nearest(Nearest(path, JsonNames(type)));
      faults->Add(
          name, {"It names the field " + shown +
                     ", which is not there. Perhaps you mean " + nearest + ".",
                 "Det nämner fältet " + shown +
                     ", som inte finns. Du menar kanske " + nearest + "."});
      continue;
    }
    mask->add_paths(absl::StrJoin(parts, "."));
  }
}

const FieldDescriptor* FindJsonField(const Descriptor* type,
                                     std::string_view json_name) {
  // FindFieldByCamelcaseName also takes what only looks alike.
  const FieldDescriptor* field =
      type->FindFieldByCamelcaseName(std::string(json_name));
  return field != nullptr && field->json_name() == json_name ? field : nullptr;
}

std::vector<std::string_view> JsonNames(const Descriptor* type) {
  std::vector<std::string_view> names;
  for (int i = 0; i < type->field_count(); ++i) {
    names.push_back(type->field(i)->json_name());
  }
  return names;
}

}  // namespace reglab
