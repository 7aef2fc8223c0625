#include "services/meetings/minutes_version_store.h"

#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/minutes_page.h"

namespace reglab::meetings::minutes_versions {

using v1::MinutesVersion;

namespace {

#define WITHOUT_TEXT                                         \
  "v.name, v.number, v.state, v.digest, v.change, v.reason," \
  " v.corrections_until, v.recipients, v.create_time, v.etag"

#define FROM_VERSIONS                                            \
  " FROM minutes_versions v JOIN minutes d ON d.name = v.parent" \
  " JOIN meetings m ON m.name = d.parent"

const Statement kGet("SELECT " WITHOUT_TEXT ", v.markdown" FROM_VERSIONS
                     " WHERE v.name = $1"
                     " AND (d.visibility = ANY($2) OR d.owners && $3)"
                     " AND (m.visibility = ANY($2) OR m.owners && $3)");

const Statement kHistory(
    "SELECT * FROM (SELECT " WITHOUT_TEXT
    " FROM minutes_versions v WHERE v.parent = $1 AND v.number <= $2"
    " ORDER BY v.number DESC LIMIT 500) v ORDER BY v.number");

const Statement kInsert(
    "INSERT INTO minutes_versions (name, parent, number, state, markdown,"
    " digest, change, reason, corrections_until, recipients, etag)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    " RETURNING create_time");

}  // namespace

const Listing kListing = {
    .select = "SELECT " WITHOUT_TEXT FROM_VERSIONS,
    .visible =
        "((d.visibility = ANY({v}) OR d.owners && {o})"
        " AND (m.visibility = ANY({v}) OR m.owners && {o}))",
    .parent = "v.parent",
    .key = "v.name",
    .fields = {{.path = "name",
                .column = "v.name",
                .type = ListField::Type::kText,
                .sortable = true,
                .not_null = true},
               {.path = "number",
                .column = "v.number",
                .type = ListField::Type::kInt,
                .sortable = true,
                .not_null = true},
               {.path = "state",
                .column = "v.state",
                .type = ListField::Type::kEnum,
                .values = v1::Minutes::State_descriptor()},
               {.path = "create_time",
                .column = "v.create_time",
                .type = ListField::Type::kTime}},
    .default_order = "number",
};

absl::StatusOr<MinutesVersion> Get(Transaction& tx, const Audience& audience,
                                   std::string_view name) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<MinutesVersion>(rows[0]);
}

absl::StatusOr<std::vector<MinutesVersion>> History(Transaction& tx,
                                                    std::string_view minutes,
                                                    int last) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kHistory, {minutes, last}));
  std::vector<MinutesVersion> versions;
  for (int i = 0; i < rows.size(); ++i) {
    versions.push_back(ReadRow<MinutesVersion>(rows[i]));
  }
  return versions;
}

absl::StatusOr<MinutesVersion> Insert(Transaction& tx,
                                      const v1::Meeting& meeting,
                                      const v1::Minutes& minutes,
                                      MinutesVersion version) {
  version.set_number(minutes.version() + 1);
  version.set_name(Concat(minutes.name(), "/versions/", version.number()));
  version.set_state(minutes.state());
  version.set_digest(Sha256(version.markdown()));
  version.set_etag(NewEtag());
  Params values = Fields(version, {"name"});
  values.push_back(minutes.name());
  for (const Param& param : Fields(
           version, {"number", "state", "markdown", "digest", "change?",
                     "reason?", "corrections_until?", "recipients", "etag"})) {
    values.push_back(param);
  }
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.QueryOne(kInsert, values, version.name()));
  ReadRow(rows[0], version);
  tx.Record({.kind = Change::Kind::kCreated,
             .type = "meetings.MinutesVersion",
             .name = version.name(),
             .etag = version.etag(),
             .field_paths = {},
             .visibility = v1::Meeting::Visibility_Name(
                 Narrower(minutes.visibility(), meeting.visibility())),
             .owners = meetings::OwnersOf(meeting)});
  return version;
}

}  // namespace reglab::meetings::minutes_versions
