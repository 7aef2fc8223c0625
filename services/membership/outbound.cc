#include "services/membership/outbound.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/membership/address_rules.h"

ABSL_FLAG(std::string, smtp_url, "",
          "The mail server: smtp://host:port, smtps://host:port, or "
          "file:///folder for .eml files; empty: letters wait");
ABSL_FLAG(std::string, mail_from, "reglab@localhost",
          "The address that letters come from");
ABSL_FLAG(std::string, smtp_credentials_file, "",
          "File with user:password for the mail server; empty: none are sent");
ABSL_FLAG(
    std::string, outbound_proxy, "",
    "HTTP proxy for webhooks, http://host:port. It resolves the names: it "
    "must itself refuse to connect to internal addresses");
ABSL_FLAG(std::string, outbound_ca_file, "",
          "PEM file with the authorities that servers outside are trusted by; "
          "empty: the system's");
ABSL_FLAG(std::string, webhook_allow, "",
          "Exceptions from the rule that webhooks go to public addresses, "
          "host:port with commas between them; for tests on one machine");

namespace reglab::membership {
namespace {

constexpr long kMailSeconds = 30;
constexpr long kWebhookSeconds = 10;
constexpr long kConnectSeconds = 5;
constexpr size_t kMostAnswerBytes = 16384;
// What follows is the folder as it is, without percent-encoding.
constexpr std::string_view kFolderPrefix = "file://";

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Curl = std::unique_ptr<CURL, FreeCurl>;
using Url = std::unique_ptr<CURLU, FreeUrl>;
using List = std::unique_ptr<curl_slist, FreeList>;

Curl NewCurl() {
  // Once per process, before any thread has a handle.
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  return Curl(ready == CURLE_OK ? curl_easy_init() : nullptr);
}

List ListOf(const std::vector<std::string>& lines) {
  List list;
  for (const std::string& line : lines) {
    list.reset(curl_slist_append(list.release(), line.c_str()));
  }
  return list;
}

// The parts of a URL as libcurl, which will use it, understands them.
struct Parts {
  std::string scheme, host, port, user, fragment;
};
std::optional<Parts> ParseUrl(const std::string& url) {
  const Url parsed(curl_url());
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return std::nullopt;
  }
  const auto part = [&](CURLUPart what) {
    char* text = nullptr;
    curl_url_get(parsed.get(), what, &text, CURLU_DEFAULT_PORT);
    std::string copy = text == nullptr ? "" : text;
    curl_free(text);
    return copy;
  };
  Parts parts = {part(CURLUPART_SCHEME), part(CURLUPART_HOST),
                 part(CURLUPART_PORT), part(CURLUPART_USER),
                 part(CURLUPART_FRAGMENT)};
  absl::AsciiStrToLower(&parts.host);
  return parts;
}

// An IPv6 host stands in brackets.
std::string_view WithoutBrackets(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    return host.substr(1, host.size() - 2);
  }
  return host;
}

bool IsAllowed(const Parts& parts) {
  const std::string allowed = absl::GetFlag(FLAGS_webhook_allow);
  const std::string wanted = absl::StrCat(parts.host, ":", parts.port);
  for (const std::string_view each : Split(allowed, ',')) {
    if (Trim(each) == wanted) return true;
  }
  return false;
}

std::string ErrorOf(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "RESOLVE";
    case CURLE_COULDNT_CONNECT:
      return "CONNECT";
    case CURLE_OPERATION_TIMEDOUT:
      return "TIMEOUT";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
      return "TLS";
    case CURLE_LOGIN_DENIED:
      return "LOGIN";
    default:
      return "PROTOCOL";
  }
}

size_t Discard(char*, size_t size, size_t count, void*) { return size * count; }

void SetCommon(CURL* curl, long seconds) {
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  // Not what the environment happens to say (http_proxy).
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  const std::string authorities = absl::GetFlag(FLAGS_outbound_ca_file);
  if (!authorities.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, authorities.c_str());
  }
}

// Written whole under another name first: who watches the folder never sees
// half a letter.
Attempt WriteFile(const std::string& folder, const std::string& id,
                  const std::string& message) {
  const std::string file = absl::StrCat(folder, "/", id, ".eml");
  const std::string unfinished = absl::StrCat(folder, "/.", id, ".new");
  unlink(unfinished.c_str());
  const int fd =
      open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool written = fd >= 0 && write(fd, message.data(), message.size()) ==
                                static_cast<ssize_t>(message.size());
  if (fd >= 0) close(fd);
  written = written && rename(unfinished.c_str(), file.c_str()) == 0;
  if (written) return {.done = true};
  LogError("mail_folder", {{"reason", std::strerror(errno)}});
  return {.error = "FOLDER"};
}

}  // namespace

absl::Status CheckOutboundFlags() {
  const std::string url = absl::GetFlag(FLAGS_smtp_url);
  const std::optional<Parts> parts = ParseUrl(url);
  if (!url.empty() && !absl::StartsWith(url, "file:///") &&
      (!parts || (parts->scheme != "smtp" && parts->scheme != "smtps"))) {
    return absl::FailedPreconditionError(
        "--smtp_url must begin with smtp://, smtps:// or file:///");
  }
  if (!IsAddress(absl::GetFlag(FLAGS_mail_from))) {
    return absl::FailedPreconditionError("--mail_from is no e-mail address");
  }
  for (const std::string& file : {absl::GetFlag(FLAGS_smtp_credentials_file),
                                  absl::GetFlag(FLAGS_outbound_ca_file)}) {
    if (!file.empty() && access(file.c_str(), R_OK) != 0) {
      return absl::FailedPreconditionError(absl::StrCat("can't read ", file));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckWebhookUrl(std::string_view field, const std::string& url) {
  const std::optional<Parts> parts = ParseUrl(url);
  const auto refuse = [field](Text text) {
    return InvalidField(field, std::move(text));
  };
  if (!parts || parts->host.empty()) {
    return refuse({"It is no URL. Write it like https://host.example.se/path.",
                   "Det är ingen URL. Skriv den som "
                   "https://host.example.se/path."});
  }
  if (parts->scheme != "https") {
    return refuse(
        {"It must begin with https://.", "Den måste börja med https://."});
  }
  if (!parts->user.empty() || !parts->fragment.empty()) {
    return refuse(
        {"It must have no user and no fragment (\"#…\"). Leave them "
         "out: events are signed.",
         "Den får inte ha någon användare och inget fragment "
         "(”#…”). Utelämna dem: händelser signeras."});
  }
  if (IsAllowed(*parts)) return absl::OkStatus();
  const std::string_view host = WithoutBrackets(parts->host);
  const bool literal = IsAddressLiteral(host);
  const bool named = !literal && host.find('.') != host.npos &&
                     host != "localhost" && !host.ends_with(".localhost") &&
                     !host.ends_with(".local") && !host.ends_with(".internal");
  if (named || (literal && IsPublicAddress(host))) return absl::OkStatus();
  return refuse(
      {"Its host lies in no public network. Give a host that can be "
       "reached from the internet.",
       "Värden ligger inte i något publikt nät. Ange en värd som kan "
       "nås från internet."});
}

struct MailSender::State {
  Curl curl = NewCurl();
};

MailSender::MailSender() : state_(std::make_unique<State>()) {}
MailSender::~MailSender() = default;

std::string MailSender::From() { return absl::GetFlag(FLAGS_mail_from); }

Attempt MailSender::Send(const Envelope& envelope, const std::string& message) {
  const std::string url = absl::GetFlag(FLAGS_smtp_url);
  if (url.starts_with(kFolderPrefix)) {
    return WriteFile(url.substr(kFolderPrefix.size()), envelope.id, message);
  }
  const std::optional<Parts> parts = ParseUrl(url);
  CURL* curl = state_->curl.get();
  if (url.empty() || !parts || curl == nullptr) {
    return {.error = "NO_MAIL_SERVER"};
  }
  curl_easy_reset(curl);
  SetCommon(curl, kMailSeconds);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  const std::string_view host = WithoutBrackets(parts->host);
  const bool own_machine = host == "localhost" || host == "::1" ||
                           (IsAddressLiteral(host) && host.starts_with("127."));
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   long(own_machine ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  if (own_machine) curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  const std::string credentials_file =
      absl::GetFlag(FLAGS_smtp_credentials_file);
  if (!credentials_file.empty()) {
    std::ifstream stream(credentials_file);
    std::string credentials{std::istreambuf_iterator<char>(stream), {}};
    absl::StripTrailingAsciiWhitespace(&credentials);
    curl_easy_setopt(curl, CURLOPT_USERPWD, credentials.c_str());
  }
  const std::string from = absl::StrCat("<", envelope.from, ">");
  const List to = ListOf({absl::StrCat("<", envelope.to, ">")});
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to.get());
  std::string_view rest = message;
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READDATA, &rest);
  curl_easy_setopt(
      curl, CURLOPT_READFUNCTION,
      +[](char* to_send, size_t size, size_t count, void* data) -> size_t {
        auto& left = *static_cast<std::string_view*>(data);
        const size_t now = std::min(size * count, left.size());
        std::memcpy(to_send, left.data(), now);
        left.remove_prefix(now);
        return now;
      });
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Discard);
  const CURLcode code = curl_easy_perform(curl);
  long answer = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
  Attempt attempt{.done = code == CURLE_OK, .status = int(answer)};
  if (attempt.done) return attempt;
  attempt.error = ErrorOf(code);
  if (answer >= 400 && answer < 600) {
    attempt.error = absl::StrCat("SMTP_", answer);
    // Refused for good, unless it is we who are refused (RFC 4954).
    attempt.final = answer >= 500 && answer != 530 && answer != 534 &&
                    answer != 535 && answer != 538;
  }
  return attempt;
}

struct WebhookSender::State {
  Curl curl = NewCurl();
  List names;
};

namespace {

// What the callbacks of one POST know.
struct Posting {
  bool any_address = false;
  int opened = 0;
  int refused = 0;
  size_t received = 0;
};

curl_socket_t OpenSocket(void* data, curlsocktype purpose,
                         curl_sockaddr* address) {
  auto& posting = *static_cast<Posting*>(data);
  if (purpose != CURLSOCKTYPE_IPCXN ||
      (!posting.any_address && !IsPublicAddress(&address->addr))) {
    ++posting.refused;
    return CURL_SOCKET_BAD;
  }
  ++posting.opened;
  return socket(address->family, address->socktype | SOCK_CLOEXEC,
                address->protocol);
}

size_t Receive(char*, size_t size, size_t count, void* data) {
  auto& posting = *static_cast<Posting*>(data);
  posting.received += size * count;
  return posting.received > kMostAnswerBytes ? 0 : size * count;
}

}  // namespace

WebhookSender::WebhookSender(const std::vector<std::string>& names)
    : state_(std::make_unique<State>()) {
  state_->names = ListOf(names);
}
WebhookSender::~WebhookSender() = default;

Attempt WebhookSender::Post(const std::string& url,
                            const std::vector<std::string>& headers,
                            const std::string& body) {
  CURL* curl = state_->curl.get();
  const std::optional<Parts> parts = ParseUrl(url);
  if (curl == nullptr || !parts) return {.error = "PROTOCOL"};
  // The rule may have become stricter since the URL was given.
  if (!CheckWebhookUrl("url", url).ok()) return {.error = "ADDRESS_REFUSED"};
  curl_easy_reset(curl);
  SetCommon(curl, kWebhookSeconds);
  const std::string proxy = absl::GetFlag(FLAGS_outbound_proxy);
  Posting posting{.any_address = IsAllowed(*parts) || !proxy.empty()};
  curl_easy_setopt(curl, CURLOPT_PROXY, proxy.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, long(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &posting);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &posting);
  curl_easy_setopt(curl, CURLOPT_RESOLVE, state_->names.get());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "Reglab-Webhooks/1");
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  const List list = ListOf(headers);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, long(body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
  const CURLcode code = curl_easy_perform(curl);
  long answer = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
  Attempt attempt{.status = int(answer), .connections = posting.opened};
  // An answer that goes on and on has been given all the same.
  const bool answered =
      code == CURLE_OK || (code == CURLE_WRITE_ERROR && answer > 0);
  if (answered) {
    attempt.done = answer >= 200 && answer < 300;
    if (!attempt.done) attempt.error = "STATUS";
  } else if (posting.refused > 0 && posting.opened == 0) {
    attempt.error = "ADDRESS_REFUSED";
  } else {
    attempt.error = ErrorOf(code);
  }
  return attempt;
}

}  // namespace reglab::membership
