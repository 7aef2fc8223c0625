#ifndef REGLAB_SERVICES_COMMON_JSON_READER_H_
#define REGLAB_SERVICES_COMMON_JSON_READER_H_

#include <google/protobuf/field_mask.pb.h>

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/common/errors.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace reglab {

// What is wrong with a request, gathered so that the caller learns of all of it
// at once (of the first 20).
class Faults {
 public:
  void Add(std::string_view field, Text text);
  // A name that is not known; says which known one is nearest.
  void AddUnknown(std::string_view field, std::string_view name,
                  const std::vector<std::string_view>& known, bool parameter);
  const std::vector<FieldError>& errors() const { return errors_; }
  // OK when there is none.
  absl::Status ToStatus() const;

 private:
  std::vector<FieldError> errors_;
  std::string reason_ = "INVALID_FIELD";
};

// A JSON text as it came. INVALID_ARGUMENT/INVALID_JSON for what is no JSON, no
// UTF-8, nested deeper than 32, or names a member twice.
absl::StatusOr<boost::json::value> ParseJson(std::string_view text);

// Sets the fields of `message` that `object` names in lowerCamelCase; null
// leaves a field unset. `path` stands before the names in errors ("" or
// "cases[2].").
void SetFromJson(const boost::json::object& object, const std::string& path,
                 google::protobuf::Message* message, Faults* faults);

// The paths that a merge-patch changes: every member that is there, of nested
// objects theirs; lists are replaced as a whole. Names the type does not know
// are passed over.
void AddPatchPaths(const boost::json::object& object,
                   const google::protobuf::Descriptor* type,
                   const std::string& path, google::protobuf::FieldMask* mask);

// The snake_case mask of comma-separated lowerCamelCase paths of `type`.
void SetMaskFromText(std::string_view text,
                     const google::protobuf::Descriptor* type,
                     std::string_view name, google::protobuf::FieldMask* mask,
                     Faults* faults);

// The field of `type` whose JSON name this is, or null.
const google::protobuf::FieldDescriptor* FindJsonField(
    const google::protobuf::Descriptor* type, std::string_view json_name);

// JSON names of all fields of `type`.
std::vector<std::string_view> JsonNames(
    const google::protobuf::Descriptor* type);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_JSON_READER_H_
