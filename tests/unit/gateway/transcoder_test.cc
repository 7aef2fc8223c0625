#include "gateway/transcoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "services/common/errors.h"
#include "services/common/json_reader.h"

namespace reglab::gateway {
namespace {

using membership::v1::CreateOrganizationRequest;
using membership::v1::DeleteOrganizationRequest;
using membership::v1::ListOrganizationsRequest;
using membership::v1::Organization;
using membership::v1::ResolveOrganizationsRequest;
using membership::v1::UndeleteOrganizationRequest;
using membership::v1::UpdateOrganizationRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr char kUuid[] = "6f0c2a0e-8a53-4f6e-9c55-3f1f0a3c1b77";

const Routes& Built() {
  static const auto* routes = new Routes(*Routes::Build());
  return *routes;
}

// The request that a REST request becomes, or its error.
template <class Request>
absl::StatusOr<Request> Transcode(std::string_view http_method,
                                  std::string_view path,
                                  const RestInput& input) {
  auto match = Built().Find(http_method, path, nullptr);
  if (!match.ok()) return match.status();
  auto message = RequestFromRest(*match, input);
  if (!message.ok()) return message.status();
  return static_cast<const Request&>(**message);
}

auto List(std::string_view query) {
  return Transcode<ListOrganizationsRequest>("GET", "/v1/organizations",
                                             {.query = query});
}
auto Create(std::string_view body, std::string_view query = "") {
  return Transcode<CreateOrganizationRequest>("POST", "/v1/organizations",
                                              {.query = query, .body = body});
}
auto Patch(std::string_view body, std::string_view query = "",
           std::string_view if_match = "") {
  return Transcode<UpdateOrganizationRequest>(
      "PATCH", "/v1/organizations/a",
      {.query = query, .body = body, .if_match = if_match});
}

// "field: description" of the first error, in English.
std::string ErrorOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const bool swedish : {true, false}) {
    const google::rpc::Status proto = ToProto(status, swedish);
    for (const auto& any : proto.details()) {
      google::rpc::BadRequest bad_request;
      if (!any.UnpackTo(&bad_request)) continue;
      EXPECT_FALSE(bad_request.field_violations(0).description().empty());
      if (swedish) continue;
      return bad_request.field_violations(0).field() + ": " +
             bad_request.field_violations(0).description();
    }
  }
  return ReasonOf(status) + ": " + std::string(status.message());
}

TEST(QueryParameters, FillTheFieldsOfTheirCamelCaseNames) {
  const auto request = List(
      "pageSize=5&orderBy=displayName%20desc&showDeleted=true&q=g%C3%B6ta+1");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->page_size(), 5);
  EXPECT_EQ(request->order_by(), "displayName desc");
  EXPECT_TRUE(request->show_deleted());
  EXPECT_EQ(request->q(), "göta 1");
}

TEST(QueryParameters, KnowLimitAndOffset) {
  const auto request = List("limit=5&offset=10");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->page_size(), 5);
  EXPECT_EQ(request->skip(), 10);
}

TEST(QueryParameters, TakeLimitOrPageSizeButNotBoth) {
  EXPECT_THAT(ErrorOf(List("limit=5&pageSize=5").status()),
              HasSubstr("pageSize"));
}

TEST(QueryParameters, AreRefusedUnknownWithTheNearest) {
  const absl::Status status = List("pageSise=1").status();
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_PARAMETER");
  EXPECT_THAT(ErrorOf(status), HasSubstr("pageSise: "));
  EXPECT_THAT(ErrorOf(status), HasSubstr("pageSize"));
}

TEST(QueryParameters, AreRefusedInSnakeCase) {
  EXPECT_EQ(ReasonOf(List("page_size=1").status()), "UNKNOWN_PARAMETER");
}

TEST(QueryParameters, AreRefusedTwice) {
  EXPECT_THAT(ErrorOf(List("q=a&q=b").status()), HasSubstr("q: "));
}

TEST(QueryParameters, AreReadStrictly) {
  for (const char* query :
       {"pageSize=", "pageSize=1.5", "pageSize=%201", "pageSize=%2B1",
        "pageSize=99999999999", "pageSize=0x1", "showDeleted=1",
        "showDeleted=True", "limit=-1", "offset=10001", "offset=-1", "q=%",
        "q=%ff", "q=%00"}) {
    EXPECT_EQ(List(query).status().code(), absl::StatusCode::kInvalidArgument)
        << query;
  }
}

TEST(QueryParameters, MayNotSayWhatPathOrBodySay) {
  EXPECT_EQ(ReasonOf(Create("{}", "organization=x").status()),
            "UNKNOWN_PARAMETER");
  EXPECT_EQ(ReasonOf(Create("{}", "organization.displayName=x").status()),
            "UNKNOWN_PARAMETER");
  EXPECT_EQ(ReasonOf(Transcode<DeleteOrganizationRequest>(
                         "DELETE", "/v1/organizations/a",
                         {.query = "name=organizations/b"})
                         .status()),
            "UNKNOWN_PARAMETER");
}

TEST(Body, FillsTheResource) {
  const auto request = Create(
      R"({"displayName":"Region Örebro","kind":"REGION","aliases":["a","b"],)"
      R"("population":404000,"website":null,)"
      R"("createTime":"2026-05-04T11:00:00.5+02:00"})",
      "organizationId=region-orebro&validateOnly=true");
  ASSERT_TRUE(request.ok()) << request.status();
  const Organization& organization = request->organization();
  EXPECT_EQ(request->organization_id(), "region-orebro");
  EXPECT_TRUE(request->validate_only());
  EXPECT_EQ(organization.display_name(), "Region Örebro");
  EXPECT_EQ(organization.kind(), Organization::REGION);
  EXPECT_THAT(organization.aliases(), ElementsAre("a", "b"));
  EXPECT_EQ(organization.population(), 404000);
  EXPECT_EQ(organization.create_time().seconds(), 1777885200);
  EXPECT_EQ(organization.create_time().nanos(), 500000000);
}

TEST(Body, TakesNumbersAsStringsAndWithExponents) {
  EXPECT_EQ(Create(R"({"population":"12"})")->organization().population(), 12);
  EXPECT_EQ(Create(R"({"population":1.2e1})")->organization().population(), 12);
}

TEST(Body, KeepsEveryDigitOfANumber) {
  for (const char* text :
       {"-501799453704308.69", "0.1", "5e-324", "1.7976931348623157e308"}) {
    const auto value = ParseJson(text);
    ASSERT_TRUE(value.ok());
    EXPECT_EQ(value->as_double(), std::strtod(text, nullptr)) << text;
  }
}

TEST(Body, NamesAnUnknownFieldWithTheNearest) {
  const absl::Status status = Create(R"({"displayNam":"x"})").status();
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_FIELD");
  EXPECT_THAT(ErrorOf(status), HasSubstr("displayNam: "));
  EXPECT_THAT(ErrorOf(status), HasSubstr("displayName"));
  EXPECT_EQ(ReasonOf(Create(R"({"display_name":"x"})").status()),
            "UNKNOWN_FIELD");
}

TEST(Body, NamesTheElementAtFault) {
  EXPECT_THAT(ErrorOf(Create(R"({"aliases":["a",7]})").status()),
              HasSubstr("aliases[1]: "));
}

TEST(Body, RefusesValuesOfAnotherType) {
  for (const char* body :
       {R"({"displayName":1})", R"({"kind":"region"})", R"({"kind":1})",
        R"({"population":1.5})", R"({"population":"1 "})",
        R"({"population":3000000000})", R"({"aliases":"a"})",
        R"({"organizationNumberVerified":"true"})",
        R"({"createTime":"2026-05-04"})", R"({"createTime":"infinite-future"})",
        R"({"displayName":"a\u0000b"})", R"({"aliases":[null]})"}) {
    EXPECT_EQ(ReasonOf(Create(body).status()), "INVALID_FIELD") << body;
  }
}

TEST(Body, RefusesWhatIsNoJson) {
  std::string deep(10000, '[');
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string("{}{}"),
        std::string("{} x"), std::string("{\"a\":1,}"), std::string("nul"),
        std::string("{\"displayName\":\"\xff\"}"),
        std::string("{\"displayName\":\"\\ud800\"}"),
        std::string("{\"displayName\":\"a\",\"displayName\":\"b\"}"), deep}) {
    const absl::Status status = Create(body).status();
    EXPECT_EQ(ReasonOf(status), "INVALID_JSON") << body.substr(0, 50);
    EXPECT_THAT(status.message(), Not(HasSubstr("boost")));
  }
}

TEST(Body, FindsADuplicateThatIsSpelledWithEscapes) {
  EXPECT_EQ(ReasonOf(Create("{\"q\":1,\"\\u0071\":2}").status()),
            "INVALID_JSON");
}

TEST(Body, IsMissedWhereItIsNeeded) {
  EXPECT_EQ(ReasonOf(Create("").status()), "BODY_MISSING");
}

TEST(Body, MayBeLeftOutOfACustomMethod) {
  const auto request = Transcode<UndeleteOrganizationRequest>(
      "POST", "/v1/organizations/a/undelete", {});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->name(), "organizations/a");
}

TEST(Body, IsRefusedWhereNoneIsTaken) {
  EXPECT_EQ(ReasonOf(Transcode<DeleteOrganizationRequest>(
                         "DELETE", "/v1/organizations/a", {.body = "{}"})
                         .status()),
            "UNEXPECTED_BODY");
}

TEST(Body, MayBeTheWholeRequest) {
  const auto request = Transcode<ResolveOrganizationsRequest>(
      "POST", "/v1/organizations/resolve", {.body = R"({"names":["VGR"]})"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_THAT(request->names(), ElementsAre("VGR"));
}

TEST(Body, MustAgreeWithThePath) {
  EXPECT_TRUE(Patch(R"({"name":"organizations/a"})").ok());
  EXPECT_THAT(ErrorOf(Patch(R"({"name":"organizations/b"})").status()),
              HasSubstr("name: "));
}

TEST(Patch, ChangesTheMembersThatArePresent) {
  const auto request =
      Patch(R"({"displayName":"B","website":null,"aliases":[],"etag":"e"})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->organization().name(), "organizations/a");
  EXPECT_EQ(request->organization().etag(), "e");
  EXPECT_THAT(request->update_mask().paths(),
              UnorderedElementsAre("display_name", "website", "aliases"));
}

TEST(Patch, FollowsAnExplicitMaskInCamelCase) {
  const auto request =
      Patch(R"({"displayName":"B","website":"w"})", "updateMask=displayName");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_THAT(request->update_mask().paths(), ElementsAre("display_name"));
}

TEST(Patch, RefusesAMaskOfUnknownOrSnakeCaseNames) {
  EXPECT_THAT(ErrorOf(Patch("{}", "updateMask=displayNames").status()),
              HasSubstr("updateMask: "));
  EXPECT_THAT(ErrorOf(Patch("{}", "updateMask=display_name").status()),
              HasSubstr("updateMask: "));
}

TEST(IfMatch, FillsTheEtagWithoutQuotesAndEncoding) {
  for (const char* header : {"\"e1\"", "\"e1-gzip\"", "\"e1-br\""}) {
    const auto request = Patch("{}", "", header);
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->organization().etag(), "e1");
  }
  EXPECT_EQ(Transcode<DeleteOrganizationRequest>(
                "DELETE", "/v1/organizations/a", {.if_match = "\"e1\""})
                ->etag(),
            "e1");
}

TEST(IfMatch, IsPassedOverWhenAnythingMatches) {
  EXPECT_EQ(Patch("{}", "", "*")->organization().etag(), "");
}

TEST(IfMatch, IsRefusedWhenItCanNotBeCompared) {
  for (const char* header :
       {"W/\"e1\"", "e1", "\"e1", "\"a\", \"b\"", "\"\"", "\"e\xf6\""}) {
    EXPECT_THAT(ErrorOf(Patch("{}", "", header).status()),
                HasSubstr("If-Match: "))
        << header;
  }
}

TEST(IfMatch, MustAgreeWithTheEtagOfTheBody) {
  EXPECT_TRUE(Patch(R"({"etag":"e1"})", "", "\"e1\"").ok());
  EXPECT_THAT(ErrorOf(Patch(R"({"etag":"e2"})", "", "\"e1\"").status()),
              HasSubstr("etag: "));
}

TEST(IdempotencyKey, FillsTheRequestId) {
  const auto request = Transcode<CreateOrganizationRequest>(
      "POST", "/v1/organizations", {.body = "{}", .idempotency_key = kUuid});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->request_id(), kUuid);
}

TEST(IdempotencyKey, MustBeAUuid) {
  EXPECT_THAT(ErrorOf(Transcode<CreateOrganizationRequest>(
                          "POST", "/v1/organizations",
                          {.body = "{}", .idempotency_key = "once"})
                          .status()),
              HasSubstr("Idempotency-Key: "));
}

TEST(Errors, AreAllToldAtOnce) {
  const google::rpc::Status proto = ToProto(
      Create(R"({"displayName":1,"population":"x","kind":"?"})").status(),
      false);
  google::rpc::BadRequest bad_request;
  for (const auto& any : proto.details()) any.UnpackTo(&bad_request);
  EXPECT_EQ(bad_request.field_violations_size(), 3);
}

}  // namespace
}  // namespace reglab::gateway
