#include "gateway/representation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "gateway/compression.h"

namespace reglab::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Ungzip(const std::string& packed) {
  z_stream stream = {};
  inflateInit2(&stream, 15 + 16);
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = uInt(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = uInt(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

std::string Text() {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "{\"name\":\"activities/" + std::to_string(i) + "\"},";
  }
  return text;
}

Request RequestWith(Field field, std::string_view value) {
  Request request;
  request.SetLine("GET", "/v1/activities");
  request.Add(field, value);
  return request;
}

TEST(Gzip, GivesBackWhatWasPacked) {
  for (const Effort effort : {Effort::kOnce, Effort::kOften}) {
    // Twice, because the stream is used again.
    EXPECT_EQ(Ungzip(Gzip(Text(), effort)), Text());
    EXPECT_EQ(Ungzip(Gzip("kort", effort)), "kort");
    EXPECT_LT(Gzip(Text(), effort).size(), Text().size() / 4);
  }
}

TEST(Brotli, PacksTighterThanGzip) {
  for (const Effort effort : {Effort::kOnce, Effort::kOften}) {
    const std::string packed = Brotli(Text(), effort);
    EXPECT_FALSE(packed.empty());
    EXPECT_LT(packed.size(), Gzip(Text(), effort).size());
  }
}

TEST(ChooseEncoding, FollowsTheQualities) {
  EXPECT_EQ(ChooseEncoding("gzip", 1000), Encoding::kGzip);
  EXPECT_EQ(ChooseEncoding("gzip, deflate, br", 1000), Encoding::kBrotli);
  EXPECT_EQ(ChooseEncoding("gzip;q=1, br;q=0.5", 1000), Encoding::kGzip);
  EXPECT_EQ(ChooseEncoding("gzip;q=0", 1000), Encoding::kIdentity);
  EXPECT_EQ(ChooseEncoding("gzip;q=0, *;q=0.1", 1000), Encoding::kBrotli);
  EXPECT_EQ(ChooseEncoding("identity, gzip;q=0.5", 1000), Encoding::kIdentity);
  EXPECT_EQ(ChooseEncoding("*", 1000), Encoding::kBrotli);
  EXPECT_EQ(ChooseEncoding("deflate", 1000), Encoding::kIdentity);
  EXPECT_EQ(ChooseEncoding("gzip;q=nonsense", 1000), Encoding::kIdentity);
  EXPECT_EQ(ChooseEncoding("", 1000), Encoding::kIdentity);
}

TEST(ChooseEncoding, LeavesShortBodiesAsTheyAre) {
  EXPECT_EQ(ChooseEncoding("gzip", 100), Encoding::kIdentity);
}

TEST(EtagListed, ComparesWeaklyOverAList) {
  EXPECT_TRUE(EtagListed("\"a\"", "\"a\""));
  EXPECT_TRUE(EtagListed("W/\"a\"", "\"a\""));
  EXPECT_TRUE(EtagListed("\"b\", \"a\"", "\"a\""));
  EXPECT_TRUE(EtagListed("*", "\"a\""));
  EXPECT_FALSE(EtagListed("\"a-gzip\"", "\"a\""));
  EXPECT_FALSE(EtagListed("a", "\"a\""));
  EXPECT_FALSE(EtagListed("", "\"a\""));
  EXPECT_FALSE(EtagListed("*", ""));
}

TEST(HashOfBytes, IsTheSameInEveryProcess) {
  EXPECT_EQ(HashOfBytes("{}"), "RBNvo1WzZ4oRRq0W");
  EXPECT_NE(HashOfBytes("{}"), HashOfBytes("[]"));
}

TEST(Representations, EveryEncodingHasItsOwnStrongEtag) {
  const auto shared = std::make_shared<const Representations>(
      Content{.body = Text(), .etag = "abc"});
  Response plain, gzip, brotli;
  shared->Answer(RequestWith(Field::kAcceptLanguage, "sv"), &plain);
  shared->Answer(RequestWith(Field::kAcceptEncoding, "gzip"), &gzip);
  shared->Answer(RequestWith(Field::kAcceptEncoding, "br"), &brotli);
  EXPECT_THAT(plain.head(), HasSubstr("ETag: \"abc\"\r\n"));
  EXPECT_THAT(plain.head(), Not(HasSubstr("Content-Encoding")));
  EXPECT_THAT(gzip.head(), HasSubstr("ETag: \"abc-gzip\"\r\n"));
  EXPECT_THAT(gzip.head(), HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(brotli.head(), HasSubstr("ETag: \"abc-br\"\r\n"));
  EXPECT_EQ(plain.body(), Text());
  EXPECT_EQ(Ungzip(std::string(gzip.body())), Text());
  EXPECT_THAT(gzip.head(), HasSubstr("Content-Length: " +
                                     std::to_string(gzip.body().size())));
}

TEST(Representations, AnswersAKnownEtagWithNothingButItsHeader) {
  const auto shared = std::make_shared<const Representations>(
      Content{.body = Text(), .etag = "abc"});
  Response response;
  shared->Answer(RequestWith(Field::kIfNoneMatch, "\"abc\""), &response);
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.body(), "");
  EXPECT_THAT(response.head(), HasSubstr("ETag: \"abc\"\r\n"));
  EXPECT_THAT(response.head(), Not(HasSubstr("Content-Length")));
}

TEST(Represent, AnswersAKnownEtagWith304) {
  Response known, other;
  Represent(RequestWith(Field::kIfNoneMatch, "\"abc\""),
            {.body = "{}", .etag = "abc"}, &known);
  Represent(RequestWith(Field::kIfNoneMatch, "\"xyz\""),
            {.body = "{}", .etag = "abc"}, &other);
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(other.body(), "{}");
}

}  // namespace
}  // namespace reglab::gateway
