#ifndef REGLAB_GATEWAY_COMPRESSION_H_
#define REGLAB_GATEWAY_COMPRESSION_H_

#include <string>
#include <string_view>

namespace reglab::gateway {

// Levels that cost little for an answer that is sent once, and the ones for
// what is kept and sent often.
enum class Effort { kOnce, kOften };

// The gzip format (RFC 1952). Thread-safe.
std::string Gzip(std::string_view text, Effort effort);

// The brotli format (RFC 7932). Thread-safe.
std::string Brotli(std::string_view text, Effort effort);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_COMPRESSION_H_
