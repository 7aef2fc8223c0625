#ifndef REGLAB_GATEWAY_JSON_VALUES_H_
#define REGLAB_GATEWAY_JSON_VALUES_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace reglab::gateway {

// How single values are written in proto3 JSON; each appends to `out`.

// In quotes, escaped. `text` is UTF-8.
void AppendJsonString(std::string_view text, std::string* out);

// The shortest text that reads back as the same value.
void AppendJsonReal(float value, std::string* out);
void AppendJsonReal(double value, std::string* out);

// A Timestamp in RFC 3339, UTC; false outside of the years 1 to 9999.
bool AppendJsonTime(int64_t seconds, int32_t nanos, std::string* out);

// A Duration, "1.500s"; false when it is none.
bool AppendJsonDuration(int64_t seconds, int32_t nanos, std::string* out);

// A path of a FieldMask, in lowerCamelCase, without quotes; false when a
// character is none of a path.
bool AppendCamelPath(std::string_view path, std::string* out);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_JSON_VALUES_H_
