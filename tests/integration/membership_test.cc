// The membership service alone, through its gRPC door, on a real PostgreSQL.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "reglab/learning/v1/activity.pb.h"
#include "reglab/learning/v1/activity_kind.pb.h"
#include "reglab/learning/v1/idea.pb.h"
#include "reglab/meetings/v1/action.pb.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/attendance.pb.h"
#include "reglab/meetings/v1/consultation.pb.h"
#include "reglab/meetings/v1/contribution.pb.h"
#include "reglab/meetings/v1/draft.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/minutes.pb.h"
#include "reglab/meetings/v1/minutes_correction.pb.h"
#include "reglab/meetings/v1/referral.pb.h"
#include "reglab/meetings/v1/suggestion.pb.h"
#include "reglab/meetings/v1/upload.pb.h"
#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/changes.pb.h"
#include "reglab/membership/v1/directory.pb.h"
#include "reglab/membership/v1/invitation.pb.h"
#include "reglab/membership/v1/membership.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "reglab/membership/v1/relationship.pb.h"
#include "reglab/membership/v1/vocabulary.pb.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::CheckNamesRequest;
using v1::CheckNamesResponse;

v1::ResolveOrganizationsResponse Resolve(
    const std::vector<std::string>& names) {
  v1::ResolveOrganizationsRequest request;
  request.mutable_names()->Add(names.begin(), names.end());
  auto response = Ask<v1::ResolveOrganizationsResponse>(
      "OrganizationsService/ResolveOrganizations", request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : v1::ResolveOrganizationsResponse();
}

TEST(Organizations, ReadBackAsTheyWereCreated) {
  const auto created = CreateOrganization("read-back", "Region Återläst",
                                          {"Återläsa"}, "232100-0016");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->name(), "organizations/read-back");
  EXPECT_FALSE(created->etag().empty());
  EXPECT_TRUE(created->has_create_time());
  const auto read = GetOrganization(created->name());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), created->SerializeAsString());
}

TEST(Organizations, AreWrittenByTheSecretariatAlone) {
  EXPECT_TRUE(absl::IsUnauthenticated(
      CreateOrganization("by-nobody", "Ingens", {}, "", Nobody()).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateOrganization("by-member", "Medlems", {}, "",
                         Member("organizations/region-skane"))
          .status()));
  EXPECT_TRUE(
      absl::IsNotFound(GetOrganization("organizations/by-nobody").status()));
  EXPECT_TRUE(
      absl::IsNotFound(GetOrganization("organizations/by-member").status()));
}

TEST(Organizations, TakeTheirIdAndNumberOnce) {
  ASSERT_TRUE(CreateOrganization("once", "Region En", {}, "232100-0024").ok());
  const auto same_id = CreateOrganization("once", "Region Två");
  EXPECT_TRUE(absl::IsAlreadyExists(same_id.status()));
  const auto same_number =
      CreateOrganization("twice", "Region Två", {}, "232100-0024");
  EXPECT_TRUE(absl::IsAlreadyExists(same_number.status()));
  EXPECT_EQ(ReasonOf(same_number.status()), "ORGANIZATION_NUMBER_TAKEN");
  const auto wrong_number =
      CreateOrganization("thrice", "Region Tre", {}, "232100-0025");
  EXPECT_TRUE(absl::IsInvalidArgument(wrong_number.status()));
}

TEST(Organizations, ChangeOnlyWithTheCurrentEtag) {
  const auto created = CreateOrganization("etag", "Region Etag");
  ASSERT_TRUE(created.ok());
  v1::UpdateOrganizationRequest request;
  request.mutable_organization()->set_name(created->name());
  request.mutable_organization()->set_etag(created->etag());
  request.mutable_organization()->set_population(1000);
  request.mutable_update_mask()->add_paths("population");
  const auto updated =
      Ask<Organization>("OrganizationsService/UpdateOrganization", request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->population(), 1000);
  EXPECT_EQ(updated->display_name(), "Region Etag");
  EXPECT_NE(updated->etag(), created->etag());
  request.mutable_organization()->set_population(2000);
  const auto stale =
      Ask<Organization>("OrganizationsService/UpdateOrganization", request);
  EXPECT_TRUE(absl::IsAborted(stale.status()));
  EXPECT_EQ(GetOrganization(created->name())->population(), 1000);
}

TEST(Organizations, ValidateOnlyKeepsNothing) {
  v1::CreateOrganizationRequest request;
  request.set_organization_id("only-checked");
  request.mutable_organization()->set_display_name("Region Prov");
  request.mutable_organization()->set_kind(Organization::REGION);
  request.set_validate_only(true);
  EXPECT_TRUE(
      Ask<Organization>("OrganizationsService/CreateOrganization", request)
          .ok());
  EXPECT_TRUE(
      absl::IsNotFound(GetOrganization("organizations/only-checked").status()));
}

TEST(Organizations, ComeBackAfterDeletion) {
  ASSERT_TRUE(CreateOrganization("deleted", "Region Borttagen").ok());
  v1::DeleteOrganizationRequest deletion;
  deletion.set_name("organizations/deleted");
  const auto deleted =
      Ask<Organization>("OrganizationsService/DeleteOrganization", deletion);
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_TRUE(deleted->has_delete_time());
  EXPECT_TRUE(absl::IsNotFound(GetOrganization(deleted->name()).status()));
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Organization>("OrganizationsService/DeleteOrganization", deletion)
          .status()));
  EXPECT_EQ(Resolve({"Region Borttagen"}).resolutions(0).organization(), "");

  v1::ListOrganizationsRequest list;
  list.set_filter("display_name = \"Region Borttagen\"");
  const auto listed = [&](const Caller& caller) {
    const auto response = Ask<v1::ListOrganizationsResponse>(
        "OrganizationsService/ListOrganizations", list, caller);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->organizations_size() : -1;
  };
  EXPECT_EQ(listed(Secretariat()), 0);
  list.set_show_deleted(true);
  EXPECT_EQ(listed(Secretariat()), 1);
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<v1::ListOrganizationsResponse>(
          "OrganizationsService/ListOrganizations", list, Nobody())
          .status()));

  v1::UndeleteOrganizationRequest undeletion;
  undeletion.set_name(deleted->name());
  const auto back = Ask<Organization>(
      "OrganizationsService/UndeleteOrganization", undeletion);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_FALSE(back->has_delete_time());
  EXPECT_TRUE(GetOrganization(deleted->name()).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(
      Ask<Organization>("OrganizationsService/UndeleteOrganization", undeletion)
          .status()));
}

TEST(Organizations, AreListedInSwedishOrderPageByPage) {
  for (const auto& [id, name] :
       std::vector<std::pair<std::string, std::string>>{{"sv-1", "Sv Ö"},
                                                        {"sv-2", "Sv A"},
                                                        {"sv-3", "Sv Å"},
                                                        {"sv-4", "Sv Z"},
                                                        {"sv-5", "Sv Ä"}}) {
    ASSERT_TRUE(CreateOrganization(id, name).ok());
  }
  v1::ListOrganizationsRequest request;
  request.set_filter("display_name = \"Sv *\"");
  request.set_page_size(2);
  std::vector<std::string> names;
  do {
    const auto page = Ask<v1::ListOrganizationsResponse>(
        "OrganizationsService/ListOrganizations", request, Nobody());
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->organizations_size(), 2);
    for (const auto& one : page->organizations()) {
      names.push_back(one.display_name());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names,
            (std::vector<std::string>{"Sv A", "Sv Z", "Sv Å", "Sv Ä", "Sv Ö"}));
}

TEST(Organizations, AreFoundByWordsOfTheirAliases) {
  ASSERT_TRUE(
      CreateOrganization("searched", "Region Sökt", {"Tomtebodalandet"}).ok());
  v1::ListOrganizationsRequest request;
  request.set_q("tomtebodalandet");
  const auto found = Ask<v1::ListOrganizationsResponse>(
      "OrganizationsService/ListOrganizations", request, Nobody());
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->organizations_size(), 1);
  EXPECT_EQ(found->organizations(0).name(), "organizations/searched");
}

TEST(Organizations, AreResolvedFromWhatPeopleWrite) {
  ASSERT_TRUE(CreateOrganization("region-stockholm", "Region Stockholm").ok());
  ASSERT_TRUE(
      CreateOrganization("storsthlm", "Storsthlm", {"Storstockholm"}).ok());
  ASSERT_TRUE(
      CreateOrganization("region-gavleborg", "Region Gävleborg", {"Gävleborg"})
          .ok());
  ASSERT_TRUE(CreateOrganization("vastra-gotalandsregionen",
                                 "Västra Götalandsregionen",
                                 {"VGR", "Region Västra Götaland"})
                  .ok());
  const auto response =
      Resolve({"vgr", "Region Gävelborg", "Gävleborgs län", "Storstockholm",
               "Stockholms län", "Ingenstans", "Region Västra Götaland",
               "Storstokholm"});
  ASSERT_EQ(response.resolutions_size(), 8);
  const std::vector<std::string> expected = {
      "vastra-gotalandsregionen", "region-gavleborg",
      "region-gavleborg",         "storsthlm",
      "region-stockholm",         "",
      "vastra-gotalandsregionen", "storsthlm"};
  for (int i = 0; i < 8; ++i) {
    const auto& one = response.resolutions(i);
    EXPECT_EQ(one.organization(),
              expected[i].empty() ? "" : "organizations/" + expected[i])
        << one.query();
  }
  EXPECT_EQ(response.resolutions(0).query(), "vgr");
  EXPECT_EQ(response.resolutions(0).score(), 1);
  EXPECT_EQ(response.resolutions(0).display_name(), "Västra Götalandsregionen");
  EXPECT_LT(response.resolutions(1).score(), 0.95);
  EXPECT_EQ(response.resolutions(5).score(), 0);
}

TEST(Organizations, AreResolvedByTheirNewNameAtOnce) {
  ASSERT_TRUE(CreateOrganization("renamed", "Region Gammelnamn").ok());
  v1::UpdateOrganizationRequest request;
  request.mutable_organization()->set_name("organizations/renamed");
  request.mutable_organization()->set_display_name("Region Nyanamnet");
  ASSERT_TRUE(
      Ask<Organization>("OrganizationsService/UpdateOrganization", request)
          .ok());
  const auto response = Resolve({"Gammelnamn", "Nyanamnet"});
  EXPECT_EQ(response.resolutions(0).organization(), "");
  EXPECT_EQ(response.resolutions(1).organization(), "organizations/renamed");
}

TEST(People, AreSeenByTheirOrganizationAndTheSecretariat) {
  ASSERT_TRUE(CreateOrganization("home", "Region Hemma").ok());
  ASSERT_TRUE(CreateOrganization("away", "Region Borta").ok());
  const Caller home = Member("organizations/home");
  const Caller away = Member("organizations/away");
  ASSERT_TRUE(CreatePerson("hidden", "organizations/home", home).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreatePerson("foreign", "organizations/home", away).status()));

  v1::GetPersonRequest get;
  get.set_name("people/hidden");
  EXPECT_EQ(Ask<Person>("PeopleService/GetPerson", get, home)->email(),
            "hidden@example.se");
  EXPECT_EQ(Ask<Person>("PeopleService/GetPerson", get)->display_name(),
            "Astrid Lindqvist");
  for (const Caller& caller : {away, Nobody()}) {
    EXPECT_TRUE(absl::IsNotFound(
        Ask<Person>("PeopleService/GetPerson", get, caller).status()));
    const auto listed = Ask<v1::ListPeopleResponse>(
        "PeopleService/ListPeople", v1::ListPeopleRequest(), caller);
    ASSERT_TRUE(listed.ok()) << listed.status();
    for (const Person& person : listed->people()) {
      EXPECT_NE(person.name(), "people/hidden");
    }
  }

  v1::UpdatePersonRequest shown;
  shown.mutable_person()->set_name("people/hidden");
  shown.mutable_person()->set_visibility(Person::MEMBERS);
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Person>("PeopleService/UpdatePerson", shown, away).status()));
  ASSERT_TRUE(Ask<Person>("PeopleService/UpdatePerson", shown, home).ok());
  const auto seen = Ask<Person>("PeopleService/GetPerson", get, away);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->email(), "");
  shown.mutable_person()->set_title("Chef");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<Person>("PeopleService/UpdatePerson", shown, away).status()));
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Person>("PeopleService/GetPerson", get, Nobody()).status()));
}

TEST(People, BelongToAnOrganizationThatIsThere) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      CreatePerson("homeless", "organizations/nowhere").status()));
}

TEST(Appointments, ShowWhoSitsWhereWithoutContactDetails) {
  ASSERT_TRUE(CreateOrganization("seated", "Region Plats").ok());
  ASSERT_TRUE(CreateBody("group", Body::MEMBER_GROUP).ok());
  ASSERT_TRUE(CreateBody("board", Body::BOARD).ok());
  ASSERT_TRUE(CreatePerson("seated", "organizations/seated").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      Appoint("bodies/board", "people/seated",
              Appointment::MEMBER_REPRESENTATIVE, "2026-01-01")
          .status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Appoint("bodies/group", "people/nobody",
                                              Appointment::MEMBER, "2026-01-01")
                                          .status()));
  EXPECT_TRUE(absl::IsNotFound(Appoint("bodies/nowhere", "people/seated",
                                       Appointment::MEMBER, "2026-01-01")
                                   .status()));
  const auto first =
      Appoint("bodies/group", "people/seated",
              Appointment::MEMBER_REPRESENTATIVE, "2024-01-01", "2025-12-31");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->organization(), "organizations/seated");
  EXPECT_EQ(ReasonOf(Appoint("bodies/group", "people/seated",
                             Appointment::MEMBER_REPRESENTATIVE, "2025-12-31")
                         .status()),
            "APPOINTMENT_EXISTS");
  EXPECT_TRUE(Appoint("bodies/group", "people/seated",
                      Appointment::MEMBER_REPRESENTATIVE, "2026-01-01")
                  .ok());

  v1::ListAppointmentsRequest list;
  list.set_parent("bodies/group");
  auto listed = Ask<v1::ListAppointmentsResponse>(
      "AppointmentsService/ListAppointments", list, Nobody());
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->appointments_size(), 2);
  EXPECT_EQ(listed->appointments(0).person_display_name(), "Astrid Lindqvist");

  v1::UpdatePersonRequest rename;
  rename.mutable_person()->set_name("people/seated");
  rename.mutable_person()->set_display_name("Asta Lind");
  ASSERT_TRUE(Ask<Person>("PeopleService/UpdatePerson", rename).ok());
  listed = Ask<v1::ListAppointmentsResponse>(
      "AppointmentsService/ListAppointments", list, Nobody());
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->appointments(0).person_display_name(), "Asta Lind");
  EXPECT_NE(listed->appointments(0).etag(), first->etag());

  v1::DeletePersonRequest person;
  person.set_name("people/seated");
  EXPECT_EQ(ReasonOf(Ask<Empty>("PeopleService/DeletePerson", person).status()),
            "PERSON_HAS_APPOINTMENTS");
  v1::DeleteBodyRequest body;
  body.set_name("bodies/group");
  EXPECT_EQ(ReasonOf(Ask<Empty>("BodiesService/DeleteBody", body).status()),
            "BODY_HAS_APPOINTMENTS");
}

TEST(Directory, NamesWhatIsMissingToOtherServicesAlone) {
  ASSERT_TRUE(CreateOrganization("listed", "Region Med").ok());
  ASSERT_TRUE(CreateOrganization("gone", "Region Utan").ok());
  v1::DeleteOrganizationRequest deletion;
  deletion.set_name("organizations/gone");
  ASSERT_TRUE(
      Ask<Organization>("OrganizationsService/DeleteOrganization", deletion)
          .ok());
  ASSERT_TRUE(CreateBody("listed", Body::OTHER).ok());
  ASSERT_TRUE(CreatePerson("listed", "organizations/listed").ok());
  CheckNamesRequest request;
  for (const char* name :
       {"people/none", "organizations/listed", "organizations/gone",
        "bodies/listed", "people/listed", "bodies/none", "people/none"}) {
    request.add_names(name);
  }
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<CheckNamesResponse>("DirectoryService/CheckNames", request)
          .status()));

  const auto response = AskAs<CheckNamesResponse>(
      "learning", "DirectoryService/CheckNames", request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(std::vector<std::string>(response->missing().begin(),
                                     response->missing().end()),
            (std::vector<std::string>{"people/none", "organizations/gone",
                                      "bodies/none"}));
}

// "ReferralKind" → "referral-kind"
std::string Kebab(const std::string& name) {
  std::string kebab;
  for (const char c : name) {
    if (isupper(c) && !kebab.empty()) kebab += '-';
    kebab += static_cast<char>(tolower(c));
  }
  return kebab;
}

TEST(Vocabularies, LabelEveryCodeInBothLanguages) {
  v1::ListVocabulariesRequest request;
  request.set_page_size(500);
  const auto response = Ask<v1::ListVocabulariesResponse>(
      "VocabulariesService/ListVocabularies", request, Nobody());
  ASSERT_TRUE(response.ok()) << response.status();
  std::map<std::string, std::vector<std::string>> codes;
  for (const auto& vocabulary : response->vocabularies()) {
    EXPECT_NE(vocabulary.display_name(), "");
    EXPECT_NE(vocabulary.display_name_en(), "");
    for (const auto& term : vocabulary.terms()) {
      EXPECT_NE(term.label_sv(), "") << term.code();
      EXPECT_NE(term.label_en(), "") << term.code();
      codes[vocabulary.name()].push_back(term.code());
    }
  }
  for (const char* name : {"perspectives", "policy-areas", "scales"}) {
    EXPECT_FALSE(codes[std::string("vocabularies/") + name].empty()) << name;
  }
  for (const google::protobuf::Descriptor* message :
       {Organization::descriptor(),
        Membership::descriptor(),
        Person::descriptor(),
        Body::descriptor(),
        Appointment::descriptor(),
        v1::Invitation::descriptor(),
        v1::Relationship::descriptor(),
        v1::Change::descriptor(),
        meetings::v1::Meeting::descriptor(),
        meetings::v1::AgendaItem::descriptor(),
        meetings::v1::Attendance::descriptor(),
        meetings::v1::Minutes::descriptor(),
        meetings::v1::Suggestion::descriptor(),
        meetings::v1::Action::descriptor(),
        meetings::v1::Amendment::descriptor(),
        meetings::v1::Consultation::descriptor(),
        meetings::v1::Contribution::descriptor(),
        meetings::v1::Draft::descriptor(),
        meetings::v1::MinutesCorrection::descriptor(),
        meetings::v1::Paragraph::descriptor(),
        meetings::v1::Referral::descriptor(),
        meetings::v1::Upload::descriptor(),
        meetings::v1::WaitingAmendment::descriptor(),
        learning::v1::Activity::descriptor(),
        learning::v1::ActivityKind::descriptor(),
        learning::v1::Idea::descriptor()}) {
    for (int i = 0; i < message->enum_type_count(); ++i) {
      const auto* type = message->enum_type(i);
      std::string name =
          "vocabularies/" + Kebab(message->name()) + "-" + Kebab(type->name());
      if (codes.count(name) == 0) name = "vocabularies/" + Kebab(type->name());
      for (int v = 1; v < type->value_count(); ++v) {
        EXPECT_TRUE(std::count(codes[name].begin(), codes[name].end(),
                               type->value(v)->name()) == 1)
            << name << " " << type->value(v)->name();
      }
    }
  }
}

}  // namespace
}  // namespace reglab::membership
