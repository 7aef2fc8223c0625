#include "services/membership/access_rules.h"

#include "gtest/gtest.h"
#include "services/common/errors.h"
#include "services/membership/person_rules.h"

namespace reglab::membership {
namespace {

Caller Secretariat() {
  return {
      .name = "clients/secretariat", .roles = {"SECRETARIAT"}, .scopes = {"*"}};
}

Caller Uppsala() {
  return {.name = "clients/uppsala",
          .organization = "organizations/region-uppsala",
          .roles = {"MEMBER"},
          .scopes = {"membership.people.write", "learning.*"}};
}

TEST(AccessTest, OnlyTheSecretariatIsTheSecretariat) {
  EXPECT_TRUE(CheckSecretariat(Secretariat()).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(CheckSecretariat(Uppsala())));
  EXPECT_TRUE(absl::IsPermissionDenied(CheckSecretariat(Caller())));
}

TEST(AccessTest, AnOrganizationActsForItselfAlone) {
  EXPECT_TRUE(CheckActsFor(Uppsala(), "organizations/region-uppsala").ok());
  EXPECT_TRUE(CheckActsFor(Secretariat(), "organizations/region-uppsala").ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      CheckActsFor(Uppsala(), "organizations/region-skane")));
}

TEST(AccessTest, NobodyActsForNoOrganizationByHavingNone) {
  EXPECT_TRUE(absl::IsPermissionDenied(CheckActsFor(Caller(), "")));
  EXPECT_TRUE(absl::IsPermissionDenied(CheckActsFor(Uppsala(), "")));
  EXPECT_TRUE(CheckActsFor(Secretariat(), "").ok());
}

TEST(AccessTest, NobodyHandsOutMoreThanTheyHave) {
  EXPECT_TRUE(CheckMayGrant(Secretariat(), "client.scopes",
                            {"*", "learning.*", "meetings.minutes.write"})
                  .ok());
  EXPECT_TRUE(CheckMayGrant(Uppsala(), "client.scopes",
                            {"membership.people.write", "learning.*",
                             "learning.ideas.write"})
                  .ok());
  for (const char* scope :
       {"*", "membership.*", "membership.people.*", "meetings.minutes.write"}) {
    const absl::Status status =
        CheckMayGrant(Uppsala(), "client.scopes", {"learning.*", scope});
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << scope;
    EXPECT_EQ(ReasonOf(status), "SCOPE_NOT_HELD");
  }
}

TEST(PersonTest, EmailIsShownToTheOwnOrganizationAndTheSecretariat) {
  v1::Person person;
  person.set_organization("organizations/region-uppsala");
  person.set_email("astrid@example.se");
  EXPECT_EQ(ShownTo(Uppsala(), person).email(), "astrid@example.se");
  EXPECT_EQ(ShownTo(Secretariat(), person).email(), "astrid@example.se");
  EXPECT_EQ(ShownTo(Caller(), person).email(), "");
  person.set_organization("organizations/region-skane");
  EXPECT_EQ(ShownTo(Uppsala(), person).email(), "");
}

TEST(PersonTest, IsCalledByBothNamesAndSeenAtHomeUnlessSaid) {
  v1::Person person;
  person.set_given_name("Astrid");
  person.set_family_name("Lindqvist");
  FillDefaults(person);
  EXPECT_EQ(person.display_name(), "Astrid Lindqvist");
  EXPECT_EQ(person.visibility(), v1::Person::ORGANIZATION);
  person.set_display_name("Asta");
  person.set_visibility(v1::Person::MEMBERS);
  FillDefaults(person);
  EXPECT_EQ(person.display_name(), "Asta");
  EXPECT_EQ(person.visibility(), v1::Person::MEMBERS);
}

}  // namespace
}  // namespace reglab::membership
