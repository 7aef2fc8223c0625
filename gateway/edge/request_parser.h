#ifndef REGLAB_GATEWAY_EDGE_REQUEST_PARSER_H_
#define REGLAB_GATEWAY_EDGE_REQUEST_PARSER_H_

#include <boost/beast/http/basic_parser.hpp>
#include <string>

#include "gateway/edge/message.h"

namespace reglab::gateway {

// Beast's parser of HTTP/1.1, which writes into a Request instead of making an
// object per header field. For one request: the first put ends with the
// header, later ones take the body. Refuses what two parsers in a row could
// read differently: Content-Length beside Transfer-Encoding, or twice; another
// coding than chunked alone; no Host, or two.
class RequestParser : public boost::beast::http::basic_parser<true> {
 public:
  // Both are used until the parser is gone; the body is added to `body` unless
  // it is null.
  explicit RequestParser(Request* request) : request_(request) {
    request_->Clear();
  }
  void set_body(std::string* body) { body_ = body; }
  bool expects_continue() const { return expects_continue_; }
  // HTTP/1.0, whose connections end with the response.
  bool old_version() const { return version_ == 10; }

 private:
  using Error = boost::beast::error_code;
  using View = boost::beast::string_view;
  void on_request_impl(boost::beast::http::verb, View method, View target,
                       int version, Error& error) override;
  void on_response_impl(int, View, int, Error&) override {}
  void on_field_impl(boost::beast::http::field name, View text, View value,
                     Error& error) override;
  void on_header_impl(Error& error) override;
  void on_body_init_impl(const boost::optional<uint64_t>&, Error&) override {}
  size_t on_body_impl(View body, Error&) override;
  void on_chunk_header_impl(uint64_t, View, Error&) override {}
  size_t on_chunk_body_impl(uint64_t, View body, Error&) override;
  void on_finish_impl(Error&) override {}

  Request* request_;
  std::string* body_ = nullptr;
  int version_ = 11;
  int hosts_ = 0;
  int lengths_ = 0;
  bool transfer_coded_ = false;
  bool expects_continue_ = false;
  bool header_done_ = false;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_EDGE_REQUEST_PARSER_H_
