#ifndef REGLAB_SERVICES_MEMBERSHIP_CONTRACT_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_CONTRACT_RULES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace reglab::membership {

// What the protos of all services declare about who may call what, read from
// the descriptors once. Immutable.

struct DeclaredMethod {
  std::string name;  // "reglab.learning.v1.IdeasService/CreateIdea"
  std::string verb;  // "POST"; "" when it has no route
  // "v1", "clients", "*", "keys"; "*" stands for any one segment.
  std::vector<std::string> segments;
  // Which of them name the resource: [first, last).
  size_t resource_first = 0;
  size_t resource_last = 0;
  std::string permission;
  bool is_public = false;
  bool any_caller = false;
  bool for_processes = false;
};
const std::vector<DeclaredMethod>& DeclaredMethods();

// A method as a caller wrote it: "POST /v1/ideas" or the name in gRPC, with or
// without a slash in front. `resource` is what a REST path names.
struct NamedMethod {
  const DeclaredMethod* method;
  std::string resource;  // "clients/uppsala-intranet"; may be empty
};
// INVALID_ARGUMENT naming `field` and, of gRPC, the nearest method.
absl::StatusOr<NamedMethod> FindMethod(std::string_view field,
                                       std::string_view text);

// Whether every method with this permission can be called without it.
bool IsForEveryone(std::string_view permission);

// INVALID_ARGUMENT (UNKNOWN_PERMISSION) names the place in `field`, and the
// nearest permission, of each that no method needs. `wildcards` allows "*" and
// "learning.*" as well.
absl::Status CheckPermissions(std::string_view field,
                              const std::vector<std::string>& permissions,
                              bool wildcards);

// INVALID_ARGUMENT naming `field` unless `feed`, a path with query, is one that
// GET reads without a permission. Only a list is a feed.
absl::Status CheckFeed(std::string_view field, std::string_view feed);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_CONTRACT_RULES_H_
