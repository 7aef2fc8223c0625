#include "gateway/key_set.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "gateway/token_text.h"

namespace reglab::gateway {
namespace {

namespace json = boost::json;

constexpr size_t kMostKeys = 100;
constexpr size_t kMostKid = 256;
constexpr absl::Duration kKeptRetired = absl::Minutes(10);
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;
constexpr size_t kCoordinate = 32;

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Number = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;
using KeyPointer = std::shared_ptr<EVP_PKEY>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number NumberOf(std::string_view bytes) {
  return Number(BN_bin2bn(Bytes(bytes), int(bytes.size()), nullptr));
}

KeyPointer KeyFrom(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr ||
      EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY,
                        parameters.get()) != 1) {
    return nullptr;
  }
  KeyPointer made(key, EVP_PKEY_free);
  const KeyContext check(
      EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr));
  return EVP_PKEY_public_check(check.get()) == 1 ? made : nullptr;
}

// The bytes of a member, or nothing when it is not there or no base64url.
std::string BytesOf(const json::object& jwk, std::string_view name) {
  return DecodeBase64Url(TextOf(jwk, name)).value_or("");
}

KeyPointer RsaKey(const json::object& jwk) {
  const Number n = NumberOf(BytesOf(jwk, "n"));
  const Number e = NumberOf(BytesOf(jwk, "e"));
  const int bits = BN_num_bits(n.get());
  if (bits < kLeastRsaBits || bits > kMostRsaBits ||
      BN_num_bits(e.get()) > 64 || BN_is_odd(e.get()) != 1 ||
      BN_is_one(e.get()) == 1) {
    return nullptr;
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return KeyFrom("RSA", builder.get());
}

KeyPointer P256Key(const json::object& jwk) {
  const std::string x = BytesOf(jwk, "x");
  const std::string y = BytesOf(jwk, "y");
  if (TextOf(jwk, "crv") != "P-256" || x.size() != kCoordinate ||
      y.size() != kCoordinate) {
    return nullptr;
  }
  const std::string point = "\x04" + x + y;
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                  "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                   point.data(), point.size());
  return KeyFrom("EC", builder.get());
}

KeyPointer Ed25519Key(const json::object& jwk) {
  const std::string x = BytesOf(jwk, "x");
  if (TextOf(jwk, "crv") != "Ed25519" || x.size() != kCoordinate) {
    return nullptr;
  }
  return KeyPointer(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                Bytes(x), x.size()),
                    EVP_PKEY_free);
}

bool IsForVerifying(const json::object& jwk) {
  if (jwk.contains("use") && TextOf(jwk, "use") != "sig") return false;
  const json::value* uses = jwk.if_contains("key_ops");
  if (uses == nullptr) return true;
  return uses->is_array() &&
         std::any_of(uses->get_array().begin(), uses->get_array().end(),
                     [](const json::value& use) { return use == "verify"; });
}

std::optional<PublicKey> ReadKey(const json::object& jwk) {
  PublicKey key{.kid = TextOf(jwk, "kid")};
  // Whoever publishes the private half has lost it.
  if (key.kid.empty() || key.kid.size() > kMostKid || jwk.contains("d") ||
      !IsForVerifying(jwk)) {
    return std::nullopt;
  }
  const std::string type = TextOf(jwk, "kty");
  if (type == "RSA") {
    key.algorithms = {Algorithm::kRs256, Algorithm::kPs256};
    key.key = RsaKey(jwk);
  } else if (type == "EC") {
    key.algorithms = {Algorithm::kEs256};
    key.key = P256Key(jwk);
  } else if (type == "OKP") {
    key.algorithms = {Algorithm::kEdDsa};
    key.key = Ed25519Key(jwk);
  }
  if (jwk.contains("alg")) {
    const std::optional<Algorithm> only = AlgorithmNamed(TextOf(jwk, "alg"));
    std::erase_if(key.algorithms, [&](Algorithm one) { return one != only; });
  }
  if (key.key == nullptr || key.algorithms.empty()) return std::nullopt;
  return key;
}

// A signature of JOSE is the two numbers one after the other (RFC 7518, 3.4),
// OpenSSL's is DER. Empty when the length is wrong.
std::string DerSignature(std::string_view signature) {
  if (signature.size() != 2 * kCoordinate) return "";
  const EcdsaSignature numbers(ECDSA_SIG_new());
  ECDSA_SIG_set0(numbers.get(),
                 NumberOf(signature.substr(0, kCoordinate)).release(),
                 NumberOf(signature.substr(kCoordinate)).release());
  unsigned char* bytes = nullptr;
  const int length = i2d_ECDSA_SIG(numbers.get(), &bytes);
  if (length <= 0) return "";
  std::string der(reinterpret_cast<char*>(bytes), size_t(length));
  OPENSSL_free(bytes);
  return der;
}

bool SetPss(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

std::optional<Algorithm> AlgorithmNamed(std::string_view name) {
  if (name == "EdDSA") return Algorithm::kEdDsa;
  if (name == "ES256") return Algorithm::kEs256;
  if (name == "RS256") return Algorithm::kRs256;
  if (name == "PS256") return Algorithm::kPs256;
  return std::nullopt;
}

absl::StatusOr<KeySet> KeySet::Parse(std::string_view text) {
  const std::optional<json::object> object = ParseJsonObject(text);
  const json::value* keys = object ? object->if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array()) {
    return absl::InvalidArgumentError("not a JSON Web Key Set");
  }
  KeySet set;
  for (const json::value& jwk : keys->get_array()) {
    if (set.keys_.size() == kMostKeys) break;
    if (!jwk.is_object()) continue;
    if (std::optional<PublicKey> key = ReadKey(jwk.get_object())) {
      set.keys_.push_back(*std::move(key));
    }
  }
  // What OpenSSL noted of keys that are no good must not be found by whoever
  // uses TLS on this thread next.
  ERR_clear_error();
  return set;
}

const PublicKey* KeySet::Find(std::string_view kid, Algorithm algorithm) const {
  for (const PublicKey& key : keys_) {
    if (key.kid == kid &&
        std::find(key.algorithms.begin(), key.algorithms.end(), algorithm) !=
            key.algorithms.end()) {
      return &key;
    }
  }
  return nullptr;
}

bool KeySet::Has(std::string_view kid, Algorithm algorithm) const {
  return Find(kid, algorithm) != nullptr;
}

bool KeySet::Verifies(std::string_view kid, Algorithm algorithm,
                      std::string_view text, std::string_view signature) const {
  const PublicKey* key = Find(kid, algorithm);
  if (key == nullptr) return false;
  std::string der;
  if (algorithm == Algorithm::kEs256) {
    der = DerSignature(signature);
    if (der.empty()) return false;
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // the digest context's own
  const EVP_MD* digest =
      algorithm == Algorithm::kEdDsa ? nullptr : EVP_sha256();
  const bool valid =
      EVP_DigestVerifyInit(context.get(), &key_context, digest, nullptr,
                           key->key.get()) == 1 &&
      (algorithm != Algorithm::kPs256 || SetPss(key_context)) &&
      EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                       Bytes(text), text.size()) == 1;
  ERR_clear_error();
  return valid;
}

void KeySet::KeepFrom(const KeySet& older, absl::Time now) {
  const size_t listed = keys_.size();
  for (const PublicKey& key : older.keys_) {
    const bool is_listed =
        std::any_of(keys_.begin(), keys_.begin() + long(listed),
                    [&](const PublicKey& one) { return one.kid == key.kid; });
    const absl::Time retired = std::min(key.retired, now);
    if (is_listed || now - retired >= kKeptRetired ||
        keys_.size() >= kMostKeys) {
      continue;
    }
    keys_.push_back(key);
    keys_.back().retired = retired;
  }
}

}  // namespace reglab::gateway
