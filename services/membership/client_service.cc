#include "services/membership/client_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/client_store.h"
#include "services/membership/contract_rules.h"
#include "services/membership/organization_store.h"
#include "services/membership/role_rules.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::Client;
using v1::CreateClientRequest;
using v1::DeleteClientRequest;
using v1::GetClientRequest;
using v1::ListClientsRequest;
using v1::ListClientsResponse;
using v1::UpdateClientRequest;

std::vector<std::string> ScopesOf(const Client& client) {
  return {client.scopes().begin(), client.scopes().end()};
}

// The secretariat's programs load and move data.
void FillQuota(Client& client) {
  if (client.requests_per_minute() > 0) return;
  client.set_requests_per_minute(client.organization().empty()
                                     ? kMostRequestsPerMinute
                                     : kUsualRequestsPerMinute);
}

absl::StatusOr<Client> GetClient(Call& call, const GetClientRequest& request) {
  return call.Read([&](Transaction& tx) {
    return clients::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListClientsResponse> ListClients(
    Call& call, const ListClientsRequest& request) {
  return List<ListClientsResponse>(call, clients::kListing, request);
}

absl::StatusOr<Client> CreateClient(Call& call,
                                    const CreateClientRequest& request) {
  Client client = request.client();
  ClearOutputOnly(client);
  RETURN_IF_ERROR(CheckActsFor(call.caller(), client.organization()));
  FillQuota(client);
  RETURN_IF_ERROR(CheckPermissions("client.scopes", ScopesOf(client), true));
  RETURN_IF_ERROR(
      CheckMayGrant(call.caller(), "client.scopes", ScopesOf(client)));
  RETURN_IF_ERROR(CheckClient(call.caller(), client));
  ASSIGN_OR_RETURN(
      const std::string id,
      ChooseId("client_id", request.client_id(), client.display_name()));
  client.set_name(absl::StrCat("clients/", id));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Client> {
    if (!client.organization().empty()) {
      RETURN_IF_ERROR(organizations::CheckExists(tx, "client.organization",
                                                 client.organization()));
    }
    return clients::Insert(tx, client);
  });
}

absl::StatusOr<Client> UpdateClient(Call& call,
                                    const UpdateClientRequest& request) {
  const Client& patch = request.client();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Client> {
    ASSIGN_OR_RETURN(Client client, clients::Lock(tx, call.audience(),
                                                  patch.name(), patch.etag()));
    RETURN_IF_ERROR(
        CheckActsFor(call.caller(), client.organization(), client.name()));
    const Client before = client;
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, client));
    if (changed.empty()) return client;
    FillQuota(client);
    if (std::find(changed.begin(), changed.end(), "scopes") != changed.end()) {
      RETURN_IF_ERROR(
          CheckPermissions("client.scopes", ScopesOf(client), true));
    }
    RETURN_IF_ERROR(
        CheckMayGrant(call.caller(), "client.scopes", ScopesOf(client)));
    if (client.requests_per_minute() != before.requests_per_minute() ||
        client.for_operations()) {
      RETURN_IF_ERROR(CheckClient(call.caller(), client));
    }
    return clients::Update(tx, client, changed);
  });
}

absl::StatusOr<Empty> DeleteClient(Call& call,
                                   const DeleteClientRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Client client,
        clients::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(
        CheckActsFor(call.caller(), client.organization(), client.name()));
    RETURN_IF_ERROR(clients::Delete(tx, client));
    return Empty();
  });
}

}  // namespace

void AddClients(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.ClientsService.";
  rpcs.Handle(service + "GetClient", GetClient);
  rpcs.Handle(service + "ListClients", ListClients);
  rpcs.Handle(service + "CreateClient", CreateClient);
  rpcs.Handle(service + "UpdateClient", UpdateClient);
  rpcs.Handle(service + "DeleteClient", DeleteClient);
}

}  // namespace reglab::membership
