// The journals of all three services as membership shows them: who reads what,
// what verification finds, and how pages are read.

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "reglab/learning/v1/idea.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/membership/v1/changes.pb.h"
#include "reglab/membership/v1/journal_entry.pb.h"
#include "services/common/journal.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using v1::GetJournalEntryRequest;
using v1::JournalCheck;
using v1::JournalEntry;
using v1::JournalFinding;
using v1::ListJournalEntriesRequest;
using v1::ListJournalEntriesResponse;
using v1::VerifyJournalEntriesRequest;
using v1::VerifyJournalEntriesResponse;

std::string HeadFile() {
  return "/tmp/reglab-journal-heads-" + std::to_string(getpid());
}

Suite& All() {
  static const bool once = [] {
    setenv("REGLAB_JOURNAL_HEAD_FILE", HeadFile().c_str(), 1);
    setenv("REGLAB_JOURNAL_HEAD_SECONDS", "1", 1);
    atexit([] { std::filesystem::remove(HeadFile()); });
    return true;
  }();
  (void)once;
  return Suite::With({"membership", "meetings", "learning"});
}

template <class Condition>
bool WaitFor(Condition condition, absl::Duration most = absl::Seconds(10)) {
  const absl::Time deadline = absl::Now() + most;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

void WaitUntilSealed() {
  for (const char* service : {"membership", "meetings", "learning"}) {
    EXPECT_TRUE(WaitFor([&] {
      return All().Sql(service, "SELECT count(*) FROM journal_pending") == "0";
    })) << service;
  }
}

absl::StatusOr<ListJournalEntriesResponse> ListEntries(
    const ListJournalEntriesRequest& request,
    const Caller& caller = Secretariat()) {
  return Ask<ListJournalEntriesResponse>(
      "JournalEntriesService/ListJournalEntries", request, caller);
}

// All pages of this size.
std::vector<JournalEntry> Entries(const std::string& filter, int page_size,
                                  const Caller& caller = Secretariat(),
                                  const std::string& order_by = "") {
  ListJournalEntriesRequest request;
  request.set_filter(filter);
  request.set_page_size(page_size);
  request.set_order_by(order_by);
  std::vector<JournalEntry> entries;
  do {
    const auto page = ListEntries(request, caller);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    EXPECT_LE(page->journal_entries_size(), page_size);
    for (const JournalEntry& entry : page->journal_entries()) {
      entries.push_back(entry);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return entries;
}

std::vector<std::string> NamesOf(const std::vector<JournalEntry>& entries) {
  std::vector<std::string> names;
  for (const JournalEntry& entry : entries) names.push_back(entry.name());
  return names;
}

absl::StatusOr<learning::v1::Idea> CreateIdea(const std::string& title,
                                              const Caller& caller) {
  learning::v1::CreateIdeaRequest request;
  request.mutable_idea()->set_title(title);
  request.mutable_idea()->set_description("En dag hos varandra.");
  return All().Call<learning::v1::Idea>(
      "/reglab.learning.v1.IdeasService/CreateIdea", request, caller);
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

// --- Reads of personal data
// ------------------------------------------------------

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

// --- Verification
// ------------------------------------------------------------------

JournalCheck Check(const VerifyJournalEntriesRequest& request) {
  const auto response = Ask<VerifyJournalEntriesResponse>(
      "JournalEntriesService/VerifyJournalEntries", request);
  EXPECT_TRUE(response.ok()) << response.status();
  if (!response.ok() || response->checks_size() != 1) return {};
  return response->checks(0);
}

JournalCheck CheckLearning(int64_t from = 0, int64_t to = 0) {
  VerifyJournalEntriesRequest request;
  request.set_service("learning");
  request.set_from_seq(from);
  request.set_to_seq(to);
  return Check(request);
}

int64_t Newest() {
  int64_t newest = 0;
  EXPECT_TRUE(absl::SimpleAtoi(
      All().Sql("learning", "SELECT max(seq) FROM journal"), &newest));
  return newest;
}

bool IsExported(int64_t seq) {
  std::ifstream heads(HeadFile());
  const std::string wanted = absl::StrCat("\"seq\":", seq, ",");
  for (std::string line; std::getline(heads, line);) {
    if (line.find("\"learning\"") != std::string::npos &&
        line.find(wanted) != std::string::npos) {
      return true;
    }
  }
  return false;
}

// What is done as the database's owner, and undone.
class Tampering : public ::testing::Test {
 protected:
  void SetUp() override {
    static int number = 0;
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(
          CreateIdea(absl::StrCat("Att värna ", ++number), Secretariat()).ok());
    }
    WaitUntilSealed();
    ASSERT_TRUE(WaitFor([] { return IsExported(Newest()); }));
    newest_ = Newest();
    All().Sql("learning", "CREATE TABLE kept AS SELECT * FROM journal");
    const JournalCheck check = CheckLearning();
    ASSERT_EQ(check.findings_size(), 0) << check.ShortDebugString();
    ASSERT_GE(check.heads_compared(), 1);
    ASSERT_EQ(check.head().seq(), newest_);
  }
  void TearDown() override {
    Restore();
    EXPECT_EQ(CheckLearning().findings_size(), 0);
    All().Sql("learning", "DROP TABLE kept");
  }
  void Restore() {
    All().Sql("learning",
              "TRUNCATE journal; INSERT INTO journal SELECT * FROM kept");
  }
  // The first finding after this was done.
  JournalFinding After(const std::string& sql) {
    All().Sql("learning", sql);
    const JournalCheck check = CheckLearning();
    Restore();
    EXPECT_GE(check.findings_size(), 1) << sql;
    return check.findings_size() > 0 ? check.findings(0) : JournalFinding();
  }
  int64_t newest_ = 0;
};

TEST_F(Tampering, IsFoundWhereverARecordIsEdited) {
  for (int64_t seq = 1; seq <= newest_; ++seq) {
    const JournalFinding found = After(absl::StrCat(
        "UPDATE journal SET caller = 'clients/x' WHERE seq = ", seq));
    EXPECT_EQ(found.problem(), JournalFinding::CHANGED);
    EXPECT_EQ(found.seq(), seq);
  }
  for (const char* column : {"process", "method", "trace_id", "type", "name",
                             "etag", "visibility", "organization"}) {
    EXPECT_EQ(After(absl::StrCat("UPDATE journal SET ", column,
                                 " = 'x' WHERE seq = 5"))
                  .problem(),
              JournalFinding::CHANGED)
        << column;
  }
  for (const char* assignment :
       {"at = at + interval '1 microsecond'", "kind = 'READ'",
        "field_paths = '{x}'", "owners = '{x}'", "subjects = '{x}'",
        "hash = sha256('x')"}) {
    EXPECT_EQ(
        After(absl::StrCat("UPDATE journal SET ", assignment, " WHERE seq = 5"))
            .seq(),
        5)
        << assignment;
  }
}

TEST_F(Tampering, IsFoundWhereverARecordIsDeleted) {
  for (int64_t seq = 1; seq <= newest_; ++seq) {
    const JournalFinding found =
        After(absl::StrCat("DELETE FROM journal WHERE seq = ", seq));
    EXPECT_EQ(found.problem(), seq == newest_ ? JournalFinding::TAIL_MISSING
                                              : JournalFinding::MISSING);
    EXPECT_EQ(found.seq(), seq);
  }
  EXPECT_EQ(After("DELETE FROM journal WHERE seq < 4").seq(), 1);
  EXPECT_EQ(After("DELETE FROM journal").problem(),
            JournalFinding::TAIL_MISSING);
}

TEST_F(Tampering, IsFoundWhenRecordsChangePlaces) {
  for (int64_t seq = 1; seq < newest_; ++seq) {
    const JournalFinding found = After(absl::StrCat(
        "UPDATE journal SET seq = -1 WHERE seq = ", seq,
        "; UPDATE journal SET seq = ", seq, " WHERE seq = ", seq + 1,
        "; UPDATE journal SET seq = ", seq + 1, " WHERE seq = -1"));
    EXPECT_EQ(found.problem(), JournalFinding::CHANGED);
    EXPECT_EQ(found.seq(), seq);
  }
}

// Whoever owns the database can make the whole chain anew; but not the heads
// that have left it.
TEST_F(Tampering, IsFoundWhenTheChainIsMadeAnew) {
  const JournalFinding found = After(
      "UPDATE journal SET caller = 'clients/x' WHERE seq = 2;"
      "DO $$ DECLARE entry journal; chain bytea := sha256(''); BEGIN"
      " FOR entry IN SELECT * FROM journal ORDER BY seq LOOP"
      "  chain := sha256(chain || journal_content(entry));"
      "  UPDATE journal SET hash = chain WHERE seq = entry.seq;"
      " END LOOP; END $$");
  EXPECT_EQ(found.problem(), JournalFinding::HEAD_DIFFERS);
}

TEST_F(Tampering, IsFoundWhenTheTailIsCutBeforeAnExportedHead) {
  for (int64_t seq = 1; seq < newest_; seq += 3) {
    const JournalFinding found =
        After(absl::StrCat("DELETE FROM journal WHERE seq > ", seq));
    EXPECT_EQ(found.problem(), JournalFinding::TAIL_MISSING);
    EXPECT_EQ(found.seq(), seq + 1);
  }
}

TEST_F(Tampering, IsFoundByAHeadThatTheCallerKept) {
  VerifyJournalEntriesRequest request;
  request.set_service("learning");
  v1::JournalHead& head = *request.add_heads();
  head.set_service("learning");
  head.set_seq(newest_ + 7);
  head.set_hash(std::string(64, 'a'));
  EXPECT_EQ(Check(request).findings(0).problem(), JournalFinding::TAIL_MISSING);
  request.mutable_heads(0)->set_seq(3);
  EXPECT_EQ(Check(request).findings(0).problem(), JournalFinding::HEAD_DIFFERS);
}

TEST_F(Tampering, IsFoundInPartsToo) {
  All().Sql("learning",
            "UPDATE journal SET caller = 'x' WHERE seq = 7;"
            "DELETE FROM journal WHERE seq = 12");
  EXPECT_EQ(CheckLearning(1, 6).findings_size(), 0);
  EXPECT_EQ(CheckLearning(7, 8).findings_size(), 1);
  EXPECT_EQ(CheckLearning(8, 11).findings_size(), 0);
  EXPECT_EQ(CheckLearning(13, 0).findings(0).seq(), 12);
  VerifyJournalEntriesRequest request;
  request.set_from_seq(5);
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<VerifyJournalEntriesResponse>(
          "JournalEntriesService/VerifyJournalEntries", request)
          .status()));
}

TEST(JournalOwner, IsNotTheServicesRole) {
  All();
  PGconn* connection =
      PQconnectdb((All().Connection("learning") + " user=learning").c_str());
  for (const char* sql :
       {"UPDATE journal SET caller = 'x'", "DELETE FROM journal",
        "INSERT INTO journal SELECT * FROM journal LIMIT 1",
        "DELETE FROM journal_readers", "UPDATE journal_readers SET seq = 1",
        "UPDATE journal_pending SET caller = 'x'"}) {
    PGresult* result = PQexec(connection, sql);
    EXPECT_STREQ(PQresultErrorField(result, PG_DIAG_SQLSTATE), "42501") << sql;
    PQclear(result);
  }
  PQfinish(connection);
}

// --- Plans
// -------------------------------------------------------------------------

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
