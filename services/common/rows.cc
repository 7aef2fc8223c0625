// What goes into statements and what comes out of them.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <libpq-fe.h>

#include <charconv>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "services/common/database.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

PGresult* Result(const Rows& rows) {
  return static_cast<PGresult*>(rows.result());
}

int Digits(std::string_view text, size_t at, size_t count) {
  int value = 0;
  for (size_t i = at; i < at + count && i < text.size(); ++i) {
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// "2026-11-23 21:22:06.123456+00": ISO style with the session in UTC.
absl::Time ParseTime(std::string_view text) {
  if (text.size() < 19) return absl::InfinitePast();
  absl::Time time = absl::FromCivil(
      absl::CivilSecond(Digits(text, 0, 4), Digits(text, 5, 2),
                        Digits(text, 8, 2), Digits(text, 11, 2),
                        Digits(text, 14, 2), Digits(text, 17, 2)),
      absl::UTCTimeZone());
  if (text.size() > 20 && text[19] == '.') {
    int64_t micros = 0;
    int64_t unit = 100000;
    for (size_t i = 20; i < text.size() && absl::ascii_isdigit(text[i]); ++i) {
      micros += (text[i] - '0') * unit;
      unit /= 10;
    }
    time += absl::Microseconds(micros);
  }
  return time;
}

// One-dimensional text[]: {a,"b c","with \" and \\",NULL}.
std::vector<std::string> ParseArray(std::string_view text) {
  std::vector<std::string> values;
  if (text.size() < 2) return values;
  size_t i = 1;
  while (i < text.size() && text[i] != '}') {
    std::string value;
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        value.push_back(text[i]);
      }
      ++i;
    } else {
      while (i < text.size() && text[i] != ',' && text[i] != '}') {
        value.push_back(text[i++]);
      }
    }
    values.push_back(std::move(value));
    if (i < text.size() && text[i] == ',') ++i;
  }
  return values;
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", time, absl::UTCTimeZone());
}

void AppendElement(const std::string& value, std::string& text) {
  text.push_back('"');
  for (char c : value) {
    if (c == '"' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  text.push_back('"');
}

std::string FormatArray(const std::vector<std::string>& values) {
  std::string text = "{";
  for (const std::string& value : values) {
    if (text.size() > 1) text.push_back(',');
    AppendElement(value, text);
  }
  text.push_back('}');
  return text;
}

// The field of that name, and whether its empty text is NULL ("name?").
std::pair<const FieldDescriptor*, bool> FieldNamed(const Descriptor* type,
                                                   std::string_view name) {
  const bool empty_is_null = name.ends_with('?');
  if (empty_is_null) name.remove_suffix(1);
  const FieldDescriptor* field = type->FindFieldByName(std::string(name));
  if (field == nullptr) {
    // A store's own mistake; every test of that store meets it.
    LogError("no_such_field", {{"field", name}});
    std::abort();
  }
  return {field, empty_is_null};
}

// jsonb holds protobuf JSON, of one message or of an array of them.
void ReadJson(std::string_view text, const FieldDescriptor* field,
              Message& message) {
  if (text == "[]" || text == "{}" || text == "null") return;
  std::unique_ptr<Message> part(message.New());
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      Concat("{\"", field->name(), "\":", text, "}"), part.get(), options);
  if (!status.ok()) {
    LogError("stored_json", {{"field", field->full_name()}});
    return;
  }
  message.MergeFrom(*part);
}

void ReadField(const Row& row, int column, const FieldDescriptor* field,
               Message& message) {
  const Reflection* reflection = message.GetReflection();
  if (field->is_repeated()) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ReadJson(row.Text(column), field, message);
      return;
    }
    for (std::string& value : ParseArray(row.Text(column))) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        reflection->AddString(&message, field, std::move(value));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        const EnumValueDescriptor* known =
            field->enum_type()->FindValueByName(value);
        if (known != nullptr) reflection->AddEnum(&message, field, known);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
        int number = 0;
        if (absl::SimpleAtoi(value, &number)) {
          reflection->AddInt32(&message, field, number);
        }
      }
    }
    return;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        reflection->SetString(&message, field, row.Bytes(column));
      } else {
        reflection->SetString(&message, field, std::string(row.Text(column)));
      }
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection->SetInt32(&message, field, int32_t(row.Int(column)));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      reflection->SetInt64(&message, field, row.Int(column));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(&message, field, row.Bool(column));
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      reflection->SetDouble(&message, field, row.Double(column));
      break;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value =
          field->enum_type()->FindValueByName(std::string(row.Text(column)));
      if (value != nullptr) reflection->SetEnum(&message, field, value);
      break;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (field->message_type() == google::protobuf::Timestamp::descriptor()) {
        const int64_t micros = absl::ToUnixMicros(row.Time(column));
        auto* time = static_cast<google::protobuf::Timestamp*>(
            reflection->MutableMessage(&message, field));
        int64_t seconds = micros / 1'000'000;
        int64_t rest = micros % 1'000'000;
        if (rest < 0) {
          rest += 1'000'000;
          --seconds;
        }
        time->set_seconds(seconds);
        time->set_nanos(int32_t(rest * 1000));
      } else {
        ReadJson(row.Text(column), field, message);
      }
      break;
    default:
      LogError("unreadable_column", {{"field", field->full_name()}});
  }
}

std::string JsonOf(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  google::protobuf::util::MessageToJsonString(message, &json, options).ok();
  return json;
}

Param RepeatedParam(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  const int size = reflection->FieldSize(message, field);
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    std::string json = "[";
    for (int i = 0; i < size; ++i) {
      if (i > 0) json.push_back(',');
      absl::StrAppend(
          &json, JsonOf(reflection->GetRepeatedMessage(message, field, i)));
    }
    json.push_back(']');
    return Param(json);
  }
  std::vector<std::string> values;
  for (int i = 0; i < size; ++i) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      values.push_back(reflection->GetRepeatedEnum(message, field, i)->name());
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      values.push_back(Concat(reflection->GetRepeatedInt32(message, field, i)));
    } else {
      values.push_back(reflection->GetRepeatedString(message, field, i));
    }
  }
  return Param(values);
}

Param FieldParam(const Message& message, const FieldDescriptor* field,
                 bool empty_is_null) {
  const Reflection* reflection = message.GetReflection();
  if (field->is_repeated()) return RepeatedParam(message, field);
  if (field->has_presence() && !reflection->HasField(message, field)) {
    return std::nullopt;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = reflection->GetString(message, field);
      if (empty_is_null && text.empty()) return std::nullopt;
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        return Param::Bytes(text);
      }
      return Param(text);
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return Param(reflection->GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return Param(reflection->GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return Param(reflection->GetBool(message, field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Param(reflection->GetDouble(message, field));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value = reflection->GetEnum(message, field);
      if (value->number() == 0) return std::nullopt;
      return Param(value->name());
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& part = reflection->GetMessage(message, field);
      if (field->message_type() == google::protobuf::Timestamp::descriptor()) {
        const auto& time =
            static_cast<const google::protobuf::Timestamp&>(part);
        return Param(absl::FromUnixSeconds(time.seconds()) +
                     absl::Nanoseconds(time.nanos()));
      }
      return Param(JsonOf(part));
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

Param::Param(double value) : text_(absl::StrFormat("%.17g", value)) {}
Param::Param(absl::Time time) : text_(TimeText(time)) {}
Param::Param(const std::vector<std::string>& array)
    : text_(FormatArray(array)) {}
Param Param::Bytes(std::string_view bytes) {
  return Param(Concat("\\x", absl::BytesToHexString(ForAbsl(bytes))));
}

bool Row::IsNull(int column) const {
  return PQgetisnull(Result(*rows_), index_, column) == 1;
}

std::string_view Row::Text(int column) const {
  return {PQgetvalue(Result(*rows_), index_, column),
          size_t(PQgetlength(Result(*rows_), index_, column))};
}

int64_t Row::Int(int column) const {
  const std::string_view text = Text(column);
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double Row::Double(int column) const {
  const std::string_view text = Text(column);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool Row::Bool(int column) const { return Text(column) == "t"; }
absl::Time Row::Time(int column) const { return ParseTime(Text(column)); }
std::vector<std::string> Row::Array(int column) const {
  return ParseArray(Text(column));
}
std::string Row::Bytes(int column) const {
  const std::string_view text = Text(column);
  return text.starts_with("\\x")
             ? absl::HexStringToBytes(ForAbsl(text.substr(2)))
             : std::string();
}

Rows::Rows(void* result) : result_(result) {}
Rows::Rows(Rows&& other) noexcept
    : result_(std::exchange(other.result_, nullptr)) {}
Rows& Rows::operator=(Rows&& other) noexcept {
  std::swap(result_, other.result_);
  type_ = nullptr;
  return *this;
}
Rows::~Rows() { PQclear(static_cast<PGresult*>(result_)); }
int Rows::size() const { return result_ ? PQntuples(Result(*this)) : 0; }
int Rows::columns() const { return result_ ? PQnfields(Result(*this)) : 0; }
const char* Rows::ColumnName(int column) const {
  return PQfname(Result(*this), column);
}
int64_t Rows::affected() const {
  int64_t count = 0;
  if (result_ != nullptr) {
    absl::SimpleAtoi(PQcmdTuples(Result(*this)), &count) || (count = 0);
  }
  return count;
}

void ReadRow(const Row& row, Message& message) {
  const Rows& rows = row.rows();
  const Descriptor* type = message.GetDescriptor();
  if (rows.type_ != type) {
    rows.fields_.clear();
    for (int i = 0; i < rows.columns(); ++i) {
      rows.fields_.push_back(type->FindFieldByName(rows.ColumnName(i)));
    }
    rows.type_ = type;
  }
  for (int i = 0; i < int(rows.fields_.size()); ++i) {
    if (rows.fields_[i] != nullptr && !row.IsNull(i)) {
      ReadField(row, i, rows.fields_[i], message);
    }
  }
}

Params Fields(const Message& message,
              std::initializer_list<std::string_view> names) {
  Params params;
  params.reserve(names.size());
  for (const std::string_view name : names) {
    const auto [field, empty_is_null] =
        FieldNamed(message.GetDescriptor(), name);
    params.push_back(FieldParam(message, field, empty_is_null));
  }
  return params;
}

Params FieldArrays(const std::vector<const Message*>& messages,
                   std::initializer_list<std::string_view> names) {
  Params params;
  params.reserve(names.size());
  for (const std::string_view name : names) {
    std::string text = "{";
    const FieldDescriptor* field = nullptr;
    bool empty_is_null = false;
    for (const Message* message : messages) {
      if (field == nullptr) {
        std::tie(field, empty_is_null) =
            FieldNamed(message->GetDescriptor(), name);
      }
      const Param value = FieldParam(*message, field, empty_is_null);
      if (text.size() > 1) text.push_back(',');
      if (value.text()) {
        AppendElement(*value.text(), text);
      } else {
        text += "NULL";
      }
    }
    text.push_back('}');
    params.emplace_back(std::move(text));
  }
  return params;
}

}  // namespace reglab
