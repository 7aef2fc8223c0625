#include "services/meetings/agenda_store.h"

#include <algorithm>
#include <limits>

#include "services/common/status_macros.h"

namespace reglab::meetings::agenda {

using v1::Action;
using v1::AgendaItem;
using v1::Meeting;

namespace {

const Statement kEntries(
    "SELECT name, position FROM agenda_items WHERE parent = $1"
    " ORDER BY position, name");

const Statement kLast(
    "SELECT max(position) FROM agenda_items WHERE parent = $1");

const Statement kMinutes(
    "SELECT sum(duration_minutes) FROM agenda_items WHERE parent = $1");

const Statement kFollowedUp(
    "SELECT DISTINCT unnest(follows_up) FROM agenda_items WHERE parent = $1");

const Statement kOpenActions(
    "SELECT a.* FROM actions a JOIN meetings m ON m.name = a.parent"
    " WHERE a.state = 'OPEN' AND m.body = $1 AND m.date <= $2::date"
    " AND m.name <> $3 AND m.state <> 'CANCELLED'"
    " ORDER BY m.date, m.name, a.position, a.name LIMIT 500");

}  // namespace

absl::StatusOr<std::vector<AgendaEntry>> Entries(Transaction& tx,
                                                 std::string_view meeting) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kEntries, {meeting}));
  std::vector<AgendaEntry> entries;
  for (int i = 0; i < rows.size(); ++i) {
    entries.push_back(
        {std::string(rows[i].Text(0)), static_cast<int32_t>(rows[i].Int(1))});
  }
  return entries;
}

absl::Status PlaceLast(Transaction& tx, std::string_view meeting,
                       AgendaItem& item) {
  if (item.position() != 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kLast, {meeting}));
  const int64_t last = rows[0].Int(0) + kAgendaGap;
  item.set_position(static_cast<int32_t>(
      std::min<int64_t>(last, std::numeric_limits<int32_t>::max())));
  return absl::OkStatus();
}

absl::Status CheckFits(Transaction& tx, const Meeting& meeting,
                       std::string_view field) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kMinutes, {meeting.name()}));
  return CheckAgendaFits(meeting, rows[0].Int(0), field);
}

absl::StatusOr<std::set<std::string>> FollowedUp(Transaction& tx,
                                                 std::string_view meeting) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kFollowedUp, {meeting}));
  std::set<std::string> names;
  for (int i = 0; i < rows.size(); ++i) names.emplace(rows[i].Text(0));
  return names;
}

absl::StatusOr<std::vector<Action>> OpenActions(Transaction& tx,
                                                const Meeting& meeting) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.Query(kOpenActions, {meeting.body(), meeting.date(), meeting.name()}));
  std::vector<Action> actions;
  for (int i = 0; i < rows.size(); ++i) {
    actions.push_back(ReadRow<Action>(rows[i]));
  }
  return actions;
}

}  // namespace reglab::meetings::agenda
