#ifndef REGLAB_SERVICES_COMMON_PROCESS_H_
#define REGLAB_SERVICES_COMMON_PROCESS_H_

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace grpc {
class Channel;
class ServerCredentials;
}  // namespace grpc
namespace prometheus {
class Registry;
}

namespace reglab {

// What every process of the suite does the same way, the gateway included.

// Parses the Abseil flags; each can also come from the environment
// (--database_connections from REGLAB_DATABASE_CONNECTIONS; the flag wins).
// Blocks SIGTERM and SIGINT for every thread (see WaitForShutdown), ignores
// SIGPIPE and starts the log. Called first in main().
void StartProcess(std::string_view name, int argc, char** argv);

// Blocks until SIGTERM or SIGINT, or until RequestShutdown() was called.
void WaitForShutdown();
void RequestShutdown();

// One JSON line on standard error:
//   {"time":"…","level":"info","process":"learning","event":"call",…fields}
// Never a secret, never personal data. Thread-safe.
using LogValue = std::variant<std::string_view, double, int64_t, bool>;
using LogFields = std::initializer_list<std::pair<std::string_view, LogValue>>;
void LogInfo(std::string_view event, LogFields fields = {});
void LogError(std::string_view event, LogFields fields = {});

// The registry of all metrics, served as text on --metrics_port (0: not
// served).
std::shared_ptr<prometheus::Registry> MetricsRegistry();
void ServeMetrics();

// --tls_certificate, --tls_key and --tls_ca; nothing unless all are given.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string ca;
};
std::optional<TlsFiles> ProcessTlsFiles();

// Between processes: mutual TLS when --tls_certificate, --tls_key and --tls_ca
// are given (files, read again when they change), plaintext otherwise.
std::shared_ptr<grpc::ServerCredentials> ProcessServerCredentials();
// A channel to `address` ("127.0.0.1:7001", "dns:///membership:7001");
// round_robin, keepalive, messages up to 16 MiB. `number` keeps several
// channels to one address apart.
std::shared_ptr<grpc::Channel> ProcessChannel(const std::string& address,
                                              int number = 0);

// W3C trace context. The incoming `traceparent` with a new parent id, or a new
// trace when there is none or it is not well-formed.
std::string ContinueTrace(std::string_view traceparent);
// The 32 hexadecimal digits in the middle of a traceparent.
std::string_view TraceIdOf(std::string_view traceparent);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_PROCESS_H_
