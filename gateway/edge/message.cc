#include "gateway/edge/message.h"

#include <boost/beast/http/status.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/common/spelling.h"

namespace reglab::gateway {

void Request::Clear() {
  text_.clear();
  method_ = target_ = path_ = query_ = Slice();
  valid_target_ = false;
  fields_.fill(Slice());
}

Request::Slice Request::Keep(std::string_view text) {
  const Slice slice{uint32_t(text_.size()), uint32_t(text.size())};
  text_.append(text);
  return slice;
}

void Request::SetLine(std::string_view method, std::string_view target) {
  method_ = Keep(method);
  for (const char* scheme : {"http://", "https://"}) {
    if (absl::StartsWithIgnoreCase(ForAbsl(target), scheme)) {
      const size_t authority = std::string_view(scheme).size();
      const size_t path = target.find_first_of("/?", authority);
      target = path == std::string_view::npos ? "/" : target.substr(path);
    }
  }
  valid_target_ =
      target.starts_with('/') || (target == "*" && method == "OPTIONS");
  // A fragment never belongs into a request.
  if (target.find('#') != std::string_view::npos) valid_target_ = false;
  target_ = Keep(target);
  const size_t mark = target.find('?');
  path_ = {target_.begin,
           uint32_t(mark == std::string_view::npos ? target.size() : mark)};
  query_ = mark == std::string_view::npos
               ? Slice{target_.begin, 0}
               : Slice{uint32_t(target_.begin + mark + 1),
                       uint32_t(target.size() - mark - 1)};
}

void Request::Add(Field field, std::string_view value) {
  Slice& slice = fields_[size_t(field)];
  if (slice.length == kNone) {
    slice = Keep(value);
    return;
  }
  const std::string joined = Concat(View(slice), ", ", value);
  slice = Keep(joined);
}

void AppendHead(int status, std::string* head) {
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(unsigned(status)));
  absl::StrAppend(head, "HTTP/1.1 ", status, " ",
                  absl::string_view(reason.data(), reason.size()), "\r\n");
  // Anyone's page may read and write with credentials of its own: none are sent
  // by the browser on its own account, so there is nothing to protect.
  *head +=
      "X-Content-Type-Options: nosniff\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "Access-Control-Allow-Origin: *\r\n"
      "Access-Control-Expose-Headers: Content-Language, ETag, Link, Location, "
      "RateLimit, RateLimit-Policy, Retry-After, Trace-Id\r\n";
}

void AppendField(std::string_view name, std::string_view value,
                 std::string* head) {
  absl::StrAppend(head, ForAbsl(name), ": ", ForAbsl(value), "\r\n");
}

}  // namespace reglab::gateway
