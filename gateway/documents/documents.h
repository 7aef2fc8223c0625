#ifndef REGLAB_GATEWAY_DOCUMENTS_DOCUMENTS_H_
#define REGLAB_GATEWAY_DOCUMENTS_DOCUMENTS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/routes.h"

namespace reglab::gateway {

// A document that is the same for everyone for as long as the process lives.
struct Document {
  std::string content_type;
  std::string body;
  std::string etag;  // strong, with its quotes; of the body as it is here
  // Content-Security-Policy to send with it; empty: the edge's own.
  std::string content_security_policy;
};

// Makes all documents: /openapi.json, /docs with its assets, /v1/api-info, what
// the pages of the login are dressed with.
// Called once at start, before serving. FAILED_PRECONDITION when the directory
// given by --docs_assets can't be read.
absl::Status MakeDocuments(const Routes& routes);

// The document at this path, or null. Answers GET and HEAD; any other method
// there is 405. Thread-safe after MakeDocuments.
const Document* FindDocument(std::string_view path);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_DOCUMENTS_DOCUMENTS_H_
