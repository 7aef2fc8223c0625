#include "services/membership/sealed.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "services/common/process.h"

ABSL_FLAG(std::string, secrets_key_file, "",
          "File whose bytes encrypt stored secrets (of webhooks, of letters "
          "with one-time links); the same for every replica. Left out: random, "
          "and what was stored can't be read after the process has ended");

namespace reglab::membership {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;
constexpr size_t kLeastFileBytes = 16;

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* Raw(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

// Without randomness no secret is one.
void FillRandom(unsigned char* bytes, size_t size) {
  if (RAND_bytes(bytes, static_cast<int>(size)) != 1) std::abort();
}

absl::StatusOr<std::string> ReadKey() {
  const std::string file = absl::GetFlag(FLAGS_secrets_key_file);
  std::string key(kKeyBytes, '\0');
  if (file.empty()) {
    FillRandom(Raw(key), key.size());
    LogInfo("secrets_key_is_random");
    return key;
  }
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  if (text.str().size() < kLeastFileBytes) {
    return absl::FailedPreconditionError(
        absl::StrCat("--secrets_key_file ", file, " must have at least ",
                     kLeastFileBytes, " bytes"));
  }
  const std::string content = absl::StrCat("reglab.secrets.1:", text.str());
  if (EVP_Digest(content.data(), content.size(), Raw(key), nullptr,
                 EVP_sha256(), nullptr) != 1) {
    std::abort();
  }
  return key;
}

const absl::StatusOr<std::string>& Key() {
  static const auto* key = new absl::StatusOr<std::string>(ReadKey());
  return *key;
}

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

}  // namespace

absl::Status LoadSecretsKey() { return Key().status(); }

std::string Seal(std::string_view text, std::string_view purpose) {
  std::string sealed(kNonceBytes + text.size() + kTagBytes, '\0');
  FillRandom(Raw(sealed), kNonceBytes);
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int written = 0;
  unsigned char* out = Raw(sealed) + kNonceBytes;
  // It can fail only for want of memory or a key that LoadSecretsKey refused.
  if (!Key().ok() ||
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, Raw(*Key()),
                         Raw(sealed)) != 1 ||
      EVP_EncryptUpdate(context.get(), nullptr, &written, Raw(purpose),
                        static_cast<int>(purpose.size())) != 1 ||
      EVP_EncryptUpdate(context.get(), out, &written, Raw(text),
                        static_cast<int>(text.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), out + text.size(), &written) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                          out + text.size()) != 1) {
    std::abort();
  }
  return sealed;
}

absl::StatusOr<std::string> Unseal(std::string_view sealed,
                                   std::string_view purpose) {
  const absl::Status unreadable = absl::FailedPreconditionError(
      "it was sealed with another key or for another purpose");
  if (!Key().ok() || sealed.size() < kNonceBytes + kTagBytes) return unreadable;
  const size_t size = sealed.size() - kNonceBytes - kTagBytes;
  const std::string_view content = sealed.substr(kNonceBytes, size);
  std::string tag(sealed.substr(kNonceBytes + size));
  std::string text(size, '\0');
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int written = 0;
  unsigned char rest[16];
  if (EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, Raw(*Key()),
                         Raw(sealed)) != 1 ||
      EVP_DecryptUpdate(context.get(), nullptr, &written, Raw(purpose),
                        static_cast<int>(purpose.size())) != 1 ||
      EVP_DecryptUpdate(context.get(), Raw(text), &written, Raw(content),
                        static_cast<int>(content.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes,
                          Raw(tag)) != 1 ||
      EVP_DecryptFinal_ex(context.get(), rest, &written) != 1) {
    return unreadable;
  }
  return text;
}

}  // namespace reglab::membership
