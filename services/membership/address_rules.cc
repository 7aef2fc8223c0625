#include "services/membership/address_rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace reglab::membership {
namespace {

struct Range4 {
  uint32_t base;
  int bits;
};
constexpr uint32_t Base(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}
// https://www.iana.org/assignments/iana-ipv4-special-registry, less what is
// globally reachable, with multicast.
constexpr Range4 kSpecial4[] = {
    {Base(0, 0, 0, 0), 8},         // this network
    {Base(10, 0, 0, 0), 8},        // private
    {Base(100, 64, 0, 0), 10},     // shared, behind carriers' NAT
    {Base(127, 0, 0, 0), 8},       // loopback
    {Base(168, 63, 129, 16), 32},  // Azure's wire server
    {Base(169, 254, 0, 0), 16},    // link-local, with metadata services
    {Base(172, 16, 0, 0), 12},     // private
    {Base(192, 0, 0, 0), 24},      // IETF protocol assignments
    {Base(192, 0, 2, 0), 24},      // documentation
    {Base(192, 88, 99, 0), 24},    // 6to4 relays
    {Base(192, 168, 0, 0), 16},    // private
    {Base(198, 18, 0, 0), 15},     // benchmarking
    {Base(198, 51, 100, 0), 24},   // documentation
    {Base(203, 0, 113, 0), 24},    // documentation
    {Base(224, 0, 0, 0), 4},       // multicast
    {Base(240, 0, 0, 0), 4},       // reserved, with limited broadcast
};

struct Range6 {
  std::array<uint8_t, 16> base;
  int bits;
};
// Global unicast is 2000::/3; within it,
// https://www.iana.org/assignments/iana-ipv6-special-registry
constexpr Range6 kGlobalUnicast = {{0x20}, 3};
constexpr Range6 kSpecial6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},  // IETF assignments: Teredo, ORCHID, …
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4: an IPv4 address in it
    {{0x3f, 0xff}, 20},              // documentation
};

bool Within(uint32_t address, const Range4& range) {
  return (address ^ range.base) >> (32 - range.bits) == 0;
}

bool Within(const uint8_t* address, const Range6& range) {
  for (int bit = 0; bit < range.bits; ++bit) {
    const int shift = 7 - bit % 8;
    if (((address[bit / 8] ^ range.base[bit / 8]) >> shift & 1) != 0) {
      return false;
    }
  }
  return true;
}

bool IsPublic4(uint32_t address) {
  for (const Range4& range : kSpecial4) {
    if (Within(address, range)) return false;
  }
  return true;
}

bool IsPublic6(const uint8_t* address) {
  if (!Within(address, kGlobalUnicast)) return false;
  for (const Range6& range : kSpecial6) {
    if (Within(address, range)) return false;
  }
  return true;
}

}  // namespace

bool IsPublicAddress(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in four;
    std::memcpy(&four, address, sizeof(four));
    return IsPublic4(ntohl(four.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 six;
    std::memcpy(&six, address, sizeof(six));
    return IsPublic6(six.sin6_addr.s6_addr);
  }
  return false;
}

bool IsPublicAddress(std::string_view text) {
  const std::string ended(text);
  in_addr four;
  if (inet_pton(AF_INET, ended.c_str(), &four) == 1) {
    return IsPublic4(ntohl(four.s_addr));
  }
  in6_addr six;
  return inet_pton(AF_INET6, ended.c_str(), &six) == 1 &&
         IsPublic6(six.s6_addr);
}

bool IsAddressLiteral(std::string_view text) {
  const std::string ended(text);
  in6_addr any;
  return inet_pton(AF_INET, ended.c_str(), &any) == 1 ||
         inet_pton(AF_INET6, ended.c_str(), &any) == 1;
}

}  // namespace reglab::membership
