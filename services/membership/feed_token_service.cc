#include "services/membership/feed_token_service.h"

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
#include "services/membership/contract_rules.h"
#include "services/membership/feed_token_store.h"
#include "services/membership/organization_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::TimeUtil;
using v1::AuthenticateFeedTokenRequest;
using v1::AuthenticateFeedTokenResponse;
using v1::CreateFeedTokenRequest;
using v1::DeleteFeedTokenRequest;
using v1::FeedToken;
using v1::GetFeedTokenRequest;
using v1::ListFeedTokensRequest;
using v1::ListFeedTokensResponse;
using v1::UpdateFeedTokenRequest;

absl::Status CheckExpiry(const FeedToken& token) {
  if (!token.has_expire_time() ||
      token.expire_time() > TimeUtil::GetCurrentTime()) {
    return absl::OkStatus();
  }
  return InvalidField(
      "feed_token.expire_time",
      {"It is in the past. Give a later time, or leave it out; to stop the "
       "token now, delete it.",
       "Den har passerat. Ange en senare tid, eller utelämna den; ta bort "
       "länken för att stoppa den nu."});
}

absl::StatusOr<FeedToken> GetFeedToken(Call& call,
                                       const GetFeedTokenRequest& request) {
  return call.Read([&](Transaction& tx) {
    return feed_tokens::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListFeedTokensResponse> ListFeedTokens(
    Call& call, const ListFeedTokensRequest& request) {
  return List<ListFeedTokensResponse>(call, feed_tokens::kListing, request);
}

absl::StatusOr<FeedToken> CreateFeedToken(
    Call& call, const CreateFeedTokenRequest& request) {
  FeedToken wanted = request.feed_token();
  ClearOutputOnly(wanted);
  RETURN_IF_ERROR(CheckActsFor(call.caller(), wanted.organization()));
  RETURN_IF_ERROR(CheckFeed("feed_token.feed", wanted.feed()));
  RETURN_IF_ERROR(CheckExpiry(wanted));
  const ApiKey made = {NewKeyId(), NewSecret()};
  ASSIGN_OR_RETURN(
      FeedToken token,
      call.Write([&](Transaction& tx) -> absl::StatusOr<FeedToken> {
        RETURN_IF_ERROR(organizations::CheckExists(
            tx, "feed_token.organization", wanted.organization()));
        return feed_tokens::Insert(tx, wanted, made.id,
                                   HashSecret(made.secret));
      }));
  // The stored answer of a request_id never holds the secret, and a repetition
  // answers with the name of the first token, which is another than `made`.
  if (!request.validate_only() && token.name().ends_with("/" + made.id)) {
    token.set_secret(FormatApiKey(made, kFeedTokenPrefix));
  }
  return token;
}

absl::StatusOr<FeedToken> UpdateFeedToken(
    Call& call, const UpdateFeedTokenRequest& request) {
  const FeedToken& patch = request.feed_token();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<FeedToken> {
    ASSIGN_OR_RETURN(
        FeedToken token,
        feed_tokens::Lock(tx, call.audience(), patch.name(), patch.etag()));
    RETURN_IF_ERROR(
        CheckActsFor(call.caller(), token.organization(), token.name()));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, token));
    if (changed.empty()) return token;
    RETURN_IF_ERROR(CheckExpiry(token));
    return feed_tokens::Update(tx, token, changed);
  });
}

absl::StatusOr<Empty> DeleteFeedToken(Call& call,
                                      const DeleteFeedTokenRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const FeedToken token,
        feed_tokens::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(
        CheckActsFor(call.caller(), token.organization(), token.name()));
    RETURN_IF_ERROR(feed_tokens::Delete(tx, token));
    return Empty();
  });
}

absl::StatusOr<AuthenticateFeedTokenResponse> AuthenticateFeedToken(
    Call& call, const AuthenticateFeedTokenRequest& request) {
  ASSIGN_OR_RETURN(const feed_tokens::Holder holder,
                   call.Read([&](Transaction& tx) {
                     return feed_tokens::Find(tx, request.token_id());
                   }));
  if (!SameHash(holder.secret_sha256, request.secret_sha256())) {
    return Unauthenticated(
        {"The feed token is unknown, revoked or expired. Ask for a new one.",
         "Flödeslänken är okänd, återkallad eller har gått ut. Be om en ny."});
  }
  if (!holder.use_is_noted) {
    const absl::Status noted =
        call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
              RETURN_IF_ERROR(feed_tokens::NoteUse(tx, request.token_id()));
              return Empty();
            })
            .status();
    // What it opens is known; that the time was not kept must not stop it.
    if (!noted.ok()) {
      LogError("feed_token_use_not_noted",
               {{"caller", holder.answer.standing().caller()},
                {"error", std::string_view(noted.message().data(),
                                           noted.message().size())}});
    }
  }
  return holder.answer;
}

}  // namespace

void AddFeedTokens(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.FeedTokensService.";
  rpcs.Handle(service + "GetFeedToken", GetFeedToken);
  rpcs.Handle(service + "ListFeedTokens", ListFeedTokens);
  rpcs.Handle(service + "CreateFeedToken", CreateFeedToken);
  rpcs.Handle(service + "UpdateFeedToken", UpdateFeedToken);
  rpcs.Handle(service + "DeleteFeedToken", DeleteFeedToken);
  rpcs.Handle(service + "AuthenticateFeedToken", AuthenticateFeedToken);
}

}  // namespace reglab::membership
