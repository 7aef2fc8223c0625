#include "services/common/personal_reads.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reglab/options/v1/options.pb.h"
#include "services/common/spelling.h"

namespace reglab {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

struct PersonalFields {
  struct Field {
    const FieldDescriptor* field;
    bool restricted;
  };
  std::string label;  // "membership.Person"
  std::vector<Field> own;
  std::vector<std::pair<const FieldDescriptor*, const PersonalFields*>> within;
  // Of a resource: what it is called, whose it is and who may read it.
  const FieldDescriptor* name = nullptr;
  const FieldDescriptor* organization = nullptr;
  const FieldDescriptor* visibility = nullptr;
};

namespace {

constexpr size_t kMostSubjects = 500;

struct Shown {
  const Caller& caller;
  const bool method_is_public;
  std::string_view type = {};
  std::set<std::string> subjects = {};
  std::set<std::string> paths = {};
  std::set<std::string> owners = {};
};

const FieldDescriptor* TextField(const Descriptor* type, const char* name) {
  const FieldDescriptor* field = type->FindFieldByName(name);
  const bool fits = field != nullptr && !field->is_repeated() &&
                    field->type() == FieldDescriptor::TYPE_STRING;
  return fits ? field : nullptr;
}

bool HasValue(const Message& message, const FieldDescriptor* field) {
  const Reflection& reflection = *message.GetReflection();
  if (field->is_repeated()) return reflection.FieldSize(message, field) > 0;
  return reflection.HasField(message, field);
}

// The resource that the fields of a message belong to: it, or what it is in.
struct Resource {
  std::string_view type;
  std::string name;
  bool open;  // the public may read it
};

void Collect(const PersonalFields& fields, const Message& message,
             Resource resource, Shown& shown) {
  const Reflection& reflection = *message.GetReflection();
  if (fields.name != nullptr) {
    resource.name = reflection.GetString(message, fields.name);
    resource.type = fields.label;
  }
  if (fields.visibility != nullptr) {
    const auto* visibility = reflection.GetEnum(message, fields.visibility);
    resource.open = resource.open && visibility->name() == "PUBLIC";
  }
  const bool themself =
      shown.method_is_public && resource.name == shown.caller.name;
  for (const PersonalFields::Field& field : fields.own) {
    if (themself || (resource.open && !field.restricted) ||
        !HasValue(message, field.field)) {
      continue;
    }
    if (shown.type.empty()) shown.type = resource.type;
    shown.paths.insert(field.field->name());
    if (shown.subjects.size() < kMostSubjects && !resource.name.empty()) {
      shown.subjects.insert(resource.name);
    }
    if (fields.organization == nullptr) continue;
    const std::string owner =
        reflection.GetString(message, fields.organization);
    if (!owner.empty()) shown.owners.insert(owner);
  }
  for (const auto& [field, inner] : fields.within) {
    if (!field->is_repeated()) {
      if (!reflection.HasField(message, field)) continue;
      Collect(*inner, reflection.GetMessage(message, field), resource, shown);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      Collect(*inner, reflection.GetRepeatedMessage(message, field, i),
              resource, shown);
    }
  }
}

}  // namespace

const PersonalFields* PreparePersonalFields(const Descriptor* type) {
  // What is null is known to have none; so is, while it is looked at, a type
  // that contains itself.
  static auto& known =
      *new std::map<const Descriptor*, std::unique_ptr<PersonalFields>>;
  const auto [found, added] = known.try_emplace(type, nullptr);
  if (!added) return found->second.get();
  auto fields = std::make_unique<PersonalFields>();
  // "reglab.membership.v1.Person" → "membership.Person".
  const std::vector<std::string_view> parts = Split(type->full_name(), '.');
  fields->label = Concat(parts.size() > 1 ? parts[1] : "", ".", type->name());
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const auto& rules = field->options().GetExtension(options::v1::rules);
    if (!rules.personal_data().empty()) {
      fields->own.push_back({field, rules.restricted()});
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const PersonalFields* inner =
          PreparePersonalFields(field->message_type());
      if (inner != nullptr) fields->within.emplace_back(field, inner);
    }
  }
  if (fields->own.empty() && fields->within.empty()) return nullptr;
  fields->name = TextField(type, "name");
  fields->organization = TextField(type, "organization");
  const FieldDescriptor* visibility = type->FindFieldByName("visibility");
  if (visibility != nullptr &&
      visibility->type() == FieldDescriptor::TYPE_ENUM) {
    fields->visibility = visibility;
  }
  return (known[type] = std::move(fields)).get();
}

std::optional<Change> PersonalDataShown(const PersonalFields& fields,
                                        const Message& answer,
                                        bool method_is_public,
                                        const Caller& caller) {
  Shown shown{caller, method_is_public};
  Collect(fields, answer, {fields.label, "", method_is_public}, shown);
  if (shown.type.empty()) return std::nullopt;
  std::string name;
  if (!shown.subjects.empty()) {
    name = *shown.subjects.begin();
    if (shown.subjects.size() > 1) {
      name = name.substr(0, name.rfind('/') + 1) + "-";
    }
  }
  return Change{.kind = Change::Kind::kRead,
                .type = shown.type,
                .name = std::move(name),
                .etag = "",
                .field_paths = {shown.paths.begin(), shown.paths.end()},
                .visibility = "ORGANIZATION",
                .owners = {shown.owners.begin(), shown.owners.end()},
                .subjects = {shown.subjects.begin(), shown.subjects.end()}};
}

}  // namespace reglab
