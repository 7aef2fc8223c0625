#ifndef REGLAB_SERVICES_COMMON_FIELD_VALUES_H_
#define REGLAB_SERVICES_COMMON_FIELD_VALUES_H_

#include <optional>
#include <string_view>

#include "services/common/errors.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace reglab {

// Sets one field, or appends to a repeated one, from text: as it stands in a
// query parameter or a JSON string. When the text is no value of the field's
// type, nothing is set and what is expected comes back. Strict: no blanks, no
// plus sign, enums by the exact name.
std::optional<Text> PutText(std::string_view text,
                            const google::protobuf::FieldDescriptor* field,
                            google::protobuf::Message* message);

// The same from a number with a fraction or an exponent.
std::optional<Text> PutReal(double value,
                            const google::protobuf::FieldDescriptor* field,
                            google::protobuf::Message* message);

// What a value of this field looks like.
Text ExpectedOf(const google::protobuf::FieldDescriptor* field);

bool IsNumeric(const google::protobuf::FieldDescriptor* field);

// A message that is a string in JSON: Timestamp, Duration, FieldMask.
bool IsTextMessage(const google::protobuf::FieldDescriptor* field);

// The message of a field: the one that is there, or a new one of a repeated.
google::protobuf::Message* PlaceFor(
    const google::protobuf::FieldDescriptor* field,
    google::protobuf::Message* message);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_FIELD_VALUES_H_
