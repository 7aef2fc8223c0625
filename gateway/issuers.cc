#include "gateway/issuers.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "gateway/token_text.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::gateway {
namespace {

namespace json = boost::json;

constexpr size_t kMostIssuers = 500;
constexpr size_t kMostWaiting = 1000;
constexpr absl::Duration kKeysGoodFor = absl::Minutes(5);
constexpr absl::Duration kDiscoveryGoodFor = absl::Hours(1);
constexpr absl::Duration kUnknownKeyPause = absl::Seconds(30);
constexpr absl::Duration kFirstRetry = absl::Seconds(1);
constexpr absl::Duration kLongestRetry = absl::Minutes(1);

absl::Status WrongFile(const std::string& path, std::string_view what) {
  return absl::FailedPreconditionError(
      Concat("--issuers_file ", path, ": ", what));
}

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The reason why an entry is wrong, or nothing.
absl::StatusOr<Issuer> ReadIssuer(const json::object& entry) {
  static const auto* members = new std::set<std::string_view>{
      "issuer",        "audience", "displayName",
      "organizations", "clientId", "clientSecretFile"};
  for (const auto& member : entry) {
    if (!members->contains({member.key().data(), member.key().size()})) {
      return absl::InvalidArgumentError(
          Concat("unknown member ", std::string_view(member.key())));
    }
  }
  Issuer issuer{.url = TextOf(entry, "issuer"),
                .audience = TextOf(entry, "audience"),
                .display_name = TextOf(entry, "displayName"),
                .client_id = TextOf(entry, "clientId")};
  if (!IsSafeUrl(issuer.url) || issuer.url.find('?') != std::string::npos) {
    return absl::InvalidArgumentError(
        "issuer must be an https URL (http on this machine alone) without "
        "query");
  }
  if (issuer.audience.empty()) {
    return absl::InvalidArgumentError("audience is missing");
  }
  if (issuer.display_name.empty()) issuer.display_name = issuer.url;
  const json::value* organizations = entry.if_contains("organizations");
  if (organizations == nullptr || !organizations->is_array() ||
      organizations->get_array().empty()) {
    return absl::InvalidArgumentError(
        "organizations must list those that the issuer speaks for");
  }
  for (const json::value& one : organizations->get_array()) {
    if (!one.is_string() ||
        !std::string_view(one.get_string()).starts_with("organizations/")) {
      return absl::InvalidArgumentError(
          "organizations holds something that is no organizations/…");
    }
    issuer.organizations.emplace_back(one.get_string());
  }
  const std::string secret_file = TextOf(entry, "clientSecretFile");
  if (secret_file.empty()) return issuer;
  const std::optional<std::string> secret = ReadFile(secret_file);
  if (secret) {
    issuer.client_secret = std::string(absl::StripAsciiWhitespace(*secret));
  }
  if (issuer.client_secret.empty() || issuer.client_id.empty()) {
    return absl::InvalidArgumentError(
        "clientSecretFile can't be read or is empty, or clientId is missing");
  }
  return issuer;
}

struct Discovery {
  LoginEndpoints endpoints;
  std::string keys;
};

absl::StatusOr<Discovery> ReadDiscovery(std::string_view text,
                                        const Issuer& issuer) {
  const std::optional<json::object> document = ParseJsonObject(text);
  // Whoever answers for another issuer answers for nobody (OpenID Connect
  // Discovery 1.0, 4.3).
  if (!document || TextOf(*document, "issuer") != issuer.url) {
    return absl::InvalidArgumentError("it is another issuer's document");
  }
  Discovery discovery{{TextOf(*document, "authorization_endpoint"),
                       TextOf(*document, "token_endpoint")},
                      TextOf(*document, "jwks_uri")};
  if (!IsSafeUrl(discovery.keys)) {
    return absl::InvalidArgumentError("jwks_uri is no https URL");
  }
  if (!issuer.client_id.empty() &&
      (!IsSafeUrl(discovery.endpoints.authorization) ||
       !IsSafeUrl(discovery.endpoints.token))) {
    return absl::InvalidArgumentError("an endpoint for login is no https URL");
  }
  return discovery;
}

std::string DiscoveryUrl(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return Concat(issuer, "/.well-known/openid-configuration");
}

}  // namespace

absl::StatusOr<std::vector<Issuer>> ReadIssuers(const std::string& path) {
  std::vector<Issuer> issuers;
  if (path.empty()) return issuers;
  const std::optional<std::string> text = ReadFile(path);
  if (!text) return WrongFile(path, "the file can't be read");
  const std::optional<json::object> object = ParseJsonObject(*text);
  const json::value* entries =
      object ? object->if_contains("issuers") : nullptr;
  if (entries == nullptr || !entries->is_array() ||
      entries->get_array().size() > kMostIssuers) {
    return WrongFile(path, "this is no {\"issuers\": […]}");
  }
  for (const json::value& entry : entries->get_array()) {
    const std::string place = Concat("issuers[", issuers.size(), "]: ");
    if (!entry.is_object()) return WrongFile(path, place + "no object");
    absl::StatusOr<Issuer> issuer = ReadIssuer(entry.get_object());
    if (!issuer.ok()) {
      return WrongFile(path, Concat(place, issuer.status().message()));
    }
    for (const Issuer& other : issuers) {
      if (other.url == issuer->url) {
        return WrongFile(path, place + "the same issuer stands there twice");
      }
    }
    issuers.push_back(*std::move(issuer));
  }
  return issuers;
}

struct Issuers::State {
  const Issuer* issuer;
  LoginEndpoints endpoints;
  std::string keys_url;
  absl::Time discovered = absl::InfinitePast();
  std::shared_ptr<const KeySet> keys;  // null until they were fetched
  bool fetching = false;
  bool failed = false;  // the last time
  absl::Time next_refresh = absl::InfinitePast();
  absl::Duration retry = kFirstRetry;
  absl::Time unknown_key = absl::InfinitePast();  // when last fetched for one
  std::vector<std::shared_ptr<Job>> waiting;
};

// A token whose claims are right and whose signature is to be checked.
struct Issuers::Job {
  State* state;
  Token token;
  TokenSubject subject;
  Done done;
};

Issuers::Issuers(std::vector<Issuer> issuers, StartFetch fetch)
    : issuers_(std::move(issuers)), fetch_(std::move(fetch)) {
  for (const Issuer& issuer : issuers_) {
    states_.push_back(std::make_unique<State>());
    states_.back()->issuer = &issuer;
  }
}

Issuers::~Issuers() { Stop(); }

void Issuers::Start() {
  if (!issuers_.empty()) thread_ = std::thread([this] { Loop(); });
}

void Issuers::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

const Issuer* Issuers::Find(std::string_view url) const {
  for (const Issuer& issuer : issuers_) {
    if (issuer.url == url) return &issuer;
  }
  return nullptr;
}

Issuers::State& Issuers::StateOf(const Issuer& issuer) const {
  return *states_[size_t(&issuer - issuers_.data())];
}

void Issuers::CheckAccessToken(std::string_view text, Done done) {
  absl::StatusOr<Token> token = ReadToken(text);
  if (!token.ok()) return done(token.status());
  const Issuer* issuer = Find(TextOf(token->claims, "iss"));
  if (issuer == nullptr) return done(UnknownIssuer());
  absl::StatusOr<TokenSubject> subject = gateway::CheckAccessToken(
      *token, issuer->url, issuer->audience, absl::Now());
  if (!subject.ok()) return done(subject.status());
  Check(std::make_shared<Job>(Job{&StateOf(*issuer), *std::move(token),
                                  *std::move(subject), std::move(done)}));
}

void Issuers::CheckIdToken(const Issuer& issuer, std::string_view text,
                           std::string_view nonce, Done done) {
  absl::StatusOr<Token> token = ReadToken(text);
  if (!token.ok()) return done(token.status());
  absl::StatusOr<TokenSubject> subject = gateway::CheckIdToken(
      *token, issuer.url, issuer.client_id, nonce, absl::Now());
  if (!subject.ok()) return done(subject.status());
  Check(std::make_shared<Job>(Job{&StateOf(issuer), *std::move(token),
                                  *std::move(subject), std::move(done)}));
}

absl::StatusOr<LoginEndpoints> Issuers::EndpointsOf(
    const Issuer& issuer) const {
  std::lock_guard lock(mutex_);
  const State& state = StateOf(issuer);
  if (state.endpoints.authorization.empty()) {
    return Unavailable(
        {"the provider that you log in with", "den som du loggar in hos"});
  }
  return state.endpoints;
}

void Issuers::Check(const std::shared_ptr<Job>& job) {
  State& state = *job->state;
  std::shared_ptr<const KeySet> keys;
  absl::Status refused = NotSigned();
  bool waits = false;
  bool begins = false;
  {
    std::lock_guard lock(mutex_);
    keys = state.keys;
    const bool known =
        keys != nullptr && keys->Has(job->token.kid, job->token.algorithm);
    const absl::Time now = absl::Now();
    if (!known) {
      begins = !state.fetching && !stopping_ &&
               now - state.unknown_key >= kUnknownKeyPause;
      waits = state.fetching || begins;
      if (waits && state.waiting.size() >= kMostWaiting) {
        waits = begins = false;
        refused = Overloaded();
      } else if (keys == nullptr || state.failed) {
        refused = Unavailable({"the issuer of the token", "tokens utfärdare"});
      }
      keys = nullptr;
    }
    if (waits) state.waiting.push_back(job);
    if (begins) {
      state.unknown_key = now;
      state.fetching = true;
    }
  }
  if (begins) Refresh(state);
  if (waits) return;
  if (keys == nullptr ||
      !keys->Verifies(job->token.kid, job->token.algorithm,
                      job->token.signed_text, job->token.signature)) {
    job->done(refused);
    return;
  }
  job->done(Believed{state.issuer, job->subject});
}

// The one who set `fetching` calls it, without the lock.
void Issuers::Refresh(State& state) {
  std::string keys_url;
  {
    std::lock_guard lock(mutex_);
    if (absl::Now() - state.discovered < kDiscoveryGoodFor) {
      keys_url = state.keys_url;
    }
  }
  if (!keys_url.empty()) return FetchKeys(state, keys_url);
  fetch_({.url = DiscoveryUrl(state.issuer->url)},
         [this, &state](const absl::StatusOr<std::string>& body) {
           absl::StatusOr<Discovery> found =
               body.ok() ? ReadDiscovery(*body, *state.issuer)
                         : absl::StatusOr<Discovery>(body.status());
           if (!found.ok()) return Finish(state, found.status());
           {
             std::lock_guard lock(mutex_);
             state.endpoints = found->endpoints;
             state.keys_url = found->keys;
             state.discovered = absl::Now();
           }
           FetchKeys(state, found->keys);
         });
}

void Issuers::FetchKeys(State& state, const std::string& url) {
  fetch_({.url = url}, [this, &state](const absl::StatusOr<std::string>& body) {
    Finish(state, body.ok() ? KeySet::Parse(*body)
                            : absl::StatusOr<KeySet>(body.status()));
  });
}

void Issuers::Finish(State& state, absl::StatusOr<KeySet> keys) {
  std::vector<std::shared_ptr<Job>> waiting;
  {
    std::lock_guard lock(mutex_);
    const absl::Time now = absl::Now();
    state.fetching = false;
    state.failed = !keys.ok();
    if (keys.ok()) {
      if (state.keys != nullptr) keys->KeepFrom(*state.keys, now);
      state.keys = std::make_shared<const KeySet>(*std::move(keys));
      state.next_refresh = now + kKeysGoodFor;
      state.retry = kFirstRetry;
    } else {
      // The next time everything is asked anew: an address may have moved.
      state.discovered = absl::InfinitePast();
      state.next_refresh = now + state.retry;
      state.retry = std::min(2 * state.retry, kLongestRetry);
    }
    waiting.swap(state.waiting);
  }
  if (keys.ok()) {
    LogInfo("issuer_keys", {{"issuer", state.issuer->url}});
  } else {
    LogError("issuer_keys",
             {{"issuer", state.issuer->url},
              {"what", std::string_view(keys.status().message().data(),
                                        keys.status().message().size())}});
  }
  wake_.notify_all();
  for (const std::shared_ptr<Job>& job : waiting) Check(job);
}

void Issuers::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    absl::Time next = absl::InfiniteFuture();
    State* due = nullptr;
    for (const auto& state : states_) {
      if (state->fetching || state->next_refresh > next) continue;
      next = state->next_refresh;
      due = state.get();
    }
    const absl::Time now = absl::Now();
    if (due != nullptr && next <= now) {
      due->fetching = true;
      lock.unlock();
      Refresh(*due);
      lock.lock();
    } else {
      // Whatever ends a fetch wakes this thread.
      wake_.wait_for(lock, absl::ToChronoMilliseconds(std::min(
                               next - now, absl::Duration(absl::Minutes(1)))));
    }
  }
}

}  // namespace reglab::gateway
