#ifndef REGLAB_GATEWAY_DOCUMENTS_API_INFO_H_
#define REGLAB_GATEWAY_DOCUMENTS_API_INFO_H_

#include <boost/json/object.hpp>

namespace reglab::gateway {

// The version of the contract, as OpenAPI and api-info give it.
inline constexpr char kApiVersion[] = "1.0.0";

// What GET /v1/api-info answers (DIGG, REST API-profil).
boost::json::object MakeApiInfo();

// How the OpenAPI document describes that.
boost::json::object ApiInfoPath();

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_DOCUMENTS_API_INFO_H_
