#ifndef REGLAB_GATEWAY_SERVICE_ADDRESS_H_
#define REGLAB_GATEWAY_SERVICE_ADDRESS_H_

#include <string>
#include <string_view>

namespace reglab::gateway {

// Where a service is.
struct ServiceAddress {
  std::string host;
  std::string port;
  std::string authority;  // both, as HTTP/2 names them
};

// Reads it as grpc++ writes it: "127.0.0.1:7001", "dns:///membership:7001",
// "[::1]:7001". Without a port it is 443.
ServiceAddress ReadServiceAddress(std::string_view text);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_SERVICE_ADDRESS_H_
