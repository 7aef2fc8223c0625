#ifndef REGLAB_GATEWAY_REPRESENTATION_H_
#define REGLAB_GATEWAY_REPRESENTATION_H_

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "gateway/compression.h"
#include "gateway/edge/message.h"

namespace reglab::gateway {

// One answer as content, before it is encoded for a client.
struct Content {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::string etag;        // without quotes; "" is none
  std::string lines;       // further header fields, each with its line's end
  std::string_view route;  // for the log; lives as long as the process
  bool packable = true;    // encoded, it is shorter
};

enum class Encoding { kIdentity, kGzip, kBrotli };

// The encoding that the client wants most of those there are (RFC 9110,
// 12.5.3); brotli before gzip where it does not care. Short bodies stay as they
// are.
Encoding ChooseEncoding(std::string_view accept_encoding, size_t body_bytes);

// `"abc"`, `"abc-gzip"`, `"abc-br"`: a strong etag stands for bytes.
std::string EtagOf(std::string_view etag, Encoding encoding);

// Whether a list of If-None-Match names this etag, compared weakly (RFC 9110,
// 13.1.2).
bool EtagListed(std::string_view if_none_match, std::string_view etag);

// The same hash for the same bytes, in every process.
std::string HashOfBytes(std::string_view bytes);

// Answers a GET with this content, once: encoded as the client wants it, or
// 304.
void Represent(const Request& request, Content content, Response* response);

// Content that many requests are answered with. Encodings and headers are made
// when the first request needs them, then shared. Thread-safe.
class Representations : public std::enable_shared_from_this<Representations> {
 public:
  explicit Representations(Content content);
  // Answers a GET or HEAD from what is ready; holds on to `this`.
  void Answer(const Request& request, Response* response) const;
  size_t bytes() const;

 private:
  struct Variant {
    std::once_flag made;
    std::string head;
    std::string not_modified;  // the head of a 304
    std::string etag;
    std::string packed;
  };
  const Variant& Get(Encoding encoding) const;

  const Content content_;
  mutable std::array<Variant, 3> variants_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_REPRESENTATION_H_
