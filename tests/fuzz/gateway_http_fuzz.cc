#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/edge/request_parser.h"
#include "gateway/representation.h"

// HTTP/1.1 as it comes from anybody: the first byte says in which pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reglab::gateway;
  if (size == 0) return 0;
  const size_t piece = size_t(data[0]) + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  Request request;
  std::string body;
  RequestParser parser(&request);
  parser.header_limit(8192);
  parser.body_limit(65536);
  parser.set_body(&body);
  size_t begin = 0;
  size_t end = 0;
  while (!parser.is_done() && end < bytes.size()) {
    end = std::min(bytes.size(), end + piece);
    boost::beast::error_code error;
    size_t taken = 0;
    do {
      taken = parser.put(
          boost::asio::const_buffer(bytes.data() + begin, end - begin), error);
      begin += taken;
    } while (!error && taken > 0 && begin < end && !parser.is_done());
    if (error && error != boost::beast::http::error::need_more) break;
  }
  if (body.size() > 65536) std::abort();
  if (parser.is_done()) {
    if (request.path().size() + request.query().size() >
        request.target().size()) {
      std::abort();
    }
    ChooseEncoding(request[Field::kAcceptEncoding], 1000);
    EtagListed(request[Field::kIfNoneMatch], "\"a\"");
  }
  return 0;
}
