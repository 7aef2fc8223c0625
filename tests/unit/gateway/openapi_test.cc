#include "gateway/documents/openapi.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "gateway/documents/documents.h"
#include "gateway/documents/schemas.h"

namespace reglab::gateway {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

const Routes& Built() {
  static const auto* routes = new Routes(*Routes::Build());
  return *routes;
}

const json::object& Made() {
  static const auto* document = new json::object(*MakeOpenApi(Built()));
  return *document;
}

const json::object& Operation(const char* path, const char* verb) {
  return Made()
      .at("paths")
      .as_object()
      .at(path)
      .as_object()
      .at(verb)
      .as_object();
}

std::set<std::string> ParametersOf(const json::object& operation) {
  std::set<std::string> names;
  for (const json::value& parameter : operation.at("parameters").as_array()) {
    const json::object& object = parameter.as_object();
    names.emplace(object.contains("name") ? object.at("name").as_string()
                                          : object.at("$ref").as_string());
  }
  return names;
}

// Every $ref of the document, wherever it is.
void CollectReferences(const json::value& value, std::set<std::string>& found) {
  if (value.is_array()) {
    for (const json::value& element : value.get_array()) {
      CollectReferences(element, found);
    }
  } else if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      if (member.key() == "$ref") found.emplace(member.value().as_string());
      CollectReferences(member.value(), found);
    }
  }
}

TEST(OpenApi, IsOfVersion31WithItsLicence) {
  EXPECT_EQ(Made().at("openapi"), "3.1.0");
  EXPECT_EQ(Made().at("info").at("license").at("identifier"), "EUPL-1.2");
}

TEST(OpenApi, NamesPathParametersAfterTheirCollections) {
  EXPECT_TRUE(Made().at("paths").as_object().contains(
      "/v1/organizations/{organization}"));
  EXPECT_TRUE(Made().at("paths").as_object().contains(
      "/v1/organizations/{organization}/undelete"));
  for (const auto& path : Made().at("paths").as_object()) {
    EXPECT_THAT(std::string(path.key()),
                testing::MatchesRegex("(/([a-z0-9.-]+|[{][A-Za-z0-9-]+[}]))+"));
  }
}

TEST(OpenApi, DescribesEveryRouteOnceUnderAnIdOfItsOwn) {
  std::set<std::string> ids;
  size_t operations = 0;
  for (const auto& path : Made().at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      ++operations;
      const json::object& about = operation.value().as_object();
      EXPECT_TRUE(ids.emplace(about.at("operationId").as_string()).second);
      EXPECT_FALSE(about.at("summary").as_string().empty()) << path.key();
      EXPECT_FALSE(about.at("description").as_string().empty());
    }
  }
  EXPECT_EQ(operations, Built().all().size() + 1);  // and api-info
}

TEST(OpenApi, RefersOnlyToWhatIsThere) {
  std::set<std::string> references;
  CollectReferences(json::value(Made()), references);
  EXPECT_FALSE(references.empty());
  for (const std::string& reference : references) {
    json::error_code error;
    const json::value document(Made());
    document.find_pointer(reference.substr(1), error);
    EXPECT_FALSE(error) << reference;
  }
}

TEST(OpenApi, CarriesTheRulesOfTheContract) {
  const json::object& schemas =
      Made().at("components").at("schemas").as_object();
  const json::object& properties =
      schemas.at("Organization").at("properties").as_object();
  EXPECT_EQ(properties.at("displayName").at("maxLength"), 200);
  EXPECT_EQ(properties.at("organizationNumber").at("pattern"),
            "^(?:[0-9]{6}-[0-9]{4})$");
  EXPECT_EQ(properties.at("createTime").at("readOnly"), true);
  EXPECT_EQ(properties.at("createTime").at("format"), "date-time");
  EXPECT_EQ(properties.at("population").at("minimum"), 0);
  EXPECT_THAT(json::serialize(properties.at("kind").at("enum")),
              Not(HasSubstr("UNSPECIFIED")));
  EXPECT_THAT(json::serialize(schemas.at("Organization").at("required")),
              HasSubstr("displayName"));
}

TEST(OpenApi, LetsAPatchClearAndRequiresNothing) {
  const json::object& patch =
      Made().at("components").at("schemas").at("OrganizationPatch").as_object();
  EXPECT_FALSE(patch.contains("required"));
  EXPECT_FALSE(patch.at("properties").as_object().contains("createTime"));
  EXPECT_THAT(json::serialize(patch.at("properties").at("website").at("type")),
              HasSubstr("null"));
  const json::object& content =
      Operation("/v1/organizations/{organization}", "patch")
          .at("requestBody")
          .at("content")
          .as_object();
  EXPECT_TRUE(content.contains("application/merge-patch+json"));
  EXPECT_TRUE(content.contains("application/json"));
}

TEST(OpenApi, SaysHowToPage) {
  const auto names = ParametersOf(Operation("/v1/organizations", "get"));
  for (const char* name :
       {"pageSize", "pageToken", "limit", "offset", "filter", "orderBy", "q"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(OpenApi, OffersTheHeadersThatAMethodUnderstands) {
  EXPECT_TRUE(
      ParametersOf(Operation("/v1/organizations/{organization}", "patch"))
          .contains("#/components/parameters/IfMatch"));
  EXPECT_TRUE(ParametersOf(Operation("/v1/organizations", "post"))
                  .contains("#/components/parameters/IdempotencyKey"));
  EXPECT_FALSE(ParametersOf(Operation("/v1/organizations", "post"))
                   .contains("#/components/parameters/IfMatch"));
}

TEST(OpenApi, AsksForAKeyUnlessAnyoneMayCall) {
  EXPECT_FALSE(Operation("/v1/organizations", "post").contains("security"));
  EXPECT_TRUE(Operation("/v1/organizations", "get").contains("security"));
}

TEST(OpenApi, LeavesOutWhatOnlyProcessesMayCall) {
  EXPECT_THAT(json::serialize(Made()), Not(HasSubstr("CheckNames")));
}

TEST(Comments, SpeakTheLanguageOfRest) {
  EXPECT_EQ(CleanComment(" Uses page_size and order_by; INVALID_ARGUMENT.\n"),
            "Uses pageSize and orderBy; INVALID_ARGUMENT.");
  EXPECT_EQ(FirstSentence("One line\nand more. Another."), "One line and more");
}

TEST(Documents, AreFoundByTheirPath) {
  ASSERT_TRUE(MakeDocuments(Built()).ok());
  const Document* info = FindDocument("/v1/api-info");
  ASSERT_NE(info, nullptr);
  const json::value body = json::parse(info->body);
  for (const char* name : {"apiName", "apiVersion", "apiReleased",
                           "apiDocumentation", "apiStatus"}) {
    EXPECT_TRUE(body.as_object().contains(name)) << name;
  }
  ASSERT_NE(FindDocument("/openapi.json"), nullptr);
  EXPECT_EQ(FindDocument("/openapi.json")->content_type, "application/json");
  EXPECT_THAT(FindDocument("/docs")->body, HasSubstr("/v1/organizations"));
  EXPECT_THAT(FindDocument("/docs/problems")->body, HasSubstr("ETAG_MISMATCH"));
  EXPECT_EQ(FindDocument("/docs/../etc"), nullptr);
  EXPECT_NE(info->etag, FindDocument("/docs")->etag);
}

}  // namespace
}  // namespace reglab::gateway
