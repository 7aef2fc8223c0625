#ifndef REGLAB_GATEWAY_PROTOCOLS_REST_H_
#define REGLAB_GATEWAY_PROTOCOLS_REST_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/authenticator.h"
#include "gateway/dispatch.h"
#include "gateway/documents/documents.h"
#include "gateway/edge/handler.h"
#include "gateway/limits.h"
#include "gateway/login.h"
#include "gateway/methods.h"
#include "gateway/routes.h"
#include "gateway/traffic.h"

namespace reglab::gateway {

// The REST door: a request becomes a call, its answer JSON with the headers of
// HTTP, every error application/problem+json. Beside the RPCs it serves the
// documents, /healthz (the process lives) and /readyz (the services can be
// called). Thread-safe.
class Rest : public Handler {
 public:
  struct Rates {
    RateLimits& limits;
    int anonymous_per_minute = 0;  // of one address; 0: without end
  };

  // Without `login` there are no pages to log in with.
  Rest(const Routes& routes, Authenticator& authenticator, Dispatch& dispatch,
       Traffic& traffic, Rates rates, std::function<bool()> ready,
       Login* login = nullptr);

  bool AnswerNow(const Request& request, Response* response) override;
  boost::asio::awaitable<void> Answer(const Request& request, Body& body,
                                      Response* response) override;
  Response Refuse(const Request& request, const absl::Status& status) override;
  void Sent(const Request& request, const Response& response, size_t bytes,
            absl::Duration took) override;

 private:
  // One request on its way.
  struct Exchange {
    const Request& request;
    Response* response;
    bool swedish;
    std::string traceparent;
    // The query without the feed token, if there is one.
    std::string_view query;
    std::string query_without_token;
    // What a caller is told of how much he may ask.
    std::string rate_lines;
  };

  // Which credentials a request shows, the one that counts before the others.
  // Views of the request.
  struct Credentials {
    bool header = false;
    std::string_view token;  // of a feed
    std::string_view session;
    bool none() const { return !header && token.empty() && session.empty(); }
  };
  static Credentials CredentialsOf(const Request& request);

  // Health and documents; false when the path is none of theirs.
  bool AnswerFixed(const Exchange& exchange);
  void AnswerOptions(const Exchange& exchange);
  // Who it is that shows them; `authorization` is the header.
  boost::asio::awaitable<Authenticated> Resolve(Credentials shown,
                                                std::string_view authorization,
                                                bool swedish,
                                                std::string traceparent);
  // Who calls; null when the exchange was answered with why not.
  boost::asio::awaitable<std::shared_ptr<const Caller>> Authenticate(
      Exchange& exchange, const Method& method);
  // False when the exchange was answered with 429.
  bool TakeTurn(Exchange& exchange, std::string_view who, int per_minute);
  void AllowOnly(const Exchange& exchange, const absl::Status& status,
                 const std::vector<std::string>& methods);
  boost::asio::awaitable<void> AnswerRoute(Exchange& exchange,
                                           const RouteMatch& match, Body& body);
  // Of a method that answers a stream.
  boost::asio::awaitable<void> AnswerStream(const Exchange& exchange,
                                            const Route& route,
                                            const Call& call);
  // Whether the caller of a request that is still being answered is who he was
  // when it began.
  boost::asio::awaitable<bool> StillMay(const Request& request,
                                        std::shared_ptr<const Caller> caller);
  void Success(const Exchange& exchange, const Route& route,
               const Method& method, std::string_view wire, bool nobody,
               bool validate_only);
  void Problem(const Exchange& exchange, const google::rpc::Status& status,
               std::string_view body_field = "", std::string_view lines = "");
  void Problem(const Exchange& exchange, const absl::Status& status,
               std::string_view lines = "");

  const Routes& routes_;
  const Methods methods_;
  Authenticator& authenticator_;
  Dispatch& dispatch_;
  Traffic& traffic_;
  const Rates rates_;
  const std::function<bool()> ready_;
  Login* const login_;
  std::mutex mutex_;
  absl::flat_hash_map<const Document*, std::shared_ptr<const Representations>>
      documents_;
};

// On what an answer depends beside its path.
inline constexpr std::string_view kVary =
    "Vary: Accept-Encoding, Accept-Language, Authorization, Cookie\r\n";

inline bool IsRead(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// The reference to the next page of a list: the same query with another token.
std::string NextPageLink(std::string_view path, std::string_view query,
                         std::string_view page_token);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_PROTOCOLS_REST_H_
