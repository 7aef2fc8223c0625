#include "gateway/token.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "gateway/text.h"
#include "gateway/token_text.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::gateway {
namespace {

namespace json = boost::json;

constexpr size_t kMostTokenBytes = 8000;
constexpr size_t kMostHeaderBytes = 2000;
constexpr size_t kMostKid = 256;
constexpr size_t kMostSubject = 255;
constexpr absl::Duration kSkew = absl::Seconds(60);
// What lives longer is no token for access, and nobody could take it back.
constexpr absl::Duration kLongestLife = absl::Hours(24);

// What is wrong has a name of its own; `member` of the header or the claims is
// at fault, "": the token as a whole.
absl::Status Refuse(std::string_view reason, std::string_view member,
                    Text text) {
  const std::string field =
      member.empty() ? "authorization" : Concat("authorization.", member);
  return MakeError(absl::StatusCode::kUnauthenticated, reason, text,
                   {{field, text}});
}

absl::Status Malformed() {
  return Refuse(
      "TOKEN_DAMAGED", "",
      {"The token is damaged or no signed JWT. Send it whole, as the provider "
       "gave it.",
       "Token är skadad eller ingen signerad JWT. Skicka den hel, så som "
       "utfärdaren gav den."});
}

absl::Status ClaimMissing(std::string_view claim) {
  return Refuse(
      "TOKEN_CLAIM_MISSING", claim,
      {Concat("The token has no valid claim ", claim,
              ". Ask the provider for an access token by RFC 9068."),
       Concat("Token saknar ett giltigt värde för ", claim,
              ". Be utfärdaren om en åtkomsttoken enligt RFC 9068.")});
}

// Plain printable text of a bounded length.
bool IsShortText(std::string_view text, size_t most) {
  if (text.empty() || text.size() > most || !IsUtf8(text)) return false;
  for (const char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// Seconds since 1970, perhaps with a fraction (RFC 7519, section 2).
std::optional<absl::Time> TimeOf(const json::object& claims,
                                 std::string_view name) {
  const json::value* value = claims.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = value->to_number<double>();
  // From 1970 to the year 9999.
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 253402300799.0) {
    return std::nullopt;
  }
  return absl::FromUnixSeconds(int64_t(seconds));
}

bool IsAudience(const json::object& claims, std::string_view audience) {
  const json::value* value = claims.if_contains("aud");
  if (value == nullptr || audience.empty()) return false;
  if (value->is_string()) {
    return std::string_view(value->get_string()) == audience;
  }
  if (!value->is_array()) return false;
  for (const json::value& one : value->get_array()) {
    if (one.is_string() && std::string_view(one.get_string()) == audience) {
      return true;
    }
  }
  return false;
}

absl::StatusOr<TokenSubject> CheckClaims(const Token& token,
                                         std::string_view issuer,
                                         std::string_view audience,
                                         absl::Time now) {
  const json::object& claims = token.claims;
  if (issuer.empty() || TextOf(claims, "iss") != issuer) return UnknownIssuer();
  if (!IsAudience(claims, audience)) {
    return Refuse(
        "TOKEN_AUDIENCE", "aud",
        {"The token is meant for somebody else. Ask the provider for one with "
         "this API as its audience.",
         "Token är avsedd för någon annan. Be utfärdaren om en som har detta "
         "API som mottagare (aud)."});
  }
  TokenSubject subject{.issuer = std::string(issuer),
                       .subject = TextOf(claims, "sub")};
  if (!IsShortText(subject.subject, kMostSubject)) return ClaimMissing("sub");
  const std::optional<absl::Time> expires = TimeOf(claims, "exp");
  const std::optional<absl::Time> issued = TimeOf(claims, "iat");
  if (!expires) return ClaimMissing("exp");
  if (!issued) return ClaimMissing("iat");
  subject.expires = *expires + kSkew;
  if (subject.expires <= now) {
    return Refuse("TOKEN_EXPIRED", "exp",
                  {"The token has expired. Ask for a new one.",
                   "Token har gått ut. Hämta en ny."});
  }
  const std::optional<absl::Time> begins = TimeOf(claims, "nbf");
  if (claims.contains("nbf") && !begins) return ClaimMissing("nbf");
  if (*issued > now + kSkew || (begins && *begins > now + kSkew)) {
    return Refuse(
        "TOKEN_NOT_YET_VALID", *issued > now + kSkew ? "iat" : "nbf",
        {"The token is not yet valid. Check the clocks, or use it later.",
         "Token gäller inte ännu. Kontrollera klockorna, eller använd den "
         "senare."});
  }
  if (*expires - *issued > kLongestLife) {
    return Refuse(
        "TOKEN_TOO_LONG_LIVED", "exp",
        {"The token lives for more than 24 hours. Ask the provider for one "
         "that lives shorter.",
         "Token gäller i mer än 24 timmar. Be utfärdaren om en som gäller "
         "kortare tid."});
  }
  return subject;
}

}  // namespace

absl::Status UnknownIssuer() {
  return Refuse(
      "TOKEN_ISSUER", "iss",
      {"The token was issued by somebody who is not trusted here. Use a "
       "provider that the operator has entered.",
       "Token är utfärdad av någon som inte är betrodd här. Använd en "
       "utfärdare som driften har lagt in."});
}

absl::Status NotSigned() {
  return Refuse(
      "TOKEN_NOT_SIGNED", "",
      {"The token is not signed with a key of its issuer. Ask for a new one.",
       "Token är inte signerad med någon av utfärdarens nycklar. Hämta en "
       "ny."});
}

bool LooksLikeToken(std::string_view text) {
  return Split(text, '.').size() == 3;
}

absl::StatusOr<Token> ReadToken(std::string_view text) {
  if (text.size() > kMostTokenBytes) return Malformed();
  const std::vector<std::string_view> parts = Split(text, '.');
  if (parts.size() != 3 || parts[0].size() > kMostHeaderBytes) {
    return Malformed();
  }
  const std::optional<std::string> header_text = DecodeBase64Url(parts[0]);
  const std::optional<std::string> claims_text = DecodeBase64Url(parts[1]);
  const std::optional<std::string> signature = DecodeBase64Url(parts[2]);
  if (!header_text || !claims_text || !signature) return Malformed();
  const std::optional<json::object> header = ParseJsonObject(*header_text);
  std::optional<json::object> claims = ParseJsonObject(*claims_text);
  if (!header || !claims) return Malformed();

  const std::optional<Algorithm> algorithm =
      AlgorithmNamed(TextOf(*header, "alg"));
  if (!algorithm) {
    return Refuse(
        "TOKEN_ALGORITHM", "alg",
        {"The token is signed in a way that is not taken. It must be EdDSA, "
         "ES256, RS256 or PS256.",
         "Token är signerad på ett sätt som inte godtas. Det ska vara EdDSA, "
         "ES256, RS256 eller PS256."});
  }
  // What it would demand of us is unknown (RFC 7515, section 4.1.11), and a
  // payload that is not encoded (RFC 7797) is not read.
  for (const char* extension : {"crit", "b64", "enc", "zip"}) {
    if (!header->contains(extension)) continue;
    return Refuse(
        "TOKEN_EXTENSIONS", extension,
        {"The token demands extensions that are not known here. Ask for one "
         "without them.",
         "Token kräver tillägg som inte är kända här. Be om en utan dem."});
  }
  Token token{.algorithm = *algorithm, .kid = TextOf(*header, "kid")};
  if (!IsShortText(token.kid, kMostKid)) {
    return Refuse(
        "TOKEN_KEY_UNNAMED", "kid",
        {"The token does not say which key it is signed with. Ask for one "
         "whose header has a kid.",
         "Token säger inte vilken nyckel den är signerad med. Be om en vars "
         "huvud har ett kid."});
  }
  const json::value* type = header->if_contains("typ");
  if (type != nullptr && !type->is_string()) return Malformed();
  token.type = absl::AsciiStrToLower(TextOf(*header, "typ"));
  constexpr std::string_view kPrefix = "application/";
  if (token.type.starts_with(kPrefix)) token.type.erase(0, kPrefix.size());
  token.claims = *std::move(claims);
  token.signed_text = text.substr(0, parts[0].size() + 1 + parts[1].size());
  token.signature = *signature;
  return token;
}

absl::StatusOr<TokenSubject> CheckAccessToken(const Token& token,
                                              std::string_view issuer,
                                              std::string_view audience,
                                              absl::Time now) {
  if (token.type != "at+jwt") {
    return Refuse(
        "TOKEN_TYPE", "typ",
        {"This is no access token: its type must be at+jwt (RFC 9068). Send "
         "the access token, not the ID token.",
         "Detta är ingen åtkomsttoken: dess typ ska vara at+jwt (RFC 9068). "
         "Skicka åtkomsttoken, inte ID-token."});
  }
  ASSIGN_OR_RETURN(TokenSubject subject,
                   CheckClaims(token, issuer, audience, now));
  for (const char* claim : {"client_id", "jti"}) {
    if (!IsShortText(TextOf(token.claims, claim), kMostSubject)) {
      return ClaimMissing(claim);
    }
  }
  if (token.claims.contains("cnf")) {
    return Refuse(
        "TOKEN_BOUND", "cnf",
        {"The token is bound to a key of its client, which a bearer does not "
         "prove. Ask for a bearer token.",
         "Token är bunden till en nyckel hos klienten, vilket inte kan "
         "visas här. Be om en token av typen bearer."});
  }
  return subject;
}

absl::StatusOr<TokenSubject> CheckIdToken(const Token& token,
                                          std::string_view issuer,
                                          std::string_view client_id,
                                          std::string_view nonce,
                                          absl::Time now) {
  // An access token says who may, never who has logged in.
  if (!token.type.empty() && token.type != "jwt") return Malformed();
  ASSIGN_OR_RETURN(TokenSubject subject,
                   CheckClaims(token, issuer, client_id, now));
  const json::value* party = token.claims.if_contains("azp");
  const json::value* audience = token.claims.if_contains("aud");
  const bool of_many = audience != nullptr && audience->is_array() &&
                       audience->get_array().size() > 1;
  if ((party != nullptr || of_many) &&
      TextOf(token.claims, "azp") != client_id) {
    return ClaimMissing("azp");
  }
  if (nonce.empty() || TextOf(token.claims, "nonce") != nonce) {
    return ClaimMissing("nonce");
  }
  return subject;
}

}  // namespace reglab::gateway
