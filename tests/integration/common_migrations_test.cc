// Migrations on a PostgreSQL: forward only, checked, run by the owner and by
// one process at a time.

#include <libpq-fe.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "services/common/embedded.h"
#include "services/common/migrations.h"
#include "tests/integration/service_fixture.h"

namespace reglab {
namespace {

using testing::Suite;

constexpr std::string_view kThings = "CREATE TABLE things (id int)";
constexpr std::string_view kNames = "ALTER TABLE things ADD COLUMN name text";

EmbeddedFile File(const char* name, std::string_view sql) {
  return {name, sql.data(), sql.data() + sql.size()};
}

const EmbeddedFile kFirst = File("V001__create_things.sql", kThings);
const EmbeddedFile kSecond = File("V002__add_names.sql", kNames);

// Each test has a database of its own, made as those of the services are.
class Migrations : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    Suite& suite = Suite::With({});
    suite.Sql("postgres", "CREATE ROLE trial_owner LOGIN");
    suite.Sql("postgres", "CREATE ROLE trial LOGIN");
  }

  void SetUp() override {
    static int number = 0;
    database_ = "trial" + std::to_string(++number);
    suite_.Sql("postgres",
               "CREATE DATABASE " + database_ +
                   " OWNER trial_owner TEMPLATE template0 ENCODING 'UTF8'"
                   " LOCALE_PROVIDER icu ICU_LOCALE 'sv'"
                   " LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'");
  }

  std::string As(const std::string& role) const {
    return suite_.Connection(database_) + " user=" + role;
  }
  absl::Status Apply(std::vector<EmbeddedFile> files) const {
    files.push_back({nullptr, nullptr, nullptr});
    return Migrate(As("trial_owner"), "trial", files.data());
  }
  absl::Status Check(std::vector<EmbeddedFile> files) const {
    files.push_back({nullptr, nullptr, nullptr});
    return CheckMigrated(As("trial"), files.data());
  }
  std::string Applied() const {
    return suite_.Sql(database_,
                      "SELECT count(*) FROM schema_migrations"
                      " WHERE set = 'service'");
  }

  Suite& suite_ = Suite::With({});
  std::string database_;
};

TEST_F(Migrations, AreAppliedOnceAndOnlyWhatIsMissing) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Check({kFirst})));
  ASSERT_TRUE(Apply({kFirst}).ok());
  EXPECT_TRUE(Check({kFirst}).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Check({kFirst, kSecond})));
  for (int i = 0; i < 2; ++i) {
    const absl::Status applied = Apply({kFirst, kSecond});
    EXPECT_TRUE(applied.ok()) << applied;
    EXPECT_EQ(Applied(), "2");
  }
  EXPECT_TRUE(Check({kFirst, kSecond}).ok());
}

TEST_F(Migrations, ThatWereChangedAfterwardsAreRefused) {
  ASSERT_TRUE(Apply({kFirst}).ok());
  const EmbeddedFile changed = File(kFirst.name, kNames);
  EXPECT_TRUE(absl::IsFailedPrecondition(Apply({changed})));
  EXPECT_TRUE(absl::IsFailedPrecondition(Check({changed})));
}

TEST_F(Migrations, OfANewerProgramStopAnOlderOne) {
  ASSERT_TRUE(Apply({kFirst, kSecond}).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Apply({kFirst})));
  EXPECT_TRUE(absl::IsFailedPrecondition(Check({kFirst})));
}

TEST_F(Migrations, ThatFailLeaveNothingHalfDone) {
  const EmbeddedFile wrong =
      File("V002__wrong.sql", "CREATE TABLE half (id int); SELECT 1 / 0");
  EXPECT_FALSE(Apply({kFirst, wrong}).ok());
  EXPECT_EQ(Applied(), "1");
  EXPECT_EQ(suite_.Sql(database_, "SELECT to_regclass('half') IS NULL"), "t");
  EXPECT_TRUE(Apply({kFirst, kSecond}).ok());
}

TEST_F(Migrations, AreAppliedOnceByManyAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const absl::Status applied = Apply({kFirst, kSecond});
      EXPECT_TRUE(applied.ok()) << applied;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Applied(), "2");
}

TEST_F(Migrations, GiveTheServiceNothingToOwn) {
  ASSERT_TRUE(Apply({kFirst}).ok());
  PGconn* connection = PQconnectdb(As("trial").c_str());
  const auto state = [&](const char* sql) {
    PGresult* result = PQexec(connection, sql);
    const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const std::string text = code == nullptr ? "" : code;
    PQclear(result);
    return text;
  };
  EXPECT_EQ(state("INSERT INTO things VALUES (1)"), "");
  for (const char* sql :
       {"DROP TABLE things", "CREATE TABLE mine (id int)", "TRUNCATE things",
        "UPDATE journal SET caller = 'x'", "DELETE FROM schema_migrations"}) {
    EXPECT_EQ(state(sql), "42501") << sql;
  }
  PQfinish(connection);
}

}  // namespace
}  // namespace reglab
