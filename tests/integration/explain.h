#ifndef REGLAB_TESTS_INTEGRATION_EXPLAIN_H_
#define REGLAB_TESTS_INTEGRATION_EXPLAIN_H_

#include <string>

#include "services/common/listing.h"
#include "tests/integration/service_fixture.h"

namespace reglab::testing {

// How PostgreSQL would run the list: the lines of EXPLAIN, for the statement
// that the service makes, asked for by the secretariat.
inline std::string PlanOf(Suite& suite, const std::string& database,
                          const Listing& listing,
                          const google::protobuf::Message& request) {
  const auto query = MakeListQuery(listing, request, AudienceOf(Secretariat()));
  EXPECT_TRUE(query.ok()) << query.status();
  std::string sql = query->sql;
  for (size_t i = query->params.size(); i-- > 0;) {
    const std::string mark = "$" + std::to_string(i + 1);
    std::string value = query->params[i].text().value_or("");
    for (size_t at = 0; (at = value.find('\'', at)) != std::string::npos;
         at += 2) {
      value.insert(at, "'");
    }
    for (size_t at = 0; (at = sql.find(mark, at)) != std::string::npos;) {
      sql.replace(at, mark.size(), "'" + value + "'");
      at += value.size() + 2;
    }
  }
  return suite.Sql(database, "EXPLAIN (COSTS OFF) " + sql);
}

}  // namespace reglab::testing

#endif  // REGLAB_TESTS_INTEGRATION_EXPLAIN_H_
