#include "services/membership/delivery_store.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::membership::deliveries {

using v1::Delivery;

namespace {

constexpr int kMostWaiting = 1000;

#define COLUMNS                                                            \
  "d.name, d.type, d.resource, d.kind, d.event_time, d.state, d.attempts," \
  " d.last_status, d.last_error, d.due AS next_attempt_time, d.send_time," \
  " d.create_time"

const Statement kInsertTest(
    "INSERT INTO deliveries AS d (name, parent, service, kind, type, resource,"
    " resource_etag, event_time)"
    " VALUES ($1, $2, '', 'TEST', 'test', $2, '', now()) RETURNING " COLUMNS);

const Statement kListDue(
    "SELECT name, service, seq, kind, type, resource, resource_etag,"
    " event_time, attempts, create_time FROM deliveries"
    " WHERE parent = $1 AND state = 'PENDING' AND due <= now()"
    " ORDER BY due, seq LIMIT $2");

const Statement kFinish(
    "UPDATE deliveries SET state = $2, attempts = attempts + 1,"
    " last_status = $3, last_error = $4, due = NULL,"
    " send_time = CASE WHEN $2 = 'SENT' THEN now() END"
    " WHERE name = $1 AND state = 'PENDING'");

const Statement kPostpone(
    "UPDATE deliveries SET attempts = attempts + 1, last_status = $2,"
    " last_error = $3, due = now() + make_interval(secs => $4)"
    " WHERE name = $1 AND state = 'PENDING'");

const Statement kLeaseCursors(
    "UPDATE feed_cursors c SET due = now() + make_interval(secs => $4)"
    " FROM subscriptions s WHERE s.name = c.parent AND (c.parent, c.service) IN"
    " (SELECT f.parent, f.service FROM feed_cursors f"
    "   JOIN subscriptions u ON u.name = f.parent"
    "   LEFT JOIN organizations o ON o.name = u.organization"
    "   WHERE f.service = $1 AND f.due <= now() + make_interval(secs => $2)"
    "   AND NOT u.paused AND o.delete_time IS NULL"
    "   AND (SELECT count(*) FROM deliveries d WHERE d.parent = f.parent"
    "     AND d.state = 'PENDING') < $5"
    "   ORDER BY f.due LIMIT $3 FOR UPDATE OF f SKIP LOCKED)"
    " RETURNING c.parent, coalesce(c.since, (SELECT p.since"
    "   FROM feed_positions p WHERE p.service = c.service"
    "   AND p.at <= c.not_before ORDER BY p.at DESC LIMIT 1), ''),"
    " c.since IS NULL, greatest(c.not_before, '1970-01-01'), s.event_types,"
    " s.organization,"
    " EXISTS (SELECT FROM memberships m WHERE m.parent = s.organization"
    "   AND m.state = 'ACTIVE'),"
    " ARRAY(SELECT DISTINCT a.parent FROM appointments a"
    "   WHERE a.organization = s.organization"
    "   AND (now() AT TIME ZONE 'Europe/Stockholm')::date"
    "     BETWEEN a.start_date AND coalesce(a.end_date, 'infinity')"
    "   ORDER BY a.parent)");

const Statement kAdvance(
    "UPDATE feed_cursors SET since = $4,"
    " due = now() + make_interval(secs => $5)"
    " WHERE parent = $1 AND service = $2 AND since IS NOT DISTINCT FROM $3"
    " RETURNING 1");

const Statement kInsertEvents(
    "INSERT INTO deliveries (name, parent, service, seq, kind, type, resource,"
    " resource_etag, event_time)"
    " SELECT n, $1, $2, s::bigint, k, t, r, e, a::timestamptz"
    " FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
    " $8::text[], $9::text[]) AS events (n, s, k, t, r, e, a)"
    " ON CONFLICT (parent, service, seq) DO UPDATE SET state = 'PENDING',"
    " attempts = 0, last_status = 0, last_error = '', due = now(),"
    " send_time = NULL WHERE deliveries.state <> 'PENDING'");

const Statement kReset(
    "UPDATE feed_cursors SET since = CASE WHEN $3 THEN NULL ELSE '' END,"
    " not_before = CASE WHEN $3 THEN now() ELSE not_before END, due = now()"
    " WHERE parent = $1 AND service = $2");

const Statement kNotePosition(
    "INSERT INTO feed_positions (service, since) SELECT $1, $2"
    " WHERE NOT EXISTS (SELECT FROM feed_positions WHERE service = $1"
    " AND at > now() - interval '1 minute') ON CONFLICT DO NOTHING");

const Statement kLastPosition(
    "SELECT since FROM feed_positions WHERE service = $1"
    " ORDER BY at DESC LIMIT 1");

const Statement kCountPending(
    "SELECT count(*) FROM deliveries WHERE state = 'PENDING'");

const Statement kForgetDeliveries(
    "DELETE FROM deliveries WHERE state <> 'PENDING'"
    " AND create_time < now() - interval '30 days'");

// The newest of them stays, however old: nothing changed after it.
const Statement kForgetPositions(
    "DELETE FROM feed_positions p WHERE at < now() - interval '31 days'"
    " AND EXISTS (SELECT FROM feed_positions q WHERE q.service = p.service"
    " AND q.at > p.at)");

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS
              " FROM deliveries d JOIN subscriptions s ON s.name = d.parent",
    .visible = "(s.visibility = ANY({v}) OR s.owners && {o})",
    .parent = "d.parent",
    .key = "d.name",
    .organization = "s.organization = {n}",
    .fields = {{"name", "d.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "d.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"state", "d.state", ListField::Type::kEnum, false,
                Delivery::State_descriptor()},
               {"type", "d.type", ListField::Type::kText},
               {"resource", "d.resource", ListField::Type::kText},
               {"kind", "d.kind", ListField::Type::kText},
               {"attempts", "d.attempts", ListField::Type::kInt}},
    .default_order = "create_time desc",
};

absl::StatusOr<Delivery> InsertTest(Transaction& tx,
                                    std::string_view subscription) {
  const std::string name =
      absl::StrCat(std::string(subscription), "/deliveries/", RandomId());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kInsertTest, {name, subscription}, name));
  return ReadRow<Delivery>(rows[0]);
}

absl::StatusOr<std::vector<Due>> ListDue(Transaction& tx,
                                         std::string_view subscription,
                                         int count) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kListDue, {subscription, count}));
  std::vector<Due> due;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    due.push_back({.name = std::string(row.Text(0)),
                   .event = {.service = std::string(row.Text(1)),
                             .seq = row.Int(2),
                             .kind = std::string(row.Text(3)),
                             .type = std::string(row.Text(4)),
                             .resource = std::string(row.Text(5)),
                             .etag = std::string(row.Text(6)),
                             .time = row.Time(7)},
                   .attempts = static_cast<int>(row.Int(8)),
                   .create_time = row.Time(9)});
  }
  return due;
}

absl::Status Sent(Transaction& tx, std::string_view name, int status) {
  tx.Send(kFinish, {name, "SENT", status, ""});
  return absl::OkStatus();
}

absl::Status GiveUp(Transaction& tx, std::string_view name, int status,
                    std::string_view error) {
  tx.Send(kFinish, {name, "FAILED", status, error});
  return absl::OkStatus();
}

absl::Status Postpone(Transaction& tx, std::string_view name, int status,
                      std::string_view error, absl::Duration pause) {
  tx.Send(kPostpone, {name, status, error, absl::ToDoubleSeconds(pause)});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Cursor>> LeaseCursors(Transaction& tx,
                                                 std::string_view service,
                                                 absl::Duration early,
                                                 int count,
                                                 absl::Duration lease) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.Query(kLeaseCursors, {service, absl::ToDoubleSeconds(early), count,
                               absl::ToDoubleSeconds(lease), kMostWaiting}));
  std::vector<Cursor> cursors;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    cursors.push_back({.subscription = std::string(row.Text(0)),
                       .service = std::string(service),
                       .since = std::string(row.Text(1)),
                       .searched = row.Bool(2),
                       .not_before = row.Time(3),
                       .event_types = row.Array(4),
                       .organization = std::string(row.Text(5)),
                       .member = row.Bool(6),
                       .bodies = row.Array(7)});
  }
  return cursors;
}

absl::Status Advance(Transaction& tx, const Cursor& cursor,
                     const std::vector<Event>& events, std::string_view next,
                     absl::Duration pause) {
  const Param was = cursor.searched ? Param(std::nullopt) : Param(cursor.since);
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kAdvance, {cursor.subscription, cursor.service, was,
                                       next, absl::ToDoubleSeconds(pause)}));
  if (rows.empty()) return absl::AbortedError("the cursor was moved");
  if (events.empty()) return absl::OkStatus();
  std::vector<std::string> names, seqs, kinds, types, resources, etags, times;
  for (const Event& event : events) {
    names.push_back(
        absl::StrCat(cursor.subscription, "/deliveries/", RandomId()));
    seqs.push_back(absl::StrCat(event.seq));
    kinds.push_back(event.kind);
    types.push_back(event.type);
    resources.push_back(event.resource);
    etags.push_back(event.etag);
    times.push_back(absl::FormatTime(event.time));
  }
  return tx
      .Query(kInsertEvents, {cursor.subscription, cursor.service, names, seqs,
                             kinds, types, resources, etags, times})
      .status();
}

absl::Status Reset(Transaction& tx, const Cursor& cursor, bool from_now) {
  tx.Send(kReset, {cursor.subscription, cursor.service, from_now});
  return absl::OkStatus();
}

absl::Status NotePosition(Transaction& tx, std::string_view service,
                          std::string_view since) {
  tx.Send(kNotePosition, {service, since});
  return absl::OkStatus();
}

absl::StatusOr<std::string> LastPosition(Transaction& tx,
                                         std::string_view service) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kLastPosition, {service}));
  return rows.empty() ? std::string() : std::string(rows[0].Text(0));
}

absl::StatusOr<int64_t> CountPending(Transaction& tx) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kCountPending));
  return rows[0].Int(0);
}

absl::Status Forget(Transaction& tx) {
  tx.Send(kForgetDeliveries, {});
  tx.Send(kForgetPositions, {});
  return absl::OkStatus();
}

}  // namespace reglab::membership::deliveries
