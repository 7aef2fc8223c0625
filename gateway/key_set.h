#ifndef REGLAB_GATEWAY_KEY_SET_H_
#define REGLAB_GATEWAY_KEY_SET_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace reglab::gateway {

// The algorithms that a provider may sign with, and no others (RFC 7518,
// RFC 8037): EdDSA is Ed25519.
enum class Algorithm { kEdDsa, kEs256, kRs256, kPs256 };

// By the name that stands in a token's `alg`; nothing for any other.
std::optional<Algorithm> AlgorithmNamed(std::string_view name);

struct PublicKey {
  std::string kid;
  std::vector<Algorithm> algorithms;
  std::shared_ptr<EVP_PKEY> key;
  // Since when the provider no longer lists it.
  absl::Time retired = absl::InfiniteFuture();
};

// The public keys of one provider (JWKS, RFC 7517). Of Debian's libraries for
// JOSE none has all four algorithms without a second TLS library beside ours,
// so the keys are read and used by OpenSSL itself.
class KeySet {
 public:
  // Keys of other kinds, without `kid`, not for signatures, too weak, damaged,
  // or with their private half in sight are passed over: a provider may hold
  // more than is meant for us. INVALID_ARGUMENT when the text is no JWKS.
  static absl::StatusOr<KeySet> Parse(std::string_view text);

  // Whether there is a key with this id for this algorithm.
  bool Has(std::string_view kid, Algorithm algorithm) const;

  // Whether `signature` is that key's over `text`.
  bool Verifies(std::string_view kid, Algorithm algorithm,
                std::string_view text, std::string_view signature) const;

  // Adds the keys of `older` that are not listed here any more: what they
  // signed shortly before still holds. They go ten minutes later.
  void KeepFrom(const KeySet& older, absl::Time now);

  size_t size() const { return keys_.size(); }

 private:
  const PublicKey* Find(std::string_view kid, Algorithm algorithm) const;

  std::vector<PublicKey> keys_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_KEY_SET_H_
