#ifndef REGLAB_SERVICES_COMMON_RESOURCE_H_
#define REGLAB_SERVICES_COMMON_RESOURCE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace google::protobuf {
class FieldMask;
class Message;
}  // namespace google::protobuf

namespace reglab {

// What every resource needs: names, etags, masks.

// "Västra Götaland möte 3" → "vastra-gotaland-mote-3", at most 63 characters;
// "" when nothing is left.
std::string MakeId(std::string_view title);

// 128 random bits as 26 characters of [a-z2-7]: for people and the like.
std::string RandomId();

// A new etag: 80 random bits as 16 characters of [a-z2-7], without quotes.
std::string NewEtag();

// `given` when the caller chose one ([a-z0-9-]{1,63}, no reserved word of a
// custom method), otherwise one made from `title`; INVALID_ARGUMENT naming
// `field` when neither gives an id.
absl::StatusOr<std::string> ChooseId(std::string_view field,
                                     std::string_view given,
                                     std::string_view title);

// ABORTED/ETAG_MISMATCH when `given` is set and not `actual`.
absl::Status CheckEtag(std::string_view name, std::string_view given,
                       std::string_view actual);

// Copies what `mask` names from `patch` to `target`; an empty mask means all
// fields that are set in `patch`. Returns the paths whose values changed.
// INVALID_ARGUMENT for an unknown path, or one that is immutable and differs;
// output_only fields, `name` and `etag` are passed over.
absl::StatusOr<std::vector<std::string>> ApplyUpdate(
    const google::protobuf::FieldMask& mask,
    const google::protobuf::Message& patch, google::protobuf::Message& target);

// Clears output_only fields, except `name` and `etag`: what a caller sends in
// them has no meaning (AIP-203).
void ClearOutputOnly(google::protobuf::Message& message);

// "meetings/x/agenda-items/y" → "meetings/x"; "meetings/x" → "".
std::string ParentOf(std::string_view name);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_RESOURCE_H_
