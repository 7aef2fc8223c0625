#include "services/common/identity.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr absl::Duration kLifetime = absl::Seconds(60);
constexpr absl::Duration kSkew = absl::Seconds(5);
constexpr absl::Duration kReload = absl::Seconds(1);
// A signature costs more than the rest of a call: the same caller's assertion
// serves for this long, and a verified one until it expires.
constexpr absl::Duration kReuse = absl::Seconds(30);
constexpr size_t kMostCached = 16384;
constexpr size_t kMostTokenBytes = 32 << 10;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

Key ReadKey(const fs::path& file, bool is_private) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  const std::string pem = text.str();
  BIO* bio = BIO_new_mem_buf(pem.data(), int(pem.size()));
  EVP_PKEY* key = is_private
                      ? PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr)
                      : PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (key != nullptr && EVP_PKEY_id(key) != EVP_PKEY_ED25519) {
    EVP_PKEY_free(key);
    key = nullptr;
  }
  return Key(key);
}

std::string SignBytes(EVP_PKEY* key, std::string_view bytes) {
  std::string signature(64, '\0');
  size_t length = signature.size();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool signed_ok =
      EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key) == 1 &&
      EVP_DigestSign(context, reinterpret_cast<unsigned char*>(&signature[0]),
                     &length,
                     reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  return signed_ok && length == 64 ? signature : "";
}

bool VerifyBytes(EVP_PKEY* key, std::string_view bytes,
                 std::string_view signature) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool valid =
      EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key) == 1 &&
      EVP_DigestVerify(context,
                       reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  return valid;
}

json::array ArrayOf(const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& value : values) array.emplace_back(value);
  return array;
}

std::vector<std::string> StringsOf(const json::object& object,
                                   std::string_view key) {
  std::vector<std::string> values;
  const json::value* array = object.if_contains(key);
  if (array == nullptr || !array->is_array()) return values;
  for (const json::value& value : array->get_array()) {
    if (value.is_string()) values.emplace_back(value.get_string());
  }
  return values;
}

std::string StringOf(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return "";
  return std::string(value->get_string());
}

std::optional<json::object> ParseObject(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object()) return std::nullopt;
  return value.get_object();
}

std::optional<int64_t> IntOf(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

// Every call carries the scopes of its caller, which are many and alike. Each
// leading dot of one stands for a part that it has in common with the one
// before: "learning.ideas.read", "..write".
json::array Shortened(const std::vector<std::string>& scopes) {
  json::array array;
  std::string_view before;
  for (const std::string& scope : scopes) {
    size_t parts = 0, same = 0;
    for (size_t i = 0;
         i < std::min(scope.size(), before.size()) && scope[i] == before[i];
         ++i) {
      if (scope[i] == '.') {
        ++parts;
        same = i + 1;
      }
    }
    array.emplace_back(
        Concat(std::string(parts, '.'), std::string_view(scope).substr(same)));
    before = scope;
  }
  return array;
}

std::vector<std::string> Spelled(std::vector<std::string> scopes) {
  std::string_view before;
  for (std::string& scope : scopes) {
    const size_t parts = scope.find_first_not_of('.');
    if (parts == std::string::npos) {
      scope.clear();
    } else if (parts > 0) {
      size_t same = 0;
      for (size_t i = 0; i < parts && same != std::string::npos; ++i) {
        const size_t dot = before.find('.', same);
        same = dot == std::string_view::npos ? std::string::npos : dot + 1;
      }
      // One that refers to what is not there gives nothing.
      scope = same == std::string::npos
                  ? std::string()
                  : Concat(before.substr(0, same), scope.substr(parts));
    }
    before = scope;
  }
  return scopes;
}

json::object CallerObject(const Caller& caller) {
  json::object object = {{"sub", caller.name.empty() ? "nobody" : caller.name}};
  if (!caller.organization.empty()) {
    object["organization"] = caller.organization;
  }
  if (!caller.roles.empty()) object["roles"] = ArrayOf(caller.roles);
  if (!caller.scopes.empty()) object["scopes"] = Shortened(caller.scopes);
  if (!caller.bodies.empty()) object["bodies"] = ArrayOf(caller.bodies);
  if (!caller.delegations.empty()) {
    json::array delegations;
    for (const Delegation& delegation : caller.delegations) {
      delegations.push_back(
          json::object{{"subject", delegation.subject},
                       {"permissions", ArrayOf(delegation.permissions)}});
    }
    object["delegations"] = std::move(delegations);
  }
  if (caller.until < absl::InfiniteFuture()) {
    object["until"] = absl::ToUnixSeconds(caller.until);
  }
  return object;
}

Caller CallerOf(const json::object& object) {
  Caller caller;
  caller.name = StringOf(object, "sub");
  if (caller.name == "nobody") caller.name.clear();
  caller.organization = StringOf(object, "organization");
  caller.roles = StringsOf(object, "roles");
  caller.scopes = Spelled(StringsOf(object, "scopes"));
  caller.bodies = StringsOf(object, "bodies");
  if (const json::value* delegations = object.if_contains("delegations");
      delegations != nullptr && delegations->is_array()) {
    for (const json::value& one : delegations->get_array()) {
      if (!one.is_object()) continue;
      caller.delegations.push_back(
          {StringOf(one.get_object(), "subject"),
           StringsOf(one.get_object(), "permissions")});
    }
  }
  if (const std::optional<int64_t> until = IntOf(object, "until")) {
    caller.until = absl::FromUnixSeconds(*until);
  }
  return caller;
}

bool Holds(const std::vector<std::string>& scopes,
           std::string_view permission) {
  return std::any_of(
      scopes.begin(), scopes.end(), [permission](const std::string& scope) {
        return scope == "*" || scope == permission ||
               // "learning.*" holds every permission of learning.
               (scope.ends_with(".*") &&
                permission.starts_with(
                    std::string_view(scope).substr(0, scope.size() - 1)));
      });
}

// Whether `name` is `matter` or lies beneath it.
bool LiesIn(std::string_view name, std::string_view matter) {
  return name.starts_with(matter) &&
         (name.size() == matter.size() || name[matter.size()] == '/');
}

absl::Status NotTrusted() {
  return Unauthenticated(
      {"The call carries no valid assertion of a process of the suite.",
       "Anropet saknar ett giltigt intyg från en av systemets processer."});
}

}  // namespace

bool Caller::HasRole(std::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool Caller::secretariat() const { return HasRole("SECRETARIAT"); }

bool Caller::HasScope(std::string_view permission) const {
  return !nobody() && Holds(scopes, permission);
}

bool Caller::May(std::string_view permission) const {
  return HasScope(permission) ||
         (!nobody() && std::any_of(delegations.begin(), delegations.end(),
                                   [permission](const Delegation& delegation) {
                                     return Holds(delegation.permissions,
                                                  permission);
                                   }));
}

void Caller::ConfineTo(std::string_view permission) {
  matters.clear();
  if (HasScope(permission)) return;
  for (const Delegation& delegation : delegations) {
    if (Holds(delegation.permissions, permission)) {
      matters.push_back(delegation.subject);
    }
  }
}

bool Caller::ActsFor(std::string_view for_organization,
                     std::string_view subject) const {
  if (for_organization.empty() || for_organization != organization) {
    return false;
  }
  return matters.empty() || std::any_of(matters.begin(), matters.end(),
                                        [&](const std::string& matter) {
                                          return matter == for_organization ||
                                                 LiesIn(subject, matter);
                                        });
}

Audience AudienceOf(const Caller& caller) {
  Audience audience;
  audience.visibilities = {"PUBLIC"};
  if (caller.nobody()) return audience;
  if (caller.secretariat() || caller.HasRole("SERVICE")) {
    audience.visibilities = {"PUBLIC", "MEMBERS", "BODY", "ORGANIZATION"};
    return audience;
  }
  if (caller.HasRole("MEMBER")) audience.visibilities.push_back("MEMBERS");
  audience.owners = caller.bodies;
  if (!caller.organization.empty()) {
    audience.owners.push_back(caller.organization);
  }
  return audience;
}

std::string CallerToJson(const Caller& caller) {
  return json::serialize(CallerObject(caller));
}

Caller CallerFromJson(std::string_view text) {
  std::optional<json::object> object = ParseObject(text);
  return object ? CallerOf(*object) : Caller();
}

struct Assertions::State {
  std::string process;
  std::string private_key_file;
  std::string trusted_dir;

  std::mutex mutex;
  absl::Time looked = absl::InfinitePast();
  std::map<std::string, fs::file_time_type> seen;
  std::shared_ptr<EVP_PKEY> private_key;
  std::string kid;
  absl::flat_hash_map<std::string, std::shared_ptr<EVP_PKEY>> trusted;
  struct Signed {
    std::string token;
    absl::Time made;
  };
  absl::flat_hash_map<std::string, Signed> signed_tokens;
  struct Verified {
    std::shared_ptr<const Caller> caller;
    absl::Time expires;
  };
  absl::flat_hash_map<std::string, Verified> verified;

  // Reads the keys again when a file was added, removed or written. A private
  // key without its public half among the trusted ones is not used: nobody
  // would believe it.
  void Reload() {
    if (absl::Now() - looked < kReload) return;
    looked = absl::Now();
    std::map<std::string, fs::file_time_type> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(trusted_dir, error)) {
      if (entry.path().extension() == ".pem") {
        found[entry.path().string()] = entry.last_write_time(error);
      }
    }
    found[private_key_file] = fs::last_write_time(private_key_file, error);
    if (found == seen) return;
    seen = found;
    trusted.clear();
    verified.clear();
    signed_tokens.clear();
    for (const auto& [file, time] : found) {
      if (file == private_key_file) continue;
      if (Key key = ReadKey(file, false)) {
        trusted[fs::path(file).stem().string()] =
            std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free);
      }
    }
    private_key.reset();
    if (Key key = ReadKey(private_key_file, true)) {
      for (const auto& [id, public_key] : trusted) {
        if (EVP_PKEY_eq(key.get(), public_key.get()) == 1) {
          private_key = std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free);
          kid = id;
          break;
        }
      }
    }
    LogInfo("assertion_keys", {{"trusted", int64_t(trusted.size())},
                               {"kid", kid},
                               {"can_sign", private_key != nullptr}});
  }
};

Assertions::Assertions() : state_(std::make_unique<State>()) {}
Assertions::~Assertions() = default;

absl::StatusOr<std::unique_ptr<Assertions>> Assertions::Load(
    std::string process, std::string private_key_file,
    std::string trusted_dir) {
  auto assertions = std::unique_ptr<Assertions>(new Assertions);
  State& state = *assertions->state_;
  state.process = std::move(process);
  state.private_key_file = std::move(private_key_file);
  state.trusted_dir = std::move(trusted_dir);
  std::lock_guard lock(state.mutex);
  state.Reload();
  if (state.private_key == nullptr ||
      std::string_view(state.kid).substr(0, state.kid.find('.')) !=
          state.process) {
    return absl::FailedPreconditionError(
        Concat("--assertion_key_file ", state.private_key_file,
               " is no Ed25519 key whose public half stands in ",
               "--assertion_trusted_dir ", state.trusted_dir, " as ",
               state.process, ".<id>.pem"));
  }
  return assertions;
}

absl::StatusOr<std::string> Assertions::Sign(const Caller& caller,
                                             std::string_view audience) const {
  json::object claims = CallerObject(caller);
  claims["aud"] = audience;
  const std::string cache_key = json::serialize(claims);
  const absl::Time now = absl::Now();
  std::shared_ptr<EVP_PKEY> key;
  std::string kid;
  {
    std::lock_guard lock(state_->mutex);
    state_->Reload();
    auto cached = state_->signed_tokens.find(cache_key);
    if (cached != state_->signed_tokens.end() &&
        now - cached->second.made < kReuse) {
      return cached->second.token;
    }
    key = state_->private_key;
    kid = state_->kid;
  }
  if (key == nullptr) return InternalError();
  claims["iss"] = "reglab";
  claims["act"] = json::object{{"sub", state_->process}};
  claims["iat"] = absl::ToUnixSeconds(now);
  claims["exp"] = absl::ToUnixSeconds(now + kLifetime);
  const json::object header = {
      {"alg", "EdDSA"}, {"typ", "reglab-assertion+jwt"}, {"kid", kid}};
  const std::string content =
      Concat(absl::WebSafeBase64Escape(json::serialize(header)), ".",
             absl::WebSafeBase64Escape(json::serialize(claims)));
  const std::string signature = SignBytes(key.get(), content);
  if (signature.empty()) return InternalError();
  std::string token =
      Concat(content, ".", absl::WebSafeBase64Escape(signature));
  std::lock_guard lock(state_->mutex);
  if (state_->signed_tokens.size() >= kMostCached) {
    state_->signed_tokens.clear();
  }
  state_->signed_tokens[cache_key] = {token, now};
  return token;
}

absl::StatusOr<std::shared_ptr<const Caller>> Assertions::Verify(
    std::string_view token, std::string_view audience) const {
  if (token.empty() || token.size() > kMostTokenBytes) return NotTrusted();
  const absl::Time now = absl::Now();
  const std::string cache_key = Concat(audience, " ", token);
  std::shared_ptr<EVP_PKEY> key;
  const std::vector<std::string_view> parts = Split(token, '.');
  std::string header_text, claims_text, signature;
  std::string kid;
  {
    std::lock_guard lock(state_->mutex);
    state_->Reload();
    auto cached = state_->verified.find(cache_key);
    if (cached != state_->verified.end()) {
      if (cached->second.expires > now) return cached->second.caller;
      state_->verified.erase(cached);
    }
    if (parts.size() != 3 ||
        !absl::WebSafeBase64Unescape(ForAbsl(parts[0]), &header_text) ||
        !absl::WebSafeBase64Unescape(ForAbsl(parts[1]), &claims_text) ||
        !absl::WebSafeBase64Unescape(ForAbsl(parts[2]), &signature)) {
      return NotTrusted();
    }
    const std::optional<json::object> header = ParseObject(header_text);
    if (!header || StringOf(*header, "alg") != "EdDSA" ||
        StringOf(*header, "typ") != "reglab-assertion+jwt") {
      return NotTrusted();
    }
    kid = StringOf(*header, "kid");
    auto trusted = state_->trusted.find(kid);
    if (trusted == state_->trusted.end()) return NotTrusted();
    key = trusted->second;
  }
  const std::string_view content =
      token.substr(0, parts[0].size() + 1 + parts[1].size());
  if (!VerifyBytes(key.get(), content, signature)) return NotTrusted();
  const std::optional<json::object> claims = ParseObject(claims_text);
  if (!claims || StringOf(*claims, "iss") != "reglab" ||
      StringOf(*claims, "aud") != audience ||
      StringOf(*claims, "sub").empty()) {
    return NotTrusted();
  }
  const std::optional<int64_t> issued = IntOf(*claims, "iat");
  const std::optional<int64_t> expires = IntOf(*claims, "exp");
  if (!issued || !expires) return NotTrusted();
  const absl::Time expiry = absl::FromUnixSeconds(*expires) + kSkew;
  if (absl::FromUnixSeconds(*issued) > now + kSkew || expiry < now ||
      *expires - *issued > absl::ToInt64Seconds(kLifetime)) {
    return NotTrusted();
  }
  Caller caller = CallerOf(*claims);
  // A key speaks only for the process that it is named after.
  caller.process = kid.substr(0, kid.find('.'));
  const json::value* act = claims->if_contains("act");
  if (act == nullptr || !act->is_object() ||
      StringOf(act->get_object(), "sub") != caller.process) {
    return NotTrusted();
  }
  auto verified = std::make_shared<const Caller>(std::move(caller));
  std::lock_guard lock(state_->mutex);
  if (state_->verified.size() >= kMostCached) state_->verified.clear();
  state_->verified[cache_key] = {verified, expiry};
  return verified;
}

}  // namespace reglab
