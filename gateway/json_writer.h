#ifndef REGLAB_GATEWAY_JSON_WRITER_H_
#define REGLAB_GATEWAY_JSON_WRITER_H_

#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace reglab::gateway {

// Appends the message of `type` that `wire` holds as proto3 JSON, straight from
// its bytes: lowerCamelCase names, 64-bit integers as strings, enums by name,
// Timestamp in RFC 3339. Fields that are not set are left out, but for
// repeated ones, which are there as [] at every level. Fields that the type
// does not know are passed over. Wire bytes that are no message of the type
// give {}. Thread-safe. The first call makes the plans for the whole contract.
void AppendJson(const google::protobuf::Descriptor* type, std::string_view wire,
                std::string* out);

// Makes the plans now, so that no caller waits for them.
void PrepareJson();

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_JSON_WRITER_H_
