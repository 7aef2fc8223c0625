#include "gateway/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace reglab::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const RateLimits::Clock::time_point kStart = RateLimits::Clock::now();

TEST(RateLimits, GrantAMinutesRequestsAtOnceAndThenAsTheyComeBack) {
  RateLimits limits;
  for (int i = 0; i < 60; ++i) {
    const RateLimits::Turn turn = limits.Take("clients/a", 60, kStart);
    EXPECT_TRUE(turn.granted) << i;
    EXPECT_EQ(turn.remaining, 59 - i);
  }
  RateLimits::Turn turn = limits.Take("clients/a", 60, kStart);
  EXPECT_FALSE(turn.granted);
  EXPECT_EQ(turn.remaining, 0);
  EXPECT_EQ(turn.granted_in, seconds(1));
  EXPECT_EQ(turn.full_in, seconds(60));
  EXPECT_FALSE(
      limits.Take("clients/a", 60, kStart + milliseconds(900)).granted);
  EXPECT_TRUE(
      limits.Take("clients/a", 60, kStart + milliseconds(1100)).granted);
  EXPECT_FALSE(
      limits.Take("clients/a", 60, kStart + milliseconds(1200)).granted);
  // After a pause of a minute all are there again.
  turn = limits.Take("clients/a", 60, kStart + seconds(200));
  EXPECT_TRUE(turn.granted);
  EXPECT_EQ(turn.remaining, 59);
}

TEST(RateLimits, RefusalsCostNothing) {
  RateLimits limits;
  EXPECT_TRUE(limits.Take("a", 1, kStart).granted);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(limits.Take("a", 1, kStart).granted);
  }
  EXPECT_EQ(limits.Take("a", 1, kStart + seconds(30)).granted_in, seconds(30));
  EXPECT_TRUE(limits.Take("a", 1, kStart + seconds(60)).granted);
}

TEST(RateLimits, CallersDoNotDisturbEachOther) {
  RateLimits limits;
  while (limits.Take("clients/a", 10, kStart).granted) {
  }
  EXPECT_TRUE(limits.Take("clients/b", 10, kStart).granted);
}

TEST(RateLimits, KeepAFixedNumberOfBucketsAndForgetTheFullest) {
  RateLimits limits(8);
  // One who has used up all, and ten thousand who ask once.
  while (limits.Take("clients/greedy", 10, kStart).granted) {
  }
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(limits.Take(std::to_string(i), 10, kStart).granted);
  }
  EXPECT_FALSE(limits.Take("clients/greedy", 10, kStart).granted);
}

TEST(RateLimits, TellTheCallerInHeaders) {
  RateLimits limits;
  std::string lines =
      RateLimits::HeaderLines(limits.Take("clients/a", 2, kStart));
  EXPECT_THAT(lines, HasSubstr("RateLimit-Policy: \"minute\";q=2;w=60\r\n"));
  EXPECT_THAT(lines, HasSubstr("RateLimit: \"minute\";r=1;t=30\r\n"));
  EXPECT_THAT(lines, Not(HasSubstr("Retry-After")));
  limits.Take("clients/a", 2, kStart);
  lines = RateLimits::HeaderLines(limits.Take("clients/a", 2, kStart));
  EXPECT_THAT(lines, HasSubstr("RateLimit: \"minute\";r=0;t=60\r\n"));
  EXPECT_THAT(lines, HasSubstr("Retry-After: 30\r\n"));
}

TEST(RateLimits, CountFromManyThreads) {
  RateLimits limits;
  std::atomic<int> granted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        if (limits.Take("clients/a", 500, kStart).granted) ++granted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(granted, 500);
}

}  // namespace
}  // namespace reglab::gateway
