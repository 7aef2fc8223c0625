#include "services/membership/key_service.h"

#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/time_util.h"
#include "services/common/api_key.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/process.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/client_store.h"
#include "services/membership/key_store.h"
#include "services/membership/role_rules.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::TimeUtil;
using v1::AuthenticateKeyRequest;
using v1::AuthenticateKeyResponse;
using v1::Client;
using v1::CreateKeyRequest;
using v1::DeleteKeyRequest;
using v1::GetKeyRequest;
using v1::Key;
using v1::ListKeysRequest;
using v1::ListKeysResponse;

absl::StatusOr<Key> GetKey(Call& call, const GetKeyRequest& request) {
  return call.Read([&](Transaction& tx) {
    return keys::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListKeysResponse> ListKeys(Call& call,
                                          const ListKeysRequest& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<ListKeysResponse> {
    if (!request.parent().ends_with("/-")) {
      RETURN_IF_ERROR(
          clients::Get(tx, call.audience(), request.parent()).status());
    }
    ListKeysResponse response;
    RETURN_IF_ERROR(
        RunList(tx, keys::kListing, request, call.audience(), response));
    return response;
  });
}

absl::StatusOr<Key> CreateKey(Call& call, const CreateKeyRequest& request) {
  Key wanted = request.key();
  ClearOutputOnly(wanted);
  if (wanted.has_expire_time() &&
      wanted.expire_time() <= TimeUtil::GetCurrentTime()) {
    return InvalidField(
        "key.expire_time",
        {"It is in the past. Give a later time, or leave it out.",
         "Den har passerat. Ange en senare tid, eller utelämna den."});
  }
  const ApiKey made = {NewKeyId(), NewSecret()};
  ASSIGN_OR_RETURN(Key key, call.Write([&](Transaction& tx)
                                           -> absl::StatusOr<Key> {
    ASSIGN_OR_RETURN(const Client client,
                     clients::Lock(tx, call.audience(), request.parent(), ""));
    RETURN_IF_ERROR(
        CheckActsFor(call.caller(), client.organization(), client.name()));
    RETURN_IF_ERROR(
        CheckMayGrant(call.caller(), "parent",
                      {client.scopes().begin(), client.scopes().end()}));
    return keys::Insert(tx, client, wanted, {made.id, HashSecret(made.secret)});
  }));
  // The stored answer of a request_id never holds the secret, and a repetition
  // answers with the name of the first key, which is another than `made`.
  if (!request.validate_only() && key.name().ends_with("/" + made.id)) {
    key.set_secret(FormatApiKey(made));
  }
  return key;
}

absl::StatusOr<Empty> DeleteKey(Call& call, const DeleteKeyRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(const Key key, keys::Lock(tx, call.audience(),
                                               request.name(), request.etag()));
    ASSIGN_OR_RETURN(
        const Client client,
        clients::Get(tx, call.audience(), ParentOf(request.name())));
    RETURN_IF_ERROR(
        CheckActsFor(call.caller(), client.organization(), client.name()));
    RETURN_IF_ERROR(keys::Delete(tx, client, key));
    return Empty();
  });
}

absl::StatusOr<AuthenticateKeyResponse> AuthenticateKey(
    Call& call, const AuthenticateKeyRequest& request) {
  ASSIGN_OR_RETURN(const keys::Holder holder, call.Read([&](Transaction& tx) {
    return keys::Find(tx, request.key_id());
  }));
  if (!SameHash(holder.secret_sha256, request.secret_sha256())) {
    return Unauthenticated(
        {"The key is unknown, revoked or expired. Use another, or ask for a "
         "new "
         "one.",
         "Nyckeln är okänd, återkallad eller har gått ut. Använd en annan, "
         "eller "
         "be om en ny."});
  }
  if (!holder.use_is_noted) {
    const absl::Status noted =
        call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
              RETURN_IF_ERROR(keys::NoteUse(tx, request.key_id()));
              return Empty();
            })
            .status();
    // Who calls is known; that the time was not kept must not stop them.
    if (!noted.ok()) {
      LogError("key_use_not_noted",
               {{"caller", holder.answer.caller()},
                {"error", std::string_view(noted.message().data(),
                                           noted.message().size())}});
    }
  }
  AuthenticateKeyResponse answer = holder.answer;
  const std::vector<std::string> scopes =
      ScopesOfClient({answer.roles().begin(), answer.roles().end()},
                     {answer.scopes().begin(), answer.scopes().end()});
  answer.mutable_scopes()->Assign(scopes.begin(), scopes.end());
  return answer;
}

}  // namespace

void AddKeys(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.KeysService.";
  rpcs.Handle(service + "GetKey", GetKey);
  rpcs.Handle(service + "ListKeys", ListKeys);
  rpcs.Handle(service + "CreateKey", CreateKey);
  rpcs.Handle(service + "DeleteKey", DeleteKey);
  rpcs.Handle(service + "AuthenticateKey", AuthenticateKey);
}

}  // namespace reglab::membership
