#ifndef REGLAB_GATEWAY_PROBLEM_H_
#define REGLAB_GATEWAY_PROBLEM_H_

#include <string>
#include <string_view>

namespace google::rpc {
class Status;
}

namespace reglab::gateway {

// The HTTP status of an error: by its reason where the reason has one of its
// own (ETAG_MISMATCH 412, REQUEST_ID_REUSED 422, METHOD_NOT_ALLOWED 405,
// BODY_TOO_LARGE 413, HEADERS_TOO_LARGE 431, REQUEST_TIMEOUT 408,
// UNSUPPORTED_MEDIA_TYPE 415, …), otherwise by its code.
int HttpStatusOf(const google::rpc::Status& status);

// The body of application/problem+json (RFC 9457). `instance` is the path of
// the request. `swedish` chooses the title's language; that of the details was
// chosen when the status was made (see ToProto).
std::string ProblemJson(const google::rpc::Status& status, int http_status,
                        std::string_view instance, bool swedish);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_PROBLEM_H_
