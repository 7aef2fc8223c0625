#include "gateway/authenticator.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/membership/v1/feed_token.pb.h"
#include "reglab/membership/v1/identity.pb.h"
#include "reglab/membership/v1/session.pb.h"
#include "services/common/api_key.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

namespace v1 = reglab::membership::v1;

constexpr std::chrono::seconds kKept(2);
// Membership hears of a use no more often than this. A person's session ends
// after two hours without one, and its page shows the minute.
constexpr std::chrono::seconds kProgramKept(600);
constexpr std::chrono::seconds kPersonKept(50);
// The feed tells more often than this that it is complete.
constexpr std::chrono::seconds kFeedAlive(1);
constexpr size_t kMostKept = 20'000;

// What decides who may do what. Everything else may change without a question.
constexpr std::string_view kRights[] = {
    "membership.Appointment",  "membership.Body",      "membership.Client",
    "membership.Delegation",   "membership.FeedToken", "membership.GuestLink",
    "membership.Identity",     "membership.Key",       "membership.Membership",
    "membership.Organization", "membership.Person",    "membership.Session"};

// Rights that end with a day end at a full hour, in Sweden as in UTC.
std::chrono::seconds UntilFullHour() {
  return std::chrono::seconds(3600 - absl::ToUnixSeconds(absl::Now()) % 3600);
}

const Text& KeyRefused() {
  static const auto* text = new Text{
      "The credentials are not valid: the key is unknown, expired or revoked. "
      "Send Authorization: Bearer <key>, with a key that is in force.",
      "Inloggningen gäller inte: nyckeln är okänd, utgången eller återkallad. "
      "Skicka Authorization: Bearer <nyckel>, med en nyckel som gäller."};
  return *text;
}

const Text& FeedTokenRefused() {
  static const auto* text = new Text{
      "The feed token is not valid: it is unknown, mistyped, expired or "
      "revoked. Ask your member representative for a new one.",
      "Flödeslänken gäller inte: den är okänd, felskriven, utgången eller "
      "återkallad. Be er medlemsansvarige om en ny."};
  return *text;
}

const Text& TokenRefused() {
  static const auto* text = new Text{
      "The token belongs to nobody here, or its issuer may not speak for their "
      "organisation. Accept your invitation first, or use the provider of your "
      "own organisation.",
      "Token hör inte till någon här, eller så får utfärdaren inte intyga "
      "något "
      "för organisationen. Ta emot din inbjudan först, eller använd din egen "
      "organisations utfärdare."};
  return *text;
}

const Text& SessionRefused() {
  static const auto* text =
      new Text{"You are no longer logged in. Log in again, at /login.",
               "Du är inte längre inloggad. Logga in igen, på /login."};
  return *text;
}

Authenticated Refused(const absl::Status& why, bool swedish) {
  return {ToProto(why, swedish), nullptr};
}

absl::Status Mistyped() {
  return MakeError(
      absl::StatusCode::kUnauthenticated, "KEY_MISTYPED",
      {"The key is mistyped: its last eight characters, which check the "
       "others, "
       "do not fit. Copy the whole key again, from rlk_ to the end.",
       "Nyckeln är felskriven: de åtta sista tecknen, som kontrollerar de "
       "andra, stämmer inte. Kopiera hela nyckeln igen, från rlk_ till "
       "slutet."});
}

Method MethodNamed(const google::protobuf::Descriptor* request,
                   const char* service, const char* method) {
  return DescribeMethod(
      request->file()->FindServiceByName(service)->FindMethodByName(method));
}

std::shared_ptr<Credential> ReadKeyAnswer(const std::string& bytes) {
  v1::AuthenticateKeyResponse answer;
  if (!answer.ParseFromString(bytes) || answer.caller().empty()) return nullptr;
  auto credential = std::make_shared<Credential>();
  Caller& caller = credential->caller;
  caller.name = answer.caller();
  caller.organization = answer.organization();
  caller.roles.assign(answer.roles().begin(), answer.roles().end());
  caller.scopes.assign(answer.scopes().begin(), answer.scopes().end());
  caller.bodies.assign(answer.bodies().begin(), answer.bodies().end());
  if (answer.has_expire_time()) {
    caller.until = absl::FromUnixSeconds(answer.expire_time().seconds());
  }
  credential->requests_per_minute = answer.requests_per_minute();
  return credential;
}

std::shared_ptr<Credential> ReadFeedTokenAnswer(const std::string& bytes) {
  v1::AuthenticateFeedTokenResponse answer;
  if (!answer.ParseFromString(bytes) || answer.standing().caller().empty() ||
      answer.feed().empty()) {
    return nullptr;
  }
  auto credential = std::make_shared<Credential>();
  credential->caller = CallerOf(answer.standing());
  credential->requests_per_minute = answer.standing().requests_per_minute();
  credential->feed = answer.feed();
  return credential;
}

std::shared_ptr<Credential> ReadStanding(const std::string& bytes) {
  v1::Standing standing;
  if (!standing.ParseFromString(bytes) || standing.caller().empty()) {
    return nullptr;
  }
  auto credential = std::make_shared<Credential>();
  credential->caller = CallerOf(standing);
  credential->requests_per_minute = standing.requests_per_minute();
  return credential;
}

// What stands after "Bearer ", or nothing.
std::optional<std::string_view> BearerOf(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size() ||
      !absl::EqualsIgnoreCase(ForAbsl(authorization.substr(0, kScheme.size())),
                              ForAbsl(kScheme))) {
    return std::nullopt;
  }
  return Trim(authorization.substr(kScheme.size()));
}

}  // namespace

Caller CallerOf(const v1::Standing& standing) {
  Caller caller;
  caller.name = standing.caller();
  caller.organization = standing.organization();
  caller.roles.assign(standing.roles().begin(), standing.roles().end());
  caller.scopes.assign(standing.scopes().begin(), standing.scopes().end());
  caller.bodies.assign(standing.bodies().begin(), standing.bodies().end());
  for (const v1::Standing::Matter& matter : standing.delegations()) {
    caller.delegations.push_back(
        {matter.subject(),
         {matter.permissions().begin(), matter.permissions().end()}});
  }
  if (standing.has_expire_time()) {
    caller.until = absl::FromUnixSeconds(standing.expire_time().seconds());
  }
  return caller;
}

Authenticator::Authenticator(Sender sender, Issuers* issuers)
    : sender_(std::move(sender)),
      key_{MethodNamed(v1::AuthenticateKeyRequest::descriptor(), "KeysService",
                       "AuthenticateKey"),
           ReadKeyAnswer, KeyRefused(), kProgramKept},
      feed_token_{MethodNamed(v1::AuthenticateFeedTokenRequest::descriptor(),
                              "FeedTokensService", "AuthenticateFeedToken"),
                  ReadFeedTokenAnswer, FeedTokenRefused(), kProgramKept},
      token_{MethodNamed(v1::AuthenticatePersonRequest::descriptor(),
                         "IdentitiesService", "AuthenticatePerson"),
             ReadStanding, TokenRefused(), kPersonKept},
      session_{MethodNamed(v1::AuthenticateSessionRequest::descriptor(),
                           "SessionsService", "AuthenticateSession"),
               ReadStanding, SessionRefused(), kPersonKept},
      issuers_(issuers) {}

const std::shared_ptr<const Caller>& Authenticator::Nobody() {
  static const auto* nobody =
      new std::shared_ptr<const Caller>(std::make_shared<Caller>());
  return *nobody;
}

void Authenticator::Changed(std::string_view type, Clock::time_point now) {
  if (std::find(std::begin(kRights), std::end(kRights), type) !=
      std::end(kRights)) {
    ChangedAll(now);
  }
}

void Authenticator::ChangedAll(Clock::time_point now) { changed_ = now; }

void Authenticator::Confirmed(Clock::time_point now) { confirmed_ = now; }

bool Authenticator::IsGood(const Entry& entry, Clock::time_point now) const {
  if (now >= entry.good_until) return false;
  return now < entry.asked + kKept || (changed_.load() < entry.asked &&
                                       now < confirmed_.load() + kFeedAlive);
}

void Authenticator::Authenticate(std::string_view authorization, bool swedish,
                                 const std::string& traceparent, Done done) {
  const std::optional<std::string_view> bearer = BearerOf(authorization);
  if (bearer && issuers_ != nullptr && LooksLikeToken(*bearer)) {
    AuthenticateToken(*bearer, swedish, traceparent, std::move(done));
    return;
  }
  const std::optional<ApiKey> key =
      bearer ? ParseApiKey(*bearer) : std::nullopt;
  if (!key) {
    done(Refused(bearer && bearer->starts_with("rlk_")
                     ? Mistyped()
                     : Unauthenticated(KeyRefused()),
                 swedish));
    return;
  }
  std::string id = HashSecret(*bearer);
  if (const std::optional<Authenticated> known = Find(key_, id, swedish)) {
    done(*known);
    return;
  }
  v1::AuthenticateKeyRequest request;
  request.set_key_id(key->id);
  request.set_secret_sha256(HashSecret(key->secret));
  Ask(key_, std::move(id), request, swedish, traceparent, std::move(done));
}

void Authenticator::AuthenticateFeedToken(std::string_view token, bool swedish,
                                          const std::string& traceparent,
                                          Done done) {
  const std::optional<ApiKey> parsed = ParseApiKey(token, kFeedTokenPrefix);
  if (!parsed) {
    done(Refused(Unauthenticated(feed_token_.refused), swedish));
    return;
  }
  std::string id = HashSecret(token);
  if (const std::optional<Authenticated> known =
          Find(feed_token_, id, swedish)) {
    done(*known);
    return;
  }
  v1::AuthenticateFeedTokenRequest request;
  request.set_token_id(parsed->id);
  request.set_secret_sha256(HashSecret(parsed->secret));
  Ask(feed_token_, std::move(id), request, swedish, traceparent,
      std::move(done));
}

void Authenticator::AuthenticateToken(std::string_view token, bool swedish,
                                      const std::string& traceparent,
                                      Done done) {
  std::string id = HashSecret(token);
  if (const std::optional<Authenticated> known = Find(token_, id, swedish)) {
    done(*known);
    return;
  }
  issuers_->CheckAccessToken(
      token,
      [this, id = std::move(id), swedish, traceparent, done = std::move(done)](
          const absl::StatusOr<Issuers::Believed>& believed) {
        if (!believed.ok()) {
          done(Refused(believed.status(), swedish));
          return;
        }
        v1::AuthenticatePersonRequest request;
        request.set_issuer(believed->issuer->url);
        request.set_subject(believed->subject.subject);
        request.mutable_organizations()->Add(
            believed->issuer->organizations.begin(),
            believed->issuer->organizations.end());
        request.mutable_expire_time()->set_seconds(
            absl::ToUnixSeconds(believed->subject.expires));
        Ask(token_, id, request, swedish, traceparent, done);
      });
}

void Authenticator::AuthenticateSession(std::string_view secret, bool swedish,
                                        const std::string& traceparent,
                                        Done done) {
  if (!IsSecret(secret)) {
    done(Refused(Unauthenticated(session_.refused), swedish));
    return;
  }
  std::string id = HashSecret(Concat("session ", secret));
  if (const std::optional<Authenticated> known = Find(session_, id, swedish)) {
    done(*known);
    return;
  }
  v1::AuthenticateSessionRequest request;
  request.set_secret_sha256(HashSecret(secret));
  Ask(session_, std::move(id), request, swedish, traceparent, std::move(done));
}

std::optional<Authenticated> Authenticator::Find(const Kind& kind,
                                                 const std::string& id,
                                                 bool swedish) {
  Authenticated known;
  {
    std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    if (found == by_id_.end() || !IsGood(*found->second, Clock::now())) {
      return std::nullopt;
    }
    known.credential = found->second->credential;
  }
  if (known.credential != nullptr) return known;
  return Refused(Unauthenticated(kind.refused), swedish);
}

void Authenticator::Ask(const Kind& kind, std::string id,
                        const google::protobuf::Message& request, bool swedish,
                        const std::string& traceparent, Done done) {
  const Clock::time_point now = Clock::now();
  {
    std::lock_guard lock(mutex_);
    const auto [waiting, is_first] = asking_.try_emplace(id);
    waiting->second.push_back({swedish, std::move(done)});
    if (!is_first) return;
  }
  static const auto* itself = new std::shared_ptr<const Caller>(
      std::make_shared<Caller>(GatewayItself()));
  sender_({.method = &kind.method,
           .caller = *itself,
           .message = request.SerializeAsString(),
           .traceparent = traceparent},
          [this, &kind, id = std::move(id), now](Reply reply) {
            Finish(kind, id, now, std::move(reply));
          });
}

void Authenticator::Finish(const Kind& kind, const std::string& id,
                           Clock::time_point asked, Reply reply) {
  std::shared_ptr<const Credential> credential;
  Clock::time_point good_until =
      asked + std::min<std::chrono::seconds>(kind.kept, UntilFullHour());
  if (reply.status.code() == 0) credential = kind.read(reply.message);
  if (credential != nullptr &&
      credential->caller.until < absl::InfiniteFuture()) {
    good_until = std::min(
        good_until, Clock::now() + absl::ToChronoMilliseconds(
                                       credential->caller.until - absl::Now()));
  }
  const bool refused =
      reply.status.code() == int(absl::StatusCode::kUnauthenticated) ||
      (reply.status.code() == 0 && credential == nullptr);
  std::vector<Waiting> waiting;
  {
    std::lock_guard lock(mutex_);
    const auto asking = asking_.find(id);
    if (asking != asking_.end()) {
      waiting = std::move(asking->second);
      asking_.erase(asking);
    }
    // What membership could not say is asked again by the next request.
    if (credential != nullptr || refused) {
      const auto old = by_id_.find(id);
      if (old != by_id_.end()) {
        entries_.erase(old->second);
        by_id_.erase(old);
      }
      entries_.push_front({id, credential, asked, good_until});
      by_id_.emplace(id, entries_.begin());
      if (entries_.size() > kMostKept) {
        by_id_.erase(entries_.back().id);
        entries_.pop_back();
      }
    }
  }
  for (const Waiting& one : waiting) {
    Authenticated result;
    if (refused) {
      result = Refused(Unauthenticated(kind.refused), one.swedish);
    } else if (credential == nullptr) {
      result.status = ToProto(FromProto(reply.status), one.swedish);
    } else {
      result.credential = credential;
    }
    one.done(result);
  }
}

}  // namespace reglab::gateway
