#ifndef REGLAB_GATEWAY_DOCUMENTS_OPENAPI_H_
#define REGLAB_GATEWAY_DOCUMENTS_OPENAPI_H_

#include <boost/json/object.hpp>

#include "absl/status/statusor.h"
#include "gateway/routes.h"

namespace reglab::gateway {

// The OpenAPI 3.1 document of all routes, from the contract with its comments,
// rules and examples. What only other processes may call is left out.
// FAILED_PRECONDITION when the contract that is part of the program can't be
// read.
absl::StatusOr<boost::json::object> MakeOpenApi(const Routes& routes);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_DOCUMENTS_OPENAPI_H_
