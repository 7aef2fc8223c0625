#ifndef REGLAB_SERVICES_COMMON_API_KEY_H_
#define REGLAB_SERVICES_COMMON_API_KEY_H_

#include <optional>
#include <string>
#include <string_view>

namespace reglab {

// A program's credential, written "rlk_<id>_<secret>_<check>": the id finds the
// key, the secret proves it, and the check (CRC-32 of what stands before it, 8
// hexadecimal digits) lets a mistyped key be refused without asking anybody,
// and lets scanners of leaked secrets know it for certain.
struct ApiKey {
  std::string id;      // 12 characters of [a-z2-7]
  std::string secret;  // 26 characters of [a-z2-7]: 130 random bits
};

inline constexpr std::string_view kApiKeyPrefix = "rlk_";
// A feed token is written as a key, with another beginning: it can stand in a
// URL, where a key must not.
inline constexpr std::string_view kFeedTokenPrefix = "rlf_";

// Nothing unless `text` has exactly this form and its check is right.
std::optional<ApiKey> ParseApiKey(std::string_view text,
                                  std::string_view prefix = kApiKeyPrefix);

// The whole key, as it is shown once to the one who made it.
std::string FormatApiKey(const ApiKey& key,
                         std::string_view prefix = kApiKeyPrefix);

// 60 random bits as 12 characters.
std::string NewKeyId();

// 130 random bits as 26 characters.
std::string NewSecret();

// SHA-256 as 32 raw bytes: all that is stored of a secret. A secret is random
// and long, so it needs no salt and no slow hash.
std::string HashSecret(std::string_view secret);

// Compares two hashes in a time that tells nothing of where they differ.
bool SameHash(std::string_view a, std::string_view b);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_API_KEY_H_
