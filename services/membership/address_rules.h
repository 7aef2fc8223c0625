#ifndef REGLAB_SERVICES_MEMBERSHIP_ADDRESS_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_ADDRESS_RULES_H_

#include <string>
#include <string_view>

struct sockaddr;

namespace reglab::membership {

// Whether an event may be posted to this address: a public one, as far as the
// IANA registries of special-purpose addresses say. Loopback, private,
// link-local (with the metadata services of clouds), shared, documentation,
// benchmarking, multicast and reserved ranges are not; of IPv6 only global
// unicast is, without what carries an IPv4 address in it (mapped, NAT64, 6to4,
// Teredo). Anything that is neither IPv4 nor IPv6 is not.
bool IsPublicAddress(const sockaddr* address);

// As above for an address in text form, "192.0.2.1" or "2001:db8::1"; false for
// what is no address.
bool IsPublicAddress(std::string_view text);

// Whether `text` is an address in text form.
bool IsAddressLiteral(std::string_view text);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_ADDRESS_RULES_H_
