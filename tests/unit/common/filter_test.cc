#include "services/common/filter.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "reglab/membership/v1/organization.pb.h"
#include "services/common/errors.h"

namespace reglab {
namespace {

using Type = ListField::Type;
using Values = std::vector<std::string>;

const std::vector<ListField> kFields = {
    {"display_name", "a.display_name", Type::kText, true},
    {"kind", "a.kind", Type::kEnum, true,
     membership::v1::Organization::Kind_descriptor()},
    {"state", "a.state", Type::kEnum},
    {"population", "a.population", Type::kInt, true},
    {"score", "a.score", Type::kDouble},
    {"verified", "a.verified", Type::kBool},
    {"start_date", "a.start_date", Type::kDate, true},
    {"create_time", "a.create_time", Type::kTime, true},
    {"aliases", "a.aliases", Type::kTextArray},
};

struct Outcome {
  std::string sql;
  Values values;
  std::string error;
};

Outcome Translate(const std::string& filter) {
  Params params;
  const auto sql = FilterToSql(filter, kFields, params);
  Outcome outcome;
  if (sql.ok()) outcome.sql = *sql;
  if (!sql.ok()) {
    EXPECT_EQ(sql.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(sql.status()), "INVALID_FIELD");
    outcome.error = std::string(sql.status().message());
  }
  for (const Param& param : params) {
    outcome.values.push_back(param.text().value_or("NULL"));
  }
  return outcome;
}

void ExpectSql(const std::string& filter, const std::string& sql,
               const Values& values) {
  const Outcome outcome = Translate(filter);
  EXPECT_EQ(outcome.sql, sql) << filter << " " << outcome.error;
  EXPECT_EQ(outcome.values, values) << filter;
}

void ExpectError(const std::string& filter, const std::string& part) {
  const Outcome outcome = Translate(filter);
  EXPECT_EQ(outcome.sql, "") << filter;
  EXPECT_NE(outcome.error.find(part), std::string::npos)
      << filter << ": " << outcome.error;
}

TEST(Filter, ComparesText) {
  ExpectSql("display_name = Uppsala", "a.display_name = $1", {"Uppsala"});
  ExpectSql("display_name=\"Region Uppsala\"", "a.display_name = $1",
            {"Region Uppsala"});
  ExpectSql("display_name = 'a \\'b\\' \"c\"'", "a.display_name = $1",
            {"a 'b' \"c\""});
  ExpectSql("display_name != Åre", "a.display_name IS DISTINCT FROM $1",
            {"Åre"});
  ExpectSql("display_name >= M", "a.display_name >= $1", {"M"});
}

TEST(Filter, UnderstandsCamelCase) {
  ExpectSql("displayName = x", "a.display_name = $1", {"x"});
}

TEST(Filter, FindsPartsOfTextWithoutCase) {
  ExpectSql("display_name:väst", "a.display_name ILIKE $1", {"%väst%"});
  ExpectSql("display_name:\"100%_\\\\\"", "a.display_name ILIKE $1",
            {"%100\\%\\_\\\\%"});
}

TEST(Filter, HasWildcards) {
  ExpectSql("display_name = \"Region*\"", "a.display_name LIKE $1",
            {"Region%"});
  ExpectSql("display_name = *läns_*", "a.display_name LIKE $1", {"%läns\\_%"});
  ExpectSql("display_name != R*", "(a.display_name LIKE $1) IS NOT TRUE",
            {"R%"});
  ExpectSql("display_name = \"a\\*b\"", "a.display_name = $1", {"a*b"});
  ExpectSql("aliases = V*",
            "EXISTS (SELECT FROM unnest(a.aliases) AS element WHERE element "
            "LIKE $1)",
            {"V%"});
}

TEST(Filter, ComparesEveryType) {
  ExpectSql("kind = REGION", "a.kind = $1", {"REGION"});
  ExpectSql("kind = region", "a.kind = $1", {"REGION"});
  ExpectSql("kind = KIND_UNSPECIFIED", "a.kind IS NULL", {});
  ExpectSql("population > -5", "a.population > $1::bigint", {"-5"});
  ExpectSql("score <= 0.5", "a.score <= $1::double precision", {"0.5"});
  ExpectSql("score > 1e-400", "a.score > $1::double precision", {"0"});
  ExpectSql("verified = true", "a.verified IS TRUE", {});
  ExpectSql("verified != true", "a.verified IS NOT TRUE", {});
  ExpectSql("start_date >= 2022-09-13", "a.start_date >= $1::date",
            {"2022-09-13"});
  ExpectSql("create_time < 2022-09-13T10:00:00.5+02:00",
            "a.create_time < $1::timestamptz", {"2022-09-13T08:00:00.500000Z"});
  ExpectSql("aliases:VGR", "a.aliases @> ARRAY[$1::text]", {"VGR"});
  ExpectSql("aliases = VGR", "a.aliases @> ARRAY[$1::text]", {"VGR"});
  ExpectSql("aliases != VGR", "(a.aliases @> ARRAY[$1::text]) IS NOT TRUE",
            {"VGR"});
}

TEST(Filter, AsksWhetherAFieldIsSet) {
  ExpectSql("display_name:*", "a.display_name <> ''", {});
  ExpectSql("start_date:*", "a.start_date IS NOT NULL", {});
  ExpectSql("NOT aliases:*", "(cardinality(a.aliases) > 0) IS NOT TRUE", {});
  ExpectSql("display_name = \"\"", "COALESCE(a.display_name, '') = ''", {});
}

TEST(Filter, BindsOrTighterThanAnd) {
  ExpectSql("state = A AND state = B OR state = C",
            "a.state = $1 AND (a.state = $2 OR a.state = $3)", {"A", "B", "C"});
  ExpectSql("state = A OR state = B AND state = C",
            "(a.state = $1 OR a.state = $2) AND a.state = $3", {"A", "B", "C"});
  ExpectSql("(state = A AND state = B) OR state = C",
            "((a.state = $1 AND a.state = $2) OR a.state = $3)",
            {"A", "B", "C"});
}

TEST(Filter, TakesConditionsSideBySideAsAnd) {
  ExpectSql("state = A population = 2",
            "a.state = $1 AND a.population = $2::bigint", {"A", "2"});
}

TEST(Filter, Negates) {
  ExpectSql("NOT state = A", "(a.state = $1) IS NOT TRUE", {"A"});
  ExpectSql("-state = A", "(a.state = $1) IS NOT TRUE", {"A"});
  ExpectSql("NOT (state = A OR state = B)",
            "(((a.state = $1 OR a.state = $2))) IS NOT TRUE", {"A", "B"});
}

TEST(Filter, NumbersParametersAfterThoseThatWereThere) {
  Params params = {Param("first")};
  EXPECT_EQ(*FilterToSql("state = A", kFields, params), "a.state = $2");
}

TEST(Filter, NeverPutsAValueIntoTheSql) {
  const std::string evil = "x'; DROP TABLE activities; --";
  const Outcome outcome = Translate("display_name = \"" + evil + "\"");
  EXPECT_EQ(outcome.sql, "a.display_name = $1");
  EXPECT_EQ(outcome.values, Values({evil}));
  ExpectError("1=1;DROP = 2", "there is no field \"1\"");
}

TEST(Filter, NamesTheNearestField) {
  ExpectError("stat_date = 2022-09-13", "Did you mean \"start_date\"?");
  ExpectError("kind = REGION AND Population2 = 3",
              "At character 19: there is no field \"Population2\"");
}

TEST(Filter, NamesTheKnownValuesOfAnEnum) {
  ExpectError("kind = REGIN", "MUNICIPALITY");
  ExpectError("kind = REGIN", "Did you mean REGION?");
}

TEST(Filter, CountsCharactersNotBytes) {
  ExpectError("display_name = åäö AND x = 1", "At character 24:");
}

TEST(Filter, SaysHowALiteralIsWritten) {
  ExpectError("uppsala", "like display_name = \"uppsala\"");
  ExpectError("\"uppsala\"", "a condition must stand");
  ExpectError("verified", "\"verified\" is no condition");
}

TEST(Filter, RefusesWhatItCannotRead) {
  ExpectError("", "the filter ends where a condition must stand");
  ExpectError("   ", "ends");
  ExpectError("state = A AND", "ends");
  ExpectError("state = A OR", "ends");
  ExpectError("AND state = A", "\"AND\" is no condition");
  ExpectError("NOT", "ends");
  ExpectError("(state = A", "never closed");
  ExpectError("state = A)", "too many");
  ExpectError("()", "a condition must stand");
  ExpectError("state =", "a value is missing");
  ExpectError("state = \"A", "never closed");
  ExpectError("state = \"A\\", "never closed");
  ExpectError("state ! A", "no operator");
  ExpectError("state = (A OR B)", "Repeat the field");
  ExpectError("= A", "a condition must stand");
}

TEST(Filter, RefusesValuesOfAnotherType) {
  ExpectError("population = many", "a whole number");
  ExpectError("population = 9223372036854775808", "a whole number");
  ExpectError("score = nan", "a number");
  ExpectError("score = inf", "a number");
  ExpectError("verified = yes", "true or false");
  ExpectError("start_date = 2023-02-30", "a date that exists");
  ExpectError("start_date = 2022-9-13", "a date that exists");
  ExpectError("create_time > 2022-09-13", "RFC 3339");
  ExpectError("create_time > infinite-future", "RFC 3339");
  ExpectError("create_time > 0001-01-01T00:00:00+01:00", "RFC 3339");
  ExpectError("create_time > 2022-09-13T25:00:00Z", "RFC 3339");
  ExpectError("create_time > 99999-01-01T00:00:00Z", "RFC 3339");
  ExpectError("population = 1*", "only with =, != or : on text");
  ExpectError("display_name > a*", "only with =, != or : on text");
  ExpectError("state > A", "has no order");
  ExpectError("verified < true", "has no order");
}

TEST(Filter, HasLimits) {
  std::string many = "state = A";
  for (int i = 1; i < 100; ++i) many += " OR state = A";
  EXPECT_EQ(Translate(many).error, "");
  ExpectError(many + " OR state = A", "more than 100 conditions");
  const auto nested = [](size_t depth) {
    return std::string(depth, '(') + "state = A" + std::string(depth, ')');
  };
  EXPECT_EQ(Translate(nested(20)).error, "");
  ExpectError(nested(21), "deep");
  ExpectError(nested(2000), "deep");
  ExpectError("state = " + std::string(4090, 'a'), "at most 4096");
}

TEST(Filter, RefusesWhatIsNoText) {
  ExpectError(std::string("state = \0", 9), "UTF-8");
  ExpectError("state = \xff", "UTF-8");
}

}  // namespace
}  // namespace reglab
