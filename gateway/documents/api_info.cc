#include "gateway/documents/api_info.h"

namespace reglab::gateway {

boost::json::object MakeApiInfo() {
  return {{"apiName", "Reglab"},         {"apiVersion", kApiVersion},
          {"apiReleased", "2026-11-23"}, {"apiDocumentation", "/docs"},
          {"apiStatus", "active"},       {"apiSpecification", "/openapi.json"},
          {"apiLicense", "EUPL-1.2"}};
}

}  // namespace reglab::gateway
