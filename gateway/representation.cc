#include "gateway/representation.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

// Under this an encoded answer saves no packet.
constexpr size_t kLeastPacked = 256;

std::string_view SuffixOf(Encoding encoding) {
  switch (encoding) {
    case Encoding::kGzip:
      return "-gzip";
    case Encoding::kBrotli:
      return "-br";
    default:
      return "";
  }
}

std::string Pack(std::string_view text, Encoding encoding, Effort effort) {
  return encoding == Encoding::kGzip ? Gzip(text, effort)
                                     : Brotli(text, effort);
}

Encoding EncodingFor(const Request& request, const Content& content) {
  return content.packable ? ChooseEncoding(request[Field::kAcceptEncoding],
                                           content.body.size())
                          : Encoding::kIdentity;
}

// What a 200 and a 304 have in common.
void AppendValidators(const Content& content, std::string_view etag,
                      std::string* head) {
  *head += content.lines;
  if (!etag.empty()) AppendField("ETag", etag, head);
}

void AppendContent(const Content& content, Encoding encoding, size_t length,
                   std::string* head) {
  AppendField("Content-Type", content.type, head);
  if (encoding == Encoding::kGzip)
    AppendField("Content-Encoding", "gzip", head);
  if (encoding == Encoding::kBrotli)
    AppendField("Content-Encoding", "br", head);
  absl::StrAppend(head, "Content-Length: ", length, "\r\n");
}

}  // namespace

Encoding ChooseEncoding(std::string_view accept_encoding, size_t body_bytes) {
  if (accept_encoding.empty() || body_bytes < kLeastPacked) {
    return Encoding::kIdentity;
  }
  double gzip = -1;
  double brotli = -1;
  double identity = -1;
  double other = -1;
  for (std::string_view rest = accept_encoding; !rest.empty();) {
    const size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view()
                                           : rest.substr(comma + 1);
    const size_t semicolon = part.find(';');
    const std::string_view name = Trim(part.substr(0, semicolon));
    double quality = 1;
    if (semicolon != std::string_view::npos) {
      std::string_view parameter = Trim(part.substr(semicolon + 1));
      if ((parameter.starts_with("q=") || parameter.starts_with("Q=")) &&
          !absl::SimpleAtod(ForAbsl(parameter.substr(2)), &quality)) {
        quality = 0;
      }
    }
    const absl::string_view coding = ForAbsl(name);
    if (absl::EqualsIgnoreCase(coding, "gzip") ||
        absl::EqualsIgnoreCase(coding, "x-gzip")) {
      gzip = quality;
    } else if (absl::EqualsIgnoreCase(coding, "br")) {
      brotli = quality;
    } else if (absl::EqualsIgnoreCase(coding, "identity")) {
      identity = quality;
    } else if (coding == "*") {
      other = quality;
    }
  }
  if (gzip < 0) gzip = other;
  if (brotli < 0) brotli = other;
  const double best = std::max(gzip, brotli);
  if (best <= 0 || identity > best) return Encoding::kIdentity;
  return brotli >= gzip ? Encoding::kBrotli : Encoding::kGzip;
}

std::string EtagOf(std::string_view etag, Encoding encoding) {
  return etag.empty() ? "" : Concat("\"", etag, SuffixOf(encoding), "\"");
}

bool EtagListed(std::string_view if_none_match, std::string_view etag) {
  if (etag.empty()) return false;
  for (std::string_view rest = if_none_match; !rest.empty();) {
    const size_t comma = rest.find(',');
    std::string_view tag = Trim(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view()
                                           : rest.substr(comma + 1);
    if (tag == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

std::string HashOfBytes(std::string_view bytes) {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, sha256, nullptr);
  // 96 bits: the same twice by chance is out of reach.
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(digest), 12));
}

void Represent(const Request& request, Content content, Response* response) {
  const Encoding encoding = EncodingFor(request, content);
  const std::string etag = EtagOf(content.etag, encoding);
  if (content.status == 200 && EtagListed(request[Field::kIfNoneMatch], etag)) {
    response->status = 304;
    AppendHead(304, &response->own_head);
    AppendValidators(content, etag, &response->own_head);
    return;
  }
  response->status = content.status;
  response->own_body = encoding == Encoding::kIdentity
                           ? std::move(content.body)
                           : Pack(content.body, encoding, Effort::kOnce);
  AppendHead(content.status, &response->own_head);
  AppendValidators(content, etag, &response->own_head);
  AppendContent(content, encoding, response->own_body.size(),
                &response->own_head);
}

Representations::Representations(Content content)
    : content_(std::move(content)) {}

const Representations::Variant& Representations::Get(Encoding encoding) const {
  Variant& variant = variants_[size_t(encoding)];
  std::call_once(variant.made, [&] {
    variant.etag = EtagOf(content_.etag, encoding);
    if (encoding != Encoding::kIdentity) {
      variant.packed = Pack(content_.body, encoding, Effort::kOften);
    }
    AppendHead(content_.status, &variant.head);
    AppendValidators(content_, variant.etag, &variant.head);
    AppendContent(content_, encoding,
                  encoding == Encoding::kIdentity ? content_.body.size()
                                                  : variant.packed.size(),
                  &variant.head);
    AppendHead(304, &variant.not_modified);
    AppendValidators(content_, variant.etag, &variant.not_modified);
  });
  return variant;
}

void Representations::Answer(const Request& request, Response* response) const {
  const Encoding encoding = EncodingFor(request, content_);
  const Variant& variant = Get(encoding);
  response->owner = shared_from_this();
  response->route = content_.route;
  if (EtagListed(request[Field::kIfNoneMatch], variant.etag)) {
    response->status = 304;
    response->shared_head = variant.not_modified;
    response->shared_body = {};
    return;
  }
  response->status = content_.status;
  response->shared_head = variant.head;
  response->shared_body = encoding == Encoding::kIdentity
                              ? std::string_view(content_.body)
                              : std::string_view(variant.packed);
}

size_t Representations::bytes() const {
  // With room for the encodings and three pairs of heads, made later.
  return content_.body.size() + content_.body.size() / 2 + 6 * 700;
}

}  // namespace reglab::gateway
