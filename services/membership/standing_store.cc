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
// first. What was delegated to him by another organisation than he acts for
// waits.
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
    " ARRAY(SELECT DISTINCT body FROM seats ORDER BY body) AS bodies,"
    " (SELECT jsonb_agg(jsonb_build_object('subject', d.subject,"
    "   'permissions', d.permissions, 'endDate', d.end_date) ORDER BY d.name)"
    "  FROM delegations_today d WHERE d.person = $1"
    "  AND d.organization = p.organization) AS delegations"
    " FROM acting p JOIN organizations o ON o.name = p.organization"
    " LEFT JOIN members_today m ON m.organization = p.organization"
    " WHERE o.delete_time IS NULL");

const Statement kDescribe(
    "SELECT display_name, $2::integer AS requests_per_minute,"
    " (SELECT jsonb_agg(jsonb_build_object('subject', d.subject,"
    "   'permissions', d.permissions, 'endDate', d.end_date) ORDER BY d.name)"
    "  FROM delegations_today d WHERE d.person = $1) AS delegations"
    " FROM people WHERE name = $1 UNION ALL"
    " SELECT display_name, requests_per_minute, NULL"
    " FROM clients WHERE name = $1");

const Statement kOwners(
    "SELECT name, organization FROM people WHERE name = ANY($1)"
    " AND (visibility = ANY($2) OR owners && $3) UNION ALL"
    " SELECT name, organization FROM clients WHERE name = ANY($1)"
    " AND (visibility = ANY($2) OR owners && $3) UNION ALL"
    " SELECT name, organization FROM feed_tokens WHERE name = ANY($1)"
    " AND (visibility = ANY($2) OR owners && $3)");

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

absl::StatusOr<Standing> Describe(Transaction& tx, std::string_view caller) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kDescribe, {caller, kUsualRequestsPerMinute}));
  return rows.empty() ? Standing() : ReadRow<Standing>(rows[0]);
}

absl::StatusOr<std::map<std::string, std::string>> OwnersOf(
    Transaction& tx, const Audience& audience,
    const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kOwners, {names, audience.visibilities,
                                                 audience.owners}));
  std::map<std::string, std::string> owners;
  for (int i = 0; i < rows.size(); ++i) {
    owners[std::string(rows[i].Text(0))] = std::string(rows[i].Text(1));
  }
  return owners;
}

}  // namespace reglab::membership::standings
