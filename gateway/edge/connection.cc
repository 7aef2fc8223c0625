#include "gateway/edge/connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <ctime>
#include <utility>

#include "absl/strings/str_format.h"
#include "gateway/edge/refusals.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Error = boost::system::error_code;

constexpr size_t kFirstBuffer = 2048;
constexpr size_t kBodyBuffer = 65536;
constexpr size_t kMostTarget = 6144;
constexpr size_t kMostLingerBytes = 1 << 20;
constexpr absl::Duration kLingerTime = absl::Seconds(2);

// "Date: …" and the end of the header; made once a second per thread.
std::string_view HeaderEnd(bool close) {
  struct Cached {
    time_t at = 0;
    std::string keep;
    std::string close;
  };
  thread_local Cached cached;
  const time_t now = std::time(nullptr);
  if (now != cached.at) {
    cached.at = now;
    tm parts;
    gmtime_r(&now, &parts);
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed",
                                            "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr",
                                              "May", "Jun", "Jul", "Aug",
                                              "Sep", "Oct", "Nov", "Dec"};
    const std::string date = absl::StrFormat(
        "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", kDays[parts.tm_wday],
        parts.tm_mday, kMonths[parts.tm_mon], parts.tm_year + 1900,
        parts.tm_hour, parts.tm_min, parts.tm_sec);
    cached.keep = date + "\r\n";
    cached.close = date + "Connection: close\r\n\r\n";
  }
  return close ? cached.close : cached.keep;
}

// See Request::peer.
std::string PeerOf(const asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) {
    return address.is_v6()
               ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6())
                     .to_string()
               : address.to_string();
  }
  return asio::ip::network_v6(address.to_v6(), 64).canonical().to_string();
}

asio::const_buffer BufferOf(std::string_view text) {
  return asio::const_buffer(text.data(), text.size());
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket,
                       const ServerOptions& options, Handler& handler,
                       Limits& limits)
    : socket_(std::move(socket)),
      options_(options),
      handler_(handler),
      limits_(limits) {
  Enter(Phase::kIdle, options.header_time);
}

void Connection::Enter(Phase phase, absl::Duration time) {
  phase_ = phase;
  deadline_ = Clock::now() + absl::ToChronoMilliseconds(time);
}

void Connection::Expire(Clock::time_point now) {
  if (now < deadline_ || phase_ == Phase::kAnswer) return;
  expired_ = true;
  Error ignored;
  if (phase_ == Phase::kLinger || phase_ == Phase::kWrite) {
    socket_.close(ignored);
  } else {
    socket_.cancel(ignored);
  }
}

void Connection::Drain() {
  draining_ = true;
  // A request that is on its way is still answered.
  if (phase_ == Phase::kIdle) Enter(Phase::kIdle, absl::Milliseconds(500));
}

std::string_view Connection::buffered() const {
  return std::string_view(buffer_).substr(begin_, end_ - begin_);
}

asio::awaitable<bool> Connection::Fill(size_t at_least) {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == buffer_.size() && begin_ > 0) {
    std::copy(buffer_.begin() + begin_, buffer_.begin() + end_,
              buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < at_least) {
    buffer_.resize(at_least);
  } else if (end_ == buffer_.size()) {
    buffer_.resize(buffer_.size() * 2);
  }
  Error error;
  const size_t count = co_await socket_.async_read_some(
      asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
      asio::redirect_error(asio::use_awaitable, error));
  end_ += count;
  co_return !error && !expired_;
}

absl::Status Connection::StatusOfParser(const Error& error) const {
  if (error == http::error::header_limit) {
    return request_.target().empty()
               ? AddressTooLong()
               : HeadersTooLarge(options_.most_header_bytes);
  }
  if (error == http::error::body_limit) {
    return BodyTooLarge(options_.largest_body_bytes);
  }
  return MalformedRequest();
}

asio::awaitable<absl::Status> Connection::ReadHeader() {
  parser_.emplace(&request_);
  parser_->header_limit(uint32_t(options_.most_header_bytes));
  // How much is too much is often known only when it is known who answers.
  parser_->body_limit(options_.largest_body_bytes);
  most_body_bytes_ = options_.most_body_bytes;
  // The parser takes line by line, and limits only what it has not taken yet.
  size_t taken = 0;
  while (true) {
    // Some clients end a body with a line that is not part of it.
    while (phase_ == Phase::kIdle && buffered().starts_with("\r\n"))
      begin_ += 2;
    if (begin_ < end_) {
      if (phase_ == Phase::kIdle) {
        Enter(Phase::kHeader, options_.header_time);
        started_ = Clock::now();
      }
      Error error;
      const size_t part = parser_->put(BufferOf(buffered()), error);
      begin_ += part;
      taken += part;
      if (error && error != http::error::need_more) {
        co_return StatusOfParser(error);
      }
      const bool done = parser_->is_header_done();
      if (taken + (done ? 0 : end_ - begin_) > options_.most_header_bytes) {
        co_return StatusOfParser(http::error::header_limit);
      }
      if (done) break;
    }
    const bool filled = co_await Fill(kFirstBuffer);
    if (!filled) {
      co_return expired_&& phase_ == Phase::kHeader
          ? RequestTimeout()
          : absl::CancelledError("closed");
    }
  }
  if (!request_.valid_target()) co_return MalformedRequest();
  if (request_.target().size() > kMostTarget) co_return AddressTooLong();
  co_return absl::OkStatus();
}

bool Connection::empty() const { return parser_->is_done(); }

absl::Status Connection::TakeBody(size_t bytes) {
  if (bytes > most_body_bytes_) return BodyTooLarge(most_body_bytes_);
  if (bytes <= body_bytes_) return absl::OkStatus();
  if (bytes > options_.most_body_bytes && !large_body_) {
    if (!limits_.TakeLargeBody()) return Overloaded();
    large_body_ = true;
  }
  if (!limits_.TakeBody(bytes - body_bytes_)) return Overloaded();
  body_bytes_ = bytes;
  return absl::OkStatus();
}

void Connection::ReturnBody() {
  limits_.ReturnBody(std::exchange(body_bytes_, 0));
  if (std::exchange(large_body_, false)) limits_.ReturnLargeBody();
}

asio::awaitable<absl::Status> Connection::Read(std::string* text) {
  if (parser_->is_done()) co_return absl::OkStatus();
  // What is announced is taken at once, what is not as it comes.
  const size_t announced =
      parser_->content_length() ? size_t(*parser_->content_length()) : 0;
  const absl::Status taken = TakeBody(announced);
  if (!taken.ok()) co_return taken;
  text->reserve(announced);
  parser_->set_body(text);
  Enter(Phase::kBody, options_.body_time);
  if (parser_->expects_continue() && begin_ == end_) {
    static constexpr std::string_view kContinue =
        "HTTP/1.1 100 Continue\r\n\r\n";
    Error error;
    co_await socket_.async_write_some(
        BufferOf(kContinue), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return absl::CancelledError("closed");
  }
  while (!parser_->is_done()) {
    if (begin_ < end_) {
      Error error;
      begin_ += parser_->put(BufferOf(buffered()), error);
      const absl::Status grown = TakeBody(text->size());
      if (!grown.ok()) co_return grown;
      if (error && error != http::error::need_more) {
        co_return StatusOfParser(error);
      }
      if (!error) continue;
    }
    const bool filled = co_await Fill(kBodyBuffer);
    if (!filled) {
      co_return expired_ ? RequestTimeout() : absl::CancelledError("closed");
    }
  }
  parser_->set_body(nullptr);
  Enter(Phase::kAnswer, absl::ZeroDuration());
  co_return absl::OkStatus();
}

asio::awaitable<void> Connection::Run() {
  Error error;
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  socket_.non_blocking(true, error);
  const asio::ip::tcp::endpoint peer = socket_.remote_endpoint(error);
  if (!error) request_.SetPeer(PeerOf(peer.address()));
  error.clear();
  while (true) {
    const absl::Status status = co_await ReadHeader();
    if (absl::IsCancelled(status)) break;
    Response response;
    if (!status.ok()) {
      response = handler_.Refuse(request_, status);
    } else if (!handler_.AnswerNow(request_, &response)) {
      Enter(Phase::kAnswer, absl::ZeroDuration());
      Body& body = *this;
      co_await handler_.Answer(request_, body, &response);
      ReturnBody();
    }
    // A body that nobody asked for may have come along.
    if (status.ok() && begin_ < end_) {
      while (!parser_->is_done() && begin_ < end_ && !error) {
        begin_ += parser_->put(BufferOf(buffered()), error);
      }
      error.clear();
    }
    const bool close = !status.ok() || !parser_->is_done() ||
                       !parser_->keep_alive() || parser_->old_version() ||
                       draining_;
    size_t sent = response.head().size() + response.body().size();
    bool written;
    if (response.parts == nullptr) {
      written = co_await Write(response, close);
    } else {
      written = co_await WriteParts(response, close, &sent);
    }
    handler_.Sent(request_, response, sent,
                  absl::FromChrono(Clock::now() - started_));
    if (!written) break;
    if (close) {
      co_await Linger();
      break;
    }
    if (buffer_.size() > kBodyBuffer / 2 && begin_ == end_) {
      buffer_ = std::string(kFirstBuffer, '\0');
      begin_ = end_ = 0;
    }
    Enter(Phase::kIdle,
          draining_ ? absl::Milliseconds(500) : options_.idle_time);
  }
  socket_.close(error);
}

asio::awaitable<bool> Connection::Write(const Response& response, bool close) {
  const bool bodiless = request_.method() == "HEAD";
  const std::string_view head = response.head();
  const std::string_view tail = HeaderEnd(close);
  const std::string_view body = bodiless ? std::string_view() : response.body();
  const std::array<asio::const_buffer, 3> buffers = {
      BufferOf(head), BufferOf(tail), BufferOf(body)};
  Error error;
  const size_t done = socket_.write_some(buffers, error);
  if (error && error != asio::error::would_block) co_return false;
  if (done == head.size() + tail.size() + body.size()) co_return true;
  // The line with the date may be made anew while this waits.
  const std::string kept_tail(tail);
  co_return co_await WriteRest(head, kept_tail, body, done);
}

asio::awaitable<bool> Connection::WriteParts(const Response& response,
                                             bool close, size_t* sent) {
  // HTTP/1.0 knows no chunks: there the body ends with the connection.
  const bool chunked = response.parts_bytes < 0 && !parser_->old_version();
  const std::string head =
      Concat(response.head(), chunked ? "Transfer-Encoding: chunked\r\n" : "",
             HeaderEnd(close));
  const bool begun = co_await WriteRest(head, "", "", 0);
  if (!begun) co_return false;
  int64_t left = response.parts_bytes;
  while (true) {
    Enter(Phase::kAnswer, absl::ZeroDuration());
    const absl::StatusOr<std::string> part = co_await response.parts->Next();
    if (!part.ok()) co_return false;
    if (part->empty()) break;
    left -= int64_t(part->size());
    if (response.parts_bytes >= 0 && left < 0) co_return false;
    const std::string size =
        chunked ? absl::StrFormat("%x\r\n", part->size()) : "";
    const bool written =
        co_await WriteRest(size, *part, chunked ? "\r\n" : "", 0);
    if (!written) co_return false;
    *sent += part->size();
  }
  if (response.parts_bytes >= 0) co_return left == 0;
  if (!chunked) co_return true;
  co_return co_await WriteRest("0\r\n\r\n", "", "", 0);
}

asio::awaitable<bool> Connection::WriteRest(std::string_view head,
                                            std::string_view tail,
                                            std::string_view body,
                                            size_t done) {
  while (true) {
    std::array<asio::const_buffer, 3> buffers = {BufferOf(head), BufferOf(tail),
                                                 BufferOf(body)};
    size_t skip = done;
    for (asio::const_buffer& buffer : buffers) {
      const size_t part = std::min(skip, buffer.size());
      buffer += part;
      skip -= part;
    }
    if (asio::buffer_size(buffers) == 0) co_return true;
    Enter(Phase::kWrite, options_.write_time);
    Error error;
    done += co_await socket_.async_write_some(
        buffers, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return false;
  }
}

asio::awaitable<void> Connection::Linger() {
  Enter(Phase::kLinger, kLingerTime);
  expired_ = false;
  Error error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  size_t read = 0;
  while (!error && read < kMostLingerBytes) {
    begin_ = end_ = 0;
    if (buffer_.empty()) buffer_.resize(kFirstBuffer);
    read += co_await socket_.async_read_some(
        asio::buffer(buffer_.data(), buffer_.size()),
        asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace reglab::gateway
