#include "services/common/personal_reads.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "reglab/learning/v1/activity.pb.h"
#include "reglab/meetings/v1/attendance.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "reglab/membership/v1/personal_data.pb.h"

namespace reglab {
namespace {

using membership::v1::ListPeopleResponse;
using membership::v1::Person;

Caller Reader() {
  Caller caller;
  caller.name = "clients/reader";
  return caller;
}

Person Astrid(Person::Visibility visibility) {
  Person person;
  person.set_name("people/astrid");
  person.set_given_name("Astrid");
  person.set_organization("organizations/region-uppsala");
  person.set_visibility(visibility);
  return person;
}

std::optional<Change> Shown(const google::protobuf::Message& answer,
                            bool is_public, const Caller& caller = Reader()) {
  const PersonalFields* fields = PreparePersonalFields(answer.GetDescriptor());
  EXPECT_NE(fields, nullptr);
  return PersonalDataShown(*fields, answer, is_public, caller);
}

TEST(PersonalReads, AreNoneWhereTheContractNamesNoPersonalData) {
  EXPECT_EQ(PreparePersonalFields(learning::v1::Activity::descriptor()),
            nullptr);
}

TEST(PersonalReads, AreWhoIsNotShownToThePublic) {
  const auto read = Shown(Astrid(Person::ORGANIZATION), true);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kind, Change::Kind::kRead);
  EXPECT_EQ(read->type, "membership.Person");
  EXPECT_EQ(read->name, "people/astrid");
  EXPECT_EQ(read->field_paths, std::vector<std::string>{"given_name"});
  EXPECT_EQ(read->subjects, std::vector<std::string>{"people/astrid"});
  EXPECT_EQ(read->owners,
            std::vector<std::string>{"organizations/region-uppsala"});
}

TEST(PersonalReads, AreNotWhatEveryoneSees) {
  EXPECT_FALSE(Shown(Astrid(Person::PUBLIC), true).has_value());
}

TEST(PersonalReads, AreAnAddressEvenOfWhoIsShownToThePublic) {
  Person person = Astrid(Person::PUBLIC);
  person.set_email("astrid@example.se");
  const auto read = Shown(person, true);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->field_paths, std::vector<std::string>{"email"});
}

TEST(PersonalReads, AreNotWhatOneSeesOfOneself) {
  Caller self = Reader();
  self.name = "people/astrid";
  EXPECT_FALSE(Shown(Astrid(Person::ORGANIZATION), true, self).has_value());
}

TEST(PersonalReads, AreEverythingOfAMethodThatIsNotPublic) {
  membership::v1::PersonExport answer;
  answer.set_name("people/astrid");
  answer.add_items()->set_value("Astrid");
  Caller self = Reader();
  self.name = "people/astrid";
  const auto read = Shown(answer, false, self);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->type, "membership.PersonExport");
  EXPECT_EQ(read->name, "people/astrid");
}

TEST(PersonalReads, AreOneEntryForAPageWithItsNamesAndNoValues) {
  ListPeopleResponse page;
  for (int i = 0; i < 600; ++i) {
    Person& person = *page.add_people();
    person = Astrid(Person::MEMBERS);
    person.set_name(absl::StrCat("people/p", i));
  }
  const auto read = Shown(page, true);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->name, "people/-");
  EXPECT_EQ(read->subjects.size(), 500u);
  EXPECT_EQ(read->field_paths, std::vector<std::string>{"given_name"});
}

TEST(PersonalReads, AreNoneWhenNothingIsFilledIn) {
  meetings::v1::Attendance attendance;
  attendance.set_name("meetings/m/attendances/a");
  EXPECT_FALSE(Shown(attendance, true).has_value());
  attendance.set_name_text("Anna Exempel");
  EXPECT_TRUE(Shown(attendance, true).has_value());
}

}  // namespace
}  // namespace reglab
