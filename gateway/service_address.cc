#include "gateway/service_address.h"

namespace reglab::gateway {

ServiceAddress ReadServiceAddress(std::string_view text) {
  for (const std::string_view scheme : {"dns:///", "dns:", "ipv4:"}) {
    if (text.starts_with(scheme)) {
      text.remove_prefix(scheme.size());
      break;
    }
  }
  ServiceAddress address;
  address.authority = text;
  const size_t colon = text.rfind(':');
  address.host = text.substr(0, colon);
  address.port =
      colon == std::string_view::npos ? "443" : text.substr(colon + 1);
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return address;
}

}  // namespace reglab::gateway
