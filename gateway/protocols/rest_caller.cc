// Who asks at the REST door, and how often.
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/await.h"
#include "gateway/protocols/rest.h"
#include "gateway/session_cookie.h"
#include "google/rpc/code.pb.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

namespace asio = boost::asio;

absl::Status TooManyRequests(const RateLimits::Turn& turn) {
  const int64_t wait = turn.granted_in.count();
  return MakeError(
      absl::StatusCode::kResourceExhausted, "RATE_LIMITED",
      {absl::StrCat("More than ", turn.per_minute, " requests a minute. Wait ",
                    wait,
                    " s, ask for more at a time (pageSize), or follow the "
                    "change feed."),
       absl::StrCat("Fler än ", turn.per_minute, " anrop i minuten. Vänta ",
                    wait,
                    " s, hämta mer åt gången (pageSize), eller följ "
                    "ändringsflödet.")});
}

// The value of the parameter "token", or "" without one; `rest` gets the query
// without it. A token has no character that would be percent-encoded.
std::string_view QueryWithoutToken(std::string_view query, std::string* rest) {
  std::string_view token;
  for (const std::string_view part : Split(query, '&')) {
    if (part.starts_with("token=")) {
      token = part.substr(6);
    } else {
      if (!rest->empty()) rest->push_back('&');
      rest->append(part);
    }
  }
  return token;
}

// Whether a request for this path and query is one for `feed`, or for a further
// page of it.
bool IsFeed(std::string_view feed, std::string_view path,
            std::string_view query) {
  std::string asked(path);
  char separator = '?';
  for (const std::string_view part : Split(query, '&')) {
    if (part.empty() || part.starts_with("pageToken=")) continue;
    asked.push_back(std::exchange(separator, '&'));
    asked.append(part);
  }
  return asked == feed;
}

absl::Status OtherFeed(std::string_view feed) {
  return MakeError(
      absl::StatusCode::kPermissionDenied, "OTHER_FEED",
      {Concat("This feed token opens \"", Excerpt(feed),
              "\" alone, for reading. Make another for another feed."),
       Concat("Denna flödeslänk öppnar bara ”", Excerpt(feed),
              "”, för läsning. Skapa en annan för ett annat flöde.")});
}

absl::Status CrossOrigin() {
  return MakeError(
      absl::StatusCode::kPermissionDenied, "CROSS_ORIGIN",
      {"A session's cookie changes things from pages of this host alone. Send "
       "Origin or Sec-Fetch-Site as a browser does, or use a key.",
       "En sessionskaka ändrar bara från sidor på denna värd. Skicka Origin "
       "eller Sec-Fetch-Site så som en webbläsare gör, eller använd en "
       "nyckel."});
}

absl::Status KeyNeeded() {
  return Unauthenticated(
      {"This needs a key: send Authorization: Bearer <key>.",
       "Detta kräver en nyckel: skicka Authorization: Bearer <nyckel>."});
}

}  // namespace

bool Rest::TakeTurn(Exchange& exchange, std::string_view who, int per_minute) {
  if (per_minute <= 0) return true;
  const RateLimits::Turn turn = rates_.limits.Take(who, per_minute);
  exchange.rate_lines = RateLimits::HeaderLines(turn);
  if (turn.granted) return true;
  Problem(exchange, TooManyRequests(turn));
  return false;
}

Rest::Credentials Rest::CredentialsOf(const Request& request) {
  Credentials shown;
  shown.header = request.has(Field::kAuthorization);
  if (shown.header) return shown;
  if (IsRead(request.method())) {
    std::string rest;
    shown.token = QueryWithoutToken(request.query(), &rest);
  }
  if (shown.token.empty()) shown.session = CookieOf(request, kSessionCookie);
  return shown;
}

asio::awaitable<Authenticated> Rest::Resolve(Credentials shown,
                                             std::string_view authorization,
                                             bool swedish,
                                             std::string traceparent) {
  co_return co_await Await<Authenticated>([&](auto done) {
    if (shown.header) {
      authenticator_.Authenticate(authorization, swedish, traceparent,
                                  std::move(done));
    } else if (!shown.session.empty()) {
      authenticator_.AuthenticateSession(shown.session, swedish, traceparent,
                                         std::move(done));
    } else {
      authenticator_.AuthenticateFeedToken(shown.token, swedish, traceparent,
                                           std::move(done));
    }
  });
}

asio::awaitable<std::shared_ptr<const Caller>> Rest::Authenticate(
    Exchange& exchange, const Method& method) {
  const Request& request = exchange.request;
  const Credentials shown = CredentialsOf(request);
  const std::string_view session = shown.session;
  if (!session.empty() && !IsRead(request.method()) && !IsSameOrigin(request)) {
    Problem(exchange, CrossOrigin());
    co_return nullptr;
  }
  if (shown.none()) {
    if (!method.is_public) {
      Problem(exchange, KeyNeeded());
      co_return nullptr;
    }
    if (!TakeTurn(exchange, request.peer(), rates_.anonymous_per_minute)) {
      co_return nullptr;
    }
    exchange.rate_lines.clear();
    co_return Authenticator::Nobody();
  }
  const Authenticated authenticated =
      co_await Resolve(shown, request[Field::kAuthorization], exchange.swedish,
                       exchange.traceparent);
  if (authenticated.credential == nullptr) {
    // Guessing is counted as what nobody asks.
    if (TakeTurn(exchange, request.peer(), rates_.anonymous_per_minute)) {
      exchange.rate_lines.clear();
      // A browser would go on sending what opens nothing any more.
      const bool ended = !session.empty() && authenticated.status.code() ==
                                                 google::rpc::UNAUTHENTICATED;
      Problem(exchange, authenticated.status, "",
              ended ? SetCookieLine(kSessionCookie, "", 0) : "");
    }
    co_return nullptr;
  }
  const Credential& credential = *authenticated.credential;
  if (!TakeTurn(exchange, credential.caller.name,
                credential.requests_per_minute)) {
    co_return nullptr;
  }
  if (!shown.token.empty()) {
    QueryWithoutToken(request.query(), &exchange.query_without_token);
    exchange.query = exchange.query_without_token;
    if (!IsFeed(credential.feed, request.path(), exchange.query)) {
      Problem(exchange, OtherFeed(credential.feed));
      co_return nullptr;
    }
  }
  co_return authenticated.caller();
}

}  // namespace reglab::gateway
