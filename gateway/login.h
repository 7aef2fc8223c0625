#ifndef REGLAB_GATEWAY_LOGIN_H_
#define REGLAB_GATEWAY_LOGIN_H_

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "gateway/authenticator.h"
#include "gateway/edge/handler.h"
#include "gateway/edge/message.h"
#include "gateway/fetcher.h"
#include "gateway/issuers.h"
#include "gateway/methods.h"
#include "gateway/upstream.h"

namespace reglab::gateway {

// Logs people in with a browser: the authorization code flow of OpenID Connect
// with PKCE, bound by `state` and `nonce` to a cookie of the browser that began
// it. Membership keeps the session; the browser holds its secret in a cookie.
//
//   GET        /login?issuer=…&return=/path   to the provider; or a choice
//   GET        /login/callback                back from the provider
//   POST       /logout
//   GET, POST  /invitation                    shows whom it is for, and accepts
//                                             it by logging in
//   GET, POST  /guest                         uses a guest's link
//
// What changes something is taken from pages of ours alone. Thread-safe.
class Login {
 public:
  // As Upstreams::Send.
  using Sender =
      std::function<void(const Call& call, std::function<void(Reply)> done)>;

  // `public_url` is where browsers find this gateway: "https://reglab.example".
  Login(Issuers& issuers, StartFetch fetch, Authenticator& authenticator,
        Sender sender, std::string public_url);

  // Whether the path is one of these.
  static bool Serves(std::string_view path);

  boost::asio::awaitable<void> Answer(const Request& request, Body& body,
                                      bool swedish,
                                      const std::string& traceparent,
                                      Response* response);

 private:
  struct Visit;
  struct Begun;

  boost::asio::awaitable<void> ShowLogin(Visit& visit);
  boost::asio::awaitable<void> Callback(Visit& visit);
  boost::asio::awaitable<void> Logout(Visit& visit);
  boost::asio::awaitable<void> AcceptInvitation(Visit& visit);
  // Whom it is for, and where they log in to accept it.
  boost::asio::awaitable<void> ShowInvitation(Visit& visit,
                                              std::string_view code);
  boost::asio::awaitable<void> LetGuestIn(Visit& visit);

  // To the provider, with what the way back needs in a cookie.
  void Begin(Visit& visit, const Issuer& issuer, std::string_view return_path,
             std::string_view invitation);
  // The session's secret after the provider's answer was found good.
  boost::asio::awaitable<absl::StatusOr<std::string>> Complete(
      Visit& visit, const Begun& begun, std::string_view code);
  boost::asio::awaitable<Reply> Ask(Visit& visit, const Method& method,
                                    const google::protobuf::Message& request);
  boost::asio::awaitable<void> EndOldSession(Visit& visit);

  void Show(Visit& visit, int status, std::string html);
  void ShowTrouble(Visit& visit, const absl::Status& status);
  void Lead(Visit& visit, std::string_view location);
  std::string Policy() const;

  Issuers& issuers_;
  const StartFetch fetch_;
  Authenticator& authenticator_;
  const Sender sender_;
  const std::string redirect_uri_;
  const Method create_session_;
  const Method end_session_;
  const Method redeem_guest_link_;
  const Method preview_invitation_;
};

// Whether a browser may be led there after the login: a path here.
bool IsLocalPath(std::string_view path);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_LOGIN_H_
