// What every part of the contract has, whoever writes it.

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <string>

#include "gateway/routes.h"
#include "reglab/options/v1/options.pb.h"

namespace reglab::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Whether a resource, or a part of it, names an organisation that it has to do
// with.
const FieldDescriptor* OrganizationIn(const Descriptor* type) {
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const auto& rules = field->options().GetExtension(options::v1::rules);
    const std::string& pattern = rules.pattern();
    const bool names_one =
        pattern.rfind("organizations/[a-z0-9-]{1,63}", 0) == 0 ||
        pattern.rfind("(organizations|", 0) == 0;
    if (names_one && field->name() != "name") return field;
    const Descriptor* part = field->message_type();
    if (part != nullptr && part->containing_type() == type) {
      if (const FieldDescriptor* found = OrganizationIn(part)) return found;
    }
  }
  return nullptr;
}

TEST(Contract, EveryListOfWhatHasAnOrganizationTakesOne) {
  const auto routes = Routes::Build();
  ASSERT_TRUE(routes.ok()) << routes.status();
  int with = 0;
  for (const Route& route : routes->all()) {
    if (route.method->name().rfind("List", 0) != 0) continue;
    const Descriptor* answer = route.method->output_type();
    for (int i = 0; i < answer->field_count(); ++i) {
      const FieldDescriptor* resources = answer->field(i);
      if (!resources->is_repeated() || resources->message_type() == nullptr) {
        continue;
      }
      const FieldDescriptor* organization =
          OrganizationIn(resources->message_type());
      if (organization == nullptr) continue;
      const FieldDescriptor* field =
          route.method->input_type()->FindFieldByName("organization");
      EXPECT_NE(field, nullptr)
          << route.method->full_name() << " lists what has "
          << organization->full_name()
          << "; give its request the field organization, and its Listing the "
             "condition";
      if (field == nullptr) continue;
      EXPECT_EQ(field->options().GetExtension(options::v1::rules).pattern(),
                "organizations/[a-z0-9-]{1,63}")
          << field->full_name();
      ++with;
    }
  }
  EXPECT_GE(with, 10);
}

}  // namespace
}  // namespace reglab::gateway
