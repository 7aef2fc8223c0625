#include "services/membership/directory_service.h"

#include <string>
#include <vector>

#include "reglab/membership/v1/directory.pb.h"
#include "services/membership/directory_store.h"

namespace reglab::membership {
namespace {

using v1::CheckNamesRequest;
using v1::CheckNamesResponse;

absl::StatusOr<CheckNamesResponse> CheckNames(
    Call& call, const CheckNamesRequest& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<CheckNamesResponse> {
    ASSIGN_OR_RETURN(const std::vector<std::string> missing,
                     directory::FindMissing(
                         tx, {request.names().begin(), request.names().end()}));
    CheckNamesResponse response;
    response.mutable_missing()->Add(missing.begin(), missing.end());
    return response;
  });
}

}  // namespace

void AddDirectory(Rpcs& rpcs) {
  rpcs.Handle("reglab.membership.v1.DirectoryService.CheckNames", CheckNames);
}

}  // namespace reglab::membership
