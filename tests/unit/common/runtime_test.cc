#include "services/common/runtime.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "services/common/process.h"

namespace reglab {
namespace {

TEST(Language, SwedishWhenItIsPreferred) {
  EXPECT_TRUE(PrefersSwedish("sv"));
  EXPECT_TRUE(PrefersSwedish("sv-SE, en;q=0.8"));
  EXPECT_TRUE(PrefersSwedish("de, sv;q=0.5"));
  EXPECT_FALSE(PrefersSwedish(""));
  EXPECT_FALSE(PrefersSwedish("en, sv;q=0.9"));
  EXPECT_FALSE(PrefersSwedish("sv;q=0"));
  EXPECT_FALSE(PrefersSwedish("svx"));
  EXPECT_FALSE(PrefersSwedish(";;;,,,=q"));
}

TEST(Trace, GoesOnWithANewParent) {
  const std::string incoming =
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const std::string next = ContinueTrace(incoming);
  EXPECT_EQ(TraceIdOf(next), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(next.size(), 55u);
  EXPECT_NE(next, incoming);
  EXPECT_EQ(next.substr(53), "01");
}

TEST(Trace, IsNewWhenTheIncomingOneIsNotWellFormed) {
  for (const char* bad :
       {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"}) {
    EXPECT_EQ(TraceIdOf(bad), "") << bad;
    EXPECT_EQ(TraceIdOf(ContinueTrace(bad)).size(), 32u) << bad;
  }
  EXPECT_NE(ContinueTrace(""), ContinueTrace(""));
}

TEST(Workers, RunEverythingThatTheyTook) {
  std::atomic<int> done{0};
  int taken = 0;
  {
    Workers workers(4, 1000);
    for (int i = 0; i < 500; ++i) taken += workers.Run([&] { ++done; });
  }
  EXPECT_EQ(taken, 500);
  EXPECT_EQ(done, 500);
}

TEST(Workers, RefuseWhatTheyHaveNoRoomFor) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<void> started;
  Workers workers(1, 2);
  ASSERT_TRUE(workers.Run([&] {
    started.set_value();
    released.wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(workers.Run([] {}));
  EXPECT_TRUE(workers.Run([] {}));
  EXPECT_FALSE(workers.Run([] {}));
  EXPECT_EQ(workers.waiting(), 2u);
  release.set_value();
  workers.Stop();
  EXPECT_FALSE(workers.Run([] {}));
}

}  // namespace
}  // namespace reglab
