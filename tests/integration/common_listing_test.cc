// The SQL of lists and filters on a real PostgreSQL: what the pure tests can
// only compare with text.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <optional>
#include <string>
#include <vector>

#include "reglab/membership/v1/organization.pb.h"
#include "services/common/filter.h"
#include "services/common/listing.h"
#include "services/common/page_token.h"
#include "tests/integration/service_fixture.h"

namespace reglab {
namespace {

using membership::v1::ListOrganizationsRequest;
using Type = ListField::Type;
using Cells = std::vector<std::vector<std::optional<std::string>>>;

// Few different values, many NULLs and equal ones: every page ends among them.
constexpr char kTable[] = R"sql(
  CREATE ROLE lister LOGIN SUPERUSER;
  CREATE TABLE things AS
  SELECT 'things/' || lpad(i::text, 4, '0') COLLATE "C" AS name,
         NULLIF(i * 7 % 5, 0) AS rank,
         NULLIF((ARRAY['å', 'Z', 'ä', 'B', ''])[i * 11 % 5 + 1], '') AS title,
         (i % 3)::text || 'x' AS label,
         CASE WHEN i % 4 > 0 THEN date '2022-09-13' + i % 6 END AS day,
         timestamptz '2022-09-13 10:00:00.123456Z' + (i % 7) * interval '1 us'
           AS moment,
         (i % 9) / 7.0::double precision AS score,
         (ARRAY[true, false, NULL])[i % 3 + 1] AS done,
         (ARRAY['OPEN', 'CLOSED', NULL])[i % 3 + 1] AS state,
         ARRAY['t' || i % 2, 'u%'] AS tags
  FROM generate_series(1, 211) AS i;
  ALTER TABLE things ADD PRIMARY KEY (name);
  CREATE INDEX ON things (label, name);
  CREATE INDEX ON things (rank, name);
  ANALYZE things;
)sql";

Listing Things() {
  return {
      .select = "SELECT t.name FROM things t",
      .key = "t.name",
      .fields = {{"name", "t.name", Type::kText, true},
                 {"rank", "t.rank", Type::kInt, true},
                 {"title", "t.title", Type::kText, true},
                 {"label", "t.label", Type::kText, true, nullptr, true},
                 {"day", "t.day", Type::kDate, true},
                 {"moment", "t.moment", Type::kTime, true},
                 {"score", "t.score", Type::kDouble, true},
                 {"done", "t.done", Type::kBool, true},
                 {"state", "t.state", Type::kEnum, true},
                 {"tags", "t.tags", Type::kTextArray}},
  };
}

class CommonListing : public ::testing::Test {
 protected:
  void SetUp() override {
    SetPageTokenKey(std::string(32, 'k'));
    static PGconn* connection = [] {
      testing::Suite& suite = testing::Suite::With({});
      suite.Sql("postgres", kTable);
      return PQconnectdb(
          (suite.Connection("postgres") + " user=lister").c_str());
    }();
    connection_ = connection;
    ASSERT_EQ(PQstatus(connection_), CONNECTION_OK)
        << PQerrorMessage(connection_);
  }

  Cells Run(const std::string& sql, const Params& params) {
    std::vector<const char*> values;
    for (const Param& param : params) {
      values.push_back(param.text() ? param.text()->c_str() : nullptr);
    }
    PGresult* result =
        PQexecParams(connection_, sql.c_str(), static_cast<int>(values.size()),
                     nullptr, values.data(), nullptr, nullptr, 0);
    EXPECT_EQ(PQresultStatus(result), PGRES_TUPLES_OK)
        << PQerrorMessage(connection_) << sql;
    Cells cells;
    for (int row = 0; row < PQntuples(result); ++row) {
      cells.emplace_back();
      for (int column = 0; column < PQnfields(result); ++column) {
        cells.back().push_back(
            PQgetisnull(result, row, column) == 1
                ? std::nullopt
                : std::optional<std::string>(PQgetvalue(result, row, column)));
      }
    }
    PQclear(result);
    return cells;
  }

  ListQuery Make(const ListOrganizationsRequest& request) {
    auto query = MakeListQuery(Things(), request, Audience());
    EXPECT_TRUE(query.ok()) << query.status();
    return query.ok() ? *query : ListQuery();
  }

  // The names on all pages, one after the other.
  std::vector<std::string> Walk(ListOrganizationsRequest request) {
    std::vector<std::string> names;
    for (int pages = 0; pages < 300; ++pages) {
      const ListQuery query = Make(request);
      const Cells rows = Run(query.sql, query.params);
      const size_t orders = query.order_columns.size();
      const size_t count =
          std::min(rows.size(), static_cast<size_t>(query.page_size));
      for (size_t i = 0; i < count; ++i) names.push_back(*rows[i][orders]);
      if (rows.size() <= count) return names;
      request.set_page_token(MakePageToken(
          query.fingerprint,
          PagePlace(rows[count - 1].begin(),
                    rows[count - 1].begin() + static_cast<long>(orders))));
    }
    ADD_FAILURE() << "the list has no end";
    return names;
  }

  PGconn* connection_ = nullptr;
};

TEST_F(CommonListing, PagesAreTheWholeListInOrder) {
  const std::vector<std::string> fields = {"name",  "rank", "title",
                                           "label", "day",  "moment",
                                           "score", "done", "state"};
  std::vector<std::string> orders = {"", "name desc"};
  for (const std::string& first : fields) {
    orders.push_back(first);
    orders.push_back(first + " desc");
    for (const std::string& second : fields) {
      for (const char* directions : {"  ", " d", "d ", "dd"}) {
        orders.push_back(first + (directions[0] == 'd' ? " desc, " : ", ") +
                         second + (directions[1] == 'd' ? " desc" : ""));
      }
    }
  }
  orders.push_back("rank desc, title, day desc");
  orders.push_back("rank, title, day");
  for (const std::string& order : orders) {
    ListOrganizationsRequest request;
    request.set_order_by(order);
    request.set_page_size(500);
    const std::vector<std::string> whole = Walk(request);
    EXPECT_EQ(whole.size(), 211u) << order;
    request.set_page_size(23);
    EXPECT_EQ(Walk(request), whole) << order;
  }
}

TEST_F(CommonListing, SkipsAcrossTheLastValueIntoTheNulls) {
  ListOrganizationsRequest request;
  request.set_order_by("rank");
  request.set_page_size(500);
  const std::vector<std::string> whole = Walk(request);
  request.set_page_size(10);
  const ListQuery first = Make(request);
  const Cells rows = Run(first.sql, first.params);
  request.set_page_token(
      MakePageToken(first.fingerprint, {rows[9][0], rows[9][1]}));
  request.set_skip(150);
  const ListQuery later = Make(request);
  const Cells skipped = Run(later.sql, later.params);
  ASSERT_EQ(skipped.size(), 11u);
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(*skipped[i][2], whole[160 + i]);
}

TEST_F(CommonListing, ReadsAPageFromTheIndex) {
  Run("SELECT set_config('enable_seqscan', 'off', false)", {});
  for (const char* order : {"label", "label desc", "rank", "rank desc"}) {
    ListOrganizationsRequest request;
    request.set_order_by(order);
    request.set_page_size(5);
    const ListQuery first = Make(request);
    const Cells rows = Run(first.sql, first.params);
    request.set_page_token(
        MakePageToken(first.fingerprint, {rows[4][0], rows[4][1]}));
    const ListQuery query = Make(request);
    std::string plan;
    for (const auto& row : Run("EXPLAIN " + query.sql, query.params)) {
      plan += *row[0] + "\n";
    }
    EXPECT_EQ(plan.find("Sort"), std::string::npos) << order << "\n" << plan;
    EXPECT_EQ(plan.find("Filter"), std::string::npos) << order << "\n" << plan;
  }
  Run("SELECT set_config('enable_seqscan', 'on', false)", {});
}

TEST_F(CommonListing, FiltersMeanWhatTheySay) {
  const auto count = [&](const std::string& filter) {
    Params params;
    const auto sql = FilterToSql(filter, Things().fields, params);
    EXPECT_TRUE(sql.ok()) << sql.status();
    if (!sql.ok()) return std::string();
    return *Run("SELECT count(*) FROM things t WHERE " + *sql, params)[0][0];
  };
  const auto rows = [&](const std::string& condition) {
    return *Run("SELECT count(*) FROM things t WHERE " + condition, {})[0][0];
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"rank = 3", "rank = 3"},
      {"rank != 3", "rank IS NULL OR rank <> 3"},
      {"NOT rank = 3", "rank IS NULL OR rank <> 3"},
      {"rank >= 2 AND rank < 4", "rank IN (2, 3)"},
      {"title = \"\"", "title IS NULL"},
      {"title:*", "title IS NOT NULL"},
      {"NOT title:*", "title IS NULL"},
      {"title:z", "title = 'Z'"},
      {"title:Å", "title = 'å'"},
      {"label = *x", "true"},
      {"label = 1*", "label = '1x'"},
      {"label != 1*", "label <> '1x'"},
      {"day > 2022-09-15", "day > '2022-09-15'"},
      {"NOT day:*", "day IS NULL"},
      {"moment <= 2022-09-13T12:00:00.123457+02:00",
       "moment <= '2022-09-13 10:00:00.123457Z'"},
      {"score < 0.5", "score < 0.5"},
      {"done = true", "done"},
      {"done = false", "done IS NOT TRUE"},
      {"state = OPEN OR state = CLOSED", "state IS NOT NULL"},
      {"tags:t1", "'t1' = ANY(tags)"},
      {"tags = \"u%\"", "true"},
      {"tags != t1", "NOT 't1' = ANY(tags)"},
      {"tags = t*", "true"},
      {"tags = x*", "false"},
      {"tags:*", "true"},
      {"-(rank = 3 OR label = 1x) state = OPEN",
       "(rank IS NULL OR rank <> 3) AND label <> '1x' AND state = 'OPEN'"},
  };
  for (const auto& [filter, condition] : cases) {
    EXPECT_EQ(count(filter), rows(condition)) << filter;
  }
}

}  // namespace
}  // namespace reglab
