#include "services/learning/names.h"

#include "reglab/membership/v1/directory.pb.h"

namespace reglab::learning {

absl::StatusOr<std::vector<std::string>> MissingNames(
    Call& call, const std::vector<std::string>& names) {
  std::vector<std::string> missing;
  if (names.empty()) return missing;
  membership::v1::CheckNamesRequest request;
  request.mutable_names()->Add(names.begin(), names.end());
  ASSIGN_OR_RETURN(
      const auto answer,
      call.Ask<membership::v1::CheckNamesResponse>(
          "/reglab.membership.v1.DirectoryService/CheckNames", request));
  missing.assign(answer.missing().begin(), answer.missing().end());
  return missing;
}

}  // namespace reglab::learning
