#include "services/common/page_token.h"

#include <string>

#include "gtest/gtest.h"
#include "services/common/listing.h"

namespace reglab {
namespace {

const PagePlace kPlace = {"Åre: 7", std::nullopt, "", "activities/a"};

class PageToken : public testing::Test {
 protected:
  void SetUp() override { SetPageTokenKey(std::string(32, 'k')); }
};

TEST_F(PageToken, GivesBackThePlace) {
  const auto place = ReadPageToken("query", MakePageToken("query", kPlace));
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(*place, kPlace);
}

TEST_F(PageToken, IsTheSameForTheSamePage) {
  EXPECT_EQ(MakePageToken("query", kPlace), MakePageToken("query", kPlace));
  EXPECT_NE(MakePageToken("query", kPlace), MakePageToken("query", {"b"}));
}

TEST_F(PageToken, IsFitForAUrl) {
  EXPECT_EQ(MakePageToken("query", kPlace)
                .find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
                                   "QRSTUVWXYZ0123456789-_"),
            std::string::npos);
}

TEST_F(PageToken, BelongsToOneQuery) {
  const std::string token = MakePageToken("query", kPlace);
  EXPECT_FALSE(ReadPageToken("query2", token));
  EXPECT_FALSE(ReadPageToken("", token));
}

TEST_F(PageToken, KeepsQueryAndPlaceApart) {
  const std::string token = MakePageToken("a", {"b"});
  EXPECT_FALSE(ReadPageToken("a1:b", token));
  EXPECT_NE(MakePageToken("a1:b", {}), token);
}

TEST_F(PageToken, IsRefusedWhenAnyCharacterDiffers) {
  const std::string token = MakePageToken("query", kPlace);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ReadPageToken("query", other)) << i;
    EXPECT_FALSE(ReadPageToken("query", token.substr(0, i))) << i;
  }
  EXPECT_FALSE(ReadPageToken("query", token + "A"));
  EXPECT_FALSE(ReadPageToken("query", token + "="));
  EXPECT_FALSE(ReadPageToken("query", " " + token));
  EXPECT_FALSE(ReadPageToken("query", ""));
}

TEST_F(PageToken, IsRefusedUnderAnotherKey) {
  const std::string token = MakePageToken("query", kPlace);
  SetPageTokenKey(std::string(32, 'x'));
  EXPECT_FALSE(ReadPageToken("query", token));
}

}  // namespace
}  // namespace reglab
