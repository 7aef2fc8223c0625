#ifndef REGLAB_GATEWAY_EDGE_CONNECTION_H_
#define REGLAB_GATEWAY_EDGE_CONNECTION_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "gateway/edge/handler.h"
#include "gateway/edge/request_parser.h"
#include "gateway/edge/server.h"

namespace reglab::gateway {

// One connection of HTTP/1.1, used by the one thread of its io_context.
class Connection : private Body {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(boost::asio::ip::tcp::socket socket, const ServerOptions& options,
             Handler& handler, Limits& limits);

  // Serves requests until the connection ends.
  boost::asio::awaitable<void> Run();

  // Ends what has waited too long. Looked at a few times a second for all
  // connections of a thread, which costs less than a timer for each request.
  void Expire(Clock::time_point now);

  // Answers what is in progress and no more.
  void Drain();

 private:
  // What the connection waits for its peer to do; kAnswer is our own work.
  enum class Phase { kIdle, kHeader, kBody, kAnswer, kWrite, kLinger };

  bool empty() const override;
  void Allow(size_t most_bytes) override { most_body_bytes_ = most_bytes; }
  boost::asio::awaitable<absl::Status> Read(std::string* text) override;
  // Whether the body may have that many bytes, and there is room for them.
  absl::Status TakeBody(size_t bytes);
  void ReturnBody();

  void Enter(Phase phase, absl::Duration time);
  std::string_view buffered() const;
  // False when the peer has closed or the wait expired.
  boost::asio::awaitable<bool> Fill(size_t at_least);
  // The error to answer with; CANCELLED when there is nobody to answer.
  boost::asio::awaitable<absl::Status> ReadHeader();
  absl::Status StatusOfParser(const boost::beast::error_code& error) const;
  boost::asio::awaitable<bool> Write(const Response& response, bool close);
  // A response with parts; `sent` counts their bytes.
  boost::asio::awaitable<bool> WriteParts(const Response& response, bool close,
                                          size_t* sent);
  boost::asio::awaitable<bool> WriteRest(std::string_view head,
                                         std::string_view tail,
                                         std::string_view body, size_t done);
  // Lets the peer read the response before the connection goes: unread bytes
  // would make the kernel reset it.
  boost::asio::awaitable<void> Linger();

  boost::asio::ip::tcp::socket socket_;
  const ServerOptions& options_;
  Handler& handler_;
  Limits& limits_;
  Request request_;
  std::optional<RequestParser> parser_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  Phase phase_ = Phase::kIdle;
  Clock::time_point deadline_;
  Clock::time_point started_;  // first byte of the request
  bool expired_ = false;
  bool draining_ = false;
  size_t most_body_bytes_ = 0;  // of this request
  size_t body_bytes_ = 0;       // taken from the limits
  bool large_body_ = false;     // likewise
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_EDGE_CONNECTION_H_
