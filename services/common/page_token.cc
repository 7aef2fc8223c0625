#include "services/common/page_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/common/listing.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

constexpr size_t kMacBytes = 16;

// Until a key is set, one that nobody knows: a forgotten key makes tokens that
// other processes refuse, never tokens that anybody can make.
std::string& Key() {
  static std::string& key = *new std::string([] {
    std::string random(32, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()),
                   static_cast<int>(random.size())) != 1) {
      std::abort();
    }
    return random;
  }());
  return key;
}

std::string Mac(std::string_view query, std::string_view place) {
  // The length keeps the two apart.
  const std::string text =
      absl::StrCat(query.size(), ":", ForAbsl(query), ForAbsl(place));
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const std::string& key = Key();
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           mac, &size) == nullptr) {
    std::abort();
  }
  return std::string(reinterpret_cast<const char*>(mac), kMacBytes);
}

// Each value as "5:value", NULL as "-".
std::string Write(const PagePlace& place) {
  std::string text;
  for (const std::optional<std::string>& value : place) {
    if (value) {
      absl::StrAppend(&text, value->size(), ":", *value);
    } else {
      text += '-';
    }
  }
  return text;
}

std::optional<PagePlace> Read(std::string_view text) {
  PagePlace place;
  while (!text.empty()) {
    if (text.front() == '-') {
      place.emplace_back(std::nullopt);
      text.remove_prefix(1);
      continue;
    }
    const size_t colon = text.find(':');
    uint32_t size = 0;
    if (colon == std::string_view::npos ||
        !absl::SimpleAtoi(ForAbsl(text.substr(0, colon)), &size) ||
        size > text.size() - colon - 1) {
      return std::nullopt;
    }
    place.emplace_back(std::string(text.substr(colon + 1, size)));
    text.remove_prefix(colon + 1 + size);
  }
  return place;
}

std::string Encode(std::string_view place, std::string_view mac) {
  return absl::WebSafeBase64Escape(absl::StrCat(ForAbsl(mac), ForAbsl(place)));
}

}  // namespace

void SetPageTokenKey(std::string key) { Key() = std::move(key); }

std::string MakePageToken(std::string_view query, const PagePlace& place) {
  const std::string text = Write(place);
  return Encode(text, Mac(query, text));
}

std::optional<PagePlace> ReadPageToken(std::string_view query,
                                       std::string_view token) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ForAbsl(token), &bytes) ||
      bytes.size() < kMacBytes) {
    return std::nullopt;
  }
  const std::string_view mac = std::string_view(bytes).substr(0, kMacBytes);
  const std::string_view text = std::string_view(bytes).substr(kMacBytes);
  const std::string expected = Mac(query, text);
  if (CRYPTO_memcmp(mac.data(), expected.data(), kMacBytes) != 0 ||
      Encode(text, mac) != token) {  // base64 has more than one spelling
    return std::nullopt;
  }
  return Read(text);
}

}  // namespace reglab
