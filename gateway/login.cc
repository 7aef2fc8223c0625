#include "gateway/login.h"

#include <google/protobuf/descriptor.h>

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/await.h"
#include "gateway/documents/login_pages.h"
#include "gateway/problem.h"
#include "gateway/session_cookie.h"
#include "gateway/text.h"
#include "gateway/token_text.h"
#include "google/rpc/error_details.pb.h"
#include "reglab/membership/v1/guest_link.pb.h"
#include "reglab/membership/v1/invitation.pb.h"
#include "reglab/membership/v1/session.pb.h"
#include "services/common/api_key.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::gateway {
namespace {

namespace asio = boost::asio;
namespace v1 = reglab::membership::v1;

// How long a person may take to log in at the provider.
constexpr int kLoginSeconds = 600;
constexpr size_t kMostReturnPath = 500;
constexpr size_t kMostCode = 100;
constexpr size_t kMostProviderCode = 2000;
constexpr std::string_view kAfterLogin = "/login";

using Form = std::map<std::string, std::string, std::less<>>;

Method MethodNamed(const google::protobuf::Descriptor* request,
                   const char* service, const char* method) {
  return DescribeMethod(
      request->file()->FindServiceByName(service)->FindMethodByName(method));
}

// The fields of a query or of a form; of two with the same name the first.
// Nothing when an escape is broken.
std::optional<Form> ReadForm(std::string_view text) {
  Form form;
  for (const std::string_view part : Split(text, '&')) {
    const auto [name, value] = Cut(part, '=');
    const std::optional<std::string> key = PercentDecode(name, true);
    const std::optional<std::string> decoded = PercentDecode(value, true);
    if (!key || !decoded) return std::nullopt;
    form.emplace(*key, *decoded);
  }
  return form;
}

std::string_view In(const Form& form, std::string_view name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string_view() : found->second;
}

// As in a form (HTML) and in a query.
std::string Encode(std::string_view text) {
  return boost::urls::encode({text.data(), text.size()},
                             boost::urls::unreserved_chars);
}

std::string FormText(
    std::initializer_list<std::pair<std::string_view, std::string_view>>
        fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    absl::StrAppend(&text, text.empty() ? "" : "&", ForAbsl(name), "=",
                    Encode(value));
  }
  return text;
}

// One secret of the browser's cookie gives all that must not be guessed; none
// of them gives another away.
std::string Derive(std::string_view secret, std::string_view purpose) {
  return absl::WebSafeBase64Escape(HashSecret(Concat(purpose, ".", secret)));
}

absl::Status NotOurPage() {
  return MakeError(
      absl::StatusCode::kPermissionDenied, "CROSS_ORIGIN",
      {"This came from a page of somebody else. Open the page here and try "
       "again.",
       "Detta kom från någon annans sida. Öppna sidan här och försök igen."});
}

absl::Status CodeMissing() {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "CODE_MISSING",
      {"The code is missing or damaged. Open the link of the e-mail again.",
       "Koden saknas eller är skadad. Öppna länken i e-postmeddelandet igen."});
}

absl::Status UnknownProvider() {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "UNKNOWN_PROVIDER",
      {"There is no such login here. Choose one of those that are shown.",
       "Den inloggningen finns inte här. Välj någon av dem som visas."});
}

absl::Status LoginInterrupted() {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "LOGIN_INTERRUPTED",
      {"The login was interrupted, took too long or was begun in another "
       "window. Begin again.",
       "Inloggningen avbröts, tog för lång tid eller påbörjades i ett annat "
       "fönster. Börja om."});
}

// The text in the language in which the status was made.
std::string MessageOf(const google::rpc::Status& status) {
  for (const auto& detail : status.details()) {
    google::rpc::LocalizedMessage localized;
    if (detail.UnpackTo(&localized)) return localized.message();
  }
  return status.message();
}

bool IsCode(std::string_view code) {
  if (code.empty() || code.size() > kMostCode) return false;
  for (const char c : code) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' &&
        c != '_') {
      return false;
    }
  }
  return true;
}

}  // namespace

bool IsLocalPath(std::string_view path) {
  // A second slash, or what browsers take for one, would name another host.
  if (path.empty() || path.size() > kMostReturnPath || path[0] != '/' ||
      (path.size() > 1 && path[1] == '/')) {
    return false;
  }
  for (const char c : path) {
    if (c <= ' ' || c == '\\' || c == 0x7f) return false;
  }
  return true;
}

// One request to a page.
struct Login::Visit {
  const Request& request;
  Body& body;
  bool swedish;
  const std::string& traceparent;
  Response* response;
  std::string lines;  // further header lines of the answer
};

// What the browser's cookie says of the login that it began.
struct Login::Begun {
  const Issuer* issuer;
  std::string secret;
  std::string return_path;
  std::string invitation;  // its code, or ""
};

Login::Login(Issuers& issuers, StartFetch fetch, Authenticator& authenticator,
             Sender sender, std::string public_url)
    : issuers_(issuers),
      fetch_(std::move(fetch)),
      authenticator_(authenticator),
      sender_(std::move(sender)),
      redirect_uri_(std::move(public_url) + "/login/callback"),
      create_session_(MethodNamed(v1::CreateSessionRequest::descriptor(),
                                  "SessionsService", "CreateSession")),
      end_session_(MethodNamed(v1::EndSessionRequest::descriptor(),
                               "SessionsService", "EndSession")),
      redeem_guest_link_(MethodNamed(v1::RedeemGuestLinkRequest::descriptor(),
                                     "GuestLinksService", "RedeemGuestLink")),
      preview_invitation_(
          MethodNamed(v1::PreviewInvitationRequest::descriptor(),
                      "InvitationsService", "PreviewInvitation")) {}

bool Login::Serves(std::string_view path) {
  return path == "/login" || path == "/login/callback" || path == "/logout" ||
         path == "/invitation" || path == "/guest";
}

asio::awaitable<void> Login::Answer(const Request& request, Body& body,
                                    bool swedish,
                                    const std::string& traceparent,
                                    Response* response) {
  Visit visit{request, body, swedish, traceparent, response, ""};
  const std::string_view path = request.path();
  const bool reads = request.method() == "GET" || request.method() == "HEAD";
  const bool posts = request.method() == "POST";
  const bool takes_get = path != "/logout";
  const bool takes_post = path != "/login" && path != "/login/callback";
  if (!(reads && takes_get) && !(posts && takes_post)) {
    AppendField(
        "Allow",
        takes_get ? takes_post ? "GET, HEAD, POST" : "GET, HEAD" : "POST",
        &visit.lines);
    ShowTrouble(
        visit, MakeError(absl::StatusCode::kUnimplemented, "METHOD_NOT_ALLOWED",
                         {"This page can't be asked in that way.",
                          "Sidan kan inte anropas på det sättet."}));
    co_return;
  }
  // Whoever has somebody else's browser accept, log out or come in as a guest
  // would have it act for the wrong person.
  if (posts && !IsSameOrigin(request)) {
    ShowTrouble(visit, NotOurPage());
    co_return;
  }
  if (path == "/login") {
    co_await ShowLogin(visit);
  } else if (path == "/login/callback") {
    co_await Callback(visit);
  } else if (path == "/logout") {
    co_await Logout(visit);
  } else if (path == "/invitation") {
    co_await AcceptInvitation(visit);
  } else {
    co_await LetGuestIn(visit);
  }
}

asio::awaitable<void> Login::ShowLogin(Visit& visit) {
  const std::optional<Form> query = ReadForm(visit.request.query());
  const std::string_view wanted = query ? In(*query, "issuer") : "";
  std::string_view return_path = query ? In(*query, "return") : "";
  if (!IsLocalPath(return_path)) return_path = kAfterLogin;
  if (!wanted.empty()) {
    const Issuer* issuer = issuers_.Find(wanted);
    if (issuer == nullptr || issuer->client_id.empty()) {
      ShowTrouble(visit, UnknownProvider());
    } else {
      Begin(visit, *issuer, return_path, "");
    }
    co_return;
  }
  bool logged_in = false;
  const std::string_view secret = CookieOf(visit.request, kSessionCookie);
  if (!secret.empty()) {
    const Authenticated known = co_await Await<Authenticated>([&](auto done) {
      authenticator_.AuthenticateSession(secret, visit.swedish,
                                         visit.traceparent, std::move(done));
    });
    logged_in = known.credential != nullptr;
  }
  std::vector<LoginChoice> choices;
  for (const Issuer& issuer : issuers_.all()) {
    if (issuer.client_id.empty()) continue;
    choices.push_back({issuer.display_name,
                       Concat("/login?", FormText({{"issuer", issuer.url},
                                                   {"return", return_path}}))});
  }
  Show(visit, 200, LoginPage(choices, logged_in, visit.swedish));
}

void Login::Begin(Visit& visit, const Issuer& issuer,
                  std::string_view return_path, std::string_view invitation) {
  const absl::StatusOr<LoginEndpoints> endpoints = issuers_.EndpointsOf(issuer);
  if (!endpoints.ok()) return ShowTrouble(visit, endpoints.status());
  const std::string secret = NewSecret();
  const std::string verifier = Derive(secret, "verifier");
  const std::string query = FormText(
      {{"response_type", "code"},
       {"client_id", issuer.client_id},
       {"redirect_uri", redirect_uri_},
       {"scope", "openid"},
       {"state", Derive(secret, "state")},
       {"nonce", Derive(secret, "nonce")},
       {"code_challenge", absl::WebSafeBase64Escape(HashSecret(verifier))},
       {"code_challenge_method", "S256"}});
  visit.lines += SetCookieLine(
      kLoginCookie,
      absl::StrJoin({secret, absl::WebSafeBase64Escape(issuer.url),
                     absl::WebSafeBase64Escape(ForAbsl(return_path)),
                     std::string(invitation)},
                    "."),
      kLoginSeconds);
  const bool has_query =
      endpoints->authorization.find('?') != std::string::npos;
  Lead(visit, Concat(endpoints->authorization, has_query ? "&" : "?", query));
}

asio::awaitable<void> Login::Callback(Visit& visit) {
  std::optional<Begun> begun;
  const std::vector<std::string_view> parts =
      Split(CookieOf(visit.request, kLoginCookie), '.');
  if (parts.size() == 4) {
    const std::string url = DecodeBase64Url(parts[1]).value_or("");
    begun =
        Begun{issuers_.Find(url), std::string(parts[0]),
              DecodeBase64Url(parts[2]).value_or(""), std::string(parts[3])};
  }
  // What was begun ends here, however that goes.
  visit.lines += SetCookieLine(kLoginCookie, "", 0);
  const std::optional<Form> query = ReadForm(visit.request.query());
  if (!begun || begun->issuer == nullptr || begun->issuer->client_id.empty() ||
      begun->secret.empty() || !query ||
      !SameHash(In(*query, "state"), Derive(begun->secret, "state")) ||
      // Another provider's answer would be taken to this one (RFC 9207).
      (query->contains("iss") && In(*query, "iss") != begun->issuer->url)) {
    ShowTrouble(visit, LoginInterrupted());
    co_return;
  }
  const std::string_view code = In(*query, "code");
  if (code.empty() || code.size() > kMostProviderCode) {
    ShowTrouble(visit, LoginInterrupted());
    co_return;
  }
  const absl::StatusOr<std::string> secret =
      co_await Complete(visit, *begun, code);
  if (!secret.ok()) {
    ShowTrouble(visit, secret.status());
    co_return;
  }
  co_await EndOldSession(visit);
  visit.lines += SetCookieLine(kSessionCookie, *secret, -1);
  Lead(visit,
       IsLocalPath(begun->return_path) ? begun->return_path : kAfterLogin);
}

asio::awaitable<absl::StatusOr<std::string>> Login::Complete(
    Visit& visit, const Begun& begun, std::string_view code) {
  const Issuer& issuer = *begun.issuer;
  const absl::StatusOr<LoginEndpoints> endpoints = issuers_.EndpointsOf(issuer);
  if (!endpoints.ok()) co_return endpoints.status();
  const std::string verifier = Derive(begun.secret, "verifier");
  Fetch fetch{.url = endpoints->token,
              .form = FormText({{"grant_type", "authorization_code"},
                                {"code", code},
                                {"redirect_uri", redirect_uri_},
                                {"code_verifier", verifier}})};
  if (issuer.client_secret.empty()) {
    absl::StrAppend(&fetch.form, "&",
                    FormText({{"client_id", issuer.client_id}}));
  } else {
    // Encoded before they become Basic (RFC 6749, section 2.3.1).
    fetch.user = Encode(issuer.client_id);
    fetch.password = Encode(issuer.client_secret);
  }
  using Answer = absl::StatusOr<std::string>;
  const Answer answer = co_await Await<Answer>(
      [&](auto done) { fetch_(std::move(fetch), std::move(done)); });
  if (!answer.ok()) co_return answer.status();
  const std::optional<boost::json::object> tokens = ParseJsonObject(*answer);
  if (!tokens) co_return LoginInterrupted();
  const std::string nonce = Derive(begun.secret, "nonce");
  using Believed = absl::StatusOr<Issuers::Believed>;
  const Believed believed = co_await Await<Believed>([&](auto done) {
    issuers_.CheckIdToken(issuer, TextOf(*tokens, "id_token"), nonce,
                          std::move(done));
  });
  if (!believed.ok()) co_return believed.status();

  const std::string secret = NewSecret();
  v1::CreateSessionRequest request;
  request.set_issuer(issuer.url);
  request.set_subject(believed->subject.subject);
  request.mutable_organizations()->Add(issuer.organizations.begin(),
                                       issuer.organizations.end());
  request.set_secret_sha256(HashSecret(secret));
  if (!begun.invitation.empty()) {
    request.set_invitation_token_sha256(HashSecret(begun.invitation));
  }
  const Reply reply = co_await Ask(visit, create_session_, request);
  if (reply.status.code() != 0) co_return FromProto(reply.status);
  co_return secret;
}

asio::awaitable<void> Login::Logout(Visit& visit) {
  co_await EndOldSession(visit);
  visit.lines += SetCookieLine(kSessionCookie, "", 0);
  Lead(visit, kAfterLogin);
}

asio::awaitable<void> Login::EndOldSession(Visit& visit) {
  const std::string_view secret = CookieOf(visit.request, kSessionCookie);
  if (secret.empty()) co_return;
  v1::EndSessionRequest request;
  request.set_secret_sha256(HashSecret(secret));
  co_await Ask(visit, end_session_, request);
}

asio::awaitable<void> Login::AcceptInvitation(Visit& visit) {
  if (visit.request.method() != "POST") {
    Show(visit, 200, InvitationPage(visit.swedish));
    co_return;
  }
  std::string text;
  const absl::Status read = co_await visit.body.Read(&text);
  if (!read.ok()) {
    ShowTrouble(visit, read);
    co_return;
  }
  const std::optional<Form> form = ReadForm(text);
  if (!form || !IsCode(In(*form, "code"))) {
    ShowTrouble(visit, CodeMissing());
    co_return;
  }
  if (!form->contains("issuer")) {
    co_await ShowInvitation(visit, In(*form, "code"));
    co_return;
  }
  const Issuer* issuer = issuers_.Find(In(*form, "issuer"));
  if (issuer == nullptr || issuer->client_id.empty()) {
    ShowTrouble(visit, UnknownProvider());
    co_return;
  }
  Begin(visit, *issuer, kAfterLogin, In(*form, "code"));
}

asio::awaitable<void> Login::ShowInvitation(Visit& visit,
                                            std::string_view code) {
  v1::PreviewInvitationRequest request;
  request.set_token_sha256(HashSecret(code));
  const Reply reply = co_await Ask(visit, preview_invitation_, request);
  v1::Invitee invitee;
  if (reply.status.code() != 0) {
    ShowTrouble(visit, FromProto(reply.status));
    co_return;
  }
  if (!invitee.ParseFromString(reply.message)) {
    ShowTrouble(visit, InternalError());
    co_return;
  }
  std::vector<LoginChoice> choices;
  for (const Issuer& issuer : issuers_.all()) {
    if (issuer.client_id.empty()) continue;
    choices.push_back({issuer.display_name, issuer.url});
  }
  Show(visit, 200, InviteePage(invitee, code, choices, visit.swedish));
}

asio::awaitable<void> Login::LetGuestIn(Visit& visit) {
  if (visit.request.method() != "POST") {
    Show(visit, 200, GuestPage(visit.swedish));
    co_return;
  }
  std::string text;
  const absl::Status read = co_await visit.body.Read(&text);
  if (!read.ok()) {
    ShowTrouble(visit, read);
    co_return;
  }
  const std::optional<Form> form = ReadForm(text);
  if (!form || !IsCode(In(*form, "code"))) {
    ShowTrouble(visit, CodeMissing());
    co_return;
  }
  const std::string secret = NewSecret();
  v1::RedeemGuestLinkRequest request;
  request.set_token_sha256(HashSecret(In(*form, "code")));
  request.set_secret_sha256(HashSecret(secret));
  const Reply reply = co_await Ask(visit, redeem_guest_link_, request);
  v1::RedeemGuestLinkResponse response;
  if (reply.status.code() != 0) {
    ShowTrouble(visit, FromProto(reply.status));
    co_return;
  }
  if (!response.ParseFromString(reply.message)) {
    ShowTrouble(visit, InternalError());
    co_return;
  }
  co_await EndOldSession(visit);
  visit.lines += SetCookieLine(kSessionCookie, secret, -1);
  Lead(visit, IsLocalPath(response.path()) ? response.path() : kAfterLogin);
}

asio::awaitable<Reply> Login::Ask(Visit& visit, const Method& method,
                                  const google::protobuf::Message& request) {
  static const auto* itself = new std::shared_ptr<const Caller>(
      std::make_shared<Caller>(GatewayItself()));
  const Call call{.method = &method,
                  .caller = *itself,
                  .message = request.SerializeAsString(),
                  .traceparent = visit.traceparent,
                  .swedish = visit.swedish};
  co_return co_await Await<Reply>(
      [&](auto done) { sender_(call, std::move(done)); });
}

std::string Login::Policy() const {
  // A browser applies form-action to where a form's answer leads, too.
  std::string origins;
  for (const Issuer& issuer : issuers_.all()) {
    if (issuer.client_id.empty()) continue;
    const absl::StatusOr<LoginEndpoints> endpoints =
        issuers_.EndpointsOf(issuer);
    if (!endpoints.ok()) continue;
    const auto url = boost::urls::parse_uri(endpoints->authorization);
    if (url) {
      absl::StrAppend(&origins, " ", std::string(url->encoded_origin()));
    }
  }
  return Concat(
      "default-src 'none'; script-src 'self'; style-src 'self'; "
      "form-action 'self'",
      origins, "; base-uri 'none'; frame-ancestors 'none'");
}

void Login::Show(Visit& visit, int status, std::string html) {
  Response& response = *visit.response;
  response.status = status;
  response.own_body = std::move(html);
  std::string& head = response.own_head;
  AppendHead(status, &head);
  head += visit.lines;
  AppendField("Content-Security-Policy", Policy(), &head);
  head +=
      "Cache-Control: no-store\r\nContent-Type: text/html; charset=utf-8\r\n"
      "Vary: Accept-Language, Cookie\r\n";
  AppendField("Content-Language", visit.swedish ? "sv" : "en", &head);
  AppendField("Trace-Id", response.trace_id, &head);
  if (status == 401) {
    AppendField("WWW-Authenticate", "Bearer realm=\"reglab\"", &head);
  }
  absl::StrAppend(&head, "Content-Length: ", response.own_body.size(), "\r\n");
}

void Login::ShowTrouble(Visit& visit, const absl::Status& status) {
  const google::rpc::Status proto = ToProto(status, visit.swedish);
  Show(visit, HttpStatusOf(proto),
       TroublePage(MessageOf(proto), visit.swedish));
}

void Login::Lead(Visit& visit, std::string_view location) {
  Response& response = *visit.response;
  response.status = 303;
  std::string& head = response.own_head;
  AppendHead(303, &head);
  head += visit.lines;
  AppendField("Location", location, &head);
  head += "Cache-Control: no-store\r\nContent-Length: 0\r\n";
  AppendField("Trace-Id", response.trace_id, &head);
}

}  // namespace reglab::gateway
