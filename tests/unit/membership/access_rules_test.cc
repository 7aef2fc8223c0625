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

TEST(AccessTest, WhatEveryoneReadsIsGivenByAnyone) {
  EXPECT_TRUE(CheckMayGrant(Uppsala(), "client.scopes",
                            {"meetings.meetings.read", "learning.ideas.read"})
                  .ok());
}

TEST(AccessTest, NobodyHandsOnWhatWasDelegated) {
  Caller colleague = Uppsala();
  colleague.scopes = {};
  colleague.delegations = {
      {"organizations/region-uppsala", {"learning.ideas.write"}}};
  EXPECT_TRUE(absl::IsPermissionDenied(
      CheckMayGrant(colleague, "client.scopes", {"learning.ideas.write"})));
}

TEST(AccessTest, AColleagueActsInTheDelegatedMatterAlone) {
  Caller colleague = Uppsala();
  colleague.scopes = {};
  colleague.delegations = {{"activities/x", {"learning.activities.write"}}};
  colleague.ConfineTo("learning.activities.write");
  const std::string own = colleague.organization;
  EXPECT_TRUE(CheckActsFor(colleague, own, "activities/x").ok());
  const absl::Status other = CheckActsFor(colleague, own, "activities/y");
  EXPECT_TRUE(absl::IsPermissionDenied(other));
  EXPECT_EQ(ReasonOf(other), "OTHER_MATTER");
  EXPECT_NE(TextOf(other).sv.find("activities/x"), std::string::npos);
  EXPECT_EQ(ReasonOf(CheckActsFor(colleague, own)), "OTHER_MATTER");
  EXPECT_EQ(ReasonOf(CheckActsFor(colleague, "organizations/region-skane",
                                  "activities/x")),
            "OTHER_ORGANIZATION");
}

TEST(ClientTest, OfAnOperatorSeesNoContent) {
  v1::Client client;
  client.set_for_operations(true);
  client.add_scopes("membership.journal-entries.*");
  EXPECT_TRUE(CheckClient(Secretariat(), client).ok());
  client.add_scopes("learning.activities.write");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckClient(Secretariat(), client)));
  client.mutable_scopes()->RemoveLast();
  client.set_organization("organizations/region-uppsala");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckClient(Secretariat(), client)));
}

TEST(ClientTest, OfAnOrganizationGetsMoreRequestsFromTheSecretariatAlone) {
  v1::Client client;
  client.set_organization("organizations/region-uppsala");
  client.set_requests_per_minute(6000);
  EXPECT_TRUE(CheckClient(Uppsala(), client).ok());
  client.set_requests_per_minute(6001);
  EXPECT_EQ(ReasonOf(CheckClient(Uppsala(), client)), "QUOTA_NOT_HELD");
  EXPECT_TRUE(CheckClient(Secretariat(), client).ok());
}

TEST(AnswerTest, SaysWhyNotAndWhoCouldGiveIt) {
  Caller person;
  person.name = "people/abc";
  person.organization = "organizations/region-uppsala";
  person.roles = {"MEMBER"};
  const Asked idea = {.permission = "learning.ideas.write"};
  v1::AccessAnswer answer = AnswerTo(person, idea);
  EXPECT_FALSE(answer.allowed());
  EXPECT_EQ(answer.reason(), "PERMISSION_MISSING");
  EXPECT_NE(answer.why_en().find("learning.ideas.write"), std::string::npos);
  EXPECT_NE(answer.why_sv().find("medlemsansvarige"), std::string::npos);
  ASSERT_EQ(answer.held_by_size(), 2);
  EXPECT_EQ(answer.held_by(0), "MEMBER_REPRESENTATIVE");
  EXPECT_EQ(answer.held_by(1), "SECRETARIAT");

  person.delegations = {{"meetings/m", {"learning.ideas.write"}}};
  EXPECT_EQ(AnswerTo(person, idea).reason(), "OTHER_MATTER");
  EXPECT_TRUE(AnswerTo(person, {.permission = "learning.ideas.write",
                                .resource = "meetings/m"})
                  .allowed());

  answer = AnswerTo(person, {.permission = "meetings.meetings.write"});
  EXPECT_EQ(answer.reason(), "PERMISSION_MISSING");
  ASSERT_EQ(answer.held_by_size(), 1);
  EXPECT_EQ(answer.held_by(0), "SECRETARIAT");
}

TEST(AnswerTest, IsThatOfTheCallItself) {
  const Asked own = {.permission = "membership.people.write",
                     .organization = "organizations/region-uppsala"};
  EXPECT_TRUE(AnswerTo(Uppsala(), own).allowed());
  Asked other = own;
  other.organization = "organizations/region-skane";
  EXPECT_EQ(AnswerTo(Uppsala(), other).reason(), "OTHER_ORGANIZATION");
  EXPECT_TRUE(AnswerTo(Secretariat(), other).allowed());
  other.resource = "people/hidden";
  other.organization.reset();
  EXPECT_EQ(AnswerTo(Uppsala(), other).reason(), "NOT_FOUND");
  EXPECT_TRUE(AnswerTo(Uppsala(), {.permission = "meetings.meetings.read",
                                   .for_everyone = true})
                  .allowed());
  EXPECT_FALSE(
      AnswerTo(Secretariat(), {.permission = "membership.keys.authenticate",
                               .for_processes = true})
          .allowed());
  Caller broad = Uppsala();
  broad.scopes = {"*"};
  EXPECT_EQ(AnswerTo(broad, {.permission = "meetings.meetings.write"}).reason(),
            "SECRETARIAT_ONLY");
}

TEST(AnswerTest, SaysWhenOnlyTheServiceThatKeepsTheThingKnows) {
  Caller caller = Uppsala();
  caller.scopes = {"*"};
  Asked activity = {.permission = "learning.activities.write",
                    .resource = "activities/x"};
  v1::AccessAnswer answer = AnswerTo(caller, activity);
  EXPECT_TRUE(answer.allowed());
  EXPECT_TRUE(answer.depends_on_resource());
  // The secretariat runs everything; a new one has no leads yet; and what
  // membership keeps it has looked up.
  EXPECT_FALSE(AnswerTo(Secretariat(), activity).depends_on_resource());
  activity.resource = "";
  EXPECT_FALSE(AnswerTo(caller, activity).depends_on_resource());
  answer = AnswerTo(caller, {.permission = "membership.people.write",
                             .resource = "people/x",
                             .organization = "organizations/region-uppsala"});
  EXPECT_TRUE(answer.allowed());
  EXPECT_FALSE(answer.depends_on_resource());
  activity.resource = "activities/x";
  activity.for_everyone = true;
  EXPECT_FALSE(AnswerTo(caller, activity).depends_on_resource());
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
