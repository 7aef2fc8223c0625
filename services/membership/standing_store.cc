#include "services/membership/standing_store.h"

#include <string>
#include <vector>

#include "services/common/status_macros.h"
#include "services/membership/role_rules.h"

namespace reglab::membership::standings {

using v1::Standing;

namespace {

// A representative acts for the organisation that he represents, be it not the
// one where he works. One who represents several acts for his own, or the
// first.
const Statement kOfPerson(
    "WITH seats AS ("
    "  SELECT a.parent AS body, a.organization, a.role, b.kind"
    "  FROM appointments_today a JOIN bodies b ON b.name = a.parent"
    "  WHERE a.person = $1),"
    " acting AS ("
    "  SELECT p.name, p.display_name, coalesce(("
    "    SELECT s.organization FROM seats s JOIN members_today m"
    "      ON m.organization = s.organization"
    "    WHERE s.role = 'MEMBER_REPRESENTATIVE'"
    "    ORDER BY s.organization <> p.organization, s.organization LIMIT 1),"
    "    p.organization) AS organization"
    "  FROM people p WHERE p.name = $1)"
    " SELECT p.name AS caller, p.display_name, p.organization,"
    " array_remove(ARRAY["
    "  CASE WHEN EXISTS (SELECT FROM seats WHERE kind = 'SECRETARIAT')"
    "   THEN 'SECRETARIAT' END,"
    "  CASE WHEN m.organization IS NOT NULL THEN 'MEMBER' END,"
    "  CASE WHEN m.organization IS NOT NULL AND EXISTS (SELECT FROM seats s"
    "   WHERE s.role = 'MEMBER_REPRESENTATIVE'"
    "   AND s.organization = p.organization)"
    "   THEN 'MEMBER_REPRESENTATIVE' END,"
    "  CASE WHEN EXISTS (SELECT FROM seats WHERE kind = 'BOARD')"
    "   THEN 'BOARD' END], NULL) AS roles,"
    " ARRAY(SELECT DISTINCT body FROM seats ORDER BY body) AS bodies"
    " FROM acting p JOIN organizations o ON o.name = p.organization"
    " LEFT JOIN members_today m ON m.organization = p.organization"
    " WHERE o.delete_time IS NULL");

}  // namespace

absl::StatusOr<Standing> OfPerson(Transaction& tx, std::string_view person) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kOfPerson, {person}, person));
  Standing standing = ReadRow<Standing>(rows[0]);
  const std::vector<std::string> scopes =
      ScopesOfPerson({standing.roles().begin(), standing.roles().end()});
  standing.mutable_scopes()->Add(scopes.begin(), scopes.end());
  standing.set_requests_per_minute(kUsualRequestsPerMinute);
  return standing;
}

}  // namespace reglab::membership::standings
