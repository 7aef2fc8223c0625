#include "services/membership/strategy_period_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::membership::strategy_periods {

using v1::StrategyPeriod;

namespace {

#define COLUMNS                                                       \
  "s.name, s.display_name, s.start_year, s.end_year, s.create_time, " \
  "s.update_time, s.etag"

#define FROM_READABLE                          \
  " FROM strategy_periods s WHERE s.name = $1" \
  " AND (s.visibility = ANY($2) OR s.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

const Statement kInsert(
    "INSERT INTO strategy_periods AS s"
    " (name, display_name, start_year, end_year, etag)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE strategy_periods s SET display_name = $2, start_year = $3,"
    " end_year = $4, etag = $5, update_time = now()"
    " WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM strategy_periods WHERE name = $1");

const Statement kOneAtATime(
    "SELECT pg_advisory_xact_lock(hashtext('membership.strategy_periods'))");

const Statement kOverlaps(
    "SELECT FROM strategy_periods WHERE name <> $1"
    " AND start_year <= $3 AND end_year >= $2 LIMIT 1");

Params ValuesOf(const StrategyPeriod& period) {
  return Fields(period,
                {"name", "display_name", "start_year", "end_year", "etag"});
}

void RecordChange(Transaction& tx, Change::Kind kind,
                  const StrategyPeriod& period,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "membership.StrategyPeriod",
             .name = period.name(),
             .etag = period.etag(),
             .field_paths = std::move(paths),
             .visibility = "PUBLIC",
             .owners = {}});
}

absl::Status CheckAlone(Transaction& tx, const StrategyPeriod& period) {
  RETURN_IF_ERROR(tx.Query(kOneAtATime).status());
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.Query(kOverlaps, Fields(period, {"name", "start_year", "end_year"})));
  if (rows.empty()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kAlreadyExists, "STRATEGY_PERIOD_OVERLAPS",
      {"Another strategy period has one of these years. Change the years, or "
       "change that period first.",
       "En annan verksamhetsperiod har något av åren. Ändra åren, eller ändra "
       "den perioden först."},
      {{"strategy_period.start_year",
        {"The years are taken.", "Åren är upptagna."}}});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM strategy_periods s",
    .visible = "(s.visibility = ANY({v}) OR s.owners && {o})",
    .in_force =
        "extract(year FROM {d}::date) BETWEEN s.start_year AND"
        " s.end_year",
    .key = "s.name",
    .fields = {{"name", "s.name", ListField::Type::kText, true, nullptr, true},
               {"start_year", "s.start_year", ListField::Type::kInt, true,
                nullptr, true},
               {"end_year", "s.end_year", ListField::Type::kInt}},
    .default_order = "start_year desc",
};

absl::StatusOr<StrategyPeriod> Get(Transaction& tx, const Audience& audience,
                                   std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<StrategyPeriod>(rows[0]);
}

absl::StatusOr<StrategyPeriod> Lock(Transaction& tx, const Audience& audience,
                                    std::string_view name,
                                    std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  StrategyPeriod period = ReadRow<StrategyPeriod>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, period.etag()));
  return period;
}

absl::StatusOr<StrategyPeriod> Insert(Transaction& tx, StrategyPeriod period) {
  RETURN_IF_ERROR(CheckAlone(tx, period));
  period.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, ValuesOf(period)));
  if (rows.empty()) return AlreadyExists(period.name());
  StrategyPeriod stored = ReadRow<StrategyPeriod>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<StrategyPeriod> Update(Transaction& tx, StrategyPeriod period,
                                      std::vector<std::string> changed) {
  RETURN_IF_ERROR(CheckAlone(tx, period));
  period.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate, ValuesOf(period), period.name()));
  StrategyPeriod stored = ReadRow<StrategyPeriod>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const StrategyPeriod& period) {
  tx.Send(kDelete, {period.name()});
  RecordChange(tx, Change::Kind::kDeleted, period, {});
  return absl::OkStatus();
}

}  // namespace reglab::membership::strategy_periods
