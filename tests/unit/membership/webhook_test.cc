#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/address_rules.h"
#include "services/membership/event_rules.h"
#include "services/membership/outbound.h"
#include "services/membership/retry_rules.h"

namespace reglab::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Counts who comes to a port of this machine, on IPv4 and IPv6.
class Door {
 public:
  Door() {
    four_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    socklen_t length = sizeof(address);
    EXPECT_EQ(bind(four_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(
        getsockname(four_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
    listen(four_, 100);
    six_ = socket(AF_INET6, SOCK_STREAM, 0);
    const int only = 1;
    setsockopt(six_, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
    sockaddr_in6 other{};
    other.sin6_family = AF_INET6;
    other.sin6_port = htons(static_cast<uint16_t>(port_));
    // A machine without IPv6 has nobody to come there.
    if (bind(six_, reinterpret_cast<sockaddr*>(&other), sizeof(other)) == 0) {
      listen(six_, 100);
    }
  }
  ~Door() {
    close(four_);
    close(six_);
  }
  int port() const { return port_; }
  bool AnybodyCame() const {
    pollfd waiting[] = {{four_, POLLIN, 0}, {six_, POLLIN, 0}};
    return poll(waiting, 2, 0) > 0 &&
           ((waiting[0].revents | waiting[1].revents) & POLLIN) != 0;
  }

 private:
  int four_ = -1;
  int six_ = -1;
  int port_ = 0;
};

TEST(Webhooks, ConnectToNoInternalAddress) {
  const Door door;
  const std::string port = absl::StrCat(":", door.port());
  char own_name[256] = "localhost";
  gethostname(own_name, sizeof(own_name) - 1);
  std::vector<std::string> hosts = {
      // Loopback, however it is written.
      "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1",
      "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0",
      "0.0.0.0", "0.0.0.1", "00000177.1", "localhost", "LOCALHOST",
      "localhost.", "a.localhost", "rebind.a.localhost",
      "localhost.localdomain", "ip6-localhost", own_name, "[::1]", "[::]",
      "[0:0:0:0:0:0:0:1]", "[0000::0001]",
      // Mapped, translated, tunnelled IPv4.
      "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
      "[::ffff:169.254.169.254]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
      "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[::ffff:0:127.0.0.1]",
      // Private and shared.
      "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254",
      "192.168.0.1", "192.168.255.254", "100.64.0.1", "100.127.255.254",
      "[fc00::1]", "[fd12:3456:789a::1]",
      // Link-local, with the metadata services of clouds.
      "169.254.169.254", "169.254.0.1", "168.63.129.16", "[fe80::1]",
      "[fe80::1%25lo]", "[fd00:ec2::254]", "metadata.google.internal",
      // Documentation, benchmarking, protocols, multicast, reserved.
      "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.0.0.8",
      "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
      "255.255.255.255", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]"};
  std::vector<std::string> urls;
  for (const std::string& host : hosts) {
    urls.push_back(absl::StrCat("https://", host, port, "/hook"));
  }
  // Other ways to say it.
  urls.push_back(absl::StrCat("https://example.com@127.0.0.1", port, "/"));
  urls.push_back(absl::StrCat("https://127.0.0.1", port, "#@example.com/"));
  urls.push_back(absl::StrCat("https://127.0.0.1", port, "\\@example.com/"));
  urls.push_back(absl::StrCat("http://127.0.0.1", port, "/"));
  urls.push_back(absl::StrCat("file:///etc/passwd"));
  urls.push_back(absl::StrCat("gopher://127.0.0.1", port, "/_GET"));
  urls.push_back(absl::StrCat("https:/127.0.0.1", port, "/"));
  urls.push_back(absl::StrCat("https://①②⑦.⓪.⓪.①", port, "/"));
  ASSERT_GE(urls.size(), 60u);
  WebhookSender sender;
  int connections = 0;
  for (const std::string& url : urls) {
    const absl::Time began = absl::Now();
    const Attempt attempt = sender.Post(url, {}, "{}");
    EXPECT_FALSE(attempt.done) << url;
    EXPECT_EQ(attempt.connections, 0) << url;
    EXPECT_THAT(attempt.error, ::testing::AnyOf("ADDRESS_REFUSED", "RESOLVE",
                                                "TIMEOUT", "PROTOCOL"))
        << url;
    // Nothing was waited for.
    EXPECT_LT(absl::Now() - began, absl::Seconds(9)) << url;
    connections += attempt.connections;
  }
  EXPECT_FALSE(door.AnybodyCame());
  printf("%zu URLs: %d connects\n", urls.size(), connections);
}

// The text of a URL says nothing of where its name will lead; what is looked at
// is the address at the moment of connecting.
TEST(Webhooks, LookWhereANameLeadsWhenTheyConnect) {
  const Door door;
  const std::string url =
      absl::StrCat("https://hooks.example.se:", door.port(), "/");
  EXPECT_TRUE(CheckWebhookUrl("url", url).ok());
  for (const char* address :
       {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254",
        "10.0.0.1", "127.0.0.1,10.0.0.1,[::1]"}) {
    WebhookSender sender(
        {absl::StrCat("hooks.example.se:", door.port(), ":", address)});
    const Attempt attempt = sender.Post(url, {}, "{}");
    EXPECT_EQ(attempt.error, "ADDRESS_REFUSED") << address;
    EXPECT_EQ(attempt.connections, 0) << address;
  }
  EXPECT_FALSE(door.AnybodyCame());
}

TEST(Webhooks, TakeOnlyUrlsThatMayBePostedTo) {
  for (const char* url :
       {"https://intranet.example.se/reglab", "https://example.se:8443/a?b=c",
        "https://1.1.1.1/", "https://[2606:4700:4700::1111]/"}) {
    EXPECT_TRUE(CheckWebhookUrl("subscription.url", url).ok()) << url;
  }
  for (const char* url :
       {"", "https://", "http://example.se/", "ftp://example.se/",
        "https://user:pw@example.se/", "https://example.se/#x",
        "https://intranet/", "https://10.0.0.1/", "https://printer.local/"}) {
    const absl::Status status = CheckWebhookUrl("subscription.url", url);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << url;
  }
}

TEST(PublicAddresses, AreNotNextToTheSpecialOnes) {
  for (const char* address :
       {"1.1.1.1",          "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",   "100.128.0.0",     "126.255.255.255",
        "128.0.0.0",        "169.253.255.255", "169.255.0.0",
        "172.15.255.255",   "172.32.0.0",      "192.0.1.0",
        "192.167.255.255",  "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",       "223.255.255.255", "2001:200::1",
        "2001:db7:ffff::1", "2001:db9::1",     "2003::1",
        "2a00:1450::1",     "3ffe::1"}) {
    EXPECT_TRUE(IsPublicAddress(address)) << address;
  }
  for (const char* address : {"10.0.0.0",       "100.64.0.0",
                              "127.0.0.0",      "169.254.0.0",
                              "172.16.0.0",     "172.31.255.255",
                              "192.168.0.0",    "198.19.255.255",
                              "224.0.0.0",      "::1",
                              "::ffff:1.1.1.1", "64:ff9b::101:101",
                              "2001:1ff::1",    "2001:db8:ffff::1",
                              "2002:101:101::", "4000::1",
                              "fe80::1",        "ff02::1",
                              "nonsense",       ""}) {
    EXPECT_FALSE(IsPublicAddress(address)) << address;
  }
}

TEST(Retries, GrowAndEnd) {
  absl::Duration total;
  int attempt = 1;
  absl::Duration before;
  while (const auto pause = NextPause(MailRetry(), attempt, total, 0)) {
    EXPECT_GT(*pause, before);
    before = *pause;
    total += *pause;
    ++attempt;
  }
  EXPECT_EQ(attempt, 8);
  EXPECT_GT(total, absl::Hours(20));
  EXPECT_LE(total, absl::Hours(24));

  total = absl::ZeroDuration();
  attempt = 1;
  while (const auto pause = NextPause(WebhookRetry(), attempt, total, 0)) {
    EXPECT_LE(*pause, absl::Hours(3));
    total += *pause;
    ++attempt;
  }
  EXPECT_GE(total, absl::Hours(72));
  EXPECT_LE(total, absl::Hours(75));
  EXPECT_LT(attempt, 50);
  // However often: no overflow.
  EXPECT_EQ(NextPause(SubscriptionRetry(), 1000000, absl::ZeroDuration(), 0),
            absl::Minutes(10));
}

TEST(Retries, AreSpreadByAFifth) {
  EXPECT_EQ(NextPause(MailRetry(), 1, absl::ZeroDuration(), 0),
            absl::Seconds(75));
  EXPECT_EQ(NextPause(MailRetry(), 1, absl::ZeroDuration(), 1),
            absl::Seconds(60));
  EXPECT_EQ(NextPause(MailRetry(), 1, absl::Hours(25), 0), std::nullopt);
}

TEST(Events, AreThoseThatAreWanted) {
  EXPECT_TRUE(IsWanted({"*"}, "learning.Activity"));
  EXPECT_TRUE(IsWanted({"learning.*"}, "learning.Activity"));
  EXPECT_TRUE(
      IsWanted({"meetings.Meeting", "learning.Activity"}, "learning.Activity"));
  EXPECT_FALSE(IsWanted({"learning.Activity"}, "learning.ActivityKind"));
  EXPECT_FALSE(IsWanted({"meetings.*"}, "learning.Activity"));
  EXPECT_FALSE(IsWanted({}, "learning.Activity"));
  EXPECT_TRUE(CheckEventTypes("f", {"*", "learning.*", "meetings.Meeting",
                                    "membership.Organization"})
                  .ok());
  for (const char* wrong : {"learning.Activty", "other.*", "learning.Change",
                            "membership.GetOrganizationRequest"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckEventTypes("f", {wrong})))
        << wrong;
  }
}

TEST(Events, AreCloudEvents) {
  const Event event = {.service = "learning",
                       .seq = 4711,
                       .kind = "UPDATED",
                       .type = "learning.Activity",
                       .resource = "activities/gron",
                       .etag = "abc",
                       .time = absl::FromUnixMicros(1795500000123456)};
  const boost::json::value value =
      boost::json::parse(WriteEvent(event, "https://reglab.example", "id1"));
  EXPECT_EQ(value.at("specversion").as_string(), "1.0");
  EXPECT_EQ(value.at("id").as_string(), "learning-4711");
  EXPECT_EQ(value.at("source").as_string(),
            "https://reglab.example/v1/changes/learning");
  EXPECT_EQ(value.at("type").as_string(),
            "se.reglab.learning.Activity.updated");
  EXPECT_EQ(value.at("subject").as_string(), "activities/gron");
  EXPECT_EQ(value.at("time").as_string(), "2026-11-24T06:00:00.123456Z");
  EXPECT_EQ(value.at("data").at("etag").as_string(), "abc");
}

// The example of https://github.com/standard-webhooks/standard-webhooks.
TEST(Events, AreSignedAsStandardWebhooksSays) {
  const std::vector<std::string> headers =
      WebhookHeaders({"whsec_plJ3nmyCDGBKInavdOK15jsl"}, "msg_loFOjxBNrRLzqYUf",
                     absl::FromUnixSeconds(1731705121),
                     "{\"event_type\":\"ping\",\"data\":{\"success\":true}}");
  EXPECT_THAT(
      headers,
      ElementsAre(StartsWith("Content-Type: application/cloudevents+json"),
                  "webhook-id: msg_loFOjxBNrRLzqYUf",
                  "webhook-timestamp: 1731705121",
                  "webhook-signature: "
                  "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="));
  EXPECT_THAT(WebhookHeaders({NewWebhookSecret(), NewWebhookSecret()}, "a",
                             absl::Now(), "b")[3],
              HasSubstr(" v1,"));
  std::set<std::string> secrets;
  for (int i = 0; i < 100; ++i) secrets.insert(NewWebhookSecret());
  EXPECT_EQ(secrets.size(), 100u);
}

}  // namespace
}  // namespace reglab::membership
