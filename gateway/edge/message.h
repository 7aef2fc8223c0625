#ifndef REGLAB_GATEWAY_EDGE_MESSAGE_H_
#define REGLAB_GATEWAY_EDGE_MESSAGE_H_

#include <array>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace reglab::gateway {

// The header fields that mean something here; all others are passed over.
enum class Field {
  kAcceptEncoding,
  kAcceptLanguage,
  kAuthorization,
  kContentEncoding,
  kContentType,
  kCookie,
  kExpect,
  kHost,
  kIdempotencyKey,
  kIfMatch,
  kIfNoneMatch,
  kOrigin,
  kRequestMethod,  // Access-Control-Request-Method
  kSecFetchSite,
  kTraceparent,
  kCount
};

// One request as it came over HTTP, whichever version. Its texts are kept in
// one buffer that serves the requests of a connection one after the other.
class Request {
 public:
  // For the next request of the same connection.
  void Clear();
  // Whom the connection comes from; stays when the rest is cleared.
  void SetPeer(std::string peer) { peer_ = std::move(peer); }
  void SetLine(std::string_view method, std::string_view target);
  // A second field of the same name is joined to the first with ", ".
  void Add(Field field, std::string_view value);

  std::string_view method() const { return View(method_); }
  // The path without query, still percent-encoded; "*" of OPTIONS.
  std::string_view path() const { return View(path_); }
  // What follows the first "?", still percent-encoded.
  std::string_view query() const { return View(query_); }
  // Path and query as they were sent.
  std::string_view target() const { return View(target_); }
  bool has(Field field) const { return fields_[size_t(field)].length != kNone; }
  // "" when it is not there.
  std::string_view operator[](Field field) const {
    const Slice& slice = fields_[size_t(field)];
    return slice.length == kNone ? std::string_view() : View(slice);
  }
  // The address, or of IPv6 the network of 64 bits that one party has; "" when
  // it is not known.
  const std::string& peer() const { return peer_; }
  // Whether the target has a form that is served: a path, an absolute URL of
  // HTTP, or "*".
  bool valid_target() const { return valid_target_; }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Slice {
    uint32_t begin = 0;
    uint32_t length = kNone;
  };
  Slice Keep(std::string_view text);
  std::string_view View(const Slice& slice) const {
    return std::string_view(text_).substr(slice.begin, slice.length);
  }

  std::string peer_;
  std::string text_;
  Slice method_, target_, path_, query_;
  bool valid_target_ = false;
  std::array<Slice, size_t(Field::kCount)> fields_;
};

// A body that is sent as it comes, and kept nowhere. The next part is asked for
// when the client has taken the one before.
class BodyParts {
 public:
  virtual ~BodyParts() = default;
  // "" at the end. After an error the connection is closed without the end of
  // the body, so that nobody takes a part for the whole.
  virtual boost::asio::awaitable<absl::StatusOr<std::string>> Next() = 0;
};

// A response. `head` holds the status line and every header field but Date and
// Connection, each with its line's end; the edge adds those two and the blank
// line. What many responses share is owned by `owner`, and the views are set;
// otherwise the strings are.
struct Response {
  int status = 0;
  std::string own_head;
  std::string own_body;
  std::shared_ptr<const void> owner;
  std::string_view shared_head;
  std::string_view shared_body;
  // What follows the head, in the place of a body; null otherwise. `head` has a
  // Content-Length if all of them have `parts_bytes` together; when that is not
  // known (-1) it has none, and they are sent chunked.
  std::unique_ptr<BodyParts> parts;
  int64_t parts_bytes = -1;

  // For the log: the template of the route, which has no personal data in it.
  std::string_view route;
  std::string trace_id;
  bool cache_hit = false;

  std::string_view head() const {
    return owner ? shared_head : std::string_view(own_head);
  }
  std::string_view body() const {
    return owner ? shared_body : std::string_view(own_body);
  }
};

// Appends the status line and the fields that every response has.
void AppendHead(int status, std::string* head);

// Appends "name: value\r\n".
void AppendField(std::string_view name, std::string_view value,
                 std::string* head);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_EDGE_MESSAGE_H_
