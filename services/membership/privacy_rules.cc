#include "services/membership/privacy_rules.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

#include "reglab/options/v1/options.pb.h"
#include "services/common/embedded.h"
#include "services/membership/privacy_texts.h"

namespace reglab {

extern const EmbeddedFile kContract[];
extern const void* const kLinkedProtos[];

namespace membership {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorSet;
using v1::PrivacyField;
using v1::PrivacyFields;

constexpr std::string_view kPackages = "reglab.";
constexpr std::string_view kPurpose = "Purpose: ";
constexpr std::string_view kKept = "Kept ";
constexpr char kUsualBasis[] =
    "Article 6(1)(e): a task carried out in the public interest";

void AddFieldsOf(const Descriptor& message, PrivacyFields& all) {
  const std::string& package = message.file()->package();
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const auto& rules = field.options().GetExtension(options::v1::rules);
    if (rules.personal_data().empty()) continue;
    PrivacyField& entry = *all.add_fields();
    // "reglab.membership.v1" and "reglab.membership.v1.Person".
    const size_t begin = kPackages.size();
    entry.set_service(package.substr(begin, package.rfind('.') - begin));
    entry.set_type(entry.service() +
                   message.full_name().substr(package.size()));
    entry.set_field(field.json_name());
    // "Purpose: to send documents. Kept until the person is deleted."
    std::string_view text = rules.personal_data();
    if (text.starts_with(kPurpose)) text.remove_prefix(kPurpose.size());
    if (text.ends_with('.')) text.remove_suffix(1);
    const size_t end = text.find(". ");
    entry.set_purpose(std::string(text.substr(0, end)));
    if (end != std::string_view::npos) {
      std::string_view retention = text.substr(end + 2);
      if (retention.starts_with(kKept)) retention.remove_prefix(kKept.size());
      entry.set_retention(std::string(retention));
    }
    entry.set_legal_basis(rules.legal_basis().empty() ? kUsualBasis
                                                      : rules.legal_basis());
  }
  for (int i = 0; i < message.nested_type_count(); ++i) {
    AddFieldsOf(*message.nested_type(i), all);
  }
}

PrivacyFields ReadContract() {
  PrivacyFields all;
  FileDescriptorSet contract;
  const std::string_view bytes = kContract[0].text();
  // kLinkedProtos is mentioned so that every proto is in the generated pool.
  if (kLinkedProtos[0] == nullptr ||
      !contract.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return all;
  }
  for (const auto& proto : contract.file()) {
    if (!proto.package().starts_with(kPackages)) continue;
    const FileDescriptor* file =
        DescriptorPool::generated_pool()->FindFileByName(proto.name());
    for (int i = 0; file != nullptr && i < file->message_type_count(); ++i) {
      AddFieldsOf(*file->message_type(i), all);
    }
  }
  const auto key = [](const PrivacyField& field) {
    return std::tie(field.service(), field.type(), field.field());
  };
  std::sort(all.mutable_fields()->begin(), all.mutable_fields()->end(),
            [&](const PrivacyField& a, const PrivacyField& b) {
              return key(a) < key(b);
            });
  return all;
}

PrivacyFields InSwedish(PrivacyFields all) {
  for (PrivacyField& field : *all.mutable_fields()) {
    field.set_purpose(PrivacyText(field.purpose(), true));
    field.set_retention(PrivacyText(field.retention(), true));
    field.set_legal_basis(PrivacyText(field.legal_basis(), true));
  }
  return all;
}

}  // namespace

const PrivacyFields& FieldsOfPeople(bool swedish) {
  static const PrivacyFields& english = *new PrivacyFields(ReadContract());
  static const PrivacyFields& in_swedish =
      *new PrivacyFields(InSwedish(english));
  return swedish ? in_swedish : english;
}

}  // namespace membership
}  // namespace reglab
