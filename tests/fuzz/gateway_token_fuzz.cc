#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/key_set.h"
#include "gateway/token.h"
#include "services/common/api_key.h"

// Credentials as anybody may send them: tokens of providers, API keys, and the
// key sets that a provider may answer with. None that was not made is taken.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reglab;
  using namespace reglab::gateway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const std::optional<ApiKey> key = ParseApiKey(text)) {
    if (FormatApiKey(*key) != text) std::abort();
  }
  static const auto* keys = new KeySet(
      *KeySet::Parse(R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"ed","x":)"
                     R"("mmFUlNBBCzyE2eGnVohKp4xOycrZ5UlvMxq8ksdZWhU"}]})"));
  const absl::StatusOr<Token> token = ReadToken(text);
  if (token.ok()) {
    const absl::Time now = absl::FromUnixSeconds(1'790'000'000);
    static_cast<void>(
        CheckAccessToken(*token, "https://id.example.se", "https://a", now));
    static_cast<void>(
        CheckIdToken(*token, "https://id.example.se", "https://a", "n", now));
    // Nobody here has the private half.
    if (keys->Verifies("ed", token->algorithm, token->signed_text,
                       token->signature)) {
      std::abort();
    }
  }
  const absl::StatusOr<KeySet> set = KeySet::Parse(text);
  if (set.ok() && set->size() > 100) std::abort();
  return 0;
}
