#include "services/meetings/upload_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/content_store.h"

namespace reglab::meetings::uploads {

using v1::Upload;

namespace {

constexpr int kMostOfOne = 20;
constexpr int kSweepBatch = 50;
constexpr absl::Duration kSweepDeadline = absl::Seconds(20);

#define COLUMNS                                                           \
  "u.name, u.file_name, u.content_type, u.size_bytes, u.sha256,"          \
  " u.received_bytes, u.state, u.creator, u.create_time, u.expire_time, " \
  "u.etag"

#define FROM_READABLE                               \
  " FROM uploads u WHERE u.name = $1"               \
  " AND (u.visibility = ANY($2) OR u.owners && $3)" \
  " AND u.expire_time > now()"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);
const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

// One caller's are counted one after the other.
const Statement kTakeTurn(
    "SELECT pg_advisory_xact_lock(hashtextextended('upload of ' || $1::text, "
    "0))");
const Statement kCount("SELECT count(*) FROM uploads WHERE creator = $1");

const Statement kInsert(
    "INSERT INTO uploads AS u (name, visibility, owners, file_name,"
    " content_type, size_bytes, sha256, state, creator, etag, expire_time)"
    " VALUES ($1, 'ORGANIZATION', $9, $2, $3, $4, $5, $6, $7, $8,"
    " now() + interval '24 hours') RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE uploads u SET received_bytes = $2, state = $3, sha256 = $4,"
    " etag = $5 WHERE name = $1 RETURNING " COLUMNS ", u.owners");

const Statement kDelete("DELETE FROM uploads WHERE name = $1 RETURNING owners");

const Statement kExpired(
    "DELETE FROM uploads WHERE name IN (SELECT name FROM uploads"
    " WHERE expire_time <= now() ORDER BY expire_time LIMIT $1"
    " FOR UPDATE SKIP LOCKED) RETURNING name, owners");

void RecordChange(Transaction& tx, Change::Kind kind, const Upload& upload,
                  const std::vector<std::string>& owners,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "meetings.Upload",
             .name = upload.name(),
             .etag = upload.etag(),
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = owners});
}

std::string_view ContentOfName(std::string_view name) {
  return name.substr(std::string_view("uploads/").size());
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM uploads u",
    .where = "u.expire_time > now()",
    .visible = "(u.visibility = ANY({v}) OR u.owners && {o})",
    .key = "u.name",
    .fields = {{"name", "u.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "u.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"state", "u.state", ListField::Type::kEnum, false,
                Upload::State_descriptor()},
               {"content_type", "u.content_type", ListField::Type::kText},
               {"file_name", "u.file_name", ListField::Type::kText}},
    .default_order = "create_time desc",
};

absl::StatusOr<Upload> Get(Transaction& tx, const Audience& audience,
                           std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Upload>(rows[0]);
}

absl::StatusOr<Upload> Lock(Transaction& tx, const Audience& audience,
                            std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Upload upload = ReadRow<Upload>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, upload.etag()));
  return upload;
}

absl::StatusOr<Upload> Insert(Transaction& tx, Upload upload,
                              const std::string& organization) {
  RETURN_IF_ERROR(tx.Query(kTakeTurn, {upload.creator()}).status());
  ASSIGN_OR_RETURN(const Rows count, tx.Query(kCount, {upload.creator()}));
  if (count[0].Int(0) >= kMostOfOne) {
    return Refused(
        "TOO_MANY_UPLOADS",
        {Concat("You have ", kMostOfOne,
                " uploads that have become no paper. Use or delete one first; "
                "GET /v1/uploads lists them."),
         Concat("Du har ", kMostOfOne,
                " uppladdningar som inte har blivit underlag. Använd eller ta "
                "bort en först; GET /v1/uploads visar dem.")});
  }
  std::vector<std::string> owners;
  if (!organization.empty()) owners.push_back(organization);
  upload.set_etag(NewEtag());
  Params values =
      Fields(upload, {"name", "file_name", "content_type", "size_bytes",
                      "sha256?", "state", "creator", "etag"});
  values.push_back(owners);
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kInsert, values, upload.name()));
  Upload stored = ReadRow<Upload>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, owners, {});
  return stored;
}

absl::StatusOr<Upload> Update(Transaction& tx, Upload upload,
                              std::vector<std::string> changed) {
  upload.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows, tx.QueryOne(kUpdate,
                             Fields(upload, {"name", "received_bytes", "state",
                                             "sha256?", "etag"}),
                             upload.name()));
  Upload stored = ReadRow<Upload>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored,
               rows[0].Array(rows.columns() - 1), std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Upload& upload) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kDelete, {upload.name()}, upload.name()));
  RecordChange(tx, Change::Kind::kDeleted, upload, rows[0].Array(0), {});
  return absl::OkStatus();
}

std::string_view ContentOf(const Upload& upload) {
  return ContentOfName(upload.name());
}

absl::Status Sweep(Database& database) {
  const Database::Actor actor{.caller = "processes/meetings",
                              .process = "meetings",
                              .method = "sweep-uploads",
                              .trace_id = "",
                              .caller_json = {}};
  int swept = kSweepBatch;
  while (swept == kSweepBatch) {
    RETURN_IF_ERROR(database.Transact(
        absl::Now() + kSweepDeadline, actor, /*dry_run=*/false,
        [&](Transaction& tx) -> absl::Status {
          ASSIGN_OR_RETURN(const Rows rows, tx.Query(kExpired, {kSweepBatch}));
          swept = rows.size();
          for (int i = 0; i < rows.size(); ++i) {
            Upload upload;
            upload.set_name(std::string(rows[i].Text(0)));
            contents::Delete(tx, ContentOf(upload));
            RecordChange(tx, Change::Kind::kDeleted, upload, rows[i].Array(1),
                         {});
          }
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

}  // namespace reglab::meetings::uploads
