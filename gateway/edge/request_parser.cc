#include "gateway/edge/request_parser.h"

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

namespace http = boost::beast::http;

std::string_view Std(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

std::optional<Field> FieldOf(http::field name, std::string_view text) {
  switch (name) {
    case http::field::accept_encoding:
      return Field::kAcceptEncoding;
    case http::field::accept_language:
      return Field::kAcceptLanguage;
    case http::field::authorization:
      return Field::kAuthorization;
    case http::field::content_encoding:
      return Field::kContentEncoding;
    case http::field::content_type:
      return Field::kContentType;
    case http::field::cookie:
      return Field::kCookie;
    case http::field::expect:
      return Field::kExpect;
    case http::field::host:
      return Field::kHost;
    case http::field::if_match:
      return Field::kIfMatch;
    case http::field::if_none_match:
      return Field::kIfNoneMatch;
    case http::field::origin:
      return Field::kOrigin;
    case http::field::sec_fetch_site:
      return Field::kSecFetchSite;
    case http::field::access_control_request_method:
      return Field::kRequestMethod;
    case http::field::unknown:
      if (absl::EqualsIgnoreCase(ForAbsl(text), "idempotency-key")) {
        return Field::kIdempotencyKey;
      }
      if (absl::EqualsIgnoreCase(ForAbsl(text), "traceparent")) {
        return Field::kTraceparent;
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

void RequestParser::on_request_impl(http::verb, View method, View target,
                                    int version, Error& error) {
  version_ = version;
  if (version != 10 && version != 11) {
    error = http::error::bad_version;
    return;
  }
  request_->SetLine(Std(method), Std(target));
}

void RequestParser::on_field_impl(http::field name, View text, View value,
                                  Error& error) {
  // Trailers carry nothing that could be used safely.
  if (header_done_) return;
  if (name == http::field::content_length &&
      (++lengths_ > 1 || value.find_first_not_of("0123456789") != View::npos)) {
    error = http::error::bad_content_length;
    return;
  }
  if (name == http::field::transfer_encoding) {
    transfer_coded_ = true;
    if (!absl::EqualsIgnoreCase(ForAbsl(Std(value)), "chunked")) {
      error = http::error::bad_transfer_encoding;
    }
    return;
  }
  const std::optional<Field> field = FieldOf(name, Std(text));
  if (!field) return;
  if (*field == Field::kHost) ++hosts_;
  if (*field == Field::kExpect) {
    expects_continue_ =
        absl::EqualsIgnoreCase(ForAbsl(Std(value)), "100-continue");
  }
  request_->Add(*field, Std(value));
}

void RequestParser::on_header_impl(Error& error) {
  header_done_ = true;
  if (hosts_ > 1 || (hosts_ == 0 && version_ == 11)) {
    error = http::error::bad_field;
  }
  if (transfer_coded_ && (version_ == 10 || lengths_ > 0)) {
    error = http::error::bad_transfer_encoding;
  }
}

size_t RequestParser::on_body_impl(View body, Error&) {
  if (body_ != nullptr) body_->append(body.data(), body.size());
  return body.size();
}

size_t RequestParser::on_chunk_body_impl(uint64_t, View body, Error& error) {
  return on_body_impl(body, error);
}

}  // namespace reglab::gateway
