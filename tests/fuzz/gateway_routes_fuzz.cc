// Any method, path, query, body and headers: a request, or an error that says
// what is wrong.

#include <google/protobuf/message.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/routes.h"
#include "gateway/text.h"
#include "gateway/transcoder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reglab::gateway;
  static const auto* routes = new Routes(*Routes::Build());
  // Lines: method, path, query, If-Match, Idempotency-Key; the rest is the
  // body.
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::string_view parts[5];
  for (std::string_view& part : parts) {
    const auto [line, after] = reglab::Cut(rest, '\n');
    part = line;
    rest = after;
  }
  const auto match = routes->Find(parts[0], parts[1], nullptr);
  if (!match.ok()) return 0;
  const auto request = RequestFromRest(*match, {.query = parts[2],
                                                .body = rest,
                                                .if_match = parts[3],
                                                .idempotency_key = parts[4]});
  if (!request.ok()) {
    if (request.status().code() != absl::StatusCode::kInvalidArgument) abort();
    return 0;
  }
  // What we make, every reader of Protocol Buffers must read: UTF-8 above all.
  const std::unique_ptr<google::protobuf::Message> copy((*request)->New());
  if (!copy->ParseFromString((*request)->SerializeAsString())) abort();
  return 0;
}
