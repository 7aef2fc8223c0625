#include "services/learning/names.h"

#include "reglab/membership/v1/directory.pb.h"
#include "services/common/spelling.h"

namespace reglab::learning {

absl::Status CheckNames(Call& call, std::string_view field,
                        const std::vector<std::string>& names) {
  if (names.empty()) return absl::OkStatus();
  membership::v1::CheckNamesRequest request;
  request.mutable_names()->Add(names.begin(), names.end());
  ASSIGN_OR_RETURN(
      const auto answer,
      call.Ask<membership::v1::CheckNamesResponse>(
          "/reglab.membership.v1.DirectoryService/CheckNames", request));
  if (answer.missing().empty()) return absl::OkStatus();
  const std::string& missing = answer.missing(0);
  return InvalidField(
      field, {Concat("there is no ", missing,
                     "; GET /v1/organizations and GET /v1/bodies list those "
                     "that there are"),
              Concat(missing,
                     " finns inte; GET /v1/organizations och GET /v1/bodies "
                     "listar dem som finns")});
}

}  // namespace reglab::learning
