#include "services/membership/body_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/body_store.h"
#include "services/membership/organization_store.h"
#include "services/membership/period_rules.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::Body;
using v1::CreateBodyRequest;
using v1::DeleteBodyRequest;
using v1::GetBodyRequest;
using v1::ListBodiesRequest;
using v1::ListBodiesResponse;
using v1::UpdateBodyRequest;

absl::Status CheckConvener(Transaction& tx, const Body& body) {
  if (body.convener().empty()) return absl::OkStatus();
  return organizations::CheckExists(tx, "body.convener", body.convener());
}

absl::StatusOr<Body> GetBody(Call& call, const GetBodyRequest& request) {
  return call.Read([&](Transaction& tx) {
    return bodies::Get(tx, call.audience(), request.name(), request.as_of());
  });
}

absl::StatusOr<ListBodiesResponse> ListBodies(
    Call& call, const ListBodiesRequest& request) {
  return List<ListBodiesResponse>(call, bodies::kListing, request);
}

absl::StatusOr<Body> CreateBody(Call& call, const CreateBodyRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  Body body = request.body();
  ClearOutputOnly(body);
  ASSIGN_OR_RETURN(const std::string id,
                   ChooseId("body_id", request.body_id(), body.display_name()));
  body.set_name(absl::StrCat("bodies/", id));
  RETURN_IF_ERROR(CheckPeriod("body", body.start_date(), body.end_date()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Body> {
    RETURN_IF_ERROR(CheckConvener(tx, body));
    return bodies::Insert(tx, body);
  });
}

absl::StatusOr<Body> UpdateBody(Call& call, const UpdateBodyRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Body& patch = request.body();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Body> {
    ASSIGN_OR_RETURN(Body body, bodies::Lock(tx, call.audience(), patch.name(),
                                             patch.etag()));
    const std::string convener = body.convener();
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, body));
    if (changed.empty()) return body;
    RETURN_IF_ERROR(CheckPeriod("body", body.start_date(), body.end_date()));
    if (body.convener() != convener) {
      RETURN_IF_ERROR(CheckConvener(tx, body));
    }
    return bodies::Update(tx, body, changed);
  });
}

absl::StatusOr<Empty> DeleteBody(Call& call, const DeleteBodyRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Body body,
        bodies::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(bodies::Delete(tx, body));
    return Empty();
  });
}

}  // namespace

void AddBodies(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.BodiesService.";
  rpcs.Handle(service + "GetBody", GetBody);
  rpcs.Handle(service + "ListBodies", ListBodies);
  rpcs.Handle(service + "CreateBody", CreateBody);
  rpcs.Handle(service + "UpdateBody", UpdateBody);
  rpcs.Handle(service + "DeleteBody", DeleteBody);
}

}  // namespace reglab::membership
