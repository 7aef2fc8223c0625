#ifndef REGLAB_SERVICES_COMMON_ERRORS_H_
#define REGLAB_SERVICES_COMMON_ERRORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace google::protobuf {
class Message;
}
namespace google::rpc {
class Status;
}

namespace reglab {

// Every error that a caller can meet has its text in both languages, says what
// is wrong and what mends it, and never quotes a driver or a parser.
struct Text {
  std::string en;
  std::string sv;
};

// One field at fault. `field` is the path in snake_case, as in the proto:
// "activity.display_name", "filter".
struct FieldError {
  std::string field;
  Text text;
};

// The error with google.rpc details inside: ErrorInfo (reason, upper snake),
// BadRequest (fields) and LocalizedMessage. All named functions below use it.
absl::Status MakeError(absl::StatusCode code, std::string_view reason,
                       Text text, std::vector<FieldError> fields = {});

// INVALID_ARGUMENT with one or several fields; reason INVALID_FIELD.
absl::Status InvalidField(std::string_view field, Text text);
absl::Status InvalidFields(std::vector<FieldError> fields);

// NOT_FOUND, also for what the caller may not read.
absl::Status NotFound(std::string_view name);

// ALREADY_EXISTS.
absl::Status AlreadyExists(std::string_view name);

// ABORTED / ETAG_MISMATCH: the resource was changed since the caller read it.
// Its name is in a google.rpc.ResourceInfo; the resource as it is now joins the
// details as far as the caller may read it (see Runtime::Execute).
absl::Status EtagMismatch(std::string_view name);

// Adds a message to the details of an error.
void AddDetail(absl::Status& status, const google::protobuf::Message& detail);

// ResourceInfo.resource_name, or "".
std::string ResourceOf(const absl::Status& status);

// ABORTED / CONFLICT: something of what was to be written together was changed
// since it was read.
absl::Status ChangedMeanwhile();

// PERMISSION_DENIED; names the permission that is missing.
absl::Status PermissionMissing(std::string_view permission);

// UNAUTHENTICATED.
absl::Status Unauthenticated(Text text);

// FAILED_PRECONDITION with a reason of its own: a state or a gate refuses.
absl::Status Refused(std::string_view reason, Text text,
                     std::vector<FieldError> fields = {});

// RESOURCE_EXHAUSTED / OVERLOADED: the queue is full; to be tried again.
absl::Status Overloaded();

// UNAVAILABLE: `what` ("the database", "membership") does not answer.
absl::Status Unavailable(Text what);

// INTERNAL without any detail of the cause, which belongs in the log.
absl::Status InternalError();

// The status as it goes over the wire. `swedish` chooses the texts of
// LocalizedMessage and BadRequest; the message itself stays English (AIP-193).
google::rpc::Status ToProto(const absl::Status& status, bool swedish);

// The status that a peer sent, with its details kept as they are.
absl::Status FromProto(const google::rpc::Status& status);

// ErrorInfo.reason, or "".
std::string ReasonOf(const absl::Status& status);

// What an error of ours says, in both languages.
Text TextOf(const absl::Status& status);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_ERRORS_H_
