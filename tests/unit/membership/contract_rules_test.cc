#include "services/membership/contract_rules.h"

#include "gtest/gtest.h"
#include "services/common/errors.h"

namespace reglab::membership {
namespace {

TEST(ContractTest, HoldsTheMethodsOfAllServices) {
  EXPECT_GT(DeclaredMethods().size(), 100u);
  for (const DeclaredMethod& method : DeclaredMethods()) {
    EXPECT_FALSE(method.permission.empty()) << method.name;
  }
}

TEST(ContractTest, FindsAMethodByItsRouteOrItsName) {
  auto found = FindMethod("method", "POST /v1/ideas");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->method->permission, "learning.ideas.write");
  EXPECT_EQ(found->resource, "");
  found = FindMethod("method", "PATCH /v1/activities/gron-omstallning?x=1");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->method->name,
            "reglab.learning.v1.ActivitiesService/UpdateActivity");
  EXPECT_EQ(found->resource, "activities/gron-omstallning");
  found = FindMethod("method", "POST /v1/clients/x/keys");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->resource, "clients/x");
  found = FindMethod("method", "POST /v1/meetings/m/convene");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->resource, "meetings/m");
  found = FindMethod("method", "GET /v1/access/me");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->method->any_caller);
  for (const char* name : {"reglab.learning.v1.IdeasService/CreateIdea",
                           "/reglab.learning.v1.IdeasService/CreateIdea"}) {
    EXPECT_EQ(FindMethod("method", name)->method->verb, "POST");
  }
}

TEST(ContractTest, NamesTheNearestWhenThereIsNone) {
  for (const char* text : {"POST /v1/nonsense", "GET", "PUT /v1/ideas",
                           "GET /v1/ideas/", "POST ideas", ""}) {
    EXPECT_TRUE(absl::IsInvalidArgument(FindMethod("method", text).status()))
        << text;
  }
  const absl::Status status =
      FindMethod("method", "reglab.learning.v1.IdeasService/CreateIdeas")
          .status();
  EXPECT_NE(TextOf(status).sv.find("IdeasService/CreateIdea?"),
            std::string::npos);
}

TEST(ContractTest, KnowsPermissionsAndNamesTheNearestOfOthers) {
  EXPECT_TRUE(CheckPermissions("client.scopes",
                               {"*", "learning.*", "membership.people.*",
                                "learning.ideas.write"},
                               true)
                  .ok());
  const absl::Status status = CheckPermissions(
      "client.scopes", {"learning.ideas.write", "learning.idea.write"}, true);
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_PERMISSION");
  EXPECT_NE(TextOf(status).en.find("learning.ideas.write"), std::string::npos);
  EXPECT_NE(TextOf(status).sv.find("learning.ideas.write"), std::string::npos);
  for (const char* scope : {"lerning.*", "learning.", "", "**", ".*"}) {
    EXPECT_FALSE(CheckPermissions("client.scopes", {scope}, true).ok())
        << scope;
  }
  // Of a delegation.
  EXPECT_FALSE(CheckPermissions("permissions", {"learning.*"}, false).ok());
  EXPECT_FALSE(CheckPermissions("permissions", {"*"}, false).ok());
}

TEST(ContractTest, KnowsWhatNeedsNoPermission) {
  EXPECT_TRUE(IsForEveryone("learning.ideas.read"));
  EXPECT_TRUE(IsForEveryone("membership.access.check"));
  EXPECT_FALSE(IsForEveryone("learning.ideas.write"));
  EXPECT_FALSE(IsForEveryone("membership.clients.read"));
  EXPECT_FALSE(IsForEveryone("nonsense"));
}

TEST(FeedTest, IsAListThatIsReadWithoutAPermission) {
  for (const char* feed :
       {"/v1/meetings", "/v1/meetings?orderBy=date%20desc&pageSize=50",
        "/v1/meetings/m/agenda-items", "/v1/changes/learning"}) {
    EXPECT_TRUE(CheckFeed("feed", feed).ok()) << feed;
  }
  for (const char* feed :
       {"/v1/clients", "/v1/feed-tokens", "/v1/access/me", "/v1/meetings/m",
        "/v1/nonsense", "/v1/meetings?token=rlf_x",
        "/v1/meetings?a=b&pageToken=x", "/healthz", "/v1/", "v1/meetings"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckFeed("feed", feed))) << feed;
  }
}

}  // namespace
}  // namespace reglab::membership
