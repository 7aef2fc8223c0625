#ifndef REGLAB_GATEWAY_ISSUERS_H_
#define REGLAB_GATEWAY_ISSUERS_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/fetcher.h"
#include "gateway/key_set.h"
#include "gateway/token.h"

namespace reglab::gateway {

// A provider of identities (OpenID Connect) as the operator entered it.
struct Issuer {
  std::string url;       // exactly as in its tokens: "https://id.example.se"
  std::string audience;  // of access tokens for this API
  std::string display_name;
  // The organisations that it may speak for, and no others.
  std::vector<std::string> organizations;
  // For the login of people; empty: it only issues access tokens.
  std::string client_id;
  std::string client_secret;  // empty: a public client
};

// Reads the file of --issuers_file:
//   {"issuers": [{"issuer": "https://…", "audience": "https://…",
//     "displayName": "Region Uppsala", "organizations": ["organizations/…"],
//     "clientId": "reglab", "clientSecretFile": "/run/secrets/…"}]}
// displayName, clientId and clientSecretFile may be left out. An empty path is
// no issuers. FAILED_PRECONDITION, naming what is wrong, for anything else.
absl::StatusOr<std::vector<Issuer>> ReadIssuers(const std::string& path);

// Where a person logs in, from the provider's discovery document.
struct LoginEndpoints {
  std::string authorization;
  std::string token;
};

// Knows the providers and their keys. Discovery documents and key sets are
// fetched in the background and again every few minutes; for a key that is not
// known at most every 30 seconds. A key that the provider no longer lists still
// verifies for ten minutes. Thread-safe.
class Issuers {
 public:
  struct Believed {
    const Issuer* issuer;  // lives as long as its Issuers
    TokenSubject subject;
  };
  // UNAUTHENTICATED for a token that is not good; UNAVAILABLE when the
  // provider's keys could not be had.
  using Done = std::function<void(absl::StatusOr<Believed>)>;

  Issuers(std::vector<Issuer> issuers, StartFetch fetch);
  ~Issuers();

  // Begins to fetch in the background.
  void Start();
  // Begins nothing more. Called before what fetches is stopped.
  void Stop();

  const std::vector<Issuer>& all() const { return issuers_; }
  // Null when there is none with this URL.
  const Issuer* Find(std::string_view url) const;

  // `done` is called once: at once, or when keys that had to be fetched are
  // there.
  void CheckAccessToken(std::string_view text, Done done);
  // The ID token that `issuer` gave for the login with this nonce.
  void CheckIdToken(const Issuer& issuer, std::string_view text,
                    std::string_view nonce, Done done);

  // UNAVAILABLE until the discovery document has been read.
  absl::StatusOr<LoginEndpoints> EndpointsOf(const Issuer& issuer) const;

 private:
  struct State;
  struct Job;
  State& StateOf(const Issuer& issuer) const;
  void Check(const std::shared_ptr<Job>& job);
  void Refresh(State& state);
  void FetchKeys(State& state, const std::string& url);
  void Finish(State& state, absl::StatusOr<KeySet> keys);
  void Loop();

  const std::vector<Issuer> issuers_;
  const StartFetch fetch_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<State>> states_;
  std::thread thread_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_ISSUERS_H_
