#include "gateway/routes.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>

#include "services/common/errors.h"

namespace reglab::gateway {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

const Routes& Built() {
  static const auto* routes = new absl::StatusOr<Routes>(Routes::Build());
  EXPECT_TRUE(routes->ok()) << routes->status();
  return **routes;
}

std::string MethodAt(std::string_view http_method, std::string_view path) {
  const auto match = Built().Find(http_method, path, nullptr);
  return match.ok() ? match->route->method->name() : ReasonOf(match.status());
}

TEST(Routes, FindTheMethodOfACollection) {
  EXPECT_EQ(MethodAt("GET", "/v1/organizations"), "ListOrganizations");
  EXPECT_EQ(MethodAt("POST", "/v1/organizations"), "CreateOrganization");
}

TEST(Routes, BindTheNameFromThePath) {
  const auto match =
      Built().Find("GET", "/v1/organizations/region-uppsala", nullptr);
  ASSERT_TRUE(match.ok()) << match.status();
  EXPECT_EQ(match->route->method->name(), "GetOrganization");
  ASSERT_EQ(match->bindings.size(), 1);
  ASSERT_EQ(match->bindings[0].field.size(), 1);
  EXPECT_EQ(match->bindings[0].field[0]->name(), "name");
  EXPECT_EQ(match->bindings[0].value, "organizations/region-uppsala");
}

TEST(Routes, BindANestedFieldForPatch) {
  const auto match =
      Built().Find("PATCH", "/v1/organizations/region-uppsala", nullptr);
  ASSERT_TRUE(match.ok()) << match.status();
  ASSERT_EQ(match->bindings[0].field.size(), 2);
  EXPECT_EQ(match->bindings[0].field[0]->name(), "organization");
  EXPECT_EQ(match->bindings[0].field[1]->name(), "name");
  EXPECT_EQ(match->route->body, "organization");
}

TEST(Routes, PreferALiteralToAWildcard) {
  EXPECT_EQ(MethodAt("POST", "/v1/organizations/resolve"),
            "ResolveOrganizations");
}

TEST(Routes, FindACustomMethodBehindTheName) {
  EXPECT_EQ(MethodAt("POST", "/v1/organizations/region-uppsala/undelete"),
            "UndeleteOrganization");
}

TEST(Routes, AnswerHeadLikeGet) {
  EXPECT_EQ(MethodAt("HEAD", "/v1/organizations"), "ListOrganizations");
}

TEST(Routes, SayWhichMethodsAPathTakes) {
  std::vector<std::string> allowed;
  const auto match = Built().Find("PUT", "/v1/organizations", &allowed);
  EXPECT_EQ(match.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(ReasonOf(match.status()), "METHOD_NOT_ALLOWED");
  EXPECT_THAT(allowed, ElementsAre("GET", "HEAD", "OPTIONS", "POST"));
}

TEST(Routes, DecodeEachSegmentByItself) {
  const auto match =
      Built().Find("GET", "/v1/organizations/region%2Duppsala", nullptr);
  ASSERT_TRUE(match.ok()) << match.status();
  EXPECT_EQ(match->bindings[0].value, "organizations/region-uppsala");
}

TEST(Routes, RefuseWhatIsNoPlainPath) {
  for (const char* path :
       {"", "/", "v1/organizations", "/v1/organizations/", "/v1//organizations",
        "/v1/organizations/a%2Fb", "/v1/organizations/..",
        "/v1/organizations/%2e%2e", "/v1/organizations/.",
        "/v1/organizations/%", "/v1/organizations/%4", "/v1/organizations/%zz",
        "/v1/organizations/%00", "/v1/organizations/%ff", "/V1/organizations",
        "/v1/organizations/a/b", "/v1/finns-inte"}) {
    EXPECT_EQ(MethodAt("GET", path), "PATH_NOT_FOUND") << path;
  }
}

TEST(Routes, AreNotLostInALongPath) {
  std::string path;
  for (int i = 0; i < 10000; ++i) path += "/v1";
  EXPECT_EQ(MethodAt("GET", path), "PATH_NOT_FOUND");
}

TEST(Routes, HoldEveryHttpMethodOfTheContractOnce) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Route& route : Built().all()) {
    EXPECT_TRUE(seen.emplace(route.http_method, route.path_template).second)
        << route.path_template;
    EXPECT_EQ(route.path_template.find(':'), std::string::npos);
    EXPECT_TRUE(route.path_template.starts_with("/v1/"));
  }
  EXPECT_THAT(seen, Contains(testing::Pair("GET", "/v1/organizations")));
}

TEST(Routes, AnswerCreatedForWhatCreates) {
  for (const Route& route : Built().all()) {
    if (route.method->name() == "CreateOrganization") {
      EXPECT_EQ(route.success_status, 201);
    }
    if (route.http_method == "GET") {
      EXPECT_EQ(route.success_status, 200) << route.method->full_name();
    }
  }
}

}  // namespace
}  // namespace reglab::gateway
