#include "gateway/authenticator.h"

#include <google/protobuf/descriptor.h>

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "reglab/membership/v1/client.pb.h"
#include "services/common/api_key.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

namespace membership = reglab::membership::v1;

constexpr std::chrono::seconds kKept(2);
constexpr size_t kMostKept = 10'000;

absl::Status BadCredentials() {
  return Unauthenticated(
      {"The credentials are not valid: the key is unknown, mistyped, expired "
       "or "
       "revoked. Send Authorization: Bearer <key>, with a key that is in "
       "force.",
       "Inloggningen gäller inte: nyckeln är okänd, felskriven, utgången eller "
       "återkallad. Skicka Authorization: Bearer <nyckel>, med en nyckel som "
       "gäller."});
}

Authenticated Refused(bool swedish) {
  return {ToProto(BadCredentials(), swedish), nullptr};
}

Method AuthenticateKeyMethod() {
  return DescribeMethod(membership::AuthenticateKeyRequest::descriptor()
                            ->file()
                            ->FindServiceByName("KeysService")
                            ->FindMethodByName("AuthenticateKey"));
}

std::optional<ApiKey> KeyOf(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size() ||
      !absl::EqualsIgnoreCase(ForAbsl(authorization.substr(0, kScheme.size())),
                              ForAbsl(kScheme))) {
    return std::nullopt;
  }
  return ParseApiKey(Trim(authorization.substr(kScheme.size())));
}

}  // namespace

Authenticator::Authenticator(Sender sender)
    : sender_(std::move(sender)), method_(AuthenticateKeyMethod()) {}

const std::shared_ptr<const Caller>& Authenticator::Nobody() {
  static const auto* nobody =
      new std::shared_ptr<const Caller>(std::make_shared<Caller>());
  return *nobody;
}

void Authenticator::Authenticate(std::string_view authorization, bool swedish,
                                 const std::string& traceparent, Done done) {
  const std::optional<ApiKey> key = KeyOf(authorization);
  if (!key) {
    done(Refused(swedish));
    return;
  }
  const std::string id = HashSecret(Concat(key->id, "_", key->secret));
  const Clock::time_point now = Clock::now();
  std::optional<Authenticated> known;
  {
    std::lock_guard lock(mutex_);
    const auto found = by_key_.find(id);
    if (found != by_key_.end() && now < found->second->good_until) {
      known.emplace();
      known->caller = found->second->caller;
    } else {
      const auto [waiting, is_first] = asking_.try_emplace(id);
      waiting->second.push_back({swedish, std::move(done)});
      if (!is_first) return;
    }
  }
  if (known) {
    done(known->caller ? *known : Refused(swedish));
    return;
  }
  membership::AuthenticateKeyRequest request;
  request.set_key_id(key->id);
  request.set_secret_sha256(HashSecret(key->secret));
  static const auto* itself = new std::shared_ptr<const Caller>(
      std::make_shared<Caller>(GatewayItself()));
  sender_({.method = &method_,
           .caller = *itself,
           .message = request.SerializeAsString(),
           .traceparent = traceparent},
          [this, id, now](Reply reply) { Finish(id, now, std::move(reply)); });
}

void Authenticator::Finish(const std::string& key, Clock::time_point asked,
                           Reply reply) {
  std::shared_ptr<Caller> caller;
  Clock::time_point good_until = asked + kKept;
  membership::AuthenticateKeyResponse response;
  if (reply.status.code() == 0 && response.ParseFromString(reply.message)) {
    caller = std::make_shared<Caller>();
    caller->name = response.caller();
    caller->organization = response.organization();
    caller->roles.assign(response.roles().begin(), response.roles().end());
    caller->scopes.assign(response.scopes().begin(), response.scopes().end());
    caller->bodies.assign(response.bodies().begin(), response.bodies().end());
    if (response.has_expire_time()) {
      const absl::Duration left =
          absl::FromUnixSeconds(response.expire_time().seconds()) - absl::Now();
      good_until =
          std::min(good_until, Clock::now() + absl::ToChronoMilliseconds(left));
    }
    if (caller->nobody()) caller = nullptr;
  }
  const bool refused =
      reply.status.code() == int(absl::StatusCode::kUnauthenticated) ||
      (reply.status.code() == 0 && caller == nullptr);
  std::vector<Waiting> waiting;
  {
    std::lock_guard lock(mutex_);
    const auto asking = asking_.find(key);
    if (asking != asking_.end()) {
      waiting = std::move(asking->second);
      asking_.erase(asking);
    }
    // What membership could not say is asked again by the next request.
    if (caller != nullptr || refused) {
      const auto old = by_key_.find(key);
      if (old != by_key_.end()) {
        entries_.erase(old->second);
        by_key_.erase(old);
      }
      entries_.push_front({key, caller, good_until});
      by_key_.emplace(key, entries_.begin());
      if (entries_.size() > kMostKept) {
        by_key_.erase(entries_.back().key);
        entries_.pop_back();
      }
    }
  }
  for (const Waiting& one : waiting) {
    Authenticated result;
    if (refused) {
      result = Refused(one.swedish);
    } else if (caller == nullptr) {
      result.status = ToProto(FromProto(reply.status), one.swedish);
    } else {
      result.caller = caller;
    }
    one.done(result);
  }
}

}  // namespace reglab::gateway
