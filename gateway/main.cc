#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "gateway/authenticator.h"
#include "gateway/cache.h"
#include "gateway/dispatch.h"
#include "gateway/documents/documents.h"
#include "gateway/edge/server.h"
#include "gateway/fetcher.h"
#include "gateway/follower.h"
#include "gateway/issuers.h"
#include "gateway/json_writer.h"
#include "gateway/limits.h"
#include "gateway/login.h"
#include "gateway/protocols/rest.h"
#include "gateway/routes.h"
#include "gateway/threads.h"
#include "gateway/traffic.h"
#include "gateway/upstream.h"
#include "services/common/identity.h"
#include "services/common/process.h"
#include "services/common/status_macros.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:8080",
          "Address and port of the public door");
ABSL_FLAG(std::string, membership_address, "", "Where membership is served");
ABSL_FLAG(std::string, meetings_address, "", "Where meetings is served");
ABSL_FLAG(std::string, learning_address, "", "Where learning is served");
ABSL_FLAG(std::string, assertion_key_file, "",
          "PEM file with the Ed25519 key that signs this process's assertions");
ABSL_FLAG(std::string, assertion_trusted_dir, "",
          "Directory with the public keys of all processes");
ABSL_FLAG(int, threads, 2,
          "Threads that serve connections and call the services");
ABSL_FLAG(int, most_connections, 4096, "Connections at a time");
ABSL_FLAG(int, most_in_flight, 1024, "Calls to the services at a time");
ABSL_FLAG(
    int, anonymous_requests_per_minute, 60'000,
    "What one address may ask without credentials, beside what the cache "
    "answers; 0: without end, for use behind a proxy that hides addresses");
ABSL_FLAG(
    std::string, issuers_file, "",
    "JSON file with the providers of identities (OpenID Connect) that are "
    "trusted; empty: nobody logs in, and only API keys open anything");
ABSL_FLAG(std::string, public_url, "",
          "Where browsers find this gateway, \"https://reglab.example.se\"; "
          "empty: http:// and --listen");
ABSL_FLAG(bool, cache, true, "Share what the public may read");
ABSL_FLAG(int64_t, cache_bytes, 64 << 20, "What the cache may hold");
ABSL_FLAG(bool, log_requests, true, "Write a log line for each request");
ABSL_FLAG(int, grace_seconds, 10,
          "How long requests in progress may take after SIGTERM");

namespace reglab::gateway {
namespace {

absl::Status Serve() {
  ASSIGN_OR_RETURN(Routes routes, Routes::Build());
  RETURN_IF_ERROR(MakeDocuments(routes));
  PrepareJson();
  ASSIGN_OR_RETURN(
      std::unique_ptr<Assertions> assertions,
      Assertions::Load("gateway", absl::GetFlag(FLAGS_assertion_key_file),
                       absl::GetFlag(FLAGS_assertion_trusted_dir)));
  const Upstreams::Addresses addresses = {
      absl::GetFlag(FLAGS_membership_address),
      absl::GetFlag(FLAGS_meetings_address),
      absl::GetFlag(FLAGS_learning_address)};
  for (const std::string& address : addresses) {
    if (address.empty()) {
      return absl::InvalidArgumentError(
          "--membership_address, --meetings_address and --learning_address are "
          "needed");
    }
  }
  Threads threads(absl::GetFlag(FLAGS_threads));
  Upstreams upstreams(addresses, *assertions, threads);
  const auto send = [&upstreams](const Call& call,
                                 std::function<void(Reply)> done) {
    upstreams.Send(call, std::move(done));
  };
  Limits limits({.most_connections = absl::GetFlag(FLAGS_most_connections),
                 .most_in_flight = absl::GetFlag(FLAGS_most_in_flight)});
  std::optional<Cache> cache;
  if (absl::GetFlag(FLAGS_cache)) {
    cache.emplace(size_t(absl::GetFlag(FLAGS_cache_bytes)));
  }
  ASSIGN_OR_RETURN(std::vector<Issuer> trusted,
                   ReadIssuers(absl::GetFlag(FLAGS_issuers_file)));
  std::optional<Fetcher> fetcher;
  if (!trusted.empty()) fetcher.emplace();
  const StartFetch fetch = [&fetcher](Fetch what, FetchDone done) {
    fetcher->Start(std::move(what), std::move(done));
  };
  Issuers issuers(std::move(trusted), fetch);
  issuers.Start();
  Authenticator authenticator(send, &issuers);
  Follower follower(upstreams, cache ? &*cache : nullptr, authenticator);
  Dispatch dispatch(
      send, limits, cache ? &*cache : nullptr,
      [&upstreams](const Call& call) { return upstreams.Open(call); });
  Traffic traffic(absl::GetFlag(FLAGS_log_requests));
  RateLimits rate_limits;
  std::string public_url = absl::GetFlag(FLAGS_public_url);
  if (public_url.empty()) public_url = "http://" + absl::GetFlag(FLAGS_listen);
  Login login(
      issuers, fetch, authenticator,
      [&dispatch](const Call& call, std::function<void(Reply)> done) {
        dispatch.Send(call, std::move(done));
      },
      public_url);
  Rest rest(
      routes, authenticator, dispatch, traffic,
      {.limits = rate_limits,
       .anonymous_per_minute =
           absl::GetFlag(FLAGS_anonymous_requests_per_minute)},
      [&upstreams] { return upstreams.Ready(); }, &login);
  ASSIGN_OR_RETURN(std::unique_ptr<Server> server,
                   Server::Start({.listen = absl::GetFlag(FLAGS_listen)}, rest,
                                 limits, threads));
  ServeMetrics();
  LogInfo("serving", {{"listen", absl::GetFlag(FLAGS_listen)},
                      {"port", int64_t(server->port())}});
  WaitForShutdown();
  LogInfo("stopping");
  server->Stop(absl::Seconds(absl::GetFlag(FLAGS_grace_seconds)));
  follower.Stop();
  issuers.Stop();
  if (fetcher) fetcher->Stop();
  LogInfo("stopped");
  return absl::OkStatus();
}

}  // namespace
}  // namespace reglab::gateway

int main(int argc, char** argv) {
  reglab::StartProcess("gateway", argc, argv);
  const absl::Status status = reglab::gateway::Serve();
  if (status.ok()) return EXIT_SUCCESS;
  reglab::LogError("cannot_start", {{"why", std::string(status.message())}});
  return EXIT_FAILURE;
}
