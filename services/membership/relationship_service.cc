#include "services/membership/relationship_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/organization_store.h"
#include "services/membership/relationship_rules.h"
#include "services/membership/relationship_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::CreateRelationshipRequest;
using v1::DeleteRelationshipRequest;
using v1::GetRelationshipRequest;
using v1::ListRelationshipsRequest;
using v1::ListRelationshipsResponse;
using v1::Relationship;
using v1::UpdateRelationshipRequest;

absl::StatusOr<Relationship> GetRelationship(
    Call& call, const GetRelationshipRequest& request) {
  return call.Read([&](Transaction& tx) {
    return relationships::Get(tx, call.audience(), request.name(),
                              request.as_of());
  });
}

absl::StatusOr<ListRelationshipsResponse> ListRelationships(
    Call& call, const ListRelationshipsRequest& request) {
  return List<ListRelationshipsResponse>(call, relationships::kListing,
                                         request);
}

absl::StatusOr<Relationship> CreateRelationship(
    Call& call, const CreateRelationshipRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  Relationship relationship = request.relationship();
  ClearOutputOnly(relationship);
  RETURN_IF_ERROR(CheckRelationship(relationship));
  ASSIGN_OR_RETURN(
      const std::string id,
      ChooseId("relationship_id", request.relationship_id(), RandomId()));
  relationship.set_name(absl::StrCat("relationships/", id));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Relationship> {
    RETURN_IF_ERROR(organizations::CheckExists(tx, "relationship.organization",
                                               relationship.organization()));
    RETURN_IF_ERROR(organizations::CheckExists(tx, "relationship.counterpart",
                                               relationship.counterpart()));
    return relationships::Insert(tx, relationship);
  });
}

absl::StatusOr<Relationship> UpdateRelationship(
    Call& call, const UpdateRelationshipRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Relationship& patch = request.relationship();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Relationship> {
    ASSIGN_OR_RETURN(
        Relationship relationship,
        relationships::Lock(tx, call.audience(), patch.name(), patch.etag()));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, relationship));
    if (changed.empty()) return relationship;
    RETURN_IF_ERROR(CheckRelationship(relationship));
    return relationships::Update(tx, relationship, changed);
  });
}

absl::StatusOr<Empty> DeleteRelationship(
    Call& call, const DeleteRelationshipRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(const Relationship relationship,
                     relationships::Lock(tx, call.audience(), request.name(),
                                         request.etag()));
    RETURN_IF_ERROR(relationships::Delete(tx, relationship));
    return Empty();
  });
}

}  // namespace

void AddRelationships(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.RelationshipsService.";
  rpcs.Handle(service + "GetRelationship", GetRelationship);
  rpcs.Handle(service + "ListRelationships", ListRelationships);
  rpcs.Handle(service + "CreateRelationship", CreateRelationship);
  rpcs.Handle(service + "UpdateRelationship", UpdateRelationship);
  rpcs.Handle(service + "DeleteRelationship", DeleteRelationship);
}

}  // namespace reglab::membership
