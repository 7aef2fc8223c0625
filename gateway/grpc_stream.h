#ifndef REGLAB_GATEWAY_GRPC_STREAM_H_
#define REGLAB_GATEWAY_GRPC_STREAM_H_

#include <nghttp2/nghttp2.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/link.h"

namespace reglab::gateway {

// Codes of google.rpc.Code that the transport itself gives.
inline constexpr int kCancelled = 1;
inline constexpr int kUnknown = 2;
inline constexpr int kDeadlineExceeded = 4;
inline constexpr int kResourceExhausted = 8;
inline constexpr int kInternal = 13;
inline constexpr int kUnavailable = 14;

// What no service has said.
Answer Failure(int code, std::string_view text);

// A call on its way: what gRPC's protocol puts into a stream of HTTP/2,
// and what it reads from it.
struct GrpcStream {
  explicit GrpcStream(std::unique_ptr<Outgoing> call_in);

  using Headers = std::array<nghttp2_nv, 11>;
  // Views of this, of what is given here, and of constants. `known`: the same
  // assertion was sent lately.
  Headers RequestHeaders(std::string_view scheme, std::string_view authority,
                         bool known) const;
  // Copies the next bytes of the length-prefixed message; how many.
  size_t ReadBody(uint8_t* buffer, size_t length);
  bool all_read() const;

  void TakeHeader(std::string_view name, std::string_view value);
  // False when the answer has become too large: the stream is to be reset. The
  // messages of a stream are put into its flow.
  bool TakeData(std::string_view bytes);
  // The answer, when the stream has been closed with a code of HTTP/2.
  Answer End(uint32_t error);

  std::unique_ptr<Outgoing> call;
  std::string timeout;  // the header grpc-timeout
  bool begun = false;   // the service may have seen it
  // Its caller has been told; nghttp2 may still look at what it was to send.
  bool abandoned = false;

 private:
  std::array<char, 5> prefix_;
  size_t read_ = 0;  // of prefix and message
  bool too_large_ = false;
  std::string body_;
  int http_status_ = 0;
  size_t MessageLength() const;
  // The next message of a stream, when all of it has come.
  std::optional<std::string> TakeMessage();

  int code_ = -1;
  std::string text_;
  std::string details_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_GRPC_STREAM_H_
