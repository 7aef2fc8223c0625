#include "gateway/grpc_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

// As ProcessChannel's; a service never answers more.
constexpr size_t kMostAnswerBytes = 16 << 20;
// One message of a stream: less than the window, which is only opened again
// when a whole message was taken away.
constexpr size_t kMostMessageBytes = 512 << 10;

nghttp2_nv Header(std::string_view name, std::string_view value,
                  uint8_t flags = NGHTTP2_NV_FLAG_NONE) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(),
          uint8_t(flags | NGHTTP2_NV_FLAG_NO_COPY_NAME |
                  NGHTTP2_NV_FLAG_NO_COPY_VALUE)};
}

// What gRPC says a stream that was reset means (PROTOCOL-HTTP2, "Errors").
int CodeOfReset(uint32_t error) {
  switch (error) {
    case NGHTTP2_CANCEL:
      return kCancelled;
    case NGHTTP2_ENHANCE_YOUR_CALM:
      return kResourceExhausted;
    case NGHTTP2_REFUSED_STREAM:
      return kUnavailable;
    default:
      return kInternal;
  }
}

}  // namespace

Answer Failure(int code, std::string_view text) {
  return {.code = code, .text = std::string(text), .local = true};
}

GrpcStream::GrpcStream(std::unique_ptr<Outgoing> call_in)
    : call(std::move(call_in)) {
  const absl::Duration left =
      absl::FromChrono(call->until - Link::Clock::now());
  timeout =
      absl::StrCat(std::max<int64_t>(1, absl::ToInt64Milliseconds(left)), "m");
  const uint32_t length = uint32_t(call->message.size());
  prefix_ = {0, char(length >> 24), char(length >> 16), char(length >> 8),
             char(length)};
}

GrpcStream::Headers GrpcStream::RequestHeaders(std::string_view scheme,
                                               std::string_view authority,
                                               bool known) const {
  // What differs from call to call must not push out of HPACK's table what does
  // not; that is also so of assertions, when many callers take turns.
  return {
      Header(":method", "POST"),
      Header(":scheme", scheme),
      Header(":path", call->path),
      Header(":authority", authority),
      Header("te", "trailers"),
      Header("content-type", "application/grpc"),
      Header("user-agent", "reglab-gateway"),
      Header("grpc-timeout", timeout, NGHTTP2_NV_FLAG_NO_INDEX),
      Header("authorization", call->authorization,
             known ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX),
      Header("traceparent", call->traceparent, NGHTTP2_NV_FLAG_NO_INDEX),
      Header("accept-language", call->language),
  };
}

size_t GrpcStream::ReadBody(uint8_t* buffer, size_t length) {
  size_t done = 0;
  while (done < length && read_ < prefix_.size()) {
    buffer[done++] = uint8_t(prefix_[read_++]);
  }
  if (read_ < prefix_.size()) return done;
  const std::string& message = call->message;
  const size_t at = read_ - prefix_.size();
  const size_t part = std::min(length - done, message.size() - at);
  std::copy_n(message.data() + at, part, buffer + done);
  read_ += part;
  return done + part;
}

bool GrpcStream::all_read() const {
  return read_ == prefix_.size() + call->message.size();
}

void GrpcStream::TakeHeader(std::string_view name, std::string_view value) {
  if (name == "grpc-status") {
    if (!absl::SimpleAtoi(ForAbsl(value), &code_) || code_ < 0) {
      code_ = kUnknown;
    }
  } else if (name == "grpc-message") {
    text_ = value;
  } else if (name == "grpc-status-details-bin") {
    if (!absl::Base64Unescape(ForAbsl(value), &details_)) details_.clear();
  } else if (name == ":status") {
    if (!absl::SimpleAtoi(ForAbsl(value), &http_status_)) http_status_ = 0;
  }
}

bool GrpcStream::TakeData(std::string_view bytes) {
  if (too_large_) return true;
  const size_t most =
      call->flow == nullptr ? kMostAnswerBytes : kMostMessageBytes;
  if (body_.size() + bytes.size() > most) {
    too_large_ = true;
    body_.clear();
    return false;
  }
  body_.append(bytes);
  if (call->flow == nullptr) return true;
  while (std::optional<std::string> message = TakeMessage()) {
    // What has begun to be read is not begun once more.
    call->repeatable = false;
    call->flow->arrived->messages.push_back(*std::move(message));
  }
  return true;
}

size_t GrpcStream::MessageLength() const {
  const auto byte = [&](size_t i) { return size_t(uint8_t(body_[i])); };
  return byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4);
}

std::optional<std::string> GrpcStream::TakeMessage() {
  // A compressed one is never complete, and so an error at the end.
  if (body_.size() < prefix_.size() || body_[0] != 0) return std::nullopt;
  const size_t size = prefix_.size() + MessageLength();
  if (body_.size() < size) return std::nullopt;
  std::string message = body_.substr(prefix_.size(), size - prefix_.size());
  body_.erase(0, size);
  return message;
}

Answer GrpcStream::End(uint32_t error) {
  if (too_large_) return Failure(kResourceExhausted, "the answer is too large");
  if (code_ < 0) {
    if (error != NGHTTP2_NO_ERROR) {
      return Failure(CodeOfReset(error), nghttp2_http2_strerror(error));
    }
    return Failure(kUnknown, Concat("no grpc-status; HTTP status ",
                                    std::to_string(http_status_)));
  }
  Answer answer{
      .code = code_, .text = std::move(text_), .details = std::move(details_)};
  if (answer.code == kCancelled && answer.details.empty()) {
    // Nobody cancels here: it is what grpc++ says of a call to a server that is
    // shutting down, begun or not.
    return Failure(kUnavailable, "the service is shutting down");
  }
  if (answer.code != 0) return answer;
  if (call->flow != nullptr) {
    return body_.empty() ? answer
                         : Failure(kInternal, "the stream ended in a message");
  }
  if (body_.size() < prefix_.size() || body_[0] != 0 ||
      MessageLength() != body_.size() - prefix_.size()) {
    return Failure(kInternal, "the answer is no single uncompressed message");
  }
  body_.erase(0, prefix_.size());
  answer.message = std::move(body_);
  return answer;
}

}  // namespace reglab::gateway
