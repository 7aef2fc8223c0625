#include "gateway/documents/api_info.h"

#include <boost/json/array.hpp>
#include <utility>

namespace reglab::gateway {

namespace json = boost::json;

boost::json::object MakeApiInfo() {
  return {{"apiName", "Reglab"},         {"apiVersion", kApiVersion},
          {"apiReleased", "2026-11-23"}, {"apiDocumentation", "/docs"},
          {"apiStatus", "active"},       {"apiSpecification", "/openapi.json"},
          {"apiLicense", "EUPL-1.2"}};
}

json::object ApiInfoPath() {
  json::object schema{{"type", "object"}};
  json::object properties;
  json::object example = MakeApiInfo();
  json::array required;
  for (const auto& member : example) {
    properties[member.key()] = {{"type", "string"}};
    required.push_back(json::value(member.key()));
  }
  schema["properties"] = std::move(properties);
  schema["required"] = std::move(required);
  json::object get{
      {"operationId", "getApiInfo"},
      {"summary", "Says what this interface is"},
      {"description",
       "Name, version, status and documentation of this interface, by the "
       "national REST API profile. Anyone may call it."}};
  get["tags"] = json::array{"ApiInfo"};
  get["security"] = json::array{json::object{}};
  json::object success{{"description", "What this interface is."}};
  json::object media;
  media["schema"] = std::move(schema);
  media["example"] = std::move(example);
  success["content"] = {{"application/json", std::move(media)}};
  get["responses"] = {
      {"200", std::move(success)},
      {"400", {{"$ref", "#/components/responses/BadRequest"}}},
      {"default", {{"$ref", "#/components/responses/Problem"}}}};
  return {{"get", std::move(get)}};
}

}  // namespace reglab::gateway
