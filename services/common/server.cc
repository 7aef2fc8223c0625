#include "services/common/server.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <openssl/rand.h>

#include <atomic>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/changes.h"
#include "services/common/listing.h"
#include "services/common/migrations.h"
#include "services/common/process.h"
#include "services/common/raw_service.h"
#include "services/common/reflection.h"
#include "services/common/runtime.h"
#include "services/common/spelling.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0",
          "Address and port of the gRPC server; port 0 takes a free one");
ABSL_FLAG(std::string, health_listen, "",
          "Address and port on which only grpc.health.v1 is served, in "
          "plaintext, for probes: services 'liveness' and 'readiness'");
ABSL_FLAG(std::string, database, "",
          "libpq connection string; what it leaves out comes from PG*");
ABSL_FLAG(int, workers, 6,
          "Handlers that run at once; each has a database connection");
ABSL_FLAG(int, most_waiting, 256,
          "Calls that may wait for a worker; further ones are refused");
ABSL_FLAG(std::string, assertion_key_file, "",
          "PEM file with the Ed25519 key that signs this process's calls");
ABSL_FLAG(std::string, assertion_trusted_dir, "",
          "Folder with the public keys of all processes, <process>.<id>.pem");
ABSL_FLAG(std::string, page_token_key_file, "",
          "File whose bytes authenticate page tokens; the same for every "
          "replica. Left out: random, and tokens end with the process");
ABSL_FLAG(std::string, membership_address, "", "Where membership is served");
ABSL_FLAG(std::string, meetings_address, "", "Where meetings is served");
ABSL_FLAG(std::string, learning_address, "", "Where learning is served");
ABSL_FLAG(std::string, pdf_address, "",
          "Where the optional pdf is served; not installed when empty");
ABSL_FLAG(bool, migrate, false,
          "Apply the migrations as the database's owner, and end");
ABSL_FLAG(std::string, service_role, "",
          "With --migrate: the role that the service runs as; its own name "
          "when left out");
ABSL_FLAG(int, grace_seconds, 10,
          "How long running calls may take to finish after SIGTERM");

namespace reglab {
namespace {

constexpr int kMostStreamsPerConnection = 1000;
constexpr int kMostMetadataBytes = 40 << 10;
absl::StatusOr<std::string> PageTokenKey() {
  const std::string file = absl::GetFlag(FLAGS_page_token_key_file);
  std::string key(32, '\0');
  if (file.empty()) {
    RAND_bytes(reinterpret_cast<unsigned char*>(&key[0]), int(key.size()));
    return key;
  }
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  if (text.str().size() < 16) {
    return absl::FailedPreconditionError(
        Concat("--page_token_key_file ", file, " must have at least 16 bytes"));
  }
  return text.str();
}

std::map<std::string, std::string> UpstreamAddresses(
    const std::vector<std::string>& names) {
  const std::map<std::string, std::string> flags = {
      {"membership", absl::GetFlag(FLAGS_membership_address)},
      {"meetings", absl::GetFlag(FLAGS_meetings_address)},
      {"learning", absl::GetFlag(FLAGS_learning_address)},
      {"pdf", absl::GetFlag(FLAGS_pdf_address)}};
  std::map<std::string, std::string> addresses;
  for (const std::string& name : names) {
    if (name == "pdf" && flags.at(name).empty()) continue;
    addresses[name] = flags.at(name);
  }
  return addresses;
}

std::unique_ptr<grpc::Server> ServeHealth(const std::string& address) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  return builder.BuildAndStart();
}

absl::Status Serve(const ServiceDefinition& definition) {
  const std::string conninfo = absl::GetFlag(FLAGS_database);
  RETURN_IF_ERROR(CheckMigrated(conninfo, definition.migrations));
  ASSIGN_OR_RETURN(std::string page_token_key, PageTokenKey());
  SetPageTokenKey(std::move(page_token_key));
  ASSIGN_OR_RETURN(
      std::unique_ptr<Assertions> assertions,
      Assertions::Load(definition.name, absl::GetFlag(FLAGS_assertion_key_file),
                       absl::GetFlag(FLAGS_assertion_trusted_dir)));
  const int worker_count = std::clamp(absl::GetFlag(FLAGS_workers), 1, 64);
  // Beside the workers: the sealer, the feed and the work for other services,
  // and what the service does by itself.
  const int others = definition.background ? 3 : 2;
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database,
                   Database::Open({conninfo, worker_count + others}));
  Rpcs rpcs;
  definition.handlers(rpcs);
  Runtime runtime(definition.name, *database, *assertions,
                  UpstreamAddresses(definition.upstreams));
  RETURN_IF_ERROR(runtime.Prepare(rpcs));
  if (definition.prepare) RETURN_IF_ERROR(definition.prepare(*database));

  ChangeFeed feed(*database, conninfo, definition.name);
  Workers workers(worker_count,
                  size_t(std::max(1, absl::GetFlag(FLAGS_most_waiting))));
  Serving serving{runtime, workers, feed};
  std::map<std::string, std::vector<const Method*>> by_service;
  for (const auto& method : runtime.methods()) {
    by_service[method->descriptor->service()->full_name()].push_back(
        method.get());
  }
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::vector<std::string> names;
  for (const auto& [name, methods] : by_service) {
    services.push_back(MakeRawService(serving, methods));
    names.push_back(name);
  }
  services.push_back(MakeReflection("v1", names));
  services.push_back(MakeReflection("v1alpha", names));

  grpc::EnableDefaultHealthCheckService(true);
  const std::string address = absl::GetFlag(FLAGS_listen);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, ProcessServerCredentials(), &port);
  int64_t most_bytes = 0;
  for (const auto& method : runtime.methods()) {
    most_bytes = std::max(most_bytes, method->most_bytes);
  }
  builder.SetMaxReceiveMessageSize(int(most_bytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             kMostStreamsPerConnection);
  // An assertion with all the delegations that a person may have.
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMostMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 300'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60'000);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  for (const auto& service : services) builder.RegisterService(service.get());
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        Concat("can't listen on ", address, ": is the port taken?"));
  }
  std::unique_ptr<grpc::Server> health_server;
  if (!absl::GetFlag(FLAGS_health_listen).empty()) {
    health_server = ServeHealth(absl::GetFlag(FLAGS_health_listen));
    if (health_server == nullptr) {
      return absl::UnavailableError(
          Concat("can't listen on ", absl::GetFlag(FLAGS_health_listen)));
    }
  }
  ServeMetrics();

  std::thread work([&] { runtime.WorkLoop(rpcs); });
  std::shared_ptr<void> background;
  if (definition.background) background = definition.background(runtime, feed);
  std::atomic<bool> draining{false};
  const auto set_ready = [&](bool ready) {
    for (grpc::Server* each : {server.get(), health_server.get()}) {
      if (each == nullptr) continue;
      auto* health = each->GetHealthCheckService();
      health->SetServingStatus("", ready);
      health->SetServingStatus("readiness", ready);
      health->SetServingStatus("liveness", true);
      for (const std::string& name : names) {
        health->SetServingStatus(name, ready);
      }
    }
  };
  set_ready(true);
  std::mutex mutex;
  std::condition_variable wake;
  std::thread readiness([&] {
    bool ready = true;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, std::chrono::seconds(1),
                          [&] { return draining.load(); })) {
      const bool now_ready = database->Healthy();
      if (now_ready != ready) {
        LogInfo("readiness", {{"ready", now_ready}});
        set_ready(now_ready);
        ready = now_ready;
      }
    }
    set_ready(false);
  });
  LogInfo("serving", {{"address", address}, {"port", int64_t(port)}});

  WaitForShutdown();
  LogInfo("draining");
  {
    std::lock_guard lock(mutex);
    draining = true;
  }
  wake.notify_all();
  readiness.join();
  serving.draining = true;
  server->Shutdown(std::chrono::system_clock::now() +
                   std::chrono::seconds(absl::GetFlag(FLAGS_grace_seconds)));
  background.reset();
  runtime.Stop();
  work.join();
  workers.Stop();
  feed.Stop();
  if (health_server != nullptr) {
    health_server->Shutdown(std::chrono::system_clock::now());
  }
  LogInfo("stopped");
  return absl::OkStatus();
}

}  // namespace

int RunService(int argc, char** argv, const ServiceDefinition& definition) {
  StartProcess(definition.name, argc, argv);
  absl::Status status;
  if (absl::GetFlag(FLAGS_migrate)) {
    std::string role = absl::GetFlag(FLAGS_service_role);
    if (role.empty()) role = definition.name;
    status =
        Migrate(absl::GetFlag(FLAGS_database), role, definition.migrations);
  } else {
    status = Serve(definition);
  }
  if (status.ok()) return 0;
  LogError("failed", {{"reason", std::string(status.message())}});
  return 1;
}

}  // namespace reglab
