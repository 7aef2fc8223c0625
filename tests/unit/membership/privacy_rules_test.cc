#include "services/membership/privacy_rules.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "gtest/gtest.h"
#include "reglab/options/v1/options.pb.h"
#include "services/common/embedded.h"
#include "services/membership/personal_tables.h"
#include "services/membership/privacy_texts.h"

namespace reglab {

extern const EmbeddedFile kContract[];

namespace membership {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;

// Every message of the contract of all services.
void ForEachMessage(const std::function<void(const Descriptor&)>& look) {
  google::protobuf::FileDescriptorSet contract;
  const std::string_view bytes = kContract[0].text();
  ASSERT_TRUE(contract.ParseFromArray(bytes.data(), int(bytes.size())));
  const std::function<void(const Descriptor&)> walk =
      [&](const Descriptor& message) {
        look(message);
        for (int i = 0; i < message.nested_type_count(); ++i) {
          walk(*message.nested_type(i));
        }
      };
  for (const auto& proto : contract.file()) {
    if (!proto.package().starts_with("reglab.")) continue;
    const auto* file =
        DescriptorPool::generated_pool()->FindFileByName(proto.name());
    ASSERT_NE(file, nullptr) << proto.name();
    for (int i = 0; i < file->message_type_count(); ++i) {
      walk(*file->message_type(i));
    }
  }
}

std::set<std::string> Listed() {
  std::set<std::string> listed;
  for (const auto& field : FieldsOfPeople(false).fields()) {
    listed.insert(field.type() + "." + field.field());
  }
  return listed;
}

TEST(PrivacyFields, SayWhyHowLongAndOnWhichBasis) {
  EXPECT_GT(FieldsOfPeople(false).fields_size(), 10);
  for (const auto& field : FieldsOfPeople(false).fields()) {
    const std::string name = field.type() + "." + field.field();
    EXPECT_NE(field.purpose(), "") << name;
    EXPECT_EQ(field.purpose().find("Kept"), std::string::npos) << name;
    EXPECT_NE(field.retention(), "")
        << name << ": write \"Purpose: …. Kept ….\"";
    EXPECT_TRUE(field.legal_basis().starts_with("Article 6")) << name;
  }
}

TEST(PrivacyFields, SayTheSameInSwedish) {
  const auto& english = FieldsOfPeople(false).fields();
  const auto& swedish = FieldsOfPeople(true).fields();
  ASSERT_EQ(english.size(), swedish.size());
  for (int i = 0; i < english.size(); ++i) {
    const std::string name = english[i].type() + "." + english[i].field();
    EXPECT_EQ(swedish[i].field(), english[i].field());
    for (const auto& [en, sv] :
         {std::pair(english[i].purpose(), swedish[i].purpose()),
          std::pair(english[i].retention(), swedish[i].retention()),
          std::pair(english[i].legal_basis(), swedish[i].legal_basis())}) {
      EXPECT_EQ(SwedishOf(en), sv)
          << name << ": write in privacy_texts.cc what \"" << en
          << "\" says in Swedish";
      EXPECT_NE(en, sv) << name;
    }
  }
}

TEST(PrivacyTexts, OfAnExportAreInSwedishToo) {
  for (const PersonalRows& rows : kPersonalTables) {
    for (const std::string_view text :
         {rows.purpose, rows.retention, rows.legal_basis}) {
      EXPECT_NE(SwedishOf(text), "") << rows.table << ": " << text;
    }
  }
  EXPECT_EQ(SwedishOf("Who took part and who said what."),
            "Vem som deltog och vem som sade vad.");
  EXPECT_EQ(SwedishOf("nobody wrote this"), "");
  EXPECT_EQ(PrivacyText("Nobody wrote this.", true), "Nobody wrote this.");
  EXPECT_EQ(PrivacyText("With the minutes.", false), "With the minutes.");
}

TEST(PrivacyFields, AreOfAllServices) {
  const std::set<std::string> listed = Listed();
  for (const char* field :
       {"membership.Person.givenName", "membership.Person.familyName",
        "membership.Person.email", "membership.Appointment.person",
        "membership.Appointment.personDisplayName",
        "membership.Delegation.person", "membership.Invitation.email",
        "membership.Membership.Step.actor", "meetings.Attendance.person",
        "meetings.Attendance.nameText", "meetings.Action.ownerText"}) {
    EXPECT_EQ(listed.count(field), 1u) << field;
  }
}

// A field whose name or form says that it holds a person is on the list;
// requests say what is to be done, and are not kept.
TEST(PrivacyFields, LeaveNoPersonOut) {
  const std::set<std::string> listed = Listed();
  const std::set<std::string> telling = {"email", "given_name", "family_name",
                                         "person_display_name", "phone"};
  int found = 0;
  ForEachMessage([&](const Descriptor& message) {
    if (message.name().ends_with("Request")) return;
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      const auto& rules = field.options().GetExtension(options::v1::rules);
      const bool of_a_person =
          rules.pattern().find("people") != std::string::npos ||
          telling.count(field.name()) > 0;
      // A person's own name tells no more than that there is one.
      if (!of_a_person || field.name() == "name") continue;
      ++found;
      const std::string service = message.file()->package().substr(
          7, message.file()->package().rfind('.') - 7);
      const std::string type = service + message.full_name().substr(
                                             message.file()->package().size());
      EXPECT_EQ(listed.count(type + "." + field.json_name()), 1u)
          << type << "." << field.name() << " holds a person: say in the proto "
          << "what it is for and how long it is kept (personal_data)";
    }
  });
  EXPECT_GT(found, 8);
}

}  // namespace
}  // namespace membership
}  // namespace reglab
