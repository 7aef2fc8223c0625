#include "gateway/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gateway/issuers.h"
#include "gateway/key_set.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/common/errors.h"
#include "tests/unit/gateway/test_issuer.h"

namespace reglab::gateway {
namespace {

namespace json = boost::json;

constexpr const char* kIssuer = TestToken::kIssuer;
constexpr const char* kAudience = TestToken::kAudience;

int64_t Now() { return absl::ToUnixSeconds(absl::Now()); }

// Keys of all kinds, and the provider that lists them.
class Provider {
 public:
  const TestKey ed{"ed", "EdDSA"};
  const TestKey es{"es", "ES256"};
  const TestKey rs{"rs", "RS256"};
  const TestKey ps{"ps", "PS256"};
  const TestKey stranger{"ed", "EdDSA"};  // somebody else's, of the same name
  const KeySet keys = *KeySet::Parse(JwksOf(ed, es, rs, ps));

  static const Provider& Get() {
    static const auto* provider = new Provider;
    return *provider;
  }

  // Everything that a token must pass, as Issuers does it.
  absl::Status Check(const std::string& text) const {
    const absl::StatusOr<Token> token = ReadToken(text);
    if (!token.ok()) return token.status();
    const absl::StatusOr<TokenSubject> subject =
        CheckAccessToken(*token, kIssuer, kAudience, absl::Now());
    if (!subject.ok()) return subject.status();
    return keys.Verifies(token->kid, token->algorithm, token->signed_text,
                         token->signature)
               ? absl::OkStatus()
               : NotSigned();
  }
};

TEST(Tokens, OfAllFourAlgorithmsAreTaken) {
  const Provider& p = Provider::Get();
  for (const TestKey* key : {&p.ed, &p.es, &p.rs, &p.ps}) {
    EXPECT_EQ(p.Check(TestToken(*key).SignedBy(*key)), absl::OkStatus())
        << key->algorithm();
  }
}

TEST(Tokens, MayBeWrittenInAllWaysThatTheStandardsAllow) {
  const Provider& p = Provider::Get();
  const std::vector<std::function<void(TestToken&)>> ways = {
      [](TestToken& t) { t.header["typ"] = "application/at+jwt"; },
      [](TestToken& t) { t.header["typ"] = "AT+JWT"; },
      [](TestToken& t) {
        t.claims["aud"] = {"https://other", kAudience};
      },
      [](TestToken& t) { t.claims["exp"] = double(Now()) + 0.5; },
      // A minute of difference between the clocks.
      [](TestToken& t) { t.claims["exp"] = Now() - 50; },
      [](TestToken& t) { t.claims["iat"] = Now() + 50; },
      [](TestToken& t) { t.claims["nbf"] = Now() + 50; },
      [](TestToken& t) {
        t.claims["unknown"] = {{"a", 1}};
      },
  };
  for (size_t i = 0; i < ways.size(); ++i) {
    TestToken token(p.ed);
    ways[i](token);
    EXPECT_EQ(p.Check(token.SignedBy(p.ed)), absl::OkStatus()) << i;
  }
}

// What a bad token looks like, and the text of its refusal.
struct Bad {
  const char* name;
  std::function<std::string(const Provider&)> make;
  const char* says;
};

// A good token of the Ed25519 key but for one change.
std::function<std::string(const Provider&)> With(
    std::function<void(TestToken&)> change) {
  return [change = std::move(change)](const Provider& p) {
    TestToken token(p.ed);
    change(token);
    return token.SignedBy(p.ed);
  };
}

std::string Replaced(std::string text, size_t part, const std::string& by) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end; (end = text.find('.', begin)) != std::string::npos;
       begin = end + 1) {
    parts.push_back(text.substr(begin, end - begin));
  }
  parts.push_back(text.substr(begin));
  parts[part] = by;
  return parts[0] + "." + parts[1] + "." + parts[2];
}

std::vector<Bad> BadTokens() {
  const auto good = [](const Provider& p) {
    return TestToken(p.ed).SignedBy(p.ed);
  };
  return {
      // The signature.
      {"alg none without signature",
       [](const Provider& p) {
         TestToken t(p.ed);
         t.header["alg"] = "none";
         return t.Content() + ".";
       },
       "damaged"},
      {"alg none with a signature",
       With([](TestToken& t) { t.header["alg"] = "none"; }), "EdDSA"},
      {"alg None", With([](TestToken& t) { t.header["alg"] = "None"; }),
       "EdDSA"},
      {"alg missing", With([](TestToken& t) { t.header.erase("alg"); }),
       "EdDSA"},
      {"alg a number", With([](TestToken& t) { t.header["alg"] = 1; }),
       "EdDSA"},
      {"HS256 with the public RSA key as its secret",
       [](const Provider& p) {
         TestToken t(p.rs);
         t.header["alg"] = "HS256";
         return t.SignedByHmac(p.rs.PublicPem());
       },
       "EdDSA"},
      {"HS256 with the JWK as its secret",
       [](const Provider& p) {
         TestToken t(p.rs);
         t.header["alg"] = "HS256";
         return t.SignedByHmac(json::serialize(p.rs.Jwk()));
       },
       "EdDSA"},
      {"RS256 in the header, HMAC in truth",
       [](const Provider& p) {
         return TestToken(p.rs).SignedByHmac(p.rs.PublicPem());
       },
       "not signed"},
      {"RS384",
       [](const Provider& p) {
         TestToken t(p.rs);
         t.header["alg"] = "RS384";
         return t.SignedBy(p.rs);
       },
       "EdDSA"},
      {"ES256K",
       [](const Provider& p) {
         TestToken t(p.es);
         t.header["alg"] = "ES256K";
         return t.SignedBy(p.es);
       },
       "EdDSA"},
      {"RS256 with a key listed for PS256",
       [](const Provider& p) {
         TestToken t(p.ps);
         t.header["alg"] = "RS256";
         return t.SignedBy(p.ps, "RS256");
       },
       "not signed"},
      {"PS256 in the header, PKCS #1 in truth",
       [](const Provider& p) {
         return TestToken(p.ps).SignedBy(p.ps, "RS256");
       },
       "not signed"},
      {"ES256 in DER",
       [](const Provider& p) {
         const TestToken t(p.es);
         // "RS256" here: SHA-256 and OpenSSL's own form of the signature.
         return t.Content() + "." + Base64Url(p.es.Sign(t.Content(), "RS256"));
       },
       "not signed"},
      {"ES256 with r and s zero",
       [](const Provider& p) {
         return TestToken(p.es).Content() + "." +
                Base64Url(std::string(64, '\0'));
       },
       "not signed"},
      {"signature of zeros",
       [good](const Provider& p) {
         return Replaced(good(p), 2, Base64Url(std::string(64, '\0')));
       },
       "not signed"},
      {"signature left out",
       [good](const Provider& p) { return Replaced(good(p), 2, ""); },
       "damaged"},
      {"signature cut short",
       [good](const Provider& p) {
         const TestToken t(p.ed);
         return Replaced(good(p), 2,
                         Base64Url(p.ed.Sign(t.Content()).substr(0, 60)));
       },
       "not signed"},
      {"signature of another token",
       [good](const Provider& p) {
         TestToken t(p.ed);
         t.claims["sub"] = "somebody-else";
         const std::string other = t.SignedBy(p.ed);
         const std::string token = good(p);
         return Replaced(other, 2, token.substr(token.rfind('.') + 1));
       },
       "not signed"},
      {"claims changed after the signature",
       [good](const Provider& p) {
         TestToken t(p.ed);
         t.claims["sub"] = "chef";
         return Replaced(good(p), 1, Base64Url(json::serialize(t.claims)));
       },
       "not signed"},
      {"somebody else's key of the same name",
       [](const Provider& p) { return TestToken(p.ed).SignedBy(p.stranger); },
       "not signed"},
      // The header.
      {"key of the token's own (jwk)",
       [](const Provider& p) {
         TestToken t(p.stranger);
         t.header["jwk"] = p.stranger.Jwk();
         return t.SignedBy(p.stranger);
       },
       "not signed"},
      {"key at the token's own address (jku)",
       [](const Provider& p) {
         TestToken t(p.stranger);
         t.header["jku"] = "https://evil.example/keys";
         return t.SignedBy(p.stranger);
       },
       "not signed"},
      {"certificate at the token's own address (x5u)",
       [](const Provider& p) {
         TestToken t(p.stranger);
         t.header["x5u"] = "https://evil.example/chain";
         return t.SignedBy(p.stranger);
       },
       "not signed"},
      {"kid missing", With([](TestToken& t) { t.header.erase("kid"); }),
       "which key"},
      {"kid a path",
       With([](TestToken& t) { t.header["kid"] = "../../../../dev/null"; }),
       "not signed"},
      {"kid SQL",
       With([](TestToken& t) { t.header["kid"] = "x' UNION SELECT 'k"; }),
       "not signed"},
      {"kid a list", With([](TestToken& t) { t.header["kid"] = {"ed"}; }),
       "which key"},
      {"kid with a zero byte", With([](TestToken& t) {
         t.header["kid"] = std::string_view("ed\0x", 4);
       }),
       "which key"},
      {"kid very long",
       With([](TestToken& t) { t.header["kid"] = std::string(1000, 'e'); }),
       "which key"},
      {"crit", With([](TestToken& t) { t.header["crit"] = {"exp"}; }),
       "extensions"},
      {"payload not encoded (b64)",
       With([](TestToken& t) { t.header["b64"] = false; }), "extensions"},
      {"no typ", With([](TestToken& t) { t.header.erase("typ"); }),
       "no access token"},
      {"an ID token (typ JWT)",
       With([](TestToken& t) { t.header["typ"] = "JWT"; }), "no access token"},
      {"a logout token",
       With([](TestToken& t) { t.header["typ"] = "logout+jwt"; }),
       "no access token"},
      // The claims.
      {"another issuer",
       With([](TestToken& t) { t.claims["iss"] = "https://evil.example"; }),
       "not trusted"},
      {"issuer with a slash more",
       With([](TestToken& t) { t.claims["iss"] = std::string(kIssuer) + "/"; }),
       "not trusted"},
      {"no issuer", With([](TestToken& t) { t.claims.erase("iss"); }),
       "not trusted"},
      {"another audience",
       With([](TestToken& t) { t.claims["aud"] = "https://other.example"; }),
       "somebody else"},
      {"no audience", With([](TestToken& t) { t.claims.erase("aud"); }),
       "somebody else"},
      {"audience that begins like ours", With([](TestToken& t) {
         t.claims["aud"] = std::string(kAudience) + ".evil.example";
       }),
       "somebody else"},
      {"audience an object", With([](TestToken& t) {
         t.claims["aud"] = {{kAudience, true}};
       }),
       "somebody else"},
      {"expired", With([](TestToken& t) { t.claims["exp"] = Now() - 61; }),
       "expired"},
      {"no exp", With([](TestToken& t) { t.claims.erase("exp"); }), "exp"},
      {"exp a string",
       With([](TestToken& t) { t.claims["exp"] = "9999999999"; }), "exp"},
      {"exp beyond all time",
       With([](TestToken& t) { t.claims["exp"] = 1e300; }), "exp"},
      {"exp in a month",
       With([](TestToken& t) { t.claims["exp"] = Now() + 30 * 86400; }),
       "24 hours"},
      {"not yet valid",
       With([](TestToken& t) { t.claims["nbf"] = Now() + 70; }),
       "not yet valid"},
      {"nbf a string", With([](TestToken& t) { t.claims["nbf"] = "0"; }),
       "nbf"},
      {"issued in the future",
       With([](TestToken& t) { t.claims["iat"] = Now() + 70; }),
       "not yet valid"},
      {"no iat", With([](TestToken& t) { t.claims.erase("iat"); }), "iat"},
      {"no sub", With([](TestToken& t) { t.claims.erase("sub"); }), "sub"},
      {"sub empty", With([](TestToken& t) { t.claims["sub"] = ""; }), "sub"},
      {"sub with a line's end",
       With([](TestToken& t) { t.claims["sub"] = "a\nb"; }), "sub"},
      {"sub very long",
       With([](TestToken& t) { t.claims["sub"] = std::string(256, 'a'); }),
       "sub"},
      {"no client_id", With([](TestToken& t) { t.claims.erase("client_id"); }),
       "client_id"},
      {"no jti", With([](TestToken& t) { t.claims.erase("jti"); }), "jti"},
      {"bound to a key of its client", With([](TestToken& t) {
         t.claims["cnf"] = {{"jkt", "abc"}};
       }),
       "bound"},
      // The form.
      {"nothing", [](const Provider&) { return std::string(); }, "damaged"},
      {"dots alone", [](const Provider&) { return std::string(".."); },
       "damaged"},
      {"encrypted, of five parts",
       [good](const Provider& p) { return good(p) + ".AAAA.AAAA"; }, "damaged"},
      {"with padding", [good](const Provider& p) { return good(p) + "=="; },
       "damaged"},
      {"with a space", [good](const Provider& p) { return good(p) + " "; },
       "damaged"},
      {"in base64 instead of base64url",
       [good](const Provider& p) { return Replaced(good(p), 2, "ab+/"); },
       "damaged"},
      {"header no JSON",
       [good](const Provider& p) {
         return Replaced(good(p), 0, Base64Url("{\"alg\":"));
       },
       "damaged"},
      {"header a list",
       [good](const Provider& p) {
         return Replaced(good(p), 0, Base64Url("[\"EdDSA\"]"));
       },
       "damaged"},
      {"claims nested 100 deep",
       [good](const Provider& p) {
         return Replaced(
             good(p), 1,
             Base64Url(std::string(100, '[') + std::string(100, ']')));
       },
       "damaged"},
      {"claims that are no UTF-8",
       [good](const Provider& p) {
         return Replaced(good(p), 1, Base64Url("{\"sub\":\"\xff\"}"));
       },
       "damaged"},
      {"very large",
       With([](TestToken& t) { t.claims["x"] = std::string(8000, 'x'); }),
       "damaged"},
  };
}

using FieldViolation = google::rpc::BadRequest::FieldViolation;

// The field that an error names.
FieldViolation FieldOf(const google::rpc::Status& status) {
  google::rpc::BadRequest bad;
  for (const auto& detail : status.details()) detail.UnpackTo(&bad);
  return bad.field_violations_size() == 1 ? bad.field_violations(0)
                                          : FieldViolation();
}

TEST(Tokens, OfSixtyBadKindsNoneIsTaken) {
  const Provider& p = Provider::Get();
  int accepted = 0;
  for (const Bad& bad : BadTokens()) {
    const std::string text = bad.make(p);
    const absl::Status status = p.Check(text);
    accepted += status.ok();
    EXPECT_TRUE(absl::IsUnauthenticated(status)) << bad.name << ": " << status;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(bad.says))
        << bad.name;
    // By name and with what is at fault.
    EXPECT_THAT(ReasonOf(status), testing::StartsWith("TOKEN_")) << bad.name;
    const FieldViolation english_field = FieldOf(ToProto(status, false));
    const FieldViolation swedish_field = FieldOf(ToProto(status, true));
    EXPECT_THAT(english_field.field(), testing::StartsWith("authorization"))
        << bad.name;
    EXPECT_EQ(swedish_field.field(), english_field.field()) << bad.name;
    EXPECT_EQ(english_field.description(), status.message()) << bad.name;
    EXPECT_NE(swedish_field.description(), english_field.description())
        << bad.name;
    // In Swedish too, and nothing of the token comes back.
    const std::string swedish = ToProto(status, true).SerializeAsString();
    EXPECT_THAT(swedish, testing::HasSubstr("oken")) << bad.name;
    for (const char* ours : {"astrid", "evil", "UNION", "dev/null"}) {
      EXPECT_THAT(swedish, testing::Not(testing::HasSubstr(ours))) << bad.name;
    }
  }
  RecordProperty("bad_tokens", int(BadTokens().size()));
  RecordProperty("accepted", accepted);
  EXPECT_GE(BadTokens().size(), 60u);
  EXPECT_EQ(accepted, 0);
}

TEST(KeySets, PassOverKeysThatCanNotBeTrusted) {
  const Provider& p = Provider::Get();
  const auto changed = [&](const TestKey& key, const char* member,
                           const json::value& value) {
    json::object jwk = key.Jwk();
    jwk[member] = value;
    return jwk;
  };
  const std::vector<json::object> keys = {
      changed(p.ed, "use", "enc"),
      changed(p.ed, "key_ops", {"sign"}),
      changed(p.ed, "crv", "Ed448"),
      changed(p.ed, "x", "AAAA"),
      changed(p.ed, "kid", ""),
      changed(p.ed, "d", "AAAA"),
      changed(p.ed, "alg", "ES256"),
      changed(p.es, "crv", "P-384"),
      changed(p.es, "y", p.es.Jwk()["x"]),  // not on the curve
      changed(p.rs, "e", "AQ"),             // 1
      changed(p.rs, "e", "Ag"),             // 2
      changed(p.rs, "alg", "RS512"),
      TestKey("weak", "RS256", 1024).Jwk(),
      {{"kty", "oct"}, {"kid", "k"}, {"k", "c2VjcmV0"}},
      {{"kty", "none"}, {"kid", "k"}},
      {},
  };
  for (const json::object& key : keys) {
    const absl::StatusOr<KeySet> set =
        KeySet::Parse(json::serialize(json::object{{"keys", {key}}}));
    ASSERT_TRUE(set.ok());
    EXPECT_EQ(set->size(), 0u) << json::serialize(key);
  }
  EXPECT_FALSE(KeySet::Parse("").ok());
  EXPECT_FALSE(KeySet::Parse("{\"keys\":{}}").ok());
}

TEST(KeySets, KeepAKeyThatIsNoLongerListedForTenMinutes) {
  const TestKey first("first"), second("second"), third("third");
  const absl::Time now = absl::Now();
  KeySet old = *KeySet::Parse(JwksOf(first));
  KeySet next = *KeySet::Parse(JwksOf(second));
  next.KeepFrom(old, now);
  EXPECT_TRUE(next.Has("first", Algorithm::kEdDsa));
  KeySet later = *KeySet::Parse(JwksOf(third));
  later.KeepFrom(next, now + absl::Minutes(9));
  EXPECT_TRUE(later.Has("first", Algorithm::kEdDsa));
  KeySet last = *KeySet::Parse(JwksOf(third));
  last.KeepFrom(later, now + absl::Minutes(11));
  EXPECT_FALSE(last.Has("first", Algorithm::kEdDsa));
  EXPECT_TRUE(last.Has("second", Algorithm::kEdDsa));
}

TEST(IdTokens, AreBoundToTheLoginThatAskedForThem) {
  const Provider& p = Provider::Get();
  const auto check = [&](std::function<void(TestToken&)> change) {
    TestToken token(p.ed);
    token.header["typ"] = "JWT";
    token.claims["aud"] = "reglab";
    token.claims["nonce"] = "n1";
    change(token);
    const absl::StatusOr<Token> read = ReadToken(token.SignedBy(p.ed));
    return read.ok() ? CheckIdToken(*read, kIssuer, "reglab", "n1", absl::Now())
                           .status()
                     : read.status();
  };
  EXPECT_TRUE(check([](TestToken&) {}).ok());
  EXPECT_TRUE(check([](TestToken& t) { t.header.erase("typ"); }).ok());
  EXPECT_TRUE(check([](TestToken& t) { t.claims["azp"] = "reglab"; }).ok());
  EXPECT_FALSE(check([](TestToken& t) { t.header["typ"] = "at+jwt"; }).ok());
  EXPECT_FALSE(check([](TestToken& t) { t.claims["aud"] = "other"; }).ok());
  EXPECT_FALSE(check([](TestToken& t) {
                 t.claims["aud"] = {"reglab", "other"};
               }).ok());
  EXPECT_FALSE(check([](TestToken& t) { t.claims["azp"] = "other"; }).ok());
  EXPECT_FALSE(check([](TestToken& t) { t.claims["nonce"] = "n2"; }).ok());
  EXPECT_FALSE(check([](TestToken& t) { t.claims.erase("nonce"); }).ok());
  EXPECT_FALSE(check([](TestToken& t) { t.claims["exp"] = Now() - 100; }).ok());
  EXPECT_FALSE(check([](TestToken& t) { t.claims["iss"] = "https://x"; }).ok());
}

}  // namespace
}  // namespace reglab::gateway
