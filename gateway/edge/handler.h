#ifndef REGLAB_GATEWAY_EDGE_HANDLER_H_
#define REGLAB_GATEWAY_EDGE_HANDLER_H_

#include <boost/asio/awaitable.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/edge/message.h"

namespace reglab::gateway {

// The body of a request, read from the connection when it is asked for: who may
// not send one is refused before a byte of it is kept.
class Body {
 public:
  virtual ~Body() = default;
  // Whether there is none.
  virtual bool empty() const = 0;
  // Lets it have more bytes than others may. Called before Read.
  virtual void Allow(size_t most_bytes) = 0;
  // Adds all of it to `text`. RESOURCE_EXHAUSTED with the reason
  // BODY_TOO_LARGE, or OVERLOADED while another large one is worked on;
  // INVALID_ARGUMENT with MALFORMED_REQUEST, DEADLINE_EXCEEDED with
  // REQUEST_TIMEOUT, CANCELLED when the client is gone.
  virtual boost::asio::awaitable<absl::Status> Read(std::string* text) = 0;
};

// What answers requests. Thread-safe: the connections of several threads share
// it.
class Handler {
 public:
  virtual ~Handler() = default;
  // The answer, if it is at hand: no body is read and nobody is asked.
  virtual bool AnswerNow(const Request& request, Response* response) = 0;
  virtual boost::asio::awaitable<void> Answer(const Request& request,
                                              Body& body,
                                              Response* response) = 0;
  // The answer to what the edge itself refuses. The request may be incomplete.
  virtual Response Refuse(const Request& request,
                          const absl::Status& status) = 0;
  // Called once for every response, after it was sent.
  virtual void Sent(const Request& request, const Response& response,
                    size_t bytes, absl::Duration took) = 0;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_EDGE_HANDLER_H_
