#include "services/common/api_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr size_t kIdLength = 12;
constexpr size_t kSecretLength = 26;
constexpr size_t kCheckLength = 8;
constexpr size_t kPrefixLength = kApiKeyPrefix.size();
static_assert(kFeedTokenPrefix.size() == kPrefixLength);
constexpr size_t kKeyLength =
    kPrefixLength + kIdLength + 1 + kSecretLength + 1 + kCheckLength;

bool IsBase32(std::string_view text) {
  return text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::string Check(std::string_view text) {
  const uLong crc =
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), text.size());
  return absl::StrFormat("%08x", static_cast<uint32_t>(crc));
}

std::string RandomLetters(size_t length) {
  std::string letters(length, '\0');
  // Without randomness no key is safe, and nothing sensible can go on.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(letters.data()),
                 static_cast<int>(length)) != 1) {
    std::abort();
  }
  // 256 is a multiple of 32: every letter is equally likely.
  for (char& letter : letters) {
    letter = kAlphabet[static_cast<unsigned char>(letter) % kAlphabet.size()];
  }
  return letters;
}

}  // namespace

std::optional<ApiKey> ParseApiKey(std::string_view text,
                                  std::string_view prefix) {
  if (text.size() != kKeyLength) return std::nullopt;
  const std::string_view checked =
      text.substr(0, kKeyLength - kCheckLength - 1);
  const std::string_view check = text.substr(kKeyLength - kCheckLength);
  const std::string_view id = checked.substr(kPrefixLength, kIdLength);
  const std::string_view secret =
      checked.substr(checked.size() - kSecretLength);
  if (text.substr(0, kPrefixLength) != prefix || !IsBase32(id) ||
      checked[kPrefixLength + kIdLength] != '_' || !IsBase32(secret) ||
      text[checked.size()] != '_' || check != Check(checked)) {
    return std::nullopt;
  }
  return ApiKey{std::string(id), std::string(secret)};
}

std::string FormatApiKey(const ApiKey& key, std::string_view prefix) {
  const std::string checked = Concat(prefix, key.id, "_", key.secret);
  return Concat(checked, "_", Check(checked));
}

std::string NewKeyId() { return RandomLetters(kIdLength); }

std::string NewSecret() { return RandomLetters(kSecretLength); }

std::string HashSecret(std::string_view secret) {
  std::array<unsigned char, 32> digest;
  if (EVP_Digest(secret.data(), secret.size(), digest.data(), nullptr,
                 EVP_sha256(), nullptr) != 1) {
    std::abort();
  }
  return std::string(reinterpret_cast<const char*>(digest.data()),
                     digest.size());
}

bool SameHash(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace reglab
