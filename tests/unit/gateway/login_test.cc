#include "gateway/login.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/session_cookie.h"

namespace reglab::gateway {
namespace {

TEST(Login, LeadsToPathsOfThisHostAlone) {
  for (const char* path : {"/", "/docs", "/v1/meetings?a=b", "/a/b"}) {
    EXPECT_TRUE(IsLocalPath(path)) << path;
  }
  for (const char* path :
       {"", "docs", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "https://evil.example", "/a\r\nSet-Cookie: b", "/a b", "/\t/evil"}) {
    EXPECT_FALSE(IsLocalPath(path)) << path;
  }
  EXPECT_FALSE(IsLocalPath("/" + std::string(500, 'a')));
}

TEST(SessionCookies, AreFoundAmongOthers) {
  Request request;
  EXPECT_EQ(CookieOf(request, kSessionCookie), "");
  request.Add(Field::kCookie,
              "x__Host-reglab-session=no; __Host-reglab-session-2=no");
  EXPECT_EQ(CookieOf(request, kSessionCookie), "");
  request.Add(Field::kCookie, "a=b;__Host-reglab-session=yes; c=d");
  EXPECT_EQ(CookieOf(request, kSessionCookie), "yes");
}

}  // namespace
}  // namespace reglab::gateway
