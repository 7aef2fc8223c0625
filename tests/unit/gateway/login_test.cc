#include "gateway/login.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/documents/login_pages.h"
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

TEST(Invitations, ShowWhomTheyAreForBeforeTheyAreAccepted) {
  membership::v1::Invitee invitee;
  invitee.set_person_display_name("Astrid <Lindqvist>");
  invitee.set_organization_display_name("Region Uppsala");
  const std::vector<LoginChoice> choices = {
      {"Region Uppsala", "https://id.example.se"}};
  const std::string swedish = InviteePage(invitee, "abc-1", choices, true);
  const std::string english = InviteePage(invitee, "abc-1", choices, false);
  for (const std::string& page : {swedish, english}) {
    EXPECT_NE(page.find("Astrid &lt;Lindqvist&gt;"), std::string::npos);
    EXPECT_NE(page.find("name=\"code\" value=\"abc-1\""), std::string::npos);
    EXPECT_NE(page.find("value=\"https://id.example.se\""), std::string::npos);
  }
  EXPECT_NE(swedish.find("Reglabs kansli"), std::string::npos);
  invitee.set_inviter_display_name("Nils Berg");
  const std::string invited = InviteePage(invitee, "abc-1", choices, false);
  EXPECT_NE(invited.find("It comes from Nils Berg"), std::string::npos);
  // The first page knows nothing yet, and accepts nothing.
  EXPECT_EQ(InvitationPage(true).find("issuer"), std::string::npos);
}

}  // namespace
}  // namespace reglab::gateway
