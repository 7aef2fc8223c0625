#include "gateway/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace reglab::gateway {
namespace {

using std::chrono::milliseconds;

constexpr int kLearning = 2;
constexpr int kMeetings = 1;

Cache::Value ValueOf(std::string body) {
  return std::make_shared<const Representations>(
      Content{.body = std::move(body)});
}

class CacheTest : public testing::Test {
 protected:
  // Fetches `key` with a fetch that begins at `began`.
  void Put(const std::string& key, Cache::Clock::time_point began,
           int service = kLearning, std::string body = "{}") {
    const uint64_t fetch = cache_.Join(
        key, service, [](const Fetched&) {}, began);
    ASSERT_NE(fetch, 0u);
    cache_.Complete(key, fetch, {{}, ValueOf(std::move(body))});
  }

  Cache cache_{1 << 20};
  const Cache::Clock::time_point start_ =
      Cache::Clock::time_point(std::chrono::hours(1));
};

TEST_F(CacheTest, AnEntryLivesASecondFromTheStartOfItsFetch) {
  Put("a", start_);
  EXPECT_NE(cache_.Find("a", start_ + milliseconds(999)), nullptr);
  EXPECT_EQ(cache_.Find("a", start_ + milliseconds(1000)), nullptr);
}

TEST_F(CacheTest, AnEntryLivesLongerWhileItsFeedIsComplete) {
  Put("a", start_);
  cache_.Confirmed(kLearning, start_ + milliseconds(4500));
  EXPECT_NE(cache_.Find("a", start_ + milliseconds(5400)), nullptr);
  EXPECT_EQ(cache_.Find("a", start_ + milliseconds(5500)), nullptr);
}

TEST_F(CacheTest, TheFeedOfAnotherServiceKeepsNothingAlive) {
  Put("a", start_);
  cache_.Confirmed(kMeetings, start_ + milliseconds(1500));
  EXPECT_EQ(cache_.Find("a", start_ + milliseconds(1600)), nullptr);
}

TEST_F(CacheTest, NothingLivesForMoreThanAMinute) {
  Put("a", start_);
  cache_.Confirmed(kLearning, start_ + std::chrono::seconds(60));
  EXPECT_EQ(cache_.Find("a", start_ + std::chrono::seconds(60)), nullptr);
}

TEST_F(CacheTest, AChangeEndsEveryEntryOfItsServiceAndNoOther) {
  Put("a", start_, kLearning);
  Put("b", start_, kMeetings);
  cache_.Changed(kLearning, start_ + milliseconds(10));
  EXPECT_EQ(cache_.Find("a", start_ + milliseconds(20)), nullptr);
  EXPECT_NE(cache_.Find("b", start_ + milliseconds(20)), nullptr);
}

TEST_F(CacheTest, AFetchThatBeganBeforeAChangeIsNotKept) {
  const uint64_t fetch = cache_.Join(
      "a", kLearning, [](const Fetched&) {}, start_);
  cache_.Changed(kLearning, start_ + milliseconds(5));
  cache_.Complete("a", fetch, {{}, ValueOf("old")});
  EXPECT_EQ(cache_.Find("a", start_ + milliseconds(6)), nullptr);
}

TEST_F(CacheTest, NobodyJoinsAFetchThatBeganBeforeAChange) {
  int old_answers = 0;
  int new_answers = 0;
  const uint64_t before = cache_.Join(
      "a", kLearning, [&](const Fetched&) { ++old_answers; }, start_);
  cache_.Changed(kLearning, start_ + milliseconds(5));
  const uint64_t after = cache_.Join(
      "a", kLearning, [&](const Fetched&) { ++new_answers; },
      start_ + milliseconds(6));
  EXPECT_NE(after, 0u);
  cache_.Complete("a", before, {{}, ValueOf("old")});
  EXPECT_EQ(old_answers, 1);
  EXPECT_EQ(new_answers, 0);
  cache_.Complete("a", after, {{}, ValueOf("new")});
  EXPECT_EQ(new_answers, 1);
  EXPECT_NE(cache_.Find("a", start_ + milliseconds(7)), nullptr);
}

TEST_F(CacheTest, FiveHundredEqualRequestsAtOnceMakeOneFetch) {
  std::atomic<int> fetches{0};
  std::atomic<int> answers{0};
  std::atomic<uint64_t> fetch{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 10; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const uint64_t number = cache_.Join(
            "a", kLearning, [&](const Fetched&) { ++answers; }, start_);
        if (number != 0) {
          ++fetches;
          fetch = number;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fetches, 1);
  EXPECT_EQ(answers, 0);
  cache_.Complete("a", fetch, {{}, ValueOf("{}")});
  EXPECT_EQ(answers, 500);
}

TEST_F(CacheTest, AnErrorIsGivenToAllWhoWaitAndNotKept) {
  google::rpc::Status seen;
  const uint64_t fetch = cache_.Join(
      "a", kLearning, [&](const Fetched& fetched) { seen = fetched.status; },
      start_);
  Fetched failed;
  failed.status.set_code(14);
  cache_.Complete("a", fetch, failed);
  EXPECT_EQ(seen.code(), 14);
  EXPECT_EQ(cache_.Find("a", start_), nullptr);
  EXPECT_NE(cache_.Join(
                "a", kLearning, [](const Fetched&) {}, start_),
            0u);
}

TEST_F(CacheTest, ItNeverHoldsMoreThanItMay) {
  for (int i = 0; i < 2000; ++i) {
    Put("key" + std::to_string(i), start_, kLearning, std::string(4000, 'x'));
    ASSERT_LE(cache_.bytes(), size_t{1} << 20);
  }
  EXPECT_GT(cache_.bytes(), size_t{1} << 19);
  // The last one is still there, the first is gone.
  EXPECT_NE(cache_.Find("key1999", start_), nullptr);
  EXPECT_EQ(cache_.Find("key0", start_), nullptr);
}

TEST_F(CacheTest, WhatWasReadLastIsKeptLongest) {
  Put("often", start_);
  for (int i = 0; i < 2000; ++i) {
    ASSERT_NE(cache_.Find("often", start_), nullptr) << i;
    Put("key" + std::to_string(i), start_, kLearning, std::string(4000, 'x'));
  }
}

TEST_F(CacheTest, WhatIsTooLargeIsAnsweredButNotKept) {
  Put("a", start_, kLearning, std::string(1 << 20, 'x'));
  EXPECT_EQ(cache_.Find("a", start_), nullptr);
  EXPECT_EQ(cache_.bytes(), 0u);
}

}  // namespace
}  // namespace reglab::gateway
