#include "services/common/api_key.h"

#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace reglab {
namespace {

TEST(ApiKeyTest, ReadsWhatItWrites) {
  const ApiKey made = {NewKeyId(), NewSecret()};
  const std::string text = FormatApiKey(made);
  EXPECT_EQ(text.size(), 52u);
  const std::optional<ApiKey> read = ParseApiKey(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->id, made.id);
  EXPECT_EQ(read->secret, made.secret);
}

TEST(ApiKeyTest, CheckIsTheCrcOfWhatStandsBeforeIt) {
  // CRC-32 of "rlk_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbb", by python's zlib.
  EXPECT_EQ(FormatApiKey({std::string(12, 'a'), std::string(26, 'b')}),
            "rlk_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbb_8504e3a5");
}

TEST(ApiKeyTest, RefusesEverySingleWrongLetter) {
  const std::string text = FormatApiKey({NewKeyId(), NewSecret()});
  for (size_t i = 0; i < text.size(); ++i) {
    std::string mistyped = text;
    mistyped[i] = mistyped[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(ParseApiKey(mistyped).has_value()) << mistyped;
  }
}

TEST(ApiKeyTest, RefusesOtherForms) {
  const std::string text = FormatApiKey({NewKeyId(), NewSecret()});
  for (const std::string& other :
       {std::string(), std::string("rlk_"), text + "a", text.substr(1),
        " " + text.substr(1), text.substr(0, text.size() - 1),
        std::string(52, '_'), std::string(52, '\0')}) {
    EXPECT_FALSE(ParseApiKey(other).has_value()) << other;
  }
}

TEST(ApiKeyTest, SecretsDifferAndHaveTheirLength) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string secret = NewSecret();
    EXPECT_EQ(secret.size(), 26u);
    EXPECT_EQ(secret.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"),
              std::string::npos);
    seen.insert(secret);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(ApiKeyTest, HashIsSha256) {
  EXPECT_EQ(absl::BytesToHexString(HashSecret("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ApiKeyTest, HashesAreTheSameOnlyWhole) {
  const std::string hash = HashSecret("abc");
  EXPECT_TRUE(SameHash(hash, HashSecret("abc")));
  EXPECT_FALSE(SameHash(hash, HashSecret("abd")));
  EXPECT_FALSE(SameHash(hash, hash.substr(1)));
  EXPECT_FALSE(SameHash(hash, ""));
}

}  // namespace
}  // namespace reglab
