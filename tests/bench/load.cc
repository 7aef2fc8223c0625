// The load client: varies its keys, checks every answer, prints one line of
// JSON.
//   load --mode=grpc --target=127.0.0.1:7003 --keys=100000 …   GetActivity
//   load --mode=http --target=127.0.0.1:8080 --paths=FILE …    GET
// A line of FILE is "<path> <text that the body holds> <how often>".
#include "tests/bench/load.h"

#include <google/protobuf/message.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "reglab/learning/v1/activity.grpc.pb.h"
#include "services/common/identity.h"

ABSL_FLAG(std::string, mode, "grpc", "grpc or http");
ABSL_FLAG(std::string, target, "", "Host and port");
ABSL_FLAG(int, connections, 8, "Connections");
ABSL_FLAG(int, in_flight, 8, "gRPC: calls in flight on each connection");
ABSL_FLAG(double, warm_up, 3, "Seconds before the measured ones");
ABSL_FLAG(double, seconds, 5, "Measured seconds");
ABSL_FLAG(int, keys, 100000, "gRPC: activities/bench-0 and on");
ABSL_FLAG(std::string, key_file, "", "gRPC: PEM with the key of process tool");
ABSL_FLAG(std::string, trusted_dir, "", "gRPC: public keys of all processes");
ABSL_FLAG(std::string, paths, "", "http: file of paths and what they answer");
ABSL_FLAG(std::string, keys_file, "", "http: file of API keys, one a line");
ABSL_FLAG(std::string, body, "", "http: POST this instead of a GET");

namespace reglab::bench {
namespace {

using learning::v1::ActivitiesService;
using learning::v1::Activity;
using learning::v1::GetActivityRequest;

// Keeps `in_flight` calls going on each of some channels; a finished call
// begins the next in its place.
class GrpcLoad {
 public:
  GrpcLoad(const Assertions& assertions, Schedule schedule)
      : assertions_(assertions), schedule_(schedule) {
    caller_.name = "clients/bench";
    caller_.scopes = {"*"};
  }

  Outcome Run(const std::string& target, int connections, int in_flight,
              int keys) {
    keys_ = keys;
    for (int i = 0; i < connections; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      arguments.SetInt("reglab.channel", i);
      stubs_.push_back(ActivitiesService::NewStub(grpc::CreateCustomChannel(
          target, grpc::InsecureChannelCredentials(), arguments)));
    }
    under_way_ = connections * in_flight;
    for (auto& stub : stubs_) {
      for (int i = 0; i < in_flight; ++i) Ask(stub.get());
    }
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return under_way_ == 0; });
    outcome_.all = all_;
    outcome_.measured = measured_;
    return outcome_;
  }

 private:
  struct One {
    grpc::ClientContext context;
    GetActivityRequest request;
    Activity response;
  };

  void Ask(ActivitiesService::Stub* stub) {
    thread_local std::mt19937_64 random(std::random_device{}());
    auto one = std::make_shared<One>();
    one->request.set_name(
        absl::StrCat("activities/bench-", random() % uint64_t(keys_)));
    one->context.set_deadline(std::chrono::system_clock::now() +
                              std::chrono::seconds(5));
    absl::StatusOr<std::string> token = assertions_.Sign(caller_, "learning");
    one->context.AddMetadata("authorization",
                             absl::StrCat("Bearer ", token.value_or("")));
    stub->async()->GetActivity(
        &one->context, &one->request, &one->response,
        [this, stub, one](const grpc::Status& status) {
          const Clock::time_point now = Clock::now();
          if (!status.ok() || one->response.name() != one->request.name() ||
              one->response.display_name().empty()) {
            std::lock_guard lock(mutex_);
            if (outcome_.wrong++ == 0) {
              outcome_.first_wrong =
                  absl::StrCat(one->request.name(), ": ", status.error_code(),
                               " ", status.error_message());
            }
          } else {
            ++all_;
            if (now >= schedule_.measure_from && now < schedule_.until) {
              ++measured_;
            }
          }
          if (now < schedule_.until) return Ask(stub);
          std::lock_guard lock(mutex_);
          if (--under_way_ == 0) ended_.notify_all();
        });
  }

  const Assertions& assertions_;
  const Schedule schedule_;
  Caller caller_;
  int keys_ = 0;
  std::vector<std::unique_ptr<ActivitiesService::Stub>> stubs_;
  std::atomic<uint64_t> all_{0};
  std::atomic<uint64_t> measured_{0};
  std::mutex mutex_;
  std::condition_variable ended_;
  int under_way_ = 0;
  Outcome outcome_;
};

std::vector<HttpTarget> ReadTargets(const std::string& file) {
  std::vector<HttpTarget> targets;
  std::ifstream lines(file);
  std::string path, expected, times;
  while (lines >> path >> expected >> times) {
    int count = 1;
    if (!absl::SimpleAtoi(times, &count)) continue;
    targets.push_back({path, expected, count});
  }
  return targets;
}

int Main() {
  const auto seconds = [](double value) {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(value));
  };
  const std::string target = absl::GetFlag(FLAGS_target);
  Outcome outcome;
  if (absl::GetFlag(FLAGS_mode) == "http") {
    const std::vector<HttpTarget> targets =
        ReadTargets(absl::GetFlag(FLAGS_paths));
    const std::vector<std::string> parts = absl::StrSplit(target, ':');
    int port = 0;
    if (targets.empty() || parts.size() != 2 ||
        !absl::SimpleAtoi(parts[1], &port)) {
      std::fprintf(stderr, "load: --target and --paths are needed\n");
      return 2;
    }
    Schedule schedule;
    schedule.measure_from =
        Clock::now() + seconds(absl::GetFlag(FLAGS_warm_up));
    schedule.until =
        schedule.measure_from + seconds(absl::GetFlag(FLAGS_seconds));
    HttpOptions options;
    options.body = absl::GetFlag(FLAGS_body);
    std::ifstream keys(absl::GetFlag(FLAGS_keys_file));
    for (std::string key; keys >> key;) {
      options.authorizations.push_back(absl::StrCat("Bearer ", key));
    }
    outcome = RunHttp(parts[0], port, absl::GetFlag(FLAGS_connections), targets,
                      options, schedule);
  } else {
    auto assertions = Assertions::Load("tool", absl::GetFlag(FLAGS_key_file),
                                       absl::GetFlag(FLAGS_trusted_dir));
    if (!assertions.ok()) {
      std::fprintf(stderr, "load: %s\n",
                   std::string(assertions.status().message()).c_str());
      return 2;
    }
    Schedule schedule;
    schedule.measure_from =
        Clock::now() + seconds(absl::GetFlag(FLAGS_warm_up));
    schedule.until =
        schedule.measure_from + seconds(absl::GetFlag(FLAGS_seconds));
    GrpcLoad load(**assertions, schedule);
    outcome =
        load.Run(target, absl::GetFlag(FLAGS_connections),
                 absl::GetFlag(FLAGS_in_flight), absl::GetFlag(FLAGS_keys));
  }
  std::printf("{\"rate\": %.1f, \"all\": %llu, \"wrong\": %llu}\n",
              double(outcome.measured) / absl::GetFlag(FLAGS_seconds),
              static_cast<unsigned long long>(outcome.all),
              static_cast<unsigned long long>(outcome.wrong));
  if (outcome.wrong > 0) {
    std::fprintf(stderr, "load: %s\n", outcome.first_wrong.c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace reglab::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return reglab::bench::Main();
}
