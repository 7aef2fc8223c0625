#include "services/common/changes.h"
#include "services/common/database.h"
#include "services/common/status_macros.h"
#include "tests/integration/service_fixture.h"

namespace reglab {
namespace {

using testing::Suite;

absl::Time In(absl::Duration duration) { return absl::Now() + duration; }

const Database::Actor kActor{"clients/test", "test", "/test", "0",
                             [] { return std::string("{}"); }};

class OnPostgreSql : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    Suite& suite = Suite::With({"learning"});
    suite.Sql("learning",
              "CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL);"
              "GRANT ALL ON counters TO learning;"
              "INSERT INTO counters VALUES (1, 0), (2, 0)");
    // The service is not asked here; its sealer would take part.
    suite.End("learning", SIGTERM);
  }

  void SetUp() override {
    auto database = Database::Open({conninfo_, 4});
    ASSERT_TRUE(database.ok()) << database.status();
    database_ = *std::move(database);
  }

  absl::Status Add(int id, int amount) {
    return database_->Transact(
        In(absl::Seconds(10)), kActor, false, [&](Transaction& tx) {
          return tx
              .QueryText("UPDATE counters SET value = value + $2 WHERE id = $1",
                         {id, amount})
              .status();
        });
  }
  std::string Value(int id) {
    return suite_.Sql("learning", "SELECT value FROM counters WHERE id = " +
                                      std::to_string(id));
  }

  Suite& suite_ = Suite::With({});
  const std::string conninfo_ =
      suite_.Connection("learning") + " user=learning";
  std::unique_ptr<Database> database_;
};

TEST_F(OnPostgreSql, ReadsMayNotWrite) {
  const std::string before = Value(1);
  EXPECT_FALSE(database_
                   ->Read(In(absl::Seconds(5)),
                          [&](Transaction& tx) {
                            return tx
                                .QueryText("UPDATE counters SET value = 99", {})
                                .status();
                          })
                   .ok());
  EXPECT_EQ(Value(1), before);
}

TEST_F(OnPostgreSql, ErrorOfTheBodyKeepsNothing) {
  const std::string before = Value(1);
  absl::Status status = database_->Transact(
      In(absl::Seconds(5)), kActor, false, [&](Transaction& tx) {
        RETURN_IF_ERROR(
            tx.QueryText("UPDATE counters SET value = 99", {}).status());
        return absl::OutOfRangeError("changed my mind");
      });
  EXPECT_TRUE(absl::IsOutOfRange(status));
  EXPECT_EQ(Value(1), before);
}

TEST_F(OnPostgreSql, TryingKeepsNothing) {
  const std::string before = Value(1);
  EXPECT_TRUE(
      database_
          ->Transact(In(absl::Seconds(5)), kActor, true,
                     [&](Transaction& tx) {
                       return tx.QueryText("UPDATE counters SET value = 99", {})
                           .status();
                     })
          .ok());
  EXPECT_EQ(Value(1), before);
}

TEST_F(OnPostgreSql, ErrorsOfTheDatabaseHaveNames) {
  const auto run = [&](const std::string& sql) {
    return database_->Transact(
        In(absl::Seconds(5)), kActor, false,
        [&](Transaction& tx) { return tx.QueryText(sql, {}).status(); });
  };
  EXPECT_TRUE(absl::IsAlreadyExists(run("INSERT INTO counters VALUES (1, 1)")));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      run("INSERT INTO activities (name, display_name, kind, lead, state, "
          "visibility, etag) VALUES ('x', 'x', 'none', 'MEMBER', 'OPEN', "
          "'PUBLIC', 'x')")));
  const absl::Status wrong = run("SELECT nonsense FROM nowhere");
  EXPECT_TRUE(absl::IsInternal(wrong));
  EXPECT_EQ(std::string(wrong.message()).find("nowhere"), std::string::npos);
  // The connection goes on.
  EXPECT_TRUE(run("SELECT 1").ok());
}

TEST_F(OnPostgreSql, DeadlineEndsAStatementAndTheConnectionGoesOn) {
  const absl::Time start = absl::Now();
  absl::Status status =
      database_->Read(In(absl::Milliseconds(300)), [&](Transaction& tx) {
        return tx.QueryText("SELECT pg_sleep(20)", {}).status();
      });
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(database_->Healthy());
}

TEST_F(OnPostgreSql, DeadlockIsTriedAgain) {
  const int before = std::stoi(Value(1)) + std::stoi(Value(2));
  std::vector<std::thread> threads;
  std::vector<absl::Status> statuses(2);
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      statuses[i] = database_->Transact(
          In(absl::Seconds(20)), kActor, false, [&](Transaction& tx) {
            const std::string sql =
                "UPDATE counters SET value = value + 1 WHERE id = $1";
            RETURN_IF_ERROR(tx.QueryText(sql, {1 + i}).status());
            RETURN_IF_ERROR(tx.QueryText("SELECT pg_sleep(0.2)", {}).status());
            return tx.QueryText(sql, {2 - i}).status();
          });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(statuses[0].ok()) << statuses[0];
  EXPECT_TRUE(statuses[1].ok()) << statuses[1];
  EXPECT_EQ(std::stoi(Value(1)) + std::stoi(Value(2)), before + 4);
}

TEST_F(OnPostgreSql, MoreCallersThanConnectionsWaitTheirTurn) {
  const int before = std::stoi(Value(1));
  std::vector<std::thread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(Add(1, 1).ok()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::stoi(Value(1)), before + 24);
}

TEST_F(OnPostgreSql, ConnectionsThatBrokeAreReplaced) {
  suite_.Sql("learning",
             "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
             "WHERE usename = 'learning'");
  const int before = std::stoi(Value(1));
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(Add(1, 1).ok());
  EXPECT_EQ(std::stoi(Value(1)), before + 6);
}

TEST_F(OnPostgreSql, GoneIsSaidAtOnceAndItsReturnIsNoticed) {
  suite_.StopDatabase();
  for (int i = 0; i < 6; ++i) {
    const absl::Time start = absl::Now();
    EXPECT_TRUE(absl::IsUnavailable(Add(1, 1)));
    EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  }
  EXPECT_FALSE(database_->Healthy());
  suite_.StartDatabase();
  const absl::Time deadline = In(absl::Seconds(5));
  while (!database_->Healthy() && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_TRUE(Add(1, 1).ok());
}

TEST_F(OnPostgreSql, TextsOfListsAreForgottenInTurn) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 130; ++i) {
      absl::Status status = database_->Read(
          In(absl::Seconds(5)), [&](Transaction& tx) -> absl::Status {
            ASSIGN_OR_RETURN(
                Rows rows,
                tx.QueryText("SELECT $1::int + " + std::to_string(i), {1}));
            EXPECT_EQ(rows[0].Int(0), i + 1);
            return absl::OkStatus();
          });
      ASSERT_TRUE(status.ok()) << i << status;
    }
  }
  EXPECT_LE(std::stoi(suite_.Sql("learning", "SELECT 1")), 1);
}

// Writers whose transactions end in another order than they began, while the
// sealer is replaced again and again: every record gets its place, once.
TEST_F(OnPostgreSql, JournalIsCompleteWhateverCommitsLate) {
  constexpr int kWriters = 4;
  constexpr int kRecords = 40;
  std::atomic<bool> done{false};
  std::thread sealers([&] {
    while (!done) {
      ChangeFeed feed(*database_, conninfo_, "learning");
      absl::SleepFor(absl::Milliseconds(30));
    }
  });
  auto writing = Database::Open({conninfo_, kWriters});
  ASSERT_TRUE(writing.ok());
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kRecords; ++i) {
        const std::string name =
            "tests/" + std::to_string(w) + "-" + std::to_string(i);
        EXPECT_TRUE((*writing)
                        ->Transact(In(absl::Seconds(10)), kActor, false,
                                   [&](Transaction& tx) {
                                     tx.Record({Change::Kind::kCreated,
                                                "test.Test",
                                                name,
                                                "e",
                                                {},
                                                "PUBLIC",
                                                {}});
                                     return tx
                                         .QueryText(
                                             "SELECT pg_sleep($1::float "
                                             "* random())",
                                             {w * 0.01})
                                         .status();
                                   })
                        .ok());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  sealers.join();
  {
    ChangeFeed feed(*database_, conninfo_, "learning");
    const absl::Time deadline = In(absl::Seconds(10));
    while (suite_.Sql("learning", "SELECT count(*) FROM journal_pending") !=
               "0" &&
           absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(10));
    }
  }
  EXPECT_EQ(suite_.Sql("learning",
                       "SELECT count(*) || ' ' || count(DISTINCT name) FROM "
                       "journal WHERE type = 'test.Test'"),
            "160 160");
  EXPECT_EQ(suite_.Sql("learning", "SELECT max(seq) = count(*) FROM journal"),
            "t");
}

}  // namespace
}  // namespace reglab
