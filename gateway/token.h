#ifndef REGLAB_GATEWAY_TOKEN_H_
#define REGLAB_GATEWAY_TOKEN_H_

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/key_set.h"

namespace reglab::gateway {

// Tokens of providers of identities. Plain functions: a token is read, its
// claims are checked, and its signature with the provider's keys; none of the
// three alone makes it good. Every refusal is UNAUTHENTICATED, has a reason of
// its own (TOKEN_…) and names the member that is at fault, says in both
// languages what mends it, and repeats nothing of the token.

// A signed token in its compact form (RFC 7515), read and not yet believed.
// Of its header only `alg`, `kid` and `typ` mean anything: where a key could
// be found (`jku`, `x5u`, `jwk`, `x5c`) is never looked at.
struct Token {
  Algorithm algorithm;
  std::string kid;
  std::string type;  // `typ` in lower case without "application/"; or ""
  boost::json::object claims;
  std::string signed_text;
  std::string signature;
};

// At most 8,000 bytes. `crit` and algorithms other than our four are refused.
absl::StatusOr<Token> ReadToken(std::string_view text);

// Whether a credential looks like a token: three parts between dots.
bool LooksLikeToken(std::string_view text);

// Who a token is about.
struct TokenSubject {
  std::string issuer;
  std::string subject;
  absl::Time expires;
};

// The claims of an access token (RFC 9068): type, issuer, audience, times with
// 60 s of clock skew, and everything that the RFC requires. One that is bound
// to a key of its client (`cnf`) is not taken as a bearer's.
absl::StatusOr<TokenSubject> CheckAccessToken(const Token& token,
                                              std::string_view issuer,
                                              std::string_view audience,
                                              absl::Time now);

// The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7), given to
// `client_id` for the login with this nonce.
absl::StatusOr<TokenSubject> CheckIdToken(const Token& token,
                                          std::string_view issuer,
                                          std::string_view client_id,
                                          std::string_view nonce,
                                          absl::Time now);

// The errors that are not found in the claims.
absl::Status UnknownIssuer();
absl::Status NotSigned();

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_TOKEN_H_
