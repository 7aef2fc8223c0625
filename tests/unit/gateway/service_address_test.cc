#include "gateway/service_address.h"

#include <gtest/gtest.h>

namespace reglab::gateway {
namespace {

TEST(ServiceAddress, IsReadAsGrpcWritesIt) {
  for (const char* text :
       {"membership:7001", "dns:///membership:7001", "dns:membership:7001"}) {
    const ServiceAddress address = ReadServiceAddress(text);
    EXPECT_EQ(address.host, "membership") << text;
    EXPECT_EQ(address.port, "7001") << text;
    EXPECT_EQ(address.authority, "membership:7001") << text;
  }
  EXPECT_EQ(ReadServiceAddress("ipv4:127.0.0.1:7001").host, "127.0.0.1");
}

TEST(ServiceAddress, OfVersion6StandsInBrackets) {
  const ServiceAddress address = ReadServiceAddress("[::1]:7001");
  EXPECT_EQ(address.host, "::1");
  EXPECT_EQ(address.port, "7001");
  EXPECT_EQ(address.authority, "[::1]:7001");
}

TEST(ServiceAddress, WithoutAPortHasThatOfHttps) {
  EXPECT_EQ(ReadServiceAddress("membership").port, "443");
}

}  // namespace
}  // namespace reglab::gateway
