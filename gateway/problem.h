#ifndef REGLAB_GATEWAY_PROBLEM_H_
#define REGLAB_GATEWAY_PROBLEM_H_

#include <string>
#include <string_view>
#include <vector>

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
// chosen when the status was made (see ToProto). When a resource was changed
// since the caller read it, `current` is that resource as it is now, as far as
// the service gave it. `body_field` is the body of
// the route: fields of the message that is the body are named as they stand in
// it.
std::string ProblemJson(const google::rpc::Status& status, int http_status,
                        std::string_view instance, bool swedish,
                        std::string_view body_field = "");

// What the page about problems tells of each kind.
struct ProblemReason {
  std::string reason;
  int http_status;
  std::string title_en;
  std::string title_sv;
};
std::vector<ProblemReason> ProblemReasons();

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_PROBLEM_H_
