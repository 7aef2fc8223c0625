#include "services/meetings/paper_store.h"

#include <utility>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"

namespace reglab::meetings::papers {

using v1::Meeting;
using v1::Paper;

namespace {

constexpr int kMostOfMeeting = 200;

#define COLUMNS                                                              \
  "i.name, i.display_name, i.agenda_item, i.position, i.link, i.file_name, " \
  "i.content_type, i.size_bytes, i.sha256, i.visibility, i.create_time,"     \
  " i.update_time, i.etag"

#define FROM_TABLES " FROM papers i JOIN meetings m ON m.name = i.parent"

#define READABLE                                    \
  " AND (i.visibility = ANY($2) OR i.owners && $3)" \
  " AND (m.visibility = ANY($2) OR m.owners && $3)"

const Statement kGet("SELECT " COLUMNS ", i.content" FROM_TABLES
                     " WHERE i.name = $1" READABLE);
const Statement kLock("SELECT " COLUMNS ", i.content" FROM_TABLES
                      " WHERE i.name = $1" READABLE " FOR UPDATE OF i");

const Statement kCount("SELECT count(*) FROM papers WHERE parent = $1");

const Statement kInsert(
    "INSERT INTO papers AS i (name, display_name, agenda_item, position, link,"
    " file_name, content_type, size_bytes, sha256, visibility, etag, parent,"
    " owners, content)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    " ON CONFLICT (name) DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE papers i SET display_name = $2, agenda_item = $3, position = $4,"
    " link = $5, file_name = $6, content_type = $7, size_bytes = $8,"
    " sha256 = $9, visibility = $10, etag = $11, content = $12,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM papers WHERE name = $1");

const Statement kMinutesStand(
    "SELECT FROM minutes WHERE parent = $1 AND state IN ('FINAL', 'APPROVED')");

const Statement kPart("SELECT p.data" FROM_TABLES
                      " JOIN content_parts p ON p.content = i.content"
                      " WHERE i.name = $1 AND i.content = $4"
                      " AND p.number = $5" READABLE);

Params ValuesOf(const Paper& paper) {
  Params values =
      Fields(paper, {"name", "display_name", "agenda_item?", "position",
                     "link?", "file_name?", "content_type?"});
  values.push_back(paper.sha256().empty() ? Param(std::nullopt)
                                          : Param(paper.size_bytes()));
  for (Param& value : Fields(paper, {"sha256?", "visibility", "etag"})) {
    values.push_back(std::move(value));
  }
  return values;
}

Param ContentOrNull(const std::string& content) {
  return content.empty() ? Param(std::nullopt) : Param(content);
}

Stored StoredOf(const Row& row) {
  return {ReadRow<Paper>(row), std::string(row.Text(row.rows().columns() - 1))};
}

void RecordChange(Transaction& tx, Change::Kind kind, const Meeting& meeting,
                  const Paper& paper, std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "meetings.Paper",
             .name = paper.name(),
             .etag = paper.etag(),
             .field_paths = std::move(paths),
             .visibility = Meeting::Visibility_Name(
                 Narrower(paper.visibility(), meeting.visibility())),
             .owners = meetings::OwnersOf(meeting)});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS FROM_TABLES,
    .visible =
        "((i.visibility = ANY({v}) OR i.owners && {o})"
        " AND (m.visibility = ANY({v}) OR m.owners && {o}))",
    .parent = "i.parent",
    .key = "i.name",
    .search = "i.search",
    .fields = {{"name", "i.name", ListField::Type::kText, true, nullptr, true},
               {"position", "i.position", ListField::Type::kInt, true, nullptr,
                true},
               {"display_name", "i.display_name", ListField::Type::kText, true,
                nullptr, true},
               {"create_time", "i.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"agenda_item", "i.agenda_item"},
               {"content_type", "i.content_type"},
               {"visibility", "i.visibility", ListField::Type::kEnum, false,
                Meeting::Visibility_descriptor()}},
    .default_order = "position",
};

absl::StatusOr<Stored> Get(Transaction& tx, const Audience& audience,
                           std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return StoredOf(rows[0]);
}

absl::StatusOr<Stored> Lock(Transaction& tx, const Audience& audience,
                            std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Stored stored = StoredOf(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, stored.paper.etag()));
  return stored;
}

absl::StatusOr<Paper> Insert(Transaction& tx, const Meeting& meeting,
                             Stored stored) {
  ASSIGN_OR_RETURN(const Rows count, tx.Query(kCount, {meeting.name()}));
  if (count[0].Int(0) >= kMostOfMeeting) {
    return Refused(
        "TOO_MANY_PAPERS",
        {Concat("The meeting has ", kMostOfMeeting,
                " papers. Delete one first, or put several into one file."),
         Concat("Mötet har ", kMostOfMeeting,
                " underlag. Ta bort ett först, eller lägg flera i en fil.")});
  }
  stored.paper.set_etag(NewEtag());
  Params values = ValuesOf(stored.paper);
  values.push_back(meeting.name());
  values.push_back(meetings::OwnersOf(meeting));
  values.push_back(ContentOrNull(stored.content));
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, values));
  if (rows.empty()) return AlreadyExists(stored.paper.name());
  Paper paper = ReadRow<Paper>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, meeting, paper, {});
  return paper;
}

absl::StatusOr<Paper> Update(Transaction& tx, const Meeting& meeting,
                             Stored stored, std::vector<std::string> changed) {
  stored.paper.set_etag(NewEtag());
  Params values = ValuesOf(stored.paper);
  values.push_back(ContentOrNull(stored.content));
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate, values, stored.paper.name()));
  Paper paper = ReadRow<Paper>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, meeting, paper, std::move(changed));
  return paper;
}

absl::Status Delete(Transaction& tx, const Meeting& meeting,
                    const Stored& stored) {
  tx.Send(kDelete, {stored.paper.name()});
  RecordChange(tx, Change::Kind::kDeleted, meeting, stored.paper, {});
  return absl::OkStatus();
}

absl::Status CheckChangeable(Transaction& tx, const Meeting& meeting) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kMinutesStand, {meeting.name()}));
  if (rows.empty()) return absl::OkStatus();
  return Refused(
      "MINUTES_FINAL",
      {"The minutes of the meeting stand, and its papers with them. Add a "
       "further paper instead.",
       "Mötets anteckningar är slutliga, och underlagen med dem. Lägg till "
       "ett nytt underlag i stället."});
}

absl::StatusOr<std::string> ReadPart(Transaction& tx, const Audience& audience,
                                     std::string_view name,
                                     std::string_view content, int number) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.QueryOne(kPart,
                               {name, audience.visibilities, audience.owners,
                                content, number},
                               name));
  return rows[0].Bytes(0);
}

}  // namespace reglab::meetings::papers
