#include "services/membership/directory_store.h"

#include "services/common/status_macros.h"

namespace reglab::membership::directory {
namespace {

const Statement kFindMissing(
    "SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS q (name, position)"
    " WHERE NOT EXISTS (SELECT FROM organizations o"
    "   WHERE o.name = q.name COLLATE \"C\" AND o.delete_time IS NULL)"
    " AND NOT EXISTS (SELECT FROM bodies b WHERE b.name = q.name COLLATE \"C\")"
    " AND NOT EXISTS (SELECT FROM people p WHERE p.name = q.name COLLATE \"C\")"
    " GROUP BY name ORDER BY min(position)");

}  // namespace

absl::StatusOr<std::vector<std::string>> FindMissing(
    Transaction& tx, const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFindMissing, {names}));
  std::vector<std::string> missing;
  for (int i = 0; i < rows.size(); ++i) {
    missing.emplace_back(rows[i].Text(0));
  }
  return missing;
}

}  // namespace reglab::membership::directory
