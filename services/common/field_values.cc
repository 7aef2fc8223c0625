#include "services/common/field_values.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

using google::protobuf::Duration;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;

// Past 2^53 a double no longer tells which whole number it is.
constexpr double kMaxWholeDouble = 9007199254740992.0;

template <class Number>
std::optional<Number> ReadNumber(std::string_view text) {
  Number value;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

bool ReadTimestamp(std::string_view text, Timestamp* timestamp) {
  absl::Time time;
  // ParseTime also takes blanks around, and "infinite-future".
  if (text.empty() || !absl::ascii_isdigit(text.front()) ||
      (text.back() != 'Z' && !absl::ascii_isdigit(text.back())) ||
      !absl::ParseTime(absl::RFC3339_full, ForAbsl(text), &time, nullptr)) {
    return false;
  }
  const int64_t year = absl::ToCivilYear(time, absl::UTCTimeZone()).year();
  if (year < 1 || year > 9999) return false;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return true;
}

bool ReadDuration(std::string_view text, Duration* duration) {
  const bool negative = TakePrefix(text, "-");
  if (!TakeSuffix(text, "s")) return false;
  const auto [whole, fraction] = Cut(text, '.');
  const auto seconds = ReadNumber<uint64_t>(whole);
  if (!seconds || *seconds > 315576000000u) return false;
  uint32_t nanos = 0;
  if (whole.size() != text.size()) {
    std::string digits(fraction);
    if (digits.empty() || digits.size() > 9) return false;
    digits.resize(9, '0');
    const auto read = ReadNumber<uint32_t>(digits);
    if (!read) return false;
    nanos = *read;
  }
  const int sign = negative ? -1 : 1;
  duration->set_seconds(sign * static_cast<int64_t>(*seconds));
  duration->set_nanos(sign * static_cast<int32_t>(nanos));
  return true;
}

// Sets or appends one value.
template <class Value>
void Put(Message* message, const FieldDescriptor* field, Value value,
         void (Reflection::*set)(Message*, const FieldDescriptor*, Value) const,
         void (Reflection::*add)(Message*, const FieldDescriptor*, Value)
             const) {
  (message->GetReflection()->*(field->is_repeated() ? add : set))(
      message, field, std::move(value));
}

template <class Integer>
bool PutInteger(
    std::string_view text, const FieldDescriptor* field, Message* message,
    void (Reflection::*set)(Message*, const FieldDescriptor*, Integer) const,
    void (Reflection::*add)(Message*, const FieldDescriptor*, Integer) const) {
  const std::optional<Integer> value = ReadNumber<Integer>(text);
  if (value) Put<Integer>(message, field, *value, set, add);
  return value.has_value();
}

bool PutFloating(double value, const FieldDescriptor* field, Message* message) {
  if (!std::isfinite(value)) return false;
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
    Put<double>(message, field, value, &Reflection::SetDouble,
                &Reflection::AddDouble);
    return true;
  }
  if (std::abs(value) > std::numeric_limits<float>::max()) return false;
  Put<float>(message, field, static_cast<float>(value), &Reflection::SetFloat,
             &Reflection::AddFloat);
  return true;
}

bool PutString(std::string_view text, const FieldDescriptor* field,
               Message* message) {
  std::string value(text);
  if (field->type() == FieldDescriptor::TYPE_BYTES) {
    if (!absl::Base64Unescape(ForAbsl(text), &value) &&
        !absl::WebSafeBase64Unescape(ForAbsl(text), &value)) {
      return false;
    }
  }
  Put<std::string>(message, field, std::move(value), &Reflection::SetString,
                   &Reflection::AddString);
  return true;
}

bool PutTextMessage(std::string_view text, const FieldDescriptor* field,
                    Message* message) {
  if (field->message_type() == Timestamp::descriptor()) {
    Timestamp timestamp;
    if (!ReadTimestamp(text, &timestamp)) return false;
    PlaceFor(field, message)->CopyFrom(timestamp);
    return true;
  }
  if (field->message_type() == Duration::descriptor()) {
    Duration duration;
    if (!ReadDuration(text, &duration)) return false;
    PlaceFor(field, message)->CopyFrom(duration);
    return true;
  }
  if (field->message_type() == FieldMask::descriptor()) {
    FieldMask mask;
    for (std::string_view path : Split(text, ',')) {
      if (!path.empty()) mask.add_paths(SnakeCase(path));
    }
    PlaceFor(field, message)->CopyFrom(mask);
    return true;
  }
  return false;
}

bool PutValue(std::string_view text, const FieldDescriptor* field,
              Message* message) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return PutInteger<int32_t>(text, field, message, &Reflection::SetInt32,
                                 &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_UINT32:
      return PutInteger<uint32_t>(text, field, message, &Reflection::SetUInt32,
                                  &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return PutInteger<int64_t>(text, field, message, &Reflection::SetInt64,
                                 &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT64:
      return PutInteger<uint64_t>(text, field, message, &Reflection::SetUInt64,
                                  &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT: {
      const auto value = ReadNumber<double>(text);
      return value && PutFloating(*value, field, message);
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return false;
      Put<bool>(message, field, text == "true", &Reflection::SetBool,
                &Reflection::AddBool);
      return true;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value =
          field->enum_type()->FindValueByName(std::string(text));
      if (value == nullptr) return false;
      Put<int>(message, field, value->number(), &Reflection::SetEnumValue,
               &Reflection::AddEnumValue);
      return true;
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return PutString(text, field, message);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return PutTextMessage(text, field, message);
  }
  return false;
}

}  // namespace

std::optional<Text> PutText(std::string_view text, const FieldDescriptor* field,
                            Message* message) {
  // PostgreSQL's text can't hold it.
  if (text.find('\0') != std::string_view::npos) {
    return Text{"It may not hold the character U+0000.",
                "Det får inte innehålla tecknet U+0000."};
  }
  if (PutValue(text, field, message)) return std::nullopt;
  return ExpectedOf(field);
}

std::optional<Text> PutReal(double value, const FieldDescriptor* field,
                            Message* message) {
  const bool floating = field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ||
                        field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT;
  if (floating
          ? PutFloating(value, field, message)
          : std::trunc(value) == value && std::abs(value) <= kMaxWholeDouble &&
                PutValue(std::to_string(static_cast<int64_t>(value)), field,
                         message)) {
    return std::nullopt;
  }
  return ExpectedOf(field);
}

Text ExpectedOf(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
      return {"It must be a whole number of 32 bits.",
              "Det ska vara ett heltal på 32 bitar."};
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return {"It must be a whole number of 64 bits.",
              "Det ska vara ett heltal på 64 bitar."};
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return {"It must be a number.", "Det ska vara ett tal."};
    case FieldDescriptor::CPPTYPE_BOOL:
      return {"It must be true or false.", "Det ska vara true eller false."};
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        return {"It must be a string in base64.",
                "Det ska vara en sträng i base64."};
      }
      return {"It must be a string.", "Det ska vara en sträng."};
    case FieldDescriptor::CPPTYPE_ENUM: {
      std::vector<std::string> names;
      for (int i = 0; i < field->enum_type()->value_count(); ++i) {
        if (field->enum_type()->value(i)->number() != 0) {
          names.push_back(field->enum_type()->value(i)->name());
        }
      }
      const std::string list = absl::StrJoin(names, ", ");
      return {absl::StrCat("It must be one of ", list, "."),
              absl::StrCat("Det ska vara ett av ", list, ".")};
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  if (field->message_type() == Timestamp::descriptor()) {
    return {"It must be a time such as 2026-05-04T09:00:00Z.",
            "Det ska vara en tidpunkt som 2026-05-04T09:00:00Z."};
  }
  if (field->message_type() == Duration::descriptor()) {
    return {"It must be a length of time such as 90s.",
            "Det ska vara en tidslängd som 90s."};
  }
  if (field->message_type() == FieldMask::descriptor()) {
    return {"It must be a string of field names with commas between.",
            "Det ska vara en sträng av fältnamn med komma emellan."};
  }
  return {"It must be an object.", "Det ska vara ett objekt."};
}

bool IsNumeric(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return true;
    default:
      return false;
  }
}

bool IsTextMessage(const FieldDescriptor* field) {
  const auto* type = field->message_type();
  return type == Timestamp::descriptor() || type == Duration::descriptor() ||
         type == FieldMask::descriptor();
}

Message* PlaceFor(const FieldDescriptor* field, Message* message) {
  return field->is_repeated()
             ? message->GetReflection()->AddMessage(message, field)
             : message->GetReflection()->MutableMessage(message, field);
}

}  // namespace reglab
