// What verification of the journals finds, whatever was done to them.

#include <libpq-fe.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/journal_entry.pb.h"
#include "tests/integration/journal_calls.h"

namespace reglab::membership {
namespace {

using v1::JournalCheck;
using v1::JournalFinding;
using v1::VerifyJournalEntriesRequest;
using v1::VerifyJournalEntriesResponse;

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

}  // namespace
}  // namespace reglab::membership
