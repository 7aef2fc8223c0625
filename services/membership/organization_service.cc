#include "services/membership/organization_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/naming_rules.h"
#include "services/membership/organization_rules.h"
#include "services/membership/organization_store.h"

namespace reglab::membership {
namespace {

using v1::CreateOrganizationRequest;
using v1::DeleteOrganizationRequest;
using v1::GetOrganizationRequest;
using v1::ListOrganizationsRequest;
using v1::ListOrganizationsResponse;
using v1::Organization;
using v1::ResolveOrganizationsRequest;
using v1::ResolveOrganizationsResponse;
using v1::UndeleteOrganizationRequest;
using v1::UpdateOrganizationRequest;

absl::StatusOr<Organization> GetOrganization(
    Call& call, const GetOrganizationRequest& request) {
  return call.Read([&](Transaction& tx) {
    return organizations::Get(tx, call.audience(), request.name(),
                              request.as_of());
  });
}

absl::StatusOr<ListOrganizationsResponse> ListOrganizations(
    Call& call, const ListOrganizationsRequest& request) {
  if (!request.show_deleted()) {
    return List<ListOrganizationsResponse>(call, organizations::kListing,
                                           request);
  }
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return List<ListOrganizationsResponse>(
      call, organizations::kListingWithDeleted, request);
}

absl::StatusOr<Organization> CreateOrganization(
    Call& call, const CreateOrganizationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  Organization organization = request.organization();
  ClearOutputOnly(organization);
  ASSIGN_OR_RETURN(const std::string id,
                   ChooseId("organization_id", request.organization_id(),
                            organization.display_name()));
  organization.set_name(absl::StrCat("organizations/", id));
  RETURN_IF_ERROR(CheckOrganizationNumber(organization.organization_number()));
  return call.Write(
      [&](Transaction& tx) { return organizations::Insert(tx, organization); });
}

absl::StatusOr<Organization> UpdateOrganization(
    Call& call, const UpdateOrganizationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Organization& patch = request.organization();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Organization> {
    ASSIGN_OR_RETURN(
        Organization organization,
        organizations::Lock(tx, call.audience(), patch.name(), patch.etag()));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, organization));
    if (changed.empty()) return organization;
    RETURN_IF_ERROR(
        CheckOrganizationNumber(organization.organization_number()));
    return organizations::Update(tx, organization, changed);
  });
}

absl::StatusOr<Organization> DeleteOrganization(
    Call& call, const DeleteOrganizationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Organization> {
    ASSIGN_OR_RETURN(Organization organization,
                     organizations::Lock(tx, call.audience(), request.name(),
                                         request.etag()));
    return organizations::Delete(tx, organization);
  });
}

absl::StatusOr<Organization> UndeleteOrganization(
    Call& call, const UndeleteOrganizationRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Organization> {
    ASSIGN_OR_RETURN(Organization organization,
                     organizations::LockWithDeleted(
                         tx, call.audience(), request.name(), request.etag()));
    if (!organization.has_delete_time()) {
      return MakeError(absl::StatusCode::kAlreadyExists, "NOT_DELETED",
                       {"The organisation is not deleted; there is nothing to "
                        "bring back.",
                        "Organisationen är inte borttagen; det finns inget att "
                        "återställa."});
    }
    return organizations::Undelete(tx, organization);
  });
}

absl::StatusOr<ResolveOrganizationsResponse> ResolveOrganizations(
    Call& call, const ResolveOrganizationsRequest& request) {
  std::vector<std::string> forms;
  for (const std::string& name : request.names()) {
    forms.push_back(LookupForm(name));
  }
  return call.Read(
      [&](Transaction& tx) -> absl::StatusOr<ResolveOrganizationsResponse> {
        ASSIGN_OR_RETURN(
            std::vector<std::vector<NameCandidate>> candidates,
            organizations::FindCandidates(tx, call.audience(), forms));
        ResolveOrganizationsResponse response;
        for (int i = 0; i < request.names_size(); ++i) {
          const NameMatch match =
              ChooseOrganization(request.names(i), candidates[i]);
          auto& resolution = *response.add_resolutions();
          resolution.set_query(request.names(i));
          resolution.set_organization(match.organization);
          resolution.set_display_name(match.display_name);
          resolution.set_score(match.score);
        }
        return response;
      });
}

}  // namespace

void AddOrganizations(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.OrganizationsService.";
  rpcs.Handle(service + "GetOrganization", GetOrganization);
  rpcs.Handle(service + "ListOrganizations", ListOrganizations);
  rpcs.Handle(service + "CreateOrganization", CreateOrganization);
  rpcs.Handle(service + "UpdateOrganization", UpdateOrganization);
  rpcs.Handle(service + "DeleteOrganization", DeleteOrganization);
  rpcs.Handle(service + "UndeleteOrganization", UndeleteOrganization);
  rpcs.Handle(service + "ResolveOrganizations", ResolveOrganizations);
}

}  // namespace reglab::membership
