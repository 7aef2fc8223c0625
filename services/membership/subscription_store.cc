#include "services/membership/subscription_store.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/membership/sealed.h"

namespace reglab::membership::subscriptions {

using v1::Subscription;

namespace {

constexpr int kMostPerOrganization = 20;

#define COLUMNS                                                             \
  "s.name, s.display_name, s.organization, s.url, s.event_types, s.paused," \
  " CASE WHEN s.paused THEN 'PAUSED' WHEN s.failing_since IS NOT NULL"      \
  " THEN 'FAILING' ELSE 'ACTIVE' END AS state, s.failing_since,"            \
  " s.last_success_time, s.create_time, s.update_time, s.etag"

#define FROM_READABLE                       \
  " FROM subscriptions s WHERE s.name = $1" \
  " AND (s.visibility = ANY($2) OR s.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

// Two that are made at once must not both find the last place free.
const Statement kLockOrganization(
    "SELECT pg_advisory_xact_lock(hashtext('subscriptions:' || $1::text))");

const Statement kCountOfOrganization(
    "SELECT count(*) FROM subscriptions WHERE coalesce(organization, '') = $1");

const Statement kInsert(
    "INSERT INTO subscriptions AS s (name, display_name, organization, url,"
    " event_types, paused, owners, secret, etag)"
    " VALUES ($1, $2, $3, $4, $5, $6, array_remove(ARRAY[$3], NULL), $7, $8)"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kInsertCursors(
    "INSERT INTO feed_cursors (parent, service, not_before)"
    " SELECT $1, service, now()"
    " FROM unnest(ARRAY['membership', 'meetings', 'learning']) service");

const Statement kUpdate(
    "UPDATE subscriptions s SET display_name = $2, url = $3, event_types = $4,"
    " paused = $5, etag = $6, update_time = now(),"
    " failing_since = CASE WHEN s.paused AND NOT $5 THEN NULL"
    " ELSE failing_since END,"
    " failures = CASE WHEN s.paused AND NOT $5 THEN 0 ELSE failures END,"
    " due = CASE WHEN s.paused AND NOT $5 THEN now() ELSE due END"
    " WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM subscriptions WHERE name = $1");

const Statement kRotate(
    "UPDATE subscriptions s SET previous_secret = secret, secret = $2,"
    " previous_secret_expire_time = now() + interval '1 day', etag = $3,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kReplayTime(
    "UPDATE feed_cursors SET since = NULL, not_before = $2, due = now()"
    " WHERE parent = $1");

const Statement kReplayToken(
    "UPDATE feed_cursors SET since = $3, not_before = '-infinity',"
    " due = now() WHERE parent = $1 AND service = $2");

const Statement kLease(
    "UPDATE subscriptions s SET due = now() + make_interval(secs => $1)"
    " WHERE name = (SELECT c.name FROM subscriptions c"
    "   WHERE NOT c.paused AND c.due <= now() AND EXISTS ("
    "     SELECT FROM deliveries d WHERE d.parent = c.name"
    "     AND d.state = 'PENDING' AND d.due <= now())"
    "   ORDER BY c.due LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " RETURNING name, url, secret,"
    " CASE WHEN previous_secret_expire_time > now() THEN previous_secret END");

const Statement kNoteSuccess(
    "UPDATE subscriptions SET failing_since = NULL, failures = 0,"
    " last_success_time = now() WHERE name = $1 RETURNING paused");

const Statement kNoteFailure(
    "UPDATE subscriptions SET failures = failures + 1,"
    " failing_since = coalesce(failing_since, now())"
    " WHERE name = $1 AND NOT paused RETURNING failing_since, failures");

const Statement kRelease(
    "UPDATE subscriptions SET due = now() + make_interval(secs => $2)"
    " WHERE name = $1");

const Statement kPause(
    "UPDATE subscriptions s SET paused = true, etag = $2, update_time = now()"
    " WHERE name = $1 RETURNING " COLUMNS);

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Subscription& subscription,
                  std::vector<std::string> paths) {
  std::vector<std::string> owners;
  if (!subscription.organization().empty()) {
    owners.push_back(subscription.organization());
  }
  tx.Record({.kind = kind,
             .type = "membership.Subscription",
             .name = subscription.name(),
             .etag = subscription.etag(),
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = std::move(owners)});
}

Param Sealed(std::string_view secret, const Subscription& subscription) {
  return Param::Bytes(Seal(secret, subscription.name()));
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM subscriptions s",
    .visible = "(s.visibility = ANY({v}) OR s.owners && {o})",
    .key = "s.name",
    .organization = "s.organization = {n}",
    .fields = {{"name", "s.name", ListField::Type::kText, true, nullptr, true},
               {"display_name", "s.display_name", ListField::Type::kText, true,
                nullptr, true},
               {"organization", "s.organization", ListField::Type::kText},
               {"paused", "s.paused", ListField::Type::kBool}},
    .default_order = "display_name",
};

absl::StatusOr<Subscription> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Subscription>(rows[0]);
}

absl::StatusOr<Subscription> Lock(Transaction& tx, const Audience& audience,
                                  std::string_view name,
                                  std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Subscription subscription = ReadRow<Subscription>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, subscription.etag()));
  return subscription;
}

absl::StatusOr<Subscription> Insert(Transaction& tx, Subscription subscription,
                                    std::string_view secret) {
  tx.Send(kLockOrganization, {subscription.organization()});
  ASSIGN_OR_RETURN(Rows count, tx.Query(kCountOfOrganization,
                                        {subscription.organization()}));
  if (count[0].Int(0) >= kMostPerOrganization) {
    return Refused(
        "TOO_MANY_SUBSCRIPTIONS",
        {absl::StrCat("There are ", kMostPerOrganization,
                      " subscriptions already. Delete one of them first."),
         absl::StrCat("Det finns redan ", kMostPerOrganization,
                      " prenumerationer. Ta bort en av dem först.")});
  }
  subscription.set_etag(NewEtag());
  Params params = Fields(subscription, {"name", "display_name", "organization?",
                                        "url", "event_types", "paused"});
  params.push_back(Sealed(secret, subscription));
  params.push_back(subscription.etag());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, params));
  if (rows.empty()) return AlreadyExists(subscription.name());
  tx.Send(kInsertCursors, {subscription.name()});
  Subscription stored = ReadRow<Subscription>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Subscription> Update(Transaction& tx, Subscription subscription,
                                    std::vector<std::string> changed) {
  subscription.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kUpdate,
                  Fields(subscription, {"name", "display_name", "url",
                                        "event_types", "paused", "etag"}),
                  subscription.name()));
  Subscription stored = ReadRow<Subscription>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Subscription& subscription) {
  tx.Send(kDelete, {subscription.name()});
  RecordChange(tx, Change::Kind::kDeleted, subscription, {});
  return absl::OkStatus();
}

absl::StatusOr<Subscription> Rotate(Transaction& tx, Subscription subscription,
                                    std::string_view secret) {
  ASSIGN_OR_RETURN(
      Rows rows, tx.QueryOne(kRotate,
                             {subscription.name(), Sealed(secret, subscription),
                              NewEtag()},
                             subscription.name()));
  Subscription stored = ReadRow<Subscription>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, {"secret"});
  return stored;
}

absl::Status ReplayTime(Transaction& tx, const Subscription& subscription,
                        absl::Time time) {
  tx.Send(kReplayTime, {subscription.name(), time});
  RecordChange(tx, Change::Kind::kUpdated, subscription, {});
  return absl::OkStatus();
}

absl::Status ReplayToken(Transaction& tx, const Subscription& subscription,
                         std::string_view service, std::string_view since) {
  tx.Send(kReplayToken, {subscription.name(), service, since});
  RecordChange(tx, Change::Kind::kUpdated, subscription, {});
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Leased>> Lease(Transaction& tx,
                                            absl::Duration lease) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kLease, {absl::ToDoubleSeconds(lease)}));
  if (rows.empty()) return std::optional<Leased>();
  const Row row = rows[0];
  return std::make_optional(Leased{.name = std::string(row.Text(0)),
                                   .url = std::string(row.Text(1)),
                                   .secret = row.Bytes(2),
                                   .previous_secret = row.Bytes(3)});
}

absl::StatusOr<bool> NoteSuccess(Transaction& tx, std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kNoteSuccess, {name}));
  return !rows.empty() && !rows[0].Bool(0);
}

absl::StatusOr<std::optional<Failing>> NoteFailure(Transaction& tx,
                                                   std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kNoteFailure, {name}));
  if (rows.empty()) return std::optional<Failing>();
  return std::make_optional(Failing{
      .since = rows[0].Time(0), .failures = static_cast<int>(rows[0].Int(1))});
}

absl::Status Release(Transaction& tx, std::string_view name,
                     absl::Duration pause) {
  tx.Send(kRelease, {name, absl::ToDoubleSeconds(pause)});
  return absl::OkStatus();
}

absl::StatusOr<Subscription> Pause(Transaction& tx, std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kPause, {name, NewEtag()}, name));
  Subscription stored = ReadRow<Subscription>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, {"paused"});
  return stored;
}

}  // namespace reglab::membership::subscriptions
