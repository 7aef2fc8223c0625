#include "services/common/process.h"

#include <google/protobuf/stubs/logging.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/support/channel_arguments.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/reflection.h"
#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/common/spelling.h"

ABSL_FLAG(
    std::string, metrics_listen, "",
    "Address and port on which Prometheus metrics are served at /metrics; "
    "empty: they are not");
ABSL_FLAG(std::string, tls_certificate, "",
          "PEM file with this process's certificate chain; with --tls_key and "
          "--tls_ca calls between processes use mutual TLS");
ABSL_FLAG(std::string, tls_key, "", "PEM file with this process's private key");
ABSL_FLAG(std::string, tls_ca, "",
          "PEM file with the authority that signs all processes' certificates");

namespace reglab {
namespace {

std::string& ProcessName() {
  static auto* name = new std::string;
  return *name;
}

// Lines are gathered and written a batch at a time: a call must not wait for
// the disk. Errors are written at once.
class BatchSink : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    batch_.append(message.payload.data(), message.payload.size());
    batch_.push_back('\n');
    if (batch_.size() > 32768 || message.level >= spdlog::level::err) flush_();
  }
  void flush_() override {
    size_t done = 0;
    while (done < batch_.size()) {
      const ssize_t written =
          write(STDERR_FILENO, batch_.data() + done, batch_.size() - done);
      if (written <= 0) break;
      done += size_t(written);
    }
    batch_.clear();
  }

 private:
  std::string batch_;
};

std::shared_ptr<spdlog::logger>& Logger() {
  static auto* logger = [] {
    auto* made =
        new std::shared_ptr<spdlog::logger>(std::make_shared<spdlog::logger>(
            "reglab", std::make_shared<BatchSink>()));
    spdlog::register_logger(*made);
    spdlog::flush_every(std::chrono::seconds(1));
    std::atexit([] { Logger()->flush(); });
    return made;
  }();
  return *logger;
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(char(c));
    } else if (c < 0x20) {
      absl::StrAppendFormat(out, "\\u%04x", c);
    } else {
      out->push_back(char(c));
    }
  }
  out->push_back('"');
}

void Log(spdlog::level::level_enum level, std::string_view event,
         LogFields fields) {
  std::string line = Concat(
      "{\"time\":\"",
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(),
                       absl::UTCTimeZone()),
      "\",\"level\":\"", level == spdlog::level::info ? "info" : "error",
      "\",\"process\":\"", ProcessName(), "\",\"event\":\"", event, "\"");
  for (const auto& [key, value] : fields) {
    line += Concat(",\"", key, "\":");
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      AppendJsonString(*text, &line);
    } else if (const auto* number = std::get_if<double>(&value)) {
      absl::StrAppend(&line, *number);
    } else if (const auto* integer = std::get_if<int64_t>(&value)) {
      absl::StrAppend(&line, *integer);
    } else {
      absl::StrAppend(&line, std::get<bool>(value) ? "true" : "false");
    }
  }
  line.push_back('}');
  Logger()->log(level, spdlog::string_view_t(line.data(), line.size()));
}

sigset_t ShutdownSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

bool HasTls() {
  return !absl::GetFlag(FLAGS_tls_certificate).empty() &&
         !absl::GetFlag(FLAGS_tls_key).empty() &&
         !absl::GetFlag(FLAGS_tls_ca).empty();
}

std::shared_ptr<grpc::experimental::FileWatcherCertificateProvider>
Certificates() {
  static auto* provider =
      new std::shared_ptr<grpc::experimental::FileWatcherCertificateProvider>(
          std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
              absl::GetFlag(FLAGS_tls_key),
              absl::GetFlag(FLAGS_tls_certificate), absl::GetFlag(FLAGS_tls_ca),
              /*refresh_interval_sec=*/5));
  return *provider;
}

}  // namespace

void StartProcess(std::string_view name, int argc, char** argv) {
  ProcessName() = std::string(name);
  std::vector<std::string> arguments = {argc > 0 ? argv[0] : "reglab"};
  for (const auto& [flag_name, flag] : absl::GetAllFlags()) {
    const std::string variable =
        Concat("REGLAB_", absl::AsciiStrToUpper(flag_name));
    if (const char* value = std::getenv(variable.c_str())) {
      std::string error;
      if (!flag->ParseFrom(value, &error)) {
        LogError("bad_environment", {{"variable", variable}, {"error", error}});
        std::exit(1);
      }
    }
  }
  absl::ParseCommandLine(argc, argv);
  const sigset_t signals = ShutdownSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Debian's Abseil looks for deadlocks at every lock of gRPC's, which costs
  // some hundredths of all time.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // What a parser has to say of a message goes to the caller, in our words.
  google::protobuf::SetLogHandler(nullptr);
}

void WaitForShutdown() {
  const sigset_t signals = ShutdownSignals();
  int signal = 0;
  sigwait(&signals, &signal);
}

void RequestShutdown() { kill(getpid(), SIGTERM); }

void LogInfo(std::string_view event, LogFields fields) {
  Log(spdlog::level::info, event, fields);
}

void LogError(std::string_view event, LogFields fields) {
  Log(spdlog::level::err, event, fields);
}

std::shared_ptr<prometheus::Registry> MetricsRegistry() {
  static auto* registry = new std::shared_ptr<prometheus::Registry>(
      std::make_shared<prometheus::Registry>());
  return *registry;
}

void ServeMetrics() {
  const std::string address = absl::GetFlag(FLAGS_metrics_listen);
  if (address.empty()) return;
  try {
    static auto* exposer = new prometheus::Exposer(address, /*num_threads=*/1);
    exposer->RegisterCollectable(MetricsRegistry());
  } catch (const std::exception&) {
    LogError("metrics_port", {{"address", address}});
    std::exit(1);
  }
}

std::optional<TlsFiles> ProcessTlsFiles() {
  if (!HasTls()) return std::nullopt;
  return TlsFiles{absl::GetFlag(FLAGS_tls_certificate),
                  absl::GetFlag(FLAGS_tls_key), absl::GetFlag(FLAGS_tls_ca)};
}

std::shared_ptr<grpc::ServerCredentials> ProcessServerCredentials() {
  if (!HasTls()) return grpc::InsecureServerCredentials();
  grpc::experimental::TlsServerCredentialsOptions options(Certificates());
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::Channel> ProcessChannel(const std::string& address,
                                              int number) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("reglab.channel", number);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetLoadBalancingPolicyName("round_robin");
  // The largest answer is that of a dry run with 100,000 rows.
  arguments.SetMaxReceiveMessageSize(32 << 20);
  // Details of errors, which have the resource as it is now (see Runtime).
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 64 << 10);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  if (HasTls()) {
    grpc::experimental::TlsChannelCredentialsOptions options;
    options.set_certificate_provider(Certificates());
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    credentials = grpc::experimental::TlsCredentials(options);
  } else {
    credentials = grpc::InsecureChannelCredentials();
  }
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

std::string ContinueTrace(std::string_view traceparent) {
  thread_local absl::InsecureBitGen random;
  const std::string_view trace_id = TraceIdOf(traceparent);
  const uint64_t parent = absl::Uniform<uint64_t>(random, 1, UINT64_MAX);
  if (!trace_id.empty()) {
    return absl::StrFormat("00-%s-%016x-%s", trace_id, parent,
                           traceparent.substr(53, 2));
  }
  return absl::StrFormat("00-%016x%016x-%016x-01",
                         absl::Uniform<uint64_t>(random, 1, UINT64_MAX),
                         absl::Uniform<uint64_t>(random), parent);
}

std::string_view TraceIdOf(std::string_view traceparent) {
  // Version, trace id, parent id, flags: W3C Trace Context, section 3.2.
  if (traceparent.size() < 55 || traceparent.substr(0, 2) == "ff" ||
      traceparent[2] != '-' || traceparent[35] != '-' ||
      traceparent[52] != '-') {
    return {};
  }
  if (traceparent.size() > 55 &&
      (traceparent.substr(0, 2) == "00" || traceparent[55] != '-')) {
    return {};
  }
  for (size_t i = 0; i < 55; ++i) {
    const char c = traceparent[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (!hex && i != 2 && i != 35 && i != 52) return {};
  }
  const std::string_view trace_id = traceparent.substr(3, 32);
  if (trace_id.find_first_not_of('0') == std::string_view::npos ||
      traceparent.substr(36, 16).find_first_not_of('0') ==
          std::string_view::npos) {
    return {};
  }
  return trace_id;
}

}  // namespace reglab
