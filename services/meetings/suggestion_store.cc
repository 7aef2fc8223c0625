#include "services/meetings/suggestion_store.h"

#include <string_view>

#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::meetings::suggestions {

namespace {

// The last discussion under the same item that begins before it.
const Statement kVoice(
    "SELECT d.organizations, d.\"group\", a.display_name FROM (SELECT) one"
    " LEFT JOIN LATERAL (SELECT organizations, \"group\" FROM discussions"
    " WHERE parent = $1 AND agenda_item IS NOT DISTINCT FROM nullif($2, '')"
    " AND source_line BETWEEN 1 AND $3 ORDER BY source_line DESC LIMIT 1) d"
    " ON true LEFT JOIN agenda_items a ON a.name = $2");

}  // namespace

absl::StatusOr<Voice> VoiceOf(Transaction& tx,
                              const v1::Suggestion& suggestion) {
  const std::string meeting = ParentOf(suggestion.name());
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(kVoice,
                  {meeting, suggestion.agenda_item(), suggestion.source_line()},
                  meeting));
  return Voice{rows[0].Array(0), std::string(rows[0].Text(1)),
               std::string(rows[0].Text(2))};
}

}  // namespace reglab::meetings::suggestions
