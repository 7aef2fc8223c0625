// Imports of many rows, asked through the gRPC door of the real service.

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "reglab/membership/v1/import.pb.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using ::testing::HasSubstr;
using v1::ImportResponse;
using v1::ImportResult;

template <class Request>
absl::StatusOr<ImportResponse> Import(const std::string& what,
                                      const std::string& file, bool dry_run,
                                      const Caller& caller = Secretariat()) {
  Request request;
  request.set_content(file);
  request.set_validate_only(dry_run);
  return Running().Call<ImportResponse>(
      "/reglab.membership.v1.ImportsService/Import" + what, request, caller,
      absl::Seconds(120));
}

absl::StatusOr<ImportResponse> ImportPeople(
    const std::string& file, bool dry_run = false,
    const Caller& caller = Secretariat()) {
  return Import<v1::ImportPeopleRequest>("People", file, dry_run, caller);
}

absl::StatusOr<ImportResponse> ImportOrganizations(const std::string& file,
                                                   bool dry_run = false) {
  return Import<v1::ImportOrganizationsRequest>("Organizations", file, dry_run);
}

// The journal's records of people, organisations or appointments.
int Recorded(const std::string& type) {
  return std::stoi(Running().Sql(
      "membership",
      "SELECT (SELECT count(*) FROM journal WHERE type = 'membership." + type +
          "') + (SELECT count(*) FROM journal_pending WHERE type = "
          "'membership." +
          type + "')"));
}

int Count(const std::string& from) {
  return std::stoi(Running().Sql("membership", "SELECT count(*) FROM " + from));
}

std::string CountsOf(const absl::StatusOr<ImportResponse>& answer) {
  if (!answer.ok()) return answer.status().ToString();
  return absl::StrCat(answer->created(), " ", answer->updated(), " ",
                      answer->unchanged(), " ", answer->refused());
}

void OrganizationThere(const std::string& id) {
  CreateOrganization(id, "Region " + id).IgnoreError();
}

TEST(ImportPeople, CreatesThemOnceHoweverOftenTheFileComes) {
  OrganizationThere("twice");
  const std::string file =
      "givenName;familyName;organization;email\r\n"
      "Åsa;Öberg;organizations/twice;asa@twice.example\r\n"
      "\"Bo \"\"Bosse\"\"\";Ek;organizations/twice;bo@twice.example\r\n";
  const int before = Recorded("Person");
  EXPECT_EQ(CountsOf(ImportPeople(file)), "2 0 0 0");
  EXPECT_EQ(Recorded("Person"), before + 2);
  EXPECT_EQ(CountsOf(ImportPeople(file)), "0 0 2 0");
  EXPECT_EQ(Recorded("Person"), before + 2);
  EXPECT_EQ(Count("people WHERE organization = 'organizations/twice'"), 2);
  EXPECT_EQ(
      Running().Sql("membership",
                    "SELECT given_name || '|' || display_name || '|' || "
                    "array_to_string(owners, ',') FROM people WHERE email = "
                    "'bo@twice.example'"),
      "Bo \"Bosse\"|Bo \"Bosse\" Ek|organizations/twice");
}

TEST(ImportPeople, ADryRunTellsOfEveryRowAndChangesNothing) {
  OrganizationThere("dry");
  ASSERT_EQ(
      CountsOf(ImportPeople("email,givenName,familyName,organization\n"
                            "there@dry.example,Tove,Dal,organizations/dry\n"
                            "same@dry.example,Siv,Dal,organizations/dry\n")),
      "2 0 0 0");
  const int people = Count("people");
  const int recorded = Recorded("Person");
  const auto answer = ImportPeople(
      "email,givenName,familyName,organization\n"
      "there@dry.example,Tova,Dal,organizations/dry\n"
      "same@dry.example,Siv,Dal,organizations/dry\n"
      "new@dry.example,Nils,Dal,organizations/dry\n"
      "bad@dry.example,,Dal,organizations/nowhere\n",
      true);
  EXPECT_EQ(CountsOf(answer), "1 1 1 1");
  ASSERT_EQ(answer->results_size(), 4);
  EXPECT_EQ(answer->results(0).outcome(), ImportResult::UPDATED);
  EXPECT_THAT(answer->results(0).changed_fields(),
              ::testing::ElementsAre("givenName"));
  EXPECT_EQ(answer->results(1).outcome(), ImportResult::UNCHANGED);
  EXPECT_EQ(answer->results(2).outcome(), ImportResult::CREATED);
  EXPECT_EQ(answer->results(3).outcome(), ImportResult::REFUSED);
  EXPECT_EQ(answer->results(3).line(), 5);
  EXPECT_EQ(answer->results(3).errors_size(), 2);
  EXPECT_EQ(Count("people"), people);
  EXPECT_EQ(Recorded("Person"), recorded);
}

TEST(ImportPeople, OneBadRowRefusesAll) {
  OrganizationThere("all-or-nothing");
  const int people = Count("people");
  const auto answer = ImportPeople(
      "email,givenName,familyName,organization\n"
      "good@nothing.example,God,Rad,organizations/all-or-nothing\n"
      "bad,Fel,Rad,organizations/all-or-nothing\n");
  EXPECT_EQ(ReasonOf(answer.status()), "ROWS_REFUSED");
  EXPECT_THAT(answer.status().message(), HasSubstr("1 of 2"));
  EXPECT_EQ(Count("people"), people);
}

TEST(ImportPeople, ARenamedPersonIsCalledSoInTheAppointments) {
  OrganizationThere("renamed");
  ASSERT_TRUE(CreateBody("rename-network", Body::NETWORK).ok());
  ASSERT_TRUE(CreatePerson("renamed", "organizations/renamed").ok());
  ASSERT_TRUE(Appoint("bodies/rename-network", "people/renamed",
                      Appointment::MEMBER, "2026-01-01")
                  .ok());
  EXPECT_EQ(CountsOf(ImportPeople("name,displayName\n"
                                  "people/renamed,Astrid Berg\n")),
            "0 1 0 0");
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT person_display_name FROM appointments "
                          "WHERE person = 'people/renamed'"),
            "Astrid Berg");
}

TEST(ImportPeople, AnOrganizationImportsItsOwnAndNobodyElse) {
  OrganizationThere("importer");
  OrganizationThere("not-importer");
  const Caller member = Member("organizations/importer");
  EXPECT_EQ(CountsOf(ImportPeople("email,givenName,familyName,organization\n"
                                  "a@importer.example,A,B,"
                                  "organizations/importer\n",
                                  false, member)),
            "1 0 0 0");
  const auto refused = ImportPeople(
      "email,givenName,familyName,organization\n"
      "b@importer.example,A,B,organizations/not-importer\n",
      true, member);
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_EQ(refused->results(0).errors(0).reason(), "OTHER_ORGANIZATION");
  v1::ImportOrganizationsRequest organizations;
  organizations.set_content("displayName,kind\nNy,OTHER\n");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<ImportResponse>("ImportsService/ImportOrganizations", organizations,
                          member)
          .status()));
  EXPECT_TRUE(absl::IsUnauthenticated(
      ImportPeople("email\na@b.example\n", true, Nobody()).status()));
}

TEST(ImportPeople, TenThousandRowsAreOneTransaction) {
  OrganizationThere("many");
  std::string file = "email,givenName,familyName,organization\n";
  for (int i = 0; i < 10'000; ++i) {
    absl::StrAppend(&file, "p", i, "@many.example,Person,Nummer ", i,
                    ",organizations/many\n");
  }
  const int recorded = Recorded("Person");
  EXPECT_EQ(CountsOf(ImportPeople(file)), "10000 0 0 0");
  EXPECT_EQ(Recorded("Person"), recorded + 10'000);
  EXPECT_EQ(CountsOf(ImportPeople(file)), "0 0 10000 0");
  EXPECT_EQ(CountsOf(ImportPeople(file + "bad,A,B,organizations/many\n", true)),
            "0 0 10000 1");
  EXPECT_EQ(Recorded("Person"), recorded + 10'000);
}

TEST(ImportPeople, TwoAtATimeDoNotDoubleAnybody) {
  OrganizationThere("race");
  std::string file = "email,givenName,familyName,organization\n";
  for (int i = 0; i < 2'000; ++i) {
    absl::StrAppend(&file, "p", i, "@race.example,Person,Nummer,",
                    "organizations/race\n");
  }
  std::vector<std::thread> threads;
  std::atomic<int> refused{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto answer = ImportPeople(file);
      if (answer.ok()) return;
      EXPECT_EQ(ReasonOf(answer.status()), "IMPORT_RUNNING");
      ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(refused, 4);
  EXPECT_EQ(Count("people WHERE organization = 'organizations/race'"), 2'000);
}

TEST(ImportOrganizations, FromTheReferenceFileTwice) {
  std::ifstream stream(REGLAB_SHARED_DATA "/organizations.csv");
  std::string line;
  std::getline(stream, line);
  std::string file =
      "name,displayName,kind,governanceLevel,countyCode,nutsCode,"
      "organizationNumber,aliases\n";
  int rows = 0;
  while (std::getline(stream, line)) {
    std::vector<std::string> cells;
    std::stringstream parts(line);
    for (std::string cell; std::getline(parts, cell, ',');) {
      cells.push_back(cell);
    }
    cells.resize(9);
    absl::StrAppend(&file, "organizations/", cells[0], ",", cells[1], ",",
                    cells[2], ",", cells[3], ",", cells[4], ",", cells[5], ",",
                    cells[6], ",", cells[8], "\n");
    ++rows;
  }
  ASSERT_GT(rows, 20);
  EXPECT_EQ(CountsOf(ImportOrganizations(file)), absl::StrCat(rows, " 0 0 0"));
  EXPECT_EQ(CountsOf(ImportOrganizations(file)),
            absl::StrCat("0 0 ", rows, " 0"));
  // Their aliases find them, as those of single writes do.
  v1::ResolveOrganizationsRequest names;
  names.add_names("Storstockholm");
  const auto found = Ask<v1::ResolveOrganizationsResponse>(
      "OrganizationsService/ResolveOrganizations", names);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->resolutions(0).organization(), "organizations/storsthlm");
}

TEST(ImportOrganizations, WhatWasListedSaysNothingNew) {
  ASSERT_TRUE(CreateOrganization("listed", "Region Listad", {"Listan"}).ok());
  const auto there = GetOrganization("organizations/listed");
  ASSERT_TRUE(there.ok());
  EXPECT_EQ(CountsOf(ImportOrganizations(
                "{\"name\":\"organizations/listed\",\"displayName\":\"Region "
                "Listad\",\"aliases\":[\"Listan\"],\"kind\":\"REGION\","
                "\"createTime\":\"2026-05-04T09:00:00Z\",\"etag\":\"" +
                there->etag() + "\"}\n")),
            "0 0 1 0");
}

TEST(ImportAppointments, FindPeopleByTheirAddress) {
  OrganizationThere("seated");
  ASSERT_TRUE(CreateBody("import-network", Body::NETWORK).ok());
  ASSERT_EQ(CountsOf(ImportPeople("email,givenName,familyName,organization\n"
                                  "s@seated.example,Siv,Sits,"
                                  "organizations/seated\n")),
            "1 0 0 0");
  const std::string file =
      "body,personEmail,role,startDate,endDate\n"
      "bodies/import-network,S@seated.example,MEMBER,2026-01-01,\n"
      "bodies/import-network,s@seated.example,CHAIR,2026-01-01,2026-12-31\n";
  const auto import = [&](const std::string& parent, const std::string& content,
                          bool dry_run = false) {
    v1::ImportAppointmentsRequest request;
    request.set_parent(parent);
    request.set_content(content);
    request.set_validate_only(dry_run);
    return Ask<ImportResponse>("ImportsService/ImportAppointments", request);
  };
  EXPECT_EQ(CountsOf(import("bodies/-", file)), "2 0 0 0");
  EXPECT_EQ(CountsOf(import("bodies/-", file)), "0 0 2 0");
  EXPECT_EQ(CountsOf(import("bodies/import-network",
                            "personEmail,role,startDate,endDate\n"
                            "s@seated.example,MEMBER,2026-01-01,2026-06-30\n")),
            "0 1 0 0");
  EXPECT_EQ(CountsOf(import("bodies/import-network",
                            "personEmail,role,startDate\n"
                            "s@seated.example,MEMBER,2026-06-30\n",
                            true)),
            "0 0 0 1");
  EXPECT_TRUE(absl::IsNotFound(import("bodies/gone", file).status()));
}

}  // namespace
}  // namespace reglab::membership
