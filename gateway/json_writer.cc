#include "gateway/json_writer.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "gateway/json_values.h"
#include "services/common/embedded.h"
#include "services/common/spelling.h"

namespace reglab {
extern const EmbeddedFile kContract[];
extern const void* const kLinkedProtos[];
}  // namespace reglab

namespace reglab::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// As deep as Protocol Buffers themselves read.
constexpr int kMaxDepth = 100;

enum class Kind : uint8_t {
  kInt32,  // also sint32 and sfixed32; see `zigzag` and the wire type
  kUint32,
  kInt64,
  kUint64,
  kBool,
  kFloat,
  kDouble,
  kEnum,
  kString,
  kBytes,
  kMessage,
  kTimestamp,
  kDuration,
  kFieldMask,
  kOther,  // what the library writes better: wrappers, Struct, Any, maps
};

enum WireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kLength = 2,
  kFixed32 = 5
};

struct Plan;

struct EnumNames {
  std::vector<std::string> dense;  // by number from 0, quoted; "" where none
  absl::flat_hash_map<int32_t, std::string> others;
};

struct FieldPlan {
  uint32_t number;
  Kind kind;
  WireType wire_type;  // of one value
  bool repeated;
  bool presence;  // written also when it is zero
  bool zigzag;
  uint64_t oneof;   // a bit of its own for each oneof; 0 outside
  std::string key;  // "displayName": with its quotes and colon
  const Plan* message = nullptr;
  const EnumNames* names = nullptr;
};

struct Plan {
  const Descriptor* type;
  std::vector<FieldPlan> fields;  // by number
  bool by_library = false;        // some field is kOther
};

// A position in wire bytes. Reading past the end gives false.
struct Reader {
  const char* at;
  const char* end;

  bool Varint(uint64_t* value) {
    uint64_t result = 0;
    for (int shift = 0; shift < 64 && at != end; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at++);
      result |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) {
        *value = result;
        return true;
      }
    }
    return false;
  }
  template <class Integer>
  bool Fixed(uint64_t* value) {
    if (end - at < static_cast<ptrdiff_t>(sizeof(Integer))) return false;
    Integer little;
    std::memcpy(&little, at, sizeof(little));
    static_assert(std::endian::native == std::endian::little);
    at += sizeof(little);
    *value = little;
    return true;
  }
  bool Number(WireType type, uint64_t* value) {
    if (type == kVarint) return Varint(value);
    if (type == kFixed64) return Fixed<uint64_t>(value);
    return Fixed<uint32_t>(value);
  }
  bool Bytes(std::string_view* bytes) {
    uint64_t size = 0;
    if (!Varint(&size) || size > static_cast<uint64_t>(end - at)) return false;
    *bytes = {at, static_cast<size_t>(size)};
    at += size;
    return true;
  }
  bool Skip(uint32_t type) {
    uint64_t ignored = 0;
    std::string_view bytes;
    switch (type) {
      case kVarint:
        return Varint(&ignored);
      case kFixed64:
        return Fixed<uint64_t>(&ignored);
      case kFixed32:
        return Fixed<uint32_t>(&ignored);
      case kLength:
        return Bytes(&bytes);
      default:
        return false;  // groups: left to the library
    }
  }
};

template <class Integer>
void AppendInteger(Integer value, std::string* out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out->append(digits, end);
}

// Both Timestamp and Duration: int64 seconds = 1, int32 nanos = 2.
bool ReadSeconds(std::string_view wire, int64_t* seconds, int32_t* nanos) {
  *seconds = 0;
  *nanos = 0;
  Reader reader{wire.data(), wire.data() + wire.size()};
  while (reader.at != reader.end) {
    uint64_t tag = 0;
    uint64_t value = 0;
    if (!reader.Varint(&tag)) return false;
    if (tag != 8 && tag != 16) {
      if (!reader.Skip(tag & 7)) return false;
      continue;
    }
    if (!reader.Varint(&value)) return false;
    if (tag == 8) *seconds = static_cast<int64_t>(value);
    if (tag == 16) *nanos = static_cast<int32_t>(value);
  }
  return true;
}

bool AppendTimestamp(std::string_view wire, std::string* out) {
  int64_t seconds = 0;
  int32_t nanos = 0;
  if (!ReadSeconds(wire, &seconds, &nanos)) return false;
  return AppendJsonTime(seconds, nanos, out);
}

bool AppendDuration(std::string_view wire, std::string* out) {
  int64_t seconds = 0;
  int32_t nanos = 0;
  if (!ReadSeconds(wire, &seconds, &nanos)) return false;
  return AppendJsonDuration(seconds, nanos, out);
}

bool AppendFieldMask(std::string_view wire, std::string* out) {
  Reader reader{wire.data(), wire.data() + wire.size()};
  out->push_back('"');
  bool first = true;
  while (reader.at != reader.end) {
    uint64_t tag = 0;
    if (!reader.Varint(&tag)) return false;
    if (tag != 10) {
      if (!reader.Skip(tag & 7)) return false;
      continue;
    }
    std::string_view path;
    if (!reader.Bytes(&path)) return false;
    if (!first) out->push_back(',');
    first = false;
    if (!AppendCamelPath(path, out)) return false;
  }
  out->push_back('"');
  return true;
}

bool AppendMessage(const Plan& plan, std::string_view wire, int depth,
                   std::string* out);

bool AppendLength(const FieldPlan& field, std::string_view bytes, int depth,
                  std::string* out) {
  switch (field.kind) {
    case Kind::kString:
      AppendJsonString(bytes, out);
      return true;
    case Kind::kBytes:
      out->push_back('"');
      out->append(absl::Base64Escape(ForAbsl(bytes)));
      out->push_back('"');
      return true;
    case Kind::kTimestamp:
      return AppendTimestamp(bytes, out);
    case Kind::kDuration:
      return AppendDuration(bytes, out);
    case Kind::kFieldMask:
      return AppendFieldMask(bytes, out);
    default:
      return AppendMessage(*field.message, bytes, depth - 1, out);
  }
}

void AppendNumber(const FieldPlan& field, uint64_t value, std::string* out) {
  const auto unzigzag = [](uint64_t bits) {
    return (bits >> 1) ^ (~(bits & 1) + 1);
  };
  switch (field.kind) {
    case Kind::kInt32:
      if (field.zigzag) value = unzigzag(static_cast<uint32_t>(value));
      AppendInteger(static_cast<int32_t>(value), out);
      return;
    case Kind::kUint32:
      AppendInteger(static_cast<uint32_t>(value), out);
      return;
    case Kind::kInt64:
      if (field.zigzag) value = unzigzag(value);
      out->push_back('"');
      AppendInteger(static_cast<int64_t>(value), out);
      out->push_back('"');
      return;
    case Kind::kUint64:
      out->push_back('"');
      AppendInteger(value, out);
      out->push_back('"');
      return;
    case Kind::kBool:
      out->append(value != 0 ? "true" : "false");
      return;
    case Kind::kFloat:
      AppendJsonReal(std::bit_cast<float>(static_cast<uint32_t>(value)), out);
      return;
    case Kind::kDouble:
      AppendJsonReal(std::bit_cast<double>(value), out);
      return;
    default: {
      const auto number = static_cast<int32_t>(value);
      const auto& dense = field.names->dense;
      if (number >= 0 && number < static_cast<int32_t>(dense.size()) &&
          !dense[number].empty()) {
        out->append(dense[number]);
        return;
      }
      const auto other = field.names->others.find(number);
      if (other != field.names->others.end()) {
        out->append(other->second);
      } else {
        AppendInteger(number, out);
      }
    }
  }
}

void AppendKey(const FieldPlan& field, std::string* out) {
  if (out->back() != '{') out->push_back(',');
  out->append(field.key);
}

// All values of a repeated field, which stand together; false otherwise.
bool AppendRepeated(const FieldPlan& field, uint32_t wire_type, int depth,
                    Reader* reader, std::string* out) {
  AppendKey(field, out);
  out->push_back('[');
  while (true) {
    if (field.wire_type == kLength) {
      std::string_view bytes;
      if (!reader->Bytes(&bytes)) return false;
      if (out->back() != '[') out->push_back(',');
      if (!AppendLength(field, bytes, depth, out)) return false;
    } else if (wire_type == kLength) {  // packed
      std::string_view bytes;
      if (!reader->Bytes(&bytes)) return false;
      Reader packed{bytes.data(), bytes.data() + bytes.size()};
      while (packed.at != packed.end) {
        uint64_t value = 0;
        if (!packed.Number(field.wire_type, &value)) return false;
        if (out->back() != '[') out->push_back(',');
        AppendNumber(field, value, out);
      }
    } else {
      uint64_t value = 0;
      if (!reader->Number(field.wire_type, &value)) return false;
      if (out->back() != '[') out->push_back(',');
      AppendNumber(field, value, out);
    }
    const char* before = reader->at;
    uint64_t tag = 0;
    if (reader->at == reader->end) break;
    if (!reader->Varint(&tag)) return false;
    const uint32_t next_type = tag & 7;
    if (tag >> 3 != field.number ||
        (next_type != field.wire_type && next_type != kLength)) {
      reader->at = before;
      break;
    }
    wire_type = next_type;
  }
  out->push_back(']');
  return true;
}

bool AppendSingular(const FieldPlan& field, int depth, Reader* reader,
                    std::string* out) {
  if (field.wire_type == kLength) {
    std::string_view bytes;
    if (!reader->Bytes(&bytes)) return false;
    if (bytes.empty() && !field.presence) return true;
    AppendKey(field, out);
    return AppendLength(field, bytes, depth, out);
  }
  uint64_t value = 0;
  if (!reader->Number(field.wire_type, &value)) return false;
  const bool narrow = field.kind == Kind::kInt32 ||
                      field.kind == Kind::kUint32 || field.kind == Kind::kEnum;
  if (narrow) value = static_cast<uint32_t>(value);
  if (value == 0 && !field.presence) return true;
  AppendKey(field, out);
  AppendNumber(field, value, out);
  return true;
}

// False when the bytes are not as our own serializers write them (fields in the
// order of their numbers, each once), or are no message at all.
bool AppendMessage(const Plan& plan, std::string_view wire, int depth,
                   std::string* out) {
  if (depth == 0 || plan.by_library) return false;
  Reader reader{wire.data(), wire.data() + wire.size()};
  auto next = plan.fields.begin();
  const auto end = plan.fields.end();
  uint32_t highest = 0;  // of all fields so far
  uint32_t last = 0;     // of the known ones
  uint64_t oneofs = 0;
  out->push_back('{');
  while (reader.at != reader.end) {
    uint64_t tag = 0;
    if (!reader.Varint(&tag) || tag > UINT32_MAX) return false;
    const auto number = static_cast<uint32_t>(tag >> 3);
    const uint32_t wire_type = tag & 7;
    if (number == 0 || number < highest) return false;
    highest = number;
    while (next != end && next->number < number) {
      if (next->repeated) {
        AppendKey(*next, out);
        out->append("[]");
      }
      ++next;
    }
    const bool known = next != end && next->number == number;
    if (!known) {
      // Either not of the type, or a singular field once more.
      if (number == last) return false;
      if (!reader.Skip(wire_type)) return false;
      continue;
    }
    if (wire_type != next->wire_type &&
        !(next->repeated && wire_type == kLength)) {
      return false;
    }
    if ((oneofs & next->oneof) != 0) return false;
    oneofs |= next->oneof;
    if (next->repeated) {
      if (!AppendRepeated(*next, wire_type, depth, &reader, out)) return false;
    } else if (!AppendSingular(*next, depth, &reader, out)) {
      return false;
    }
    last = number;
    ++next;
  }
  for (; next != end; ++next) {
    if (next->repeated) {
      AppendKey(*next, out);
      out->append("[]");
    }
  }
  out->push_back('}');
  return true;
}

// The plans of every message of the contract. Immutable once made.
class Plans {
 public:
  static const Plans& Get() {
    static const Plans* plans = new Plans;
    return *plans;
  }

  const Plan* Find(const Descriptor* type) const {
    const auto found = plans_.find(type);
    return found == plans_.end() ? nullptr : found->second.get();
  }

 private:
  Plans() {
    google::protobuf::FileDescriptorSet contract;
    const std::string_view bytes = kContract[0].text();
    if (kLinkedProtos[0] == nullptr ||
        !contract.ParseFromArray(bytes.data(),
                                 static_cast<int>(bytes.size()))) {
      return;
    }
    for (const auto& file_proto : contract.file()) {
      if (!file_proto.package().starts_with("reglab.")) continue;
      const auto* file =
          DescriptorPool::generated_pool()->FindFileByName(file_proto.name());
      if (file == nullptr) continue;
      for (int i = 0; i < file->message_type_count(); ++i) {
        Make(file->message_type(i));
      }
    }
  }

  const Plan* Make(const Descriptor* type) {
    std::unique_ptr<Plan>& slot = plans_[type];
    if (slot != nullptr) return slot.get();
    slot = std::make_unique<Plan>();
    Plan* plan = slot.get();  // the slot may move while others are made
    plan->type = type;
    for (int i = 0; i < type->field_count(); ++i) {
      plan->fields.push_back(MakeField(type->field(i)));
      if (plan->fields.back().kind == Kind::kOther) plan->by_library = true;
    }
    std::sort(plan->fields.begin(), plan->fields.end(),
              [](const FieldPlan& a, const FieldPlan& b) {
                return a.number < b.number;
              });
    for (int i = 0; i < type->nested_type_count(); ++i) {
      Make(type->nested_type(i));
    }
    return plan;
  }

  FieldPlan MakeField(const FieldDescriptor* field) {
    FieldPlan plan;
    plan.number = static_cast<uint32_t>(field->number());
    plan.repeated = field->is_repeated();
    plan.presence = field->has_presence();
    plan.zigzag = field->type() == FieldDescriptor::TYPE_SINT32 ||
                  field->type() == FieldDescriptor::TYPE_SINT64;
    plan.oneof = field->real_containing_oneof() == nullptr
                     ? 0
                     : uint64_t{1}
                           << (field->real_containing_oneof()->index() % 64);
    plan.key = "\"" + field->json_name() + "\":";
    std::tie(plan.kind, plan.wire_type) = KindOf(field);
    if (plan.kind == Kind::kEnum) plan.names = MakeNames(field->enum_type());
    if (plan.kind == Kind::kMessage) plan.message = Make(field->message_type());
    return plan;
  }

  static std::pair<Kind, WireType> KindOf(const FieldDescriptor* field) {
    switch (field->type()) {
      case FieldDescriptor::TYPE_DOUBLE:
        return {Kind::kDouble, kFixed64};
      case FieldDescriptor::TYPE_FLOAT:
        return {Kind::kFloat, kFixed32};
      case FieldDescriptor::TYPE_INT64:
      case FieldDescriptor::TYPE_SINT64:
        return {Kind::kInt64, kVarint};
      case FieldDescriptor::TYPE_UINT64:
        return {Kind::kUint64, kVarint};
      case FieldDescriptor::TYPE_INT32:
      case FieldDescriptor::TYPE_SINT32:
        return {Kind::kInt32, kVarint};
      case FieldDescriptor::TYPE_UINT32:
        return {Kind::kUint32, kVarint};
      case FieldDescriptor::TYPE_FIXED64:
        return {Kind::kUint64, kFixed64};
      case FieldDescriptor::TYPE_SFIXED64:
        return {Kind::kInt64, kFixed64};
      case FieldDescriptor::TYPE_FIXED32:
        return {Kind::kUint32, kFixed32};
      case FieldDescriptor::TYPE_SFIXED32:
        return {Kind::kInt32, kFixed32};
      case FieldDescriptor::TYPE_BOOL:
        return {Kind::kBool, kVarint};
      case FieldDescriptor::TYPE_ENUM:
        // google.protobuf.NullValue is null in JSON.
        return {field->enum_type()->file()->package() == "google.protobuf"
                    ? Kind::kOther
                    : Kind::kEnum,
                kVarint};
      case FieldDescriptor::TYPE_STRING:
        return {Kind::kString, kLength};
      case FieldDescriptor::TYPE_BYTES:
        return {Kind::kBytes, kLength};
      case FieldDescriptor::TYPE_GROUP:
        return {Kind::kOther, kLength};
      case FieldDescriptor::TYPE_MESSAGE:
        break;
    }
    const std::string& name = field->message_type()->full_name();
    if (name == "google.protobuf.Timestamp") {
      return {Kind::kTimestamp, kLength};
    }
    if (name == "google.protobuf.Duration") return {Kind::kDuration, kLength};
    if (name == "google.protobuf.FieldMask") return {Kind::kFieldMask, kLength};
    if (field->is_map() || name.starts_with("google.protobuf.")) {
      return {Kind::kOther, kLength};
    }
    return {Kind::kMessage, kLength};
  }

  const EnumNames* MakeNames(const EnumDescriptor* type) {
    std::unique_ptr<EnumNames>& slot = names_[type];
    if (slot != nullptr) return slot.get();
    slot = std::make_unique<EnumNames>();
    for (int i = 0; i < type->value_count(); ++i) {
      // Of two names of one number the first is the one that is written.
      const int number = type->value(i)->number();
      const std::string name = "\"" + type->value(i)->name() + "\"";
      if (number < 0 || number >= 256) {
        slot->others.emplace(number, name);
        continue;
      }
      if (number >= static_cast<int>(slot->dense.size())) {
        slot->dense.resize(number + 1);
      }
      if (slot->dense[number].empty()) slot->dense[number] = name;
    }
    return slot.get();
  }

  absl::flat_hash_map<const Descriptor*, std::unique_ptr<Plan>> plans_;
  absl::flat_hash_map<const EnumDescriptor*, std::unique_ptr<EnumNames>> names_;
};

}  // namespace

void AppendJson(const Descriptor* type, std::string_view wire,
                std::string* out) {
  const Plan* plan = Plans::Get().Find(type);
  const size_t start = out->size();
  out->reserve(start + wire.size() * 2 + 64);
  if (plan != nullptr && AppendMessage(*plan, wire, kMaxDepth, out)) return;
  // Fields out of order, split or doubled: the library reads them by all its
  // rules and writes them as we expect them.
  out->resize(start);
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
  std::unique_ptr<Message> message(prototype == nullptr ? nullptr
                                                        : prototype->New());
  if (message != nullptr &&
      message->ParseFromArray(wire.data(), static_cast<int>(wire.size()))) {
    message
        ->DiscardUnknownFields();  // they would be written last, out of order
    if (plan != nullptr &&
        AppendMessage(*plan, message->SerializeAsString(), kMaxDepth, out)) {
      return;
    }
    out->resize(start);
    std::string json;
    if (google::protobuf::util::MessageToJsonString(*message, &json).ok()) {
      out->append(json);
      return;
    }
  }
  out->append("{}");
}

void PrepareJson() { Plans::Get(); }

}  // namespace reglab::gateway
