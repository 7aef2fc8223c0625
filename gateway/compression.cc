#include "gateway/compression.h"

#include <brotli/encode.h>
#include <zlib.h>

#include <stdexcept>

namespace reglab::gateway {
namespace {

constexpr int kGzipOnce = 2;
constexpr int kGzipOften = 6;
constexpr int kBrotliOnce = 2;
constexpr int kBrotliOften = 5;

// A stream takes a quarter of a megabyte to set up, so each thread keeps its
// own.
class GzipStream {
 public:
  explicit GzipStream(int level) {
    // 16 asks for gzip's frame, 15 for the largest window.
    if (deflateInit2(&stream_, level, Z_DEFLATED, 15 + 16, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~GzipStream() { deflateEnd(&stream_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  std::string Pack(std::string_view text) {
    deflateReset(&stream_);
    std::string packed(deflateBound(&stream_, text.size()), '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = uInt(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream_.avail_out = uInt(packed.size());
    if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) {
      throw std::runtime_error("deflate");
    }
    packed.resize(packed.size() - stream_.avail_out);
    return packed;
  }

 private:
  z_stream stream_ = {};
};

}  // namespace

std::string Gzip(std::string_view text, Effort effort) {
  thread_local GzipStream once(kGzipOnce);
  thread_local GzipStream often(kGzipOften);
  return (effort == Effort::kOnce ? once : often).Pack(text);
}

std::string Brotli(std::string_view text, Effort effort) {
  size_t size = BrotliEncoderMaxCompressedSize(text.size());
  std::string packed(size, '\0');
  if (!BrotliEncoderCompress(
          effort == Effort::kOnce ? kBrotliOnce : kBrotliOften,
          BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
          reinterpret_cast<const uint8_t*>(text.data()), &size,
          reinterpret_cast<uint8_t*>(packed.data()))) {
    throw std::runtime_error("brotli");
  }
  packed.resize(size);
  return packed;
}

}  // namespace reglab::gateway
