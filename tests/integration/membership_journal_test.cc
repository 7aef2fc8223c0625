// The journals of all three services as membership shows them: who reads what,
// and how pages are read.

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/membership/v1/changes.pb.h"
#include "reglab/membership/v1/journal_entry.pb.h"
#include "services/common/journal.h"
#include "tests/integration/journal_calls.h"

namespace reglab::membership {
namespace {

using v1::GetJournalEntryRequest;
using v1::JournalEntry;
using v1::ListJournalEntriesRequest;
using v1::ListJournalEntriesResponse;
using v1::VerifyJournalEntriesRequest;
using v1::VerifyJournalEntriesResponse;

std::vector<std::string> NamesOf(const std::vector<JournalEntry>& entries) {
  std::vector<std::string> names;
  for (const JournalEntry& entry : entries) names.push_back(entry.name());
  return names;
}

absl::StatusOr<meetings::v1::Meeting> CreateMeeting(const std::string& id,
                                                    const std::string& body) {
  meetings::v1::CreateMeetingRequest request;
  request.set_meeting_id(id);
  request.mutable_meeting()->set_display_name("Möte " + id);
  request.mutable_meeting()->set_body(body);
  request.mutable_meeting()->set_date("2026-11-24");
  return All().Call<meetings::v1::Meeting>(
      "/reglab.meetings.v1.MeetingsService/CreateMeeting", request,
      Secretariat());
}

TEST(JournalEntries, AreOneListOfAllServicesTheNewestFirst) {
  All();
  ASSERT_TRUE(CreateOrganization("journal", "Region Journal").ok());
  ASSERT_TRUE(CreateBody("journal", Body::NETWORK).ok());
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(CreateIdea(absl::StrCat("Idé ", i), Secretariat()).ok());
    const auto meeting =
        CreateMeeting(absl::StrCat("journal-", i), "bodies/journal");
    ASSERT_TRUE(meeting.ok()) << meeting.status();
    ASSERT_TRUE(CreateOrganization(absl::StrCat("journal-", i),
                                   absl::StrCat("Region ", i))
                    .ok());
  }
  WaitUntilSealed();
  const std::vector<JournalEntry> entries = Entries("", 500);
  std::set<std::string> services;
  for (size_t i = 0; i < entries.size(); ++i) {
    services.insert(entries[i].service());
    EXPECT_EQ(entries[i].hash().size(), 64u);
    if (i == 0) continue;
    const auto& [before, after] = std::tie(entries[i - 1], entries[i]);
    EXPECT_TRUE(
        std::make_pair(before.time().seconds(), before.time().nanos()) >=
        std::make_pair(after.time().seconds(), after.time().nanos()));
  }
  EXPECT_EQ(services.size(), 3u);
  EXPECT_EQ(entries[0].resource(), "organizations/journal-3");
  EXPECT_EQ(entries[0].kind(), JournalEntry::CREATED);
  EXPECT_EQ(entries[0].caller(), "clients/secretariat");
  EXPECT_EQ(entries[0].type(), "membership.Organization");
  EXPECT_EQ(NamesOf(Entries("", 3)), NamesOf(entries));
  std::vector<std::string> backwards =
      NamesOf(Entries("", 4, Secretariat(), "time"));
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(backwards, NamesOf(entries));
  ListJournalEntriesRequest skipping;
  skipping.set_page_size(2);
  skipping.set_skip(5);
  const auto skipped = ListEntries(skipping);
  ASSERT_TRUE(skipped.ok());
  EXPECT_EQ(skipped->journal_entries(0).name(), entries[5].name());
}

TEST(JournalEntries, AreFoundByFilter) {
  All();
  ASSERT_TRUE(CreateOrganization("filtered", "Region Filter").ok());
  ASSERT_TRUE(CreateIdea("Filtrera", Secretariat()).ok());
  v1::DeleteOrganizationRequest deletion;
  deletion.set_name("organizations/filtered");
  ASSERT_TRUE(
      Ask<Organization>("OrganizationsService/DeleteOrganization", deletion)
          .ok());
  WaitUntilSealed();
  const auto count = [](const std::string& filter) {
    return Entries(filter, 500).size();
  };
  EXPECT_EQ(count("resource = \"organizations/filtered\""), 2u);
  EXPECT_EQ(count("resource = \"organizations/filtered\" AND kind = DELETED"),
            1u);
  for (const JournalEntry& entry : Entries("service = learning", 500)) {
    EXPECT_EQ(entry.service(), "learning");
  }
  EXPECT_GE(count("type = \"learning.Idea\""), 1u);
  EXPECT_GE(count("method = \"/reglab.learning.v1.IdeasService/CreateIdea\""),
            1u);
  EXPECT_EQ(count("caller = \"clients/nobody-at-all\""), 0u);
  EXPECT_EQ(count("time > \"2100-01-01T00:00:00Z\""), 0u);
  EXPECT_EQ(count("time > \"2020-01-01T00:00:00Z\""), count(""));
  ListJournalEntriesRequest wrong;
  wrong.set_filter("calller = \"x\"");
  EXPECT_TRUE(absl::IsInvalidArgument(ListEntries(wrong).status()));
  wrong.set_filter("");
  wrong.set_order_by("seq");
  EXPECT_TRUE(absl::IsInvalidArgument(ListEntries(wrong).status()));
  wrong.set_order_by("");
  wrong.set_page_size(1);
  const auto page = ListEntries(wrong);
  ASSERT_TRUE(page.ok());
  wrong.set_page_token(page->next_page_token());
  wrong.set_filter("kind = CREATED");
  EXPECT_TRUE(absl::IsInvalidArgument(ListEntries(wrong).status()));
}

TEST(JournalEntries, AreForAnOrganisationItsOwn) {
  All();
  ASSERT_TRUE(CreateOrganization("own-a", "Region A").ok());
  ASSERT_TRUE(CreateOrganization("own-b", "Region B").ok());
  const Caller a = Member("organizations/own-a");
  ASSERT_TRUE(CreateIdea("Av A", a).ok());
  ASSERT_TRUE(CreatePerson("own-b", "organizations/own-b").ok());
  WaitUntilSealed();
  // What its client did, in another service, and what the secretariat did to
  // its record.
  std::set<std::string> found;
  for (const JournalEntry& entry : Entries("", 2, a)) {
    found.insert(entry.type());
    EXPECT_TRUE(entry.organization() == "organizations/own-a" ||
                entry.resource() == "organizations/own-a")
        << entry.ShortDebugString();
  }
  EXPECT_EQ(found, (std::set<std::string>{"learning.Idea",
                                          "membership.Organization"}));
  const auto others = Entries("resource = \"people/own-b\"", 500);
  ASSERT_EQ(others.size(), 1u);
  GetJournalEntryRequest get;
  get.set_name(others[0].name());
  EXPECT_TRUE(
      Ask<JournalEntry>("JournalEntriesService/GetJournalEntry", get).ok());
  EXPECT_TRUE(absl::IsNotFound(
      Ask<JournalEntry>("JournalEntriesService/GetJournalEntry", get, a)
          .status()));
  EXPECT_TRUE(Ask<JournalEntry>("JournalEntriesService/GetJournalEntry", get,
                                Member("organizations/own-b"))
                  .ok());
  // A page token of the secretariat's grants nothing.
  ListJournalEntriesRequest request;
  request.set_page_size(1);
  request.set_page_token(ListEntries(request)->next_page_token());
  const auto page = ListEntries(request, a);
  ASSERT_TRUE(page.ok());
  for (const JournalEntry& entry : page->journal_entries()) {
    EXPECT_NE(entry.name(), others[0].name());
  }
  Caller nobody_s = a;
  nobody_s.organization.clear();
  EXPECT_TRUE(absl::IsPermissionDenied(ListEntries({}, nobody_s).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(ListEntries({}, Nobody()).status()));
  VerifyJournalEntriesRequest verify;
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<VerifyJournalEntriesResponse>(
          "JournalEntriesService/VerifyJournalEntries", verify, a)
          .status()));
}

// --- Reads of personal data ------------------------------------------------

TEST(PersonalReads, AreJournalledWithWhoWhenAndWhomAndNoValue) {
  All();
  ASSERT_TRUE(CreateOrganization("read", "Region Läst").ok());
  ASSERT_TRUE(CreatePerson("read-1", "organizations/read").ok());
  v1::UpdatePersonRequest update;
  update.mutable_person()->set_name("people/read-1");
  update.mutable_person()->set_email("read-1@example.se");
  ASSERT_TRUE(Ask<Person>("PeopleService/UpdatePerson", update).ok());
  WaitUntilSealed();
  const auto reads = [](const std::string& more = "") {
    WaitUntilSealed();
    return Entries("kind = READ" + more, 500);
  };
  const size_t before = reads().size();
  v1::GetPersonRequest get;
  get.set_name("people/read-1");
  const Caller own = Member("organizations/read");
  ASSERT_TRUE(Ask<Person>("PeopleService/GetPerson", get, own).ok());
  ASSERT_EQ(reads().size(), before + 1);
  const JournalEntry entry = reads()[0];
  EXPECT_EQ(entry.caller(), own.name);
  EXPECT_EQ(entry.organization(), "organizations/read");
  EXPECT_EQ(entry.resource(), "people/read-1");
  EXPECT_EQ(entry.type(), "membership.Person");
  const std::set<std::string> paths(entry.field_paths().begin(),
                                    entry.field_paths().end());
  EXPECT_TRUE(paths.count("email") == 1 && paths.count("given_name") == 1);
  EXPECT_EQ(entry.ShortDebugString().find("Astrid"), std::string::npos);
  EXPECT_EQ(entry.ShortDebugString().find("@example"), std::string::npos);

  // A list is one entry.
  v1::ListPeopleRequest list;
  list.set_filter("organization = \"organizations/read\"");
  ASSERT_TRUE(
      Ask<v1::ListPeopleResponse>("PeopleService/ListPeople", list).ok());
  ASSERT_EQ(reads().size(), before + 2);
  EXPECT_EQ(reads()[0].subjects(0), "people/read-1");
  // Nothing is shown to the public, and a refusal shows nothing.
  EXPECT_TRUE(
      Ask<v1::ListPeopleResponse>("PeopleService/ListPeople", list, Nobody())
          .ok());
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Person>("PeopleService/GetPerson", get, Member("organizations/own-b"))
          .status()));
  EXPECT_EQ(reads().size(), before + 2);

  ListJournalEntriesRequest request;
  request.set_subject("people/read-1");
  const auto shown = ListEntries(request);
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(shown->journal_entries_size(), 2);

  // The organisation whose person it is sees who read.
  EXPECT_EQ(
      Entries("kind = READ AND resource = \"people/read-1\"", 500, own).size(),
      2u);
}

TEST(PersonalReads, AreNotInTheChangeFeed) {
  All();
  ASSERT_TRUE(CreateOrganization("unfed", "Region Omatad").ok());
  ASSERT_TRUE(CreatePerson("unfed", "organizations/unfed").ok());
  v1::ListPeopleRequest list;
  ASSERT_TRUE(
      Ask<v1::ListPeopleResponse>("PeopleService/ListPeople", list).ok());
  WaitUntilSealed();
  ASSERT_FALSE(Entries("kind = READ", 500).empty());
  v1::ListChangesRequest request;
  request.set_page_size(500);
  for (;;) {
    const auto batch =
        Ask<v1::ListChangesResponse>("ChangesService/ListChanges", request);
    ASSERT_TRUE(batch.ok());
    for (const v1::Change& change : batch->changes()) {
      EXPECT_NE(change.kind(), v1::Change::KIND_UNSPECIFIED);
      EXPECT_NE(change.name(), "people/-");
    }
    request.set_since(batch->next_since());
    if (batch->complete()) break;
  }
}

// --- Plans -----------------------------------------------------------------

// The plan of a page with its figures, made for its values as QueryOnce does.
std::string Plan(const v1::ReadJournalRequest& request, const Caller& caller) {
  const auto query = MakeJournalQuery("meetings", caller, request);
  EXPECT_TRUE(query.ok()) << query.status();
  if (!query.ok()) return "";
  PGconn* connection =
      PQconnectdb((All().Connection("meetings") + " user=meetings").c_str());
  const auto run = [&](const std::string& sql) {
    PGresult* result = PQexec(connection, sql.c_str());
    EXPECT_TRUE(PQresultStatus(result) == PGRES_TUPLES_OK ||
                PQresultStatus(result) == PGRES_COMMAND_OK)
        << PQerrorMessage(connection) << sql;
    std::string lines;
    for (int i = 0; i < PQntuples(result); ++i) {
      absl::StrAppend(&lines, PQgetvalue(result, i, 0), "\n");
    }
    PQclear(result);
    return lines;
  };
  run("SET plan_cache_mode = force_custom_plan");
  run("PREPARE page AS " + query->sql);
  std::string execute = "EXPLAIN (ANALYZE, BUFFERS) EXECUTE page";
  std::string separator = "(";
  for (const Param& param : query->params) {
    char* literal =
        PQescapeLiteral(connection, param.text()->data(), param.text()->size());
    absl::StrAppend(&execute, separator, literal);
    separator = ", ";
    PQfreemem(literal);
  }
  if (separator != "(") execute += ")";
  run(execute);  // catalogues and caches
  const std::string plan = run(execute);
  PQfinish(connection);
  return plan;
}

// How many buffers the plan as a whole read: its first figure is the sum.
int Buffers(const std::string& plan) {
  const size_t at = plan.find("Buffers: shared ");
  if (at == std::string::npos) return 0;
  int sum = 0;
  const std::string line = plan.substr(at, plan.find('\n', at) - at);
  for (const std::string& word :
       std::vector<std::string>(absl::StrSplit(line, ' '))) {
    const size_t equals = word.find('=');
    int count = 0;
    if (equals != std::string::npos &&
        absl::SimpleAtoi(word.substr(equals + 1), &count)) {
      sum += count;
    }
  }
  return sum;
}

// Last, because it fills the journal with what no one sealed.
TEST(JournalPlans, ReadAPageFromAnIndexAmongHundredsOfThousands) {
  All().Sql(
      "meetings",
      "INSERT INTO journal (seq, at, caller, process, method, trace_id, kind,"
      " type, name, etag, field_paths, visibility, owners, hash, organization,"
      " subjects) SELECT 1000000 + g, now() - interval '1 second' * (300000 - "
      "g),"
      " 'clients/' || g % 997, 'gateway',"
      " CASE WHEN g % 100000 = 7 THEN '/rare' ELSE '/m' || g % 5 END, '',"
      " CASE WHEN g % 75000 = 3 THEN 'DELETED' WHEN g % 10 = 1 THEN 'READ'"
      "  WHEN g % 3 = 0 THEN 'CREATED' ELSE 'UPDATED' END,"
      " CASE WHEN g % 90000 = 5 THEN 'meetings.Rare'"
      "  ELSE 'meetings.T' || g % 7 END,"
      " 'things/' || g % 50000, 'e', '{}', 'MEMBERS', '{}', sha256(''),"
      " 'organizations/o' || g % 40,"
      " CASE WHEN g % 10 = 1 THEN ARRAY['people/' || g % 20011] ELSE '{}' END"
      " FROM generate_series(1, 300000) g;"
      "INSERT INTO journal_readers SELECT organization, at, seq FROM journal"
      " WHERE seq > 1000000;"
      "ANALYZE journal; ANALYZE journal_readers");
  Caller member = Member("organizations/o7");
  v1::ReadJournalRequest deep;
  deep.mutable_after_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) -
                                         299'000);
  deep.set_after_seq(1);
  const std::vector<std::pair<std::string, std::string>> filters = {
      {"", ""},
      {"caller = \"clients/11\"", ""},
      {"method = \"/rare\"", ""},
      {"type = \"meetings.Rare\"", ""},
      {"kind = DELETED", ""},
      {"kind = READ AND type = \"meetings.T1\"", ""},
      {"resource = \"things/4711\"", ""},
      {"time > \"2026-01-01T00:00:00Z\" AND time < \"2026-01-02T00:00:00Z\"",
       ""},
      {"", "people/4711"}};
  int most = 0;
  for (const auto& [filter, subject] : filters) {
    for (const Caller& caller : {Secretariat(), member}) {
      for (const bool later : {false, true}) {
        v1::ReadJournalRequest request;
        if (later) request = deep;
        request.set_page_size(21);
        request.set_filter(filter);
        request.set_subject(subject);
        const std::string plan = Plan(request, caller);
        EXPECT_EQ(plan.find("Seq Scan"), std::string::npos) << plan;
        // Without a filter or with one of the indexed fields a page costs
        // what it holds.
        if (caller.secretariat()) {
          EXPECT_LE(Buffers(plan), 400) << filter << subject << plan;
          most = std::max(most, Buffers(plan));
        }
        if (!caller.secretariat() && filter.empty() && subject.empty()) {
          EXPECT_LE(Buffers(plan), 200) << plan;
        }
      }
    }
  }
  printf("buffers of the dearest page: %d\n", most);
}

}  // namespace
}  // namespace reglab::membership
