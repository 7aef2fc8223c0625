#include "services/membership/retention_store.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/process.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::membership::retention {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(20);
constexpr int kMostBatches = 20;

#define COLUMNS                                                             \
  "r.name, r.display_name, r.display_name_en, r.keep_days, r.legal_basis, " \
  "r.last_run_time"

const Statement kGet("SELECT " COLUMNS
                     " FROM retention_rules r WHERE r.name = $1");

const Statement kTakeTurn(
    "SELECT pg_try_advisory_xact_lock(hashtext('reglab.retention'))");
const Statement kDue(
    "SELECT name FROM retention_rules WHERE keep_days IS NOT NULL"
    " AND coalesce(last_run_time, '-infinity') < now() - interval '1 hour'"
    " ORDER BY name");
const Statement kRan(
    "UPDATE retention_rules SET last_run_time = now() WHERE name = $1");
const Statement kExists("SELECT to_regclass('public.' || $1) IS NOT NULL");

// What a rule does with at most 1,000 rows. $1 is its name. Of resources the
// statement returns name, etag, visibility and owners, and each is journalled;
// of what else there is, the rule alone.
struct Action {
  std::string_view rule;
  std::string_view table;
  std::string_view type;  // "membership.Person"; "": no resources
  Change::Kind kind;
  std::string_view sql;
};

#define KEPT_UNTIL                                                        \
  "now() - (SELECT make_interval(days => keep_days) FROM retention_rules" \
  " WHERE name = $1)"

constexpr Action kActions[] = {
    {"retention-rules/contact-details", "people", "membership.Person",
     Change::Kind::kUpdated,
     "UPDATE people SET email = '', title = '',"
     " etag = substr(md5(etag || now()), 1, 16), update_time = now()"
     " WHERE name IN (SELECT p.name FROM people p"
     " WHERE (p.email <> '' OR p.title <> '')"
     " AND EXISTS (SELECT FROM appointments a WHERE a.person = p.name)"
     " AND NOT EXISTS (SELECT FROM appointments a WHERE a.person = p.name"
     "  AND (a.end_date IS NULL OR a.end_date >= " KEPT_UNTIL "))"
     " LIMIT 1000) RETURNING name, etag, visibility, owners"},
    {"retention-rules/invitations", "invitations", "membership.Invitation",
     Change::Kind::kDeleted,
     "DELETE FROM invitations WHERE name IN (SELECT name FROM invitations"
     " WHERE least(accept_time, revoke_time, expire_time) < " KEPT_UNTIL
     " LIMIT 1000) RETURNING name, etag, visibility, owners"},
    {"retention-rules/outbox", "outbox", "", Change::Kind::kUpdated,
     "UPDATE outbox SET email = NULL WHERE name IN (SELECT name FROM outbox"
     " WHERE email IS NOT NULL AND state <> 'PENDING' AND create_time "
     "< " KEPT_UNTIL " LIMIT 1000)"},
    {"retention-rules/outbox", "deliveries", "", Change::Kind::kDeleted,
     "DELETE FROM deliveries WHERE name IN (SELECT name FROM deliveries"
     " WHERE state <> 'PENDING' AND create_time < " KEPT_UNTIL " LIMIT 1000)"},
    {"retention-rules/sessions", "sessions", "", Change::Kind::kDeleted,
     "DELETE FROM sessions WHERE name IN (SELECT name FROM sessions"
     " WHERE expire_time < " KEPT_UNTIL " LIMIT 1000)"},
    {"retention-rules/guest-links", "guest_links", "", Change::Kind::kDeleted,
     "DELETE FROM guest_links WHERE name IN (SELECT name FROM guest_links"
     " WHERE least(use_time, expire_time) < " KEPT_UNTIL " LIMIT 1000)"},
};

// How many rows one statement of the rule removed; in a transaction of its own,
// which ends at once when another replica has the turn.
absl::StatusOr<int64_t> RunOnce(Database& database, const Action& action,
                                bool& turn) {
  const Database::Actor actor{.caller = "",
                              .process = "membership",
                              .method = "/reglab/retention",
                              .trace_id = "",
                              .caller_json = {}};
  int64_t removed = 0;
  RETURN_IF_ERROR(database.Transact(
      absl::Now() + kDeadline, actor, /*dry_run=*/false,
      [&](Transaction& tx) -> absl::Status {
        removed = 0;
        ASSIGN_OR_RETURN(Rows taken, tx.Query(kTakeTurn));
        turn = taken[0].Bool(0);
        if (!turn) return absl::OkStatus();
        ASSIGN_OR_RETURN(Rows exists, tx.Query(kExists, {action.table}));
        if (exists[0].Bool(0)) {
          ASSIGN_OR_RETURN(
              Rows rows, tx.QueryText(std::string(action.sql), {action.rule}));
          removed = rows.affected();
          for (int i = 0; i < rows.size(); ++i) {
            tx.Record({.kind = action.kind,
                       .type = action.type,
                       .name = std::string(rows[i].Text(0)),
                       .etag = std::string(rows[i].Text(1)),
                       .field_paths = {},
                       .visibility = std::string(rows[i].Text(2)),
                       .owners = rows[i].Array(3)});
          }
        }
        tx.Send(kRan, {action.rule});
        if (removed > 0) {
          tx.Record({.kind = Change::Kind::kUpdated,
                     .type = "membership.RetentionRule",
                     .name = std::string(action.rule),
                     .etag = NewEtag(),
                     .field_paths = {std::string(action.table)},
                     .visibility = "PUBLIC",
                     .owners = {}});
        }
        return absl::OkStatus();
      }));
  return removed;
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM retention_rules r",
    .key = "r.name",
    .fields = {{"name", "r.name", ListField::Type::kText, true, nullptr, true},
               {"keep_days", "r.keep_days", ListField::Type::kInt}},
};

absl::StatusOr<v1::RetentionRule> Get(Transaction& tx, std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kGet, {name}, name));
  return ReadRow<v1::RetentionRule>(rows[0]);
}

absl::Status Apply(Database& database) {
  std::vector<std::string> due;
  const auto find = [&](Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(Rows rows, tx.Query(kDue));
    due.clear();
    for (int i = 0; i < rows.size(); ++i) due.emplace_back(rows[i].Text(0));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(database.Read(absl::Now() + kDeadline, find));
  for (const std::string& rule : due) {
    for (const Action& action : kActions) {
      if (action.rule != rule) continue;
      int64_t total = 0;
      bool turn = true;
      for (int batch = 0; batch < kMostBatches && turn; ++batch) {
        ASSIGN_OR_RETURN(const int64_t removed,
                         RunOnce(database, action, turn));
        total += removed;
        if (removed == 0) break;
      }
      if (total > 0) {
        LogInfo("retention", {{"rule", rule}, {"rows", total}});
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace reglab::membership::retention
