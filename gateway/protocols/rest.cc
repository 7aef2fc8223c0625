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
#include "gateway/protocols/media_type.h"
#include "gateway/raw_content.h"
#include "gateway/representation.h"
#include "gateway/session_cookie.h"
#include "gateway/transcoder.h"
#include "google/rpc/code.pb.h"
#include "reglab/options/v1/content.pb.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/runtime.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

namespace asio = boost::asio;

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

// The description of an error in a header: English in ASCII, without what
// would end the quotation (RFC 6750, section 3).
std::string Described(std::string_view message) {
  std::string text;
  for (const char c : message) {
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') text.push_back(c);
  }
  return text;
}

// What a response to a GET is made of; also of a write that answers a resource.
Content ContentOf(const Route& route, const Method& method,
                  std::string_view wire, std::string_view path,
                  std::string_view query, bool nobody) {
  const bool reads = route.http_method == "GET";
  const std::string_view cache_control = !reads   ? "no-store"
                                         : nobody ? "no-cache"
                                                  : "private, no-cache";
  Content content;
  if (method.answers_content) {
    options::v1::Content document;
    document.ParseFromArray(wire.data(), int(wire.size()));
    content = HeadOfContent(document, cache_control);
    content.lines.insert(0, kVary);
    content.body = std::move(*document.mutable_data());
  } else {
    AppendJson(method.response, wire, &content.body);
    if (method.etag_field != 0) {
      content.etag = std::string(StringOnWire(wire, method.etag_field));
    }
    content.lines =
        Concat(kVary, kPolicy, "Cache-Control: ", cache_control, "\r\n");
  }
  content.route = route.path_template;
  if (reads && content.etag.empty()) content.etag = HashOfBytes(content.body);
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
           std::function<bool()> ready, Login* login)
    : routes_(routes),
      methods_(routes),
      authenticator_(authenticator),
      dispatch_(dispatch),
      traffic_(traffic),
      rates_(rates),
      ready_(std::move(ready)),
      login_(login) {}

bool Rest::AnswerNow(const Request& request, Response* response) {
  if (!dispatch_.shares() || !IsRead(request.method()) ||
      request.has(Field::kAuthorization) ||
      !CookieOf(request, kSessionCookie).empty()) {
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
  if (login_ != nullptr && Login::Serves(request.path())) {
    response->route = "login";
    if (!TakeTurn(exchange, request.peer(), rates_.anonymous_per_minute)) {
      co_return;
    }
    co_await login_->Answer(request, body, exchange.swedish,
                            exchange.traceparent, response);
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
    absl::Status status = CheckContentType(request, method);
    if (method.most_body_bytes > 0) body.Allow(method.most_body_bytes);
    if (status.ok()) status = co_await body.Read(&text);
    if (!status.ok()) {
      Problem(exchange, status);
      co_return;
    }
  }
  const absl::StatusOr<std::unique_ptr<google::protobuf::Message>> message =
      RequestFromRest(
          match,
          {.query = exchange.query,
           .body = text,
           .text_field = IsText(request, method) ? method.text_field : nullptr,
           .content_field = method.content_field,
           .content_type = request[Field::kContentType],
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

  if (method.streams) {
    co_await AnswerStream(exchange, route, call);
    co_return;
  }
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
    AppendField(
        "WWW-Authenticate",
        exchange.request.has(Field::kAuthorization)
            ? Concat("Bearer realm=\"reglab\", error=\"invalid_token\", "
                     "error_description=\"",
                     Described(status.message()), "\"")
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
