#ifndef REGLAB_TESTS_UNIT_GATEWAY_TEST_ISSUER_H_
#define REGLAB_TESTS_UNIT_GATEWAY_TEST_ISSUER_H_

// A provider of identities for tests: real keys, and tokens that are signed
// with them, or wrongly in every way that is wanted.

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "services/common/spelling.h"

namespace reglab::gateway {

inline std::string Base64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(ForAbsl(bytes));
}

// A key pair for one algorithm.
class TestKey {
 public:
  explicit TestKey(std::string kid, std::string algorithm = "EdDSA",
                   int rsa_bits = 2048)
      : kid_(std::move(kid)), algorithm_(std::move(algorithm)) {
    EVP_PKEY* key = nullptr;
    if (algorithm_ == "EdDSA") {
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    } else if (algorithm_ == "ES256") {
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    } else {
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t(rsa_bits));
    }
    key_ = std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
  }

  const std::string& kid() const { return kid_; }
  const std::string& algorithm() const { return algorithm_; }

  boost::json::object Jwk() const {
    boost::json::object jwk = {
        {"kid", kid_}, {"use", "sig"}, {"alg", algorithm_}};
    if (algorithm_ == "EdDSA") {
      std::string x(32, '\0');
      size_t length = x.size();
      EVP_PKEY_get_raw_public_key(
          key_.get(), reinterpret_cast<unsigned char*>(x.data()), &length);
      jwk["kty"] = "OKP";
      jwk["crv"] = "Ed25519";
      jwk["x"] = Base64Url(x);
    } else if (algorithm_ == "ES256") {
      jwk["kty"] = "EC";
      jwk["crv"] = "P-256";
      jwk["x"] = Base64Url(Number(OSSL_PKEY_PARAM_EC_PUB_X, 32));
      jwk["y"] = Base64Url(Number(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    } else {
      jwk["kty"] = "RSA";
      jwk["n"] = Base64Url(Number(OSSL_PKEY_PARAM_RSA_N, 0));
      jwk["e"] = Base64Url(Number(OSSL_PKEY_PARAM_RSA_E, 0));
    }
    return jwk;
  }

  // As PEM, which some verifiers were once led to use as a secret of HMAC.
  std::string PublicPem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(bio, key_.get());
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio, &text);
    std::string pem(text, size_t(length));
    BIO_free(bio);
    return pem;
  }

  // The signature in the form of `as`, which is the key's own algorithm when it
  // is empty.
  std::string Sign(std::string_view text, std::string as = "") const {
    if (as.empty()) as = algorithm_;
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* key_context = nullptr;
    EVP_DigestSignInit(context, &key_context,
                       as == "EdDSA" ? nullptr : EVP_sha256(), nullptr,
                       key_.get());
    if (as == "PS256") {
      EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST);
    }
    size_t length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSign(context, nullptr, &length, bytes, text.size());
    std::string signature(length, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()),
                   &length, bytes, text.size());
    signature.resize(length);
    EVP_MD_CTX_free(context);
    return as == "ES256" ? Raw(signature) : signature;
  }

 private:
  std::string Number(const char* name, int width) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &number);
    const int length = width > 0 ? width : BN_num_bytes(number);
    std::string bytes(size_t(length), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
                 length);
    BN_free(number);
    return bytes;
  }

  static std::string Raw(const std::string& der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &bytes, long(der.size()));
    std::string raw(64, '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32);
    ECDSA_SIG_free(signature);
    return raw;
  }

  std::string kid_;
  std::string algorithm_;
  std::shared_ptr<EVP_PKEY> key_;
};

template <class... Keys>
std::string JwksOf(const Keys&... keys) {
  boost::json::array array;
  (array.push_back(keys.Jwk()), ...);
  return boost::json::serialize(boost::json::object{{"keys", array}});
}

// The parts of a token, to be changed before they are put together.
struct TestToken {
  static constexpr const char* kIssuer = "https://id.example.se";
  static constexpr const char* kAudience = "https://api.example.se";

  explicit TestToken(const TestKey& key) {
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    header = {{"alg", key.algorithm()}, {"typ", "at+jwt"}, {"kid", key.kid()}};
    claims = {{"iss", kIssuer},   {"aud", kAudience},     {"sub", "astrid"},
              {"client_id", "c"}, {"jti", "j1"},          {"iat", now - 10},
              {"exp", now + 600}, {"scope", "activities"}};
  }

  std::string SignedBy(const TestKey& key, const std::string& as = "") const {
    const std::string text = Content();
    return text + "." + Base64Url(key.Sign(text, as));
  }

  std::string SignedByHmac(const std::string& secret) const {
    const std::string text = Content();
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    HMAC(EVP_sha256(), secret.data(), int(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac,
         &length);
    return text + "." + Base64Url({reinterpret_cast<const char*>(mac), length});
  }

  std::string Content() const {
    return Base64Url(boost::json::serialize(header)) + "." +
           Base64Url(boost::json::serialize(claims));
  }

  boost::json::object header;
  boost::json::object claims;
};

}  // namespace reglab::gateway

#endif  // REGLAB_TESTS_UNIT_GATEWAY_TEST_ISSUER_H_
