#ifndef REGLAB_GATEWAY_DOCUMENTS_DOCS_H_
#define REGLAB_GATEWAY_DOCUMENTS_DOCS_H_

#include <boost/json/object.hpp>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/documents/documents.h"

namespace reglab::gateway {

// The pages under /docs, by path. With --docs_assets (the folder of npm's
// swagger-ui-dist) Swagger UI shows the OpenAPI document, served by us alone;
// without it a plain page lists the operations.
absl::StatusOr<std::map<std::string, Document>> MakeDocs(
    const boost::json::object& openapi);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_DOCUMENTS_DOCS_H_
