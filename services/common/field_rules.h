#ifndef REGLAB_SERVICES_COMMON_FIELD_RULES_H_
#define REGLAB_SERVICES_COMMON_FIELD_RULES_H_

#include "absl/status/status.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace reglab {

// Reads the rules (reglab.options.v1.rules) of a request and all messages in
// it, once, before serving; a pattern that RE2 can't read stops the process.
// Not thread-safe.
void PrepareFieldRules(const google::protobuf::Descriptor* request);

// INVALID_ARGUMENT with everything that is wrong in a prepared request, at most
// 50 fields: "activity.cases[2].question". Beside the rules themselves: text is
// UTF-8 without control characters other than tab and line ends, enum values
// and field numbers are known ones, numbers are finite, timestamps and dates
// exist (a date is a field with the pattern "[0-9]{4}-[0-9]{2}-[0-9]{2}"), and
// request_id is a UUID. What is output_only is passed over.
//
// In a request with an update_mask (AIP-134) `required` holds for the named
// fields of the resource; without a mask nothing in it can be cleared, so none
// is missing. Its name is always required. Thread-safe.
absl::Status CheckFields(const google::protobuf::Message& request);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_FIELD_RULES_H_
