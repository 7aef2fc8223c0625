#ifndef REGLAB_TESTS_INTEGRATION_SERVICE_FIXTURE_H_
#define REGLAB_TESTS_INTEGRATION_SERVICE_FIXTURE_H_

// A PostgreSQL of the test program's own and real service processes on it, each
// asked through its gRPC door with a real assertion.
//
//   TEST(Organizations, …) {
//     Suite& suite = Suite::With({"membership"});
//     absl::StatusOr<Organization> answer = suite.Call<Organization>(
//         "/reglab.membership.v1.OrganizationsService/GetOrganization",
//         request, Secretariat());
//
// The first test starts what it needs; all end with the program.

#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "google/rpc/status.pb.h"
#include "services/common/errors.h"
#include "services/common/identity.h"
#include "services/common/process.h"

namespace reglab::testing {

inline Caller Nobody() { return Caller(); }

inline Caller Secretariat() {
  Caller caller;
  caller.name = "clients/secretariat";
  caller.roles = {"SECRETARIAT"};
  caller.scopes = {"*"};
  return caller;
}

// A member's client with every scope.
inline Caller Member(const std::string& organization) {
  Caller caller;
  caller.name = "clients/" + organization.substr(organization.find('/') + 1);
  caller.organization = organization;
  caller.roles = {"MEMBER"};
  caller.scopes = {"*"};
  return caller;
}

class Suite {
 public:
  // The one suite of this program, with (at least) these services running.
  static Suite& With(const std::vector<std::string>& services) {
    static auto* suite = new Suite;
    static const bool registered = [] {
      atexit([] { suite->Stop(); });
      return true;
    }();
    (void)registered;
    for (const std::string& service : services) suite->Start(service);
    return *suite;
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& method,
                                const google::protobuf::Message& request,
                                const Caller& caller,
                                absl::Duration timeout = absl::Seconds(20)) {
    const std::string service = method.substr(8, method.find('.', 8) - 8);
    absl::StatusOr<std::string> assertion = assertions_->Sign(caller, service);
    if (!assertion.ok()) return assertion.status();
    return CallWith<Response>(method, request, "Bearer " + *assertion, timeout);
  }

  // With this `authorization`, or none at all when it is empty.
  template <class Response>
  absl::StatusOr<Response> CallWith(
      const std::string& method, const google::protobuf::Message& request,
      const std::string& authorization,
      absl::Duration timeout = absl::Seconds(20)) {
    const std::string service = method.substr(8, method.find('.', 8) - 8);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    if (!authorization.empty()) {
      context.AddMetadata("authorization", authorization);
    }
    const grpc::Slice slice(request.SerializeAsString());
    grpc::ByteBuffer sent(&slice, 1);
    grpc::ByteBuffer answer;
    std::promise<grpc::Status> finished;
    grpc::GenericStub stub(channels_.at(service));
    stub.UnaryCall(&context, method, grpc::StubOptions(), &sent, &answer,
                   [&](grpc::Status status) { finished.set_value(status); });
    const grpc::Status status = finished.get_future().get();
    if (!status.ok()) {
      google::rpc::Status details;
      if (!details.ParseFromString(status.error_details()) ||
          details.code() == 0) {
        details.set_code(status.error_code());
        details.set_message(status.error_message());
      }
      return FromProto(details);
    }
    std::vector<grpc::Slice> slices;
    answer.Dump(&slices);
    std::string bytes;
    for (const grpc::Slice& part : slices) {
      bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
    Response response;
    EXPECT_TRUE(response.ParseFromString(bytes));
    return response;
  }

  // For what Call does not do, as reading a stream.
  std::shared_ptr<grpc::Channel> Channel(const std::string& service) const {
    return channels_.at(service);
  }
  void Authorize(const std::string& service, const Caller& caller,
                 grpc::ClientContext* context) const {
    const absl::StatusOr<std::string> assertion =
        assertions_->Sign(caller, service);
    ASSERT_TRUE(assertion.ok()) << assertion.status();
    context->AddMetadata("authorization", "Bearer " + *assertion);
  }

  // Runs SQL in a service's database as the superuser and returns the first
  // value of the first row.
  std::string Sql(const std::string& database, const std::string& sql) {
    PGconn* connection =
        PQconnectdb((Connection(database) + " user=" + superuser_).c_str());
    PGresult* result = PQexec(connection, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    EXPECT_TRUE(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        << PQerrorMessage(connection) << sql;
    std::string lines;
    for (int i = 0; i < PQntuples(result); ++i) {
      if (i > 0) lines += "\n";
      lines += PQgetvalue(result, i, 0);
    }
    PQclear(result);
    PQfinish(connection);
    return lines;
  }

  // Connection string of a service's database, without a user.
  std::string Connection(const std::string& database) const {
    return "host=" + folder_ + " dbname=" + database;
  }

  // Where it all lies; the processes' keys are in keys/<process>.pem.
  const std::string& folder() const { return folder_; }

  // As after a crash of PostgreSQL, and its return.
  void StopDatabase() {
    Run(AsPostgres() + bin_ + "/pg_ctl -D " + folder_ +
        "/pg -w -m immediate stop >/dev/null");
  }
  void StartDatabase() {
    Run(AsPostgres() + bin_ + "/pg_ctl -D " + folder_ + "/pg -w -l " + folder_ +
        "/pg.log -o \"-k " + folder_ +
        " -c listen_addresses='' -c fsync=off -c full_page_writes=off "
        "-c max_connections=100\" start >/dev/null");
  }

  int Port(const std::string& service) const { return ports_.at(service); }
  pid_t Pid(const std::string& service) const { return pids_.at(service); }
  std::string Log(const std::string& service) const {
    return Read(folder_ + "/" + service + ".log");
  }

  // Ends the process with this signal, waits, and returns its exit code (-1: it
  // did not exit by itself).
  int End(const std::string& service, int signal) {
    const pid_t pid = pids_.at(service);
    pids_.erase(service);
    kill(pid, signal);
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // Starts the service (again), on the port it had, with more flags if wanted.
  void Start(const std::string& service,
             const std::vector<std::string>& flags = {}) {
    if (pids_.count(service) > 0) return;
    if (migrated_.insert({service, true}).second) {
      Run(AsPostgres() + bin_ + "/createuser -h " + folder_ + " " + service +
          "_owner");
      Run(AsPostgres() + bin_ + "/createuser -h " + folder_ + " " + service);
      Run(AsPostgres() + bin_ + "/createdb -h " + folder_ + " -O " + service +
          "_owner -T template0 -E UTF8 --locale-provider=icu --icu-locale=sv "
          "--locale=C.UTF-8 " +
          service);
      Run(std::string(REGLAB_BIN) + "/" + service + " --migrate --database='" +
          Connection(service) + " user=" + service + "_owner' 2>" + folder_ +
          "/" + service + ".migrate.log");
    }
    // A service is given the others' doors; those that do not run refuse.
    std::vector<std::string> arguments = {
        std::string(REGLAB_BIN) + "/" + service,
        "--database=" + Connection(service) + " user=" + service,
        "--listen=127.0.0.1:" + std::to_string(ports_[service]),
        "--assertion_key_file=" + folder_ + "/keys/" + service + ".pem",
        "--assertion_trusted_dir=" + folder_ + "/keys/trusted",
        "--page_token_key_file=" + folder_ + "/keys/gateway.pem",
        "--grace_seconds=3"};
    if (service == "membership") {
      arguments.push_back("--secrets_key_file=" + folder_ +
                          "/keys/gateway.pem");
    }
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    for (const auto& [name, port] : ports_) {
      if (name != service && name != "gateway") {
        arguments.push_back("--" + name +
                            "_address=127.0.0.1:" + std::to_string(port));
      }
    }
    const std::string log = folder_ + "/" + service + ".log";
    std::ofstream(log).close();
    const pid_t pid = fork();
    if (pid == 0) {
      FILE* redirected = freopen(log.c_str(), "w", stderr);
      std::vector<char*> argv;
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      if (redirected != nullptr) execv(argv[0], argv.data());
      _exit(127);
    }
    pids_[service] = pid;
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    for (;;) {
      const std::string text = Read(log);
      const size_t serving = text.find("\"event\":\"serving\"");
      if (serving != std::string::npos &&
          text.find('\n', serving) != std::string::npos) {
        break;
      }
      int status = 0;
      if (waitpid(pid, &status, WNOHANG) == pid || absl::Now() > deadline) {
        pids_.erase(service);
        fprintf(stderr, "%s did not start:\n%s\n", service.c_str(),
                text.c_str());
        exit(1);
      }
      absl::SleepFor(absl::Milliseconds(10));
    }
    if (channels_.count(service) == 0) {
      channels_[service] =
          ProcessChannel("127.0.0.1:" + std::to_string(ports_[service]));
      return;
    }
    // After a restart the channel may be waiting to try again.
    if (!channels_[service]->WaitForConnected(std::chrono::system_clock::now() +
                                              std::chrono::seconds(20))) {
      fprintf(stderr, "%s can't be reached\n", service.c_str());
      exit(1);
    }
  }

 private:
  Suite() {
    char name[] = "/tmp/reglab-test-XXXXXX";
    folder_ = mkdtemp(name);
    bin_ = "/usr/lib/postgresql/15/bin";
    superuser_ = getuid() == 0 ? "postgres" : Output("id -un");
    if (getuid() == 0) Run("chown postgres " + folder_);
    std::filesystem::permissions(folder_, std::filesystem::perms::all);
    Run(AsPostgres() + bin_ + "/initdb -D " + folder_ +
        "/pg -E UTF8 --locale=C.UTF-8 -A trust -U " + superuser_ +
        " >/dev/null");
    StartDatabase();
    std::filesystem::create_directories(folder_ + "/keys/trusted");
    for (const char* process :
         {"gateway", "membership", "meetings", "learning"}) {
      MakeKey(process);
      ports_[process] = FreePort();
    }
    absl::StatusOr<std::unique_ptr<Assertions>> assertions = Assertions::Load(
        "gateway", folder_ + "/keys/gateway.pem", folder_ + "/keys/trusted");
    if (!assertions.ok()) {
      fprintf(stderr, "%s\n", assertions.status().ToString().c_str());
      exit(1);
    }
    assertions_ = *std::move(assertions);
  }

  void Stop() {
    channels_.clear();
    for (const auto& [service, pid] : pids_) kill(pid, SIGTERM);
    for (const auto& [service, pid] : pids_) waitpid(pid, nullptr, 0);
    if (system((AsPostgres() + bin_ + "/pg_ctl -D " + folder_ +
                "/pg -w -m immediate stop >/dev/null")
                   .c_str()) != 0) {
      fprintf(stderr, "PostgreSQL did not stop in %s\n", folder_.c_str());
    }
    std::filesystem::remove_all(folder_);
  }

  void MakeKey(const std::string& process) {
    const std::string keys = folder_ + "/keys/";
    Run("openssl genpkey -algorithm ed25519 -out " + keys + process + ".pem");
    Run("openssl pkey -in " + keys + process + ".pem -pubout -out " + keys +
        "trusted/" + process + ".1.pem");
  }

  static int FreePort() {
    const int socket_number = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_number, generic, length) != 0 ||
        getsockname(socket_number, generic, &length) != 0) {
      exit(1);
    }
    close(socket_number);
    return ntohs(address.sin_port);
  }

  static std::string AsPostgres() {
    return getuid() == 0 ? "cd /tmp && runuser -u postgres -- " : "";
  }

  static void Run(const std::string& command) {
    if (system(command.c_str()) != 0) {
      fprintf(stderr, "failed: %s\n", command.c_str());
      exit(1);
    }
  }

  static std::string Output(const std::string& command) {
    FILE* pipe = popen(command.c_str(), "r");
    char text[256] = "";
    if (pipe != nullptr) {
      if (fgets(text, sizeof(text), pipe) == nullptr) text[0] = '\0';
      pclose(pipe);
    }
    std::string line = text;
    while (!line.empty() && line.back() == '\n') line.pop_back();
    return line;
  }

  static std::string Read(const std::string& file) {
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }

  std::string folder_;
  std::string bin_;
  std::string superuser_;
  std::unique_ptr<Assertions> assertions_;
  std::map<std::string, pid_t> pids_;
  // Free ones, found at the start, so that each knows the others' from the
  // beginning.
  std::map<std::string, int> ports_;
  std::map<std::string, bool> migrated_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
};

}  // namespace reglab::testing

#endif  // REGLAB_TESTS_INTEGRATION_SERVICE_FIXTURE_H_
