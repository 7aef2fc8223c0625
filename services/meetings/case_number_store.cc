#include "services/meetings/case_number_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"

namespace reglab::meetings::case_numbers {

using v1::CaseNumber;

namespace {

#define COLUMNS                                                          \
  "n.name, n.organization, n.case_number, n.create_time, n.update_time," \
  " n.etag"

#define FROM_READABLE                                        \
  " FROM case_numbers n JOIN minutes d ON d.name = n.parent" \
  " JOIN meetings m ON m.name = d.parent"

const Statement kGet("SELECT " COLUMNS FROM_READABLE
                     " WHERE n.name = $1"
                     " AND (d.visibility = ANY($2) OR d.owners && $3)"
                     " AND (m.visibility = ANY($2) OR m.owners && $3)");

const Statement kOf(
    "SELECT " COLUMNS
    " FROM case_numbers n WHERE n.parent = $1 ORDER BY n.name LIMIT 500");

const Statement kLock("SELECT " COLUMNS
                      " FROM case_numbers n WHERE n.name = $1 FOR UPDATE");

const Statement kSet(
    "INSERT INTO case_numbers AS n (name, parent, organization, case_number,"
    " etag) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE"
    " SET case_number = excluded.case_number, etag = excluded.etag,"
    " update_time = now() RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM case_numbers WHERE name = $1");

void RecordChange(Transaction& tx, Change::Kind kind,
                  const v1::Meeting& meeting, const v1::Minutes& minutes,
                  const CaseNumber& number, std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "meetings.CaseNumber",
             .name = number.name(),
             .etag = number.etag(),
             .field_paths = std::move(paths),
             .visibility = v1::Meeting::Visibility_Name(
                 Narrower(minutes.visibility(), meeting.visibility())),
             .owners = meetings::OwnersOf(meeting)});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS FROM_READABLE,
    .visible =
        "((d.visibility = ANY({v}) OR d.owners && {o})"
        " AND (m.visibility = ANY({v}) OR m.owners && {o}))",
    .parent = "n.parent",
    .key = "n.name",
    .organization = "n.organization = {n}",
    .fields = {{.path = "name",
                .column = "n.name",
                .type = ListField::Type::kText,
                .sortable = true,
                .not_null = true},
               {.path = "organization", .column = "n.organization"},
               {.path = "case_number", .column = "n.case_number"}},
    .default_order = "name",
};

absl::StatusOr<CaseNumber> Get(Transaction& tx, const Audience& audience,
                               std::string_view name) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<CaseNumber>(rows[0]);
}

absl::StatusOr<std::vector<CaseNumber>> Of(Transaction& tx,
                                           std::string_view minutes) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kOf, {minutes}));
  std::vector<CaseNumber> numbers;
  for (int i = 0; i < rows.size(); ++i) {
    numbers.push_back(ReadRow<CaseNumber>(rows[i]));
  }
  return numbers;
}

absl::StatusOr<std::optional<CaseNumber>> Lock(Transaction& tx,
                                               std::string_view name,
                                               std::string_view etag) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kLock, {name}));
  if (rows.empty()) {
    if (!etag.empty()) return EtagMismatch(name);
    return std::optional<CaseNumber>();
  }
  CaseNumber number = ReadRow<CaseNumber>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, number.etag()));
  return std::optional<CaseNumber>(std::move(number));
}

absl::StatusOr<CaseNumber> Set(Transaction& tx, const v1::Meeting& meeting,
                               const v1::Minutes& minutes, CaseNumber number) {
  const bool is_new = number.etag().empty();
  number.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(kSet,
                  {number.name(), minutes.name(), number.organization(),
                   number.case_number(), number.etag()},
                  number.name()));
  CaseNumber stored = ReadRow<CaseNumber>(rows[0]);
  if (is_new) {
    RecordChange(tx, Change::Kind::kCreated, meeting, minutes, stored, {});
  } else {
    RecordChange(tx, Change::Kind::kUpdated, meeting, minutes, stored,
                 {"case_number"});
  }
  return stored;
}

absl::Status Delete(Transaction& tx, const v1::Meeting& meeting,
                    const v1::Minutes& minutes, const CaseNumber& number) {
  RETURN_IF_ERROR(tx.Query(kDelete, {number.name()}).status());
  RecordChange(tx, Change::Kind::kDeleted, meeting, minutes, number, {});
  return absl::OkStatus();
}

}  // namespace reglab::meetings::case_numbers
