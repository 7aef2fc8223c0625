#include "services/membership/erasure_rules.h"

#include <string>

#include "gtest/gtest.h"

namespace reglab::membership {
namespace {

using v1::ErasePersonalDataResponse;
using v1::Erasure;
using v1::Person;

Person Astrid() {
  Person person;
  person.set_name("people/astrid");
  person.set_given_name("Astrid");
  person.set_family_name("Lindqvist");
  person.set_display_name("Astrid Lindqvist");
  person.set_email("astrid@example.se");
  return person;
}

TEST(Subject, IsFoundByNamesInFullAndAddress) {
  Person person = Astrid();
  EXPECT_EQ(SubjectOf(person).names_size(), 1);
  person.set_display_name("Asta Lindqvist");
  const auto subject = SubjectOf(person);
  ASSERT_EQ(subject.names_size(), 2);
  EXPECT_EQ(subject.unsearched_names(), 0);
  EXPECT_EQ(subject.names(0), "Asta Lindqvist");
  EXPECT_EQ(subject.names(1), "Astrid Lindqvist");
  ASSERT_EQ(subject.emails_size(), 1);
  EXPECT_EQ(subject.emails(0), "astrid@example.se");
}

TEST(Subject, IsNotSearchedForByAnErasedOrASingleName) {
  Person person = Astrid();
  person.set_display_name("Asta");
  ASSERT_EQ(SubjectOf(person).names_size(), 1);
  EXPECT_EQ(SubjectOf(person).names(0), "Astrid Lindqvist");
  EXPECT_EQ(SubjectOf(person).unsearched_names(), 1);
  person.set_given_name("Raderad");
  person.set_family_name("person");
  person.set_display_name("Raderad person");
  EXPECT_EQ(SubjectOf(person).names_size(), 0);
}

Erasure Begun() {
  Erasure erasure;
  erasure.set_name("people/astrid/erasures/x");
  erasure.set_state(Erasure::REQUESTED);
  for (const char* service : {"membership", "learning"}) {
    auto& each = *erasure.add_services();
    each.set_service(service);
    each.set_state(Erasure::REQUESTED);
  }
  return erasure;
}

TEST(ErasureTest, IsCompletedByItsLastServiceAndNotBefore) {
  Erasure erasure = Begun();
  ErasePersonalDataResponse done;
  done.add_items()->set_table("people");
  NoteServiceDone("membership", absl::FromUnixSeconds(100), done, erasure);
  EXPECT_EQ(erasure.state(), Erasure::RUNNING);
  EXPECT_EQ(erasure.digest(), "");
  EXPECT_EQ(erasure.services(0).items(0).table(), "people");
  NoteServiceDone("learning", absl::FromUnixSeconds(200), {}, erasure);
  EXPECT_EQ(erasure.state(), Erasure::COMPLETED);
  EXPECT_EQ(erasure.complete_time().seconds(), 200);
  EXPECT_EQ(erasure.digest(), DigestOf(erasure));
  // At least once: the second time changes nothing.
  const std::string first = erasure.SerializeAsString();
  NoteServiceDone("learning", absl::FromUnixSeconds(300), done, erasure);
  EXPECT_EQ(erasure.SerializeAsString(), first);
}

TEST(ErasureTest, SaysInSwedishTooWhatIsKeptAndWhy) {
  Erasure erasure = Begun();
  ErasePersonalDataResponse done;
  done.add_items()->set_table("people");
  v1::ErasedItem& kept = *done.add_items();
  kept.set_rule("Names in final minutes are kept with the minutes.");
  kept.set_legal_basis(
      "GDPR, articles 17(3)(d) and 89(1): archiving in the public interest; "
      "arkivlagen (1990:782), section 3.");
  NoteServiceDone("learning", absl::FromUnixSeconds(100), done, erasure);
  EXPECT_EQ(erasure.services(1).items(0).rule_sv(), "");
  EXPECT_EQ(erasure.services(1).items(1).rule_sv(),
            "Namn i slutliga anteckningar och protokoll bevaras med dem.");
  EXPECT_EQ(erasure.services(1).items(1).legal_basis_sv(),
            "GDPR, artiklarna 17.3 d och 89.1: arkivändamål av allmänt "
            "intresse; 3 § arkivlagen (1990:782).");
}

TEST(ErasureTest, HasADigestOfEverythingInTheReceipt) {
  Erasure erasure = Begun();
  NoteServiceDone("membership", absl::FromUnixSeconds(100), {}, erasure);
  NoteServiceDone("learning", absl::FromUnixSeconds(200), {}, erasure);
  ASSERT_EQ(erasure.digest().size(), 64u);
  Erasure altered = erasure;
  altered.mutable_services(1)->add_items()->set_count(1);
  EXPECT_NE(DigestOf(altered), erasure.digest());
  altered = erasure;
  altered.mutable_complete_time()->set_seconds(201);
  EXPECT_NE(DigestOf(altered), erasure.digest());
}

TEST(Rights, AreThePersonsOwnAndTheSecretariats) {
  Caller caller;
  caller.name = "people/astrid";
  EXPECT_TRUE(CheckThemselfOrSecretariat(caller, "people/astrid").ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      CheckThemselfOrSecretariat(caller, "people/other")));
  caller.roles = {"SECRETARIAT"};
  EXPECT_TRUE(CheckThemselfOrSecretariat(caller, "people/other").ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      CheckThemselfOrSecretariat(Caller(), "people/x")));
}

}  // namespace
}  // namespace reglab::membership
