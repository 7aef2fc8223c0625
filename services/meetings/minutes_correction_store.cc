#include "services/meetings/minutes_correction_store.h"

#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::meetings::minutes_corrections {

using v1::MinutesCorrection;

namespace {

#define COLUMNS                                                     \
  "c.name, c.text, c.quote, c.version, c.organization, c.proposer," \
  " c.state, c.reason, c.create_time, c.update_time, c.etag"

#define FROM_CORRECTIONS                                            \
  " FROM minutes_corrections c JOIN minutes d ON d.name = c.parent" \
  " JOIN meetings m ON m.name = d.parent"

#define SELECT_READABLE                             \
  "SELECT " COLUMNS FROM_CORRECTIONS                \
  " WHERE c.name = $1"                              \
  " AND (c.visibility = ANY($2) OR c.owners && $3)" \
  " AND (d.visibility = ANY($2) OR d.owners && $3)" \
  " AND (m.visibility = ANY($2) OR m.owners && $3)"

const Statement kGet(SELECT_READABLE);

const Statement kLock(SELECT_READABLE " FOR UPDATE OF c");

const Statement kInsert(
    "INSERT INTO minutes_corrections AS c (name, parent, visibility, owners,"
    " text, quote, version, organization, proposer, state, etag)"
    " VALUES ($1, $2, 'ORGANIZATION', $3, $4, $5, $6, $7, $8, $9, $10)"
    " RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE minutes_corrections c SET state = $2, reason = $3, etag = $4,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS ", c.owners");

const Statement kCount(
    "SELECT count(*), count(*) FILTER (WHERE state = 'PROPOSED')"
    " FROM minutes_corrections WHERE parent = $1");

const Statement kAccepted(
    "SELECT text FROM minutes_corrections WHERE parent = $1 AND version = $2"
    " AND state = 'ACCEPTED' ORDER BY create_time, name");

void RecordChange(Transaction& tx, Change::Kind kind,
                  const MinutesCorrection& correction,
                  std::vector<std::string> owners,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "meetings.MinutesCorrection",
             .name = correction.name(),
             .etag = correction.etag(),
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = std::move(owners)});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS FROM_CORRECTIONS,
    .visible =
        "((c.visibility = ANY({v}) OR c.owners && {o})"
        " AND (d.visibility = ANY({v}) OR d.owners && {o})"
        " AND (m.visibility = ANY({v}) OR m.owners && {o}))",
    .parent = "c.parent",
    .key = "c.name",
    .organization = "c.organization = {n}",
    .fields = {{.path = "name",
                .column = "c.name",
                .type = ListField::Type::kText,
                .sortable = true,
                .not_null = true},
               {.path = "create_time",
                .column = "c.create_time",
                .type = ListField::Type::kTime,
                .sortable = true,
                .not_null = true},
               {.path = "state",
                .column = "c.state",
                .type = ListField::Type::kEnum,
                .values = MinutesCorrection::State_descriptor()},
               {.path = "organization", .column = "c.organization"},
               {.path = "proposer", .column = "c.proposer"},
               {.path = "version",
                .column = "c.version",
                .type = ListField::Type::kInt}},
    .default_order = "create_time",
};

absl::StatusOr<MinutesCorrection> Get(Transaction& tx, const Audience& audience,
                                      std::string_view name) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<MinutesCorrection>(rows[0]);
}

absl::StatusOr<MinutesCorrection> Lock(Transaction& tx,
                                       const Audience& audience,
                                       std::string_view name,
                                       std::string_view etag) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  MinutesCorrection correction = ReadRow<MinutesCorrection>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, correction.etag()));
  return correction;
}

absl::StatusOr<MinutesCorrection> Insert(Transaction& tx,
                                         const v1::Meeting& meeting,
                                         MinutesCorrection correction) {
  correction.set_name(
      Concat(meeting.name(), "/minutes/corrections/", RandomId()));
  correction.set_etag(NewEtag());
  std::vector<std::string> owners = {meeting.body()};
  if (!correction.organization().empty()) {
    owners.push_back(correction.organization());
  }
  Params values = {correction.name(), Concat(meeting.name(), "/minutes"),
                   owners};
  for (const Param& param :
       Fields(correction, {"text", "quote?", "version", "organization?",
                           "proposer?", "state", "etag"})) {
    values.push_back(param);
  }
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.QueryOne(kInsert, values, correction.name()));
  MinutesCorrection stored = ReadRow<MinutesCorrection>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, std::move(owners), {});
  return stored;
}

absl::StatusOr<MinutesCorrection> Update(Transaction& tx,
                                         MinutesCorrection correction) {
  correction.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(kUpdate,
                  Fields(correction, {"name", "state", "reason?", "etag"}),
                  correction.name()));
  MinutesCorrection stored = ReadRow<MinutesCorrection>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, rows[0].Array(11),
               {"state", "reason"});
  return stored;
}

absl::StatusOr<Counts> Count(Transaction& tx, std::string_view minutes) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kCount, {minutes}));
  return Counts{int(rows[0].Int(0)), int(rows[0].Int(1))};
}

absl::StatusOr<std::vector<std::string>> Accepted(Transaction& tx,
                                                  std::string_view minutes,
                                                  int version) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kAccepted, {minutes, version}));
  std::vector<std::string> texts;
  for (int i = 0; i < rows.size(); ++i) texts.emplace_back(rows[i].Text(0));
  return texts;
}

}  // namespace reglab::meetings::minutes_corrections
