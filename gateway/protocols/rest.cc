#include "gateway/protocols/rest.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/await.h"
#include "gateway/json_writer.h"
#include "gateway/problem.h"
#include "gateway/representation.h"
#include "gateway/transcoder.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/runtime.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kVary =
    "Vary: Accept-Encoding, Accept-Language, Authorization\r\n";
// Nothing of the API is a page; what a browser shows of it runs nothing.
constexpr std::string_view kPolicy =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
constexpr std::string_view kPreflight =
    "Access-Control-Allow-Headers: Accept-Language, Authorization, "
    "Content-Type, Idempotency-Key, If-Match, If-None-Match, traceparent\r\n"
    "Access-Control-Max-Age: 86400\r\n";

// The public answer to one GET, in one language. The first character is the
// language's, so the rest can be taken as it came.
std::string_view SharedKey(const Request& request, bool swedish) {
  thread_local std::string key;
  key.assign(1, swedish ? 's' : 'e');
  key.append(request.target());
  return key;
}

bool IsRead(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// The media type without parameters.
bool HasType(std::string_view content_type, const char* type) {
  return absl::EqualsIgnoreCase(
      ForAbsl(Trim(content_type.substr(0, content_type.find(';')))), type);
}

// JSON is UTF-8 (RFC 8259); a charset that says otherwise is not understood.
bool IsUtf8Type(std::string_view content_type) {
  const std::string lower = absl::AsciiStrToLower(ForAbsl(content_type));
  const size_t at = lower.find("charset=");
  return at == std::string::npos ||
         lower.find("utf-8", at) != std::string::npos;
}

absl::Status WrongContentType(bool patch) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE",
      {Concat("The body must be JSON in UTF-8, not compressed: send "
              "Content-Type: application/json",
              patch ? " or application/merge-patch+json" : "", "."),
       Concat("Innehållet ska vara JSON i UTF-8, inte komprimerat: skicka "
              "Content-Type: application/json",
              patch ? " eller application/merge-patch+json" : "", ".")});
}

absl::Status CheckContentType(const Request& request) {
  const bool patch = request.method() == "PATCH";
  const std::string_view type = request[Field::kContentType];
  const std::string_view coding = request[Field::kContentEncoding];
  const bool known = HasType(type, "application/json") ||
                     (patch && HasType(type, "application/merge-patch+json"));
  const bool plain =
      coding.empty() || absl::EqualsIgnoreCase(ForAbsl(coding), "identity");
  return known && plain && IsUtf8Type(type) ? absl::OkStatus()
                                            : WrongContentType(patch);
}

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

absl::Status KeyNeeded() {
  return Unauthenticated(
      {"This needs a key: send Authorization: Bearer <key>.",
       "Detta kräver en nyckel: skicka Authorization: Bearer <nyckel>."});
}

// What a response to a GET is made of; also of a write that answers a resource.
Content ContentOf(const Route& route, const Method& method,
                  std::string_view wire, std::string_view path,
                  std::string_view query, bool nobody) {
  const bool reads = route.http_method == "GET";
  Content content;
  AppendJson(method.response, wire, &content.body);
  content.route = route.path_template;
  if (method.etag_field != 0) {
    content.etag = std::string(StringOnWire(wire, method.etag_field));
  }
  if (reads && content.etag.empty()) content.etag = HashOfBytes(content.body);
  content.lines = Concat(kVary, kPolicy, "Cache-Control: ",
                         !reads   ? "no-store"
                         : nobody ? "no-cache"
                                  : "private, no-cache",
                         "\r\n");
  if (reads && method.next_page_token_field != 0) {
    const std::string_view token =
        StringOnWire(wire, method.next_page_token_field);
    if (!token.empty()) {
      AppendField(
          "Link",
          Concat("<", NextPageLink(path, query, token), ">; rel=\"next\""),
          &content.lines);
    }
  }
  return content;
}

}  // namespace

std::string NextPageLink(std::string_view path, std::string_view query,
                         std::string_view page_token) {
  std::string link = Concat(path, "?");
  for (const std::string_view part : Split(query, '&')) {
    const std::string_view name = part.substr(0, part.find('='));
    // The token says where to go on, so nothing is passed over again.
    if (part.empty() || name == "pageToken" || name == "offset" ||
        name == "skip") {
      continue;
    }
    // The value stands in a header, between angle brackets.
    for (const char c : part) {
      if (c == '>') {
        link += "%3E";
      } else if (c == '<') {
        link += "%3C";
      } else if (c == '"') {
        link += "%22";
      } else {
        link.push_back(c);
      }
    }
    link.push_back('&');
  }
  link += "pageToken=";
  for (const char c : page_token) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' ||
        c == '~') {
      link.push_back(c);
    } else {
      absl::StrAppend(&link, "%", absl::Hex(uint8_t(c), absl::kZeroPad2));
    }
  }
  return link;
}

Rest::Rest(const Routes& routes, Authenticator& authenticator,
           Dispatch& dispatch, Traffic& traffic, Rates rates,
           std::function<bool()> ready)
    : routes_(routes),
      methods_(routes),
      authenticator_(authenticator),
      dispatch_(dispatch),
      traffic_(traffic),
      rates_(rates),
      ready_(std::move(ready)) {}

bool Rest::AnswerNow(const Request& request, Response* response) {
  if (!dispatch_.shares() || !IsRead(request.method()) ||
      request.has(Field::kAuthorization)) {
    return false;
  }
  const bool swedish = PrefersSwedish(request[Field::kAcceptLanguage]);
  const Cache::Value found = dispatch_.Find(SharedKey(request, swedish));
  if (found == nullptr) return false;
  found->Answer(request, response);
  response->cache_hit = true;
  if (traffic_.logs_requests()) {
    response->trace_id = TraceIdOf(ContinueTrace(request[Field::kTraceparent]));
  }
  return true;
}

asio::awaitable<void> Rest::Answer(const Request& request, Body& body,
                                   Response* response) {
  Exchange exchange{request,
                    response,
                    PrefersSwedish(request[Field::kAcceptLanguage]),
                    ContinueTrace(request[Field::kTraceparent]),
                    request.query(),
                    {},
                    {}};
  response->trace_id = TraceIdOf(exchange.traceparent);
  if (AnswerFixed(exchange)) co_return;
  if (request.method() == "OPTIONS") {
    AnswerOptions(exchange);
    co_return;
  }
  std::vector<std::string> allowed;
  const absl::StatusOr<RouteMatch> match =
      routes_.Find(request.method(), request.path(), &allowed);
  if (!match.ok()) {
    AllowOnly(exchange, match.status(), allowed);
    co_return;
  }
  response->route = match->route->path_template;
  co_await AnswerRoute(exchange, *match, body);
  // A shared answer is nobody's, who is told only when it is too much.
  if (response->owner == nullptr) response->own_head += exchange.rate_lines;
}

bool Rest::AnswerFixed(const Exchange& exchange) {
  const std::string_view path = exchange.request.path();
  const Document* document = nullptr;
  const bool health = path == "/healthz" || path == "/readyz";
  if (!health) {
    document = FindDocument(path);
    if (document == nullptr) return false;
  }
  exchange.response->route = health ? "health" : "documents";
  if (!IsRead(exchange.request.method())) {
    static const auto* methods =
        new std::vector<std::string>{"GET", "HEAD", "OPTIONS"};
    if (exchange.request.method() == "OPTIONS") {
      AppendHead(204, &exchange.response->own_head);
      AppendField("Allow", absl::StrJoin(*methods, ", "),
                  &exchange.response->own_head);
      exchange.response->status = 204;
    } else {
      AllowOnly(
          exchange,
          MakeError(absl::StatusCode::kUnimplemented, "METHOD_NOT_ALLOWED",
                    {"This path takes GET, HEAD and OPTIONS only.",
                     "Sökvägen tar bara emot GET, HEAD och OPTIONS."}),
          *methods);
    }
    return true;
  }
  if (health) {
    if (path == "/readyz" && !ready_()) {
      Problem(exchange, Unavailable({"the services", "tjänsterna"}));
    } else {
      Represent(exchange.request,
                {.body = "{\"status\":\"ok\"}",
                 .lines = Concat(kPolicy, "Cache-Control: no-store\r\n")},
                exchange.response);
    }
    return true;
  }
  std::shared_ptr<const Representations> representations;
  {
    std::lock_guard lock(mutex_);
    auto& kept = documents_[document];
    if (kept == nullptr) {
      std::string_view etag = document->etag;
      if (etag.starts_with('"')) etag = etag.substr(1, etag.size() - 2);
      kept = std::make_shared<Representations>(Content{
          .type = document->content_type,
          .body = document->body,
          .etag = std::string(etag),
          .lines =
              Concat("Vary: Accept-Encoding\r\nCache-Control: no-cache\r\n",
                     document->content_security_policy.empty()
                         ? std::string(kPolicy)
                         : Concat("Content-Security-Policy: ",
                                  document->content_security_policy, "\r\n"))});
    }
    representations = kept;
  }
  representations->Answer(exchange.request, exchange.response);
  return true;
}

void Rest::AnswerOptions(const Exchange& exchange) {
  std::vector<std::string> allowed;
  if (exchange.request.path() == "*") {
    allowed = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST"};
  } else {
    const absl::Status status =
        routes_.Find("OPTIONS", exchange.request.path(), &allowed).status();
    if (allowed.empty()) return Problem(exchange, status);
  }
  const std::string methods = absl::StrJoin(allowed, ", ");
  exchange.response->route = "options";
  exchange.response->status = 204;
  std::string& head = exchange.response->own_head;
  AppendHead(204, &head);
  AppendField("Allow", methods, &head);
  if (exchange.request.has(Field::kRequestMethod)) {
    AppendField("Access-Control-Allow-Methods", methods, &head);
    head += kPreflight;
  }
}

void Rest::AllowOnly(const Exchange& exchange, const absl::Status& status,
                     const std::vector<std::string>& methods) {
  std::string lines;
  if (!methods.empty()) {
    AppendField("Allow", absl::StrJoin(methods, ", "), &lines);
  }
  Problem(exchange, status, lines);
}

bool Rest::TakeTurn(Exchange& exchange, std::string_view who, int per_minute) {
  if (per_minute <= 0) return true;
  const RateLimits::Turn turn = rates_.limits.Take(who, per_minute);
  exchange.rate_lines = RateLimits::HeaderLines(turn);
  if (turn.granted) return true;
  Problem(exchange, TooManyRequests(turn));
  return false;
}

asio::awaitable<std::shared_ptr<const Caller>> Rest::Authenticate(
    Exchange& exchange, const Method& method) {
  const Request& request = exchange.request;
  const bool has_header = request.has(Field::kAuthorization);
  const std::string_view token =
      has_header || !IsRead(request.method())
          ? std::string_view()
          : QueryWithoutToken(request.query(), &exchange.query_without_token);
  if (!has_header && token.empty()) {
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
      co_await Await<Authenticated>([&](auto done) {
        if (has_header) {
          authenticator_.Authenticate(request[Field::kAuthorization],
                                      exchange.swedish, exchange.traceparent,
                                      std::move(done));
        } else {
          authenticator_.AuthenticateFeedToken(
              token, exchange.swedish, exchange.traceparent, std::move(done));
        }
      });
  if (authenticated.credential == nullptr) {
    // Guessing is counted as what nobody asks.
    if (TakeTurn(exchange, request.peer(), rates_.anonymous_per_minute)) {
      exchange.rate_lines.clear();
      Problem(exchange, authenticated.status);
    }
    co_return nullptr;
  }
  const Credential& credential = *authenticated.credential;
  if (!TakeTurn(exchange, credential.caller.name,
                credential.requests_per_minute)) {
    co_return nullptr;
  }
  if (!has_header) {
    exchange.query = exchange.query_without_token;
    if (!IsFeed(credential.feed, request.path(), exchange.query)) {
      Problem(exchange, OtherFeed(credential.feed));
      co_return nullptr;
    }
  }
  co_return authenticated.caller();
}

asio::awaitable<void> Rest::AnswerRoute(Exchange& exchange,
                                        const RouteMatch& match, Body& body) {
  const Request& request = exchange.request;
  const Route& route = *match.route;
  const Method& method = methods_.Of(route);

  std::shared_ptr<const Caller> caller =
      co_await Authenticate(exchange, method);
  if (caller == nullptr) co_return;

  std::string text;
  if (!body.empty()) {
    absl::Status status = CheckContentType(request);
    if (status.ok()) status = co_await body.Read(&text);
    if (!status.ok()) {
      Problem(exchange, status);
      co_return;
    }
  }
  const absl::StatusOr<std::unique_ptr<google::protobuf::Message>> message =
      RequestFromRest(match,
                      {.query = exchange.query,
                       .body = text,
                       .if_match = request[Field::kIfMatch],
                       .idempotency_key = request[Field::kIdempotencyKey]});
  if (!message.ok()) {
    Problem(exchange, ToProto(message.status(), exchange.swedish), route.body);
    co_return;
  }
  const bool validate_only =
      method.validate_only != nullptr &&
      (*message)->GetReflection()->GetBool(**message, method.validate_only);
  const bool nobody = caller->nobody();
  const Call call{.method = &method,
                  .caller = std::move(caller),
                  .message = (*message)->SerializeAsString(),
                  .traceparent = exchange.traceparent,
                  .swedish = exchange.swedish};

  if (nobody && dispatch_.shares() && route.http_method == "GET") {
    Dispatch::Convert convert =
        [&route, &method, path = std::string(request.path()),
         query = std::string(request.query())](const Reply& reply) {
          return std::make_shared<const Representations>(
              ContentOf(route, method, reply.message, path, query, true));
        };
    const std::string key(SharedKey(request, exchange.swedish));
    const Fetched fetched = co_await Await<Fetched>([&](auto done) {
      dispatch_.SendShared(key, call, std::move(convert), std::move(done));
    });
    if (fetched.value == nullptr) {
      Problem(exchange, fetched.status, route.body);
    } else {
      fetched.value->Answer(request, exchange.response);
    }
    co_return;
  }
  const Reply reply = co_await Await<Reply>(
      [&](auto done) { dispatch_.Send(call, std::move(done)); });
  if (reply.status.code() != 0) {
    Problem(exchange, reply.status, route.body);
  } else {
    Success(exchange, route, method, reply.message, nobody, validate_only);
  }
}

void Rest::Success(const Exchange& exchange, const Route& route,
                   const Method& method, std::string_view wire, bool nobody,
                   bool validate_only) {
  Response* response = exchange.response;
  if (route.success_status == 204) {
    response->status = 204;
    AppendHead(204, &response->own_head);
    AppendField("Trace-Id", response->trace_id, &response->own_head);
    return;
  }
  Content content = ContentOf(route, method, wire, exchange.request.path(),
                              exchange.request.query(), nobody);
  AppendField("Trace-Id", response->trace_id, &content.lines);
  if (route.http_method == "GET") {
    Represent(exchange.request, std::move(content), response);
    return;
  }
  // What does not exist yet has no address.
  content.status = validate_only ? 200 : route.success_status;
  if (content.status == 201 && method.name_field != 0) {
    AppendField("Location",
                Concat("/v1/", StringOnWire(wire, method.name_field)),
                &content.lines);
  }
  // An answer to a write is not packed: it can hold a secret beside what the
  // caller chose, and its length would tell of it.
  response->status = content.status;
  AppendHead(content.status, &response->own_head);
  response->own_head += content.lines;
  if (!content.etag.empty()) {
    AppendField("ETag", EtagOf(content.etag, Encoding::kIdentity),
                &response->own_head);
  }
  AppendField("Content-Type", content.type, &response->own_head);
  absl::StrAppend(&response->own_head, "Content-Length: ", content.body.size(),
                  "\r\n");
  response->own_body = std::move(content.body);
}

void Rest::Problem(const Exchange& exchange, const google::rpc::Status& status,
                   std::string_view body_field, std::string_view lines) {
  Response* response = exchange.response;
  const int code = HttpStatusOf(status);
  response->status = code;
  response->own_body = ProblemJson(status, code, exchange.request.path(),
                                   exchange.swedish, body_field);
  std::string& head = response->own_head;
  AppendHead(code, &head);
  head += lines;
  head += kVary;
  head += kPolicy;
  head +=
      "Cache-Control: no-store\r\nContent-Type: application/problem+json\r\n";
  AppendField("Content-Language", exchange.swedish ? "sv" : "en", &head);
  AppendField("Trace-Id", response->trace_id, &head);
  if (code == 401) {
    AppendField("WWW-Authenticate",
                exchange.request.has(Field::kAuthorization)
                    ? "Bearer realm=\"reglab\", error=\"invalid_token\""
                    : "Bearer realm=\"reglab\"",
                &head);
  }
  if ((code == 429 && !absl::StrContains(exchange.rate_lines, "Retry-After")) ||
      code == 503) {
    AppendField("Retry-After", "1", &head);
  }
  absl::StrAppend(&head, "Content-Length: ", response->own_body.size(), "\r\n");
}

void Rest::Problem(const Exchange& exchange, const absl::Status& status,
                   std::string_view lines) {
  Problem(exchange, ToProto(status, exchange.swedish), "", lines);
}

Response Rest::Refuse(const Request& request, const absl::Status& status) {
  Response response;
  const Exchange exchange{request,
                          &response,
                          PrefersSwedish(request[Field::kAcceptLanguage]),
                          ContinueTrace(request[Field::kTraceparent]),
                          {},
                          {},
                          {}};
  response.trace_id = TraceIdOf(exchange.traceparent);
  Problem(exchange, status);
  return response;
}

void Rest::Sent(const Request& request, const Response& response, size_t bytes,
                absl::Duration took) {
  traffic_.Observe({.method = request.method(),
                    .route = response.route,
                    .status = response.status,
                    .bytes = bytes,
                    .took = took,
                    .trace_id = response.trace_id,
                    .cache_hit = response.cache_hit});
}

}  // namespace reglab::gateway
