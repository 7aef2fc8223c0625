#include "services/meetings/minutes_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/minutes_assembly_rules.h"
#include "services/meetings/minutes_life_rules.h"
#include "services/meetings/minutes_page.h"
#include "services/meetings/minutes_text_store.h"
#include "services/meetings/minutes_version_store.h"

namespace reglab::meetings::minutes {

using google::protobuf::RepeatedPtrField;
using v1::ImportMinutesResponse;
using v1::Minutes;

namespace {

#define SELECT_READABLE                                                    \
  "SELECT d.name, d.kind, d.state, d.source_digest, d.source_lines,"       \
  " d.placed_lines, d.visibility, d.create_time, d.update_time, d.etag,"   \
  " d.title, d.version, d.chair, d.verifiers, d.corrections_until"         \
  " FROM minutes d JOIN meetings m ON m.name = d.parent WHERE d.name = $1" \
  " AND (d.visibility = ANY($2) OR d.owners && $3)"                        \
  " AND (m.visibility = ANY($2) OR m.owners && $3)"

const Statement kGet(SELECT_READABLE);

const Statement kLock(SELECT_READABLE " FOR UPDATE OF d");

const Statement kVersionText(
    "SELECT markdown, digest FROM minutes_versions WHERE parent = $1"
    " AND number = $2");

// Those who approved a record stay with it, however it is corrected later.
const Statement kApprovals(
    "SELECT a.person, a.approve_time FROM minutes_approvals a"
    " JOIN minutes d ON d.name = a.minutes"
    " WHERE a.minutes = $1 AND (d.state = 'APPROVED' OR a.digest = $2)"
    " ORDER BY a.approve_time, a.person");

const Statement kForgetApprovals(
    "DELETE FROM minutes_approvals WHERE minutes = $1 AND digest <> $2");

const Statement kApprove(
    "INSERT INTO minutes_approvals (minutes, person, digest)"
    " VALUES ($1, $2, $3) ON CONFLICT (minutes, person) DO NOTHING");

const Statement kCreate(
    "INSERT INTO minutes (name, parent, kind, state, visibility, owners, chair,"
    " verifiers, etag)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT DO NOTHING RETURNING create_time, update_time");

const Statement kUpdate(
    "UPDATE minutes SET kind = $2, state = $3, visibility = $4, chair = $5,"
    " verifiers = $6, corrections_until = $7, version = $8, etag = $9,"
    " update_time = now() WHERE name = $1 RETURNING update_time");

const Statement kToday("SELECT (now() AT TIME ZONE 'Europe/Stockholm')::date");

const Statement kMeetingOf(
    "SELECT parent FROM minutes WHERE source_digest = $1");

const Statement kLockDigest(
    "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))");

const Statement kInsert(
    "INSERT INTO minutes (name, parent, kind, state, visibility, owners, title,"
    " source_digest, source_lines, placed_lines, unresolved, etag, version)"
    " VALUES ($1, $2, $3, 'FINAL', 'MEMBERS', $4, $5, $6, $7, $8, $9, $10, 1)");

const Statement kImported(
    "SELECT unresolved, source_lines, placed_lines FROM minutes"
    " WHERE parent = $1");

std::string Text(const Row& row, std::string_view column) {
  return std::string(items::Column(row, column));
}

template <class Item>
absl::Status InsertAll(Transaction& tx, const v1::Meeting& meeting,
                       const Layouts& layouts, RepeatedPtrField<Item>& parts,
                       const std::vector<std::string>& owners = {}) {
  const items::Table& table = items::TableOf<Item>();
  const auto found = layouts.find(table.collection);
  std::vector<items::NewItem> rows;
  rows.reserve(parts.size());
  for (int i = 0; i < parts.size(); ++i) {
    const bool laid_out =
        found != layouts.end() && i < int(found->second.size());
    rows.push_back({parts.Mutable(i), laid_out ? &found->second[i] : nullptr});
  }
  return items::Insert(tx, table, meeting, rows, owners);
}

template <class Item>
absl::Status ReadAll(Transaction& tx, const Audience& audience,
                     std::string_view meeting, RepeatedPtrField<Item>& parts) {
  ASSIGN_OR_RETURN(const Rows rows,
                   items::All(tx, items::TableOf<Item>(), audience, meeting));
  for (int i = 0; i < rows.size(); ++i) ReadRow(rows[i], *parts.Add());
  return absl::OkStatus();
}

Audience Everyone() {
  Audience everyone;
  everyone.visibilities = {"PUBLIC", "MEMBERS", "BODY", "ORGANIZATION"};
  return everyone;
}

// The text of what is not final changes with the parts of the meeting alone:
// so does what stands behind the "-" of the etag, which nobody is held to.
std::string RowEtag(std::string_view etag) {
  return std::string(etag.substr(0, etag.find('-')));
}
void TagText(Minutes& minutes) {
  if (IsFinal(minutes.state()) || minutes.digest().empty()) return;
  minutes.set_etag(Concat(RowEtag(minutes.etag()), "-",
                          std::string_view(minutes.digest()).substr(0, 8)));
}

absl::Status SetText(Transaction& tx, std::string markdown, Minutes& minutes) {
  minutes.set_digest(Sha256(markdown));
  minutes.set_markdown(std::move(markdown));
  TagText(minutes);
  if (minutes.kind() != Minutes::RECORD) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Query(kApprovals, {minutes.name(), minutes.digest()}));
  minutes.clear_approvals();
  for (int i = 0; i < rows.size(); ++i) {
    ReadRow(rows[i], *minutes.add_approvals());
  }
  return absl::OkStatus();
}

void RecordChange(Transaction& tx, Change::Kind kind,
                  const v1::Meeting& meeting, const Minutes& minutes,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "meetings.Minutes",
             .name = minutes.name(),
             .etag = minutes.etag(),
             .field_paths = std::move(paths),
             .visibility = v1::Meeting::Visibility_Name(
                 Narrower(minutes.visibility(), meeting.visibility())),
             .owners = meetings::OwnersOf(meeting)});
}

absl::StatusOr<WithMeeting> Load(Transaction& tx, const Statement& statement,
                                 const Audience& audience,
                                 std::string_view name, v1::Meeting meeting) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(statement, {name, audience.visibilities, audience.owners},
                  name));
  WithMeeting all{ReadRow<Minutes>(rows[0]), std::move(meeting)};
  Minutes& minutes = all.minutes;
  minutes.set_notice(std::string(kDisclosureNotice));
  std::string text;
  if (IsFinal(minutes.state()) && minutes.version() > 0) {
    ASSIGN_OR_RETURN(
        const Rows version,
        tx.QueryOne(kVersionText, {name, minutes.version()}, name));
    text = version[0].Text(0);
  } else if (IsFinal(minutes.state())) {
    // Imported before there were versions.
    ASSIGN_OR_RETURN(text, RenderImported(tx, all.meeting, minutes.kind(),
                                          Text(rows[0], "title")));
  } else {
    return all;
  }
  RETURN_IF_ERROR(SetText(tx, std::move(text), minutes));
  return all;
}

}  // namespace

absl::StatusOr<WithMeeting> Get(Transaction& tx, const Audience& audience,
                                std::string_view name) {
  absl::StatusOr<v1::Meeting> meeting =
      meetings::Get(tx, audience, ParentOf(name));
  if (absl::IsNotFound(meeting.status())) return NotFound(name);
  RETURN_IF_ERROR(meeting.status());
  return Load(tx, kGet, audience, name, *std::move(meeting));
}

absl::StatusOr<WithMeeting> Lock(Transaction& tx, const Audience& audience,
                                 std::string_view name, std::string_view etag) {
  absl::StatusOr<v1::Meeting> meeting =
      meetings::Lock(tx, audience, ParentOf(name), "");
  if (absl::IsNotFound(meeting.status())) return NotFound(name);
  RETURN_IF_ERROR(meeting.status());
  ASSIGN_OR_RETURN(WithMeeting all,
                   Load(tx, kLock, audience, name, *std::move(meeting)));
  RETURN_IF_ERROR(CheckEtag(name, RowEtag(etag), RowEtag(all.minutes.etag())));
  return all;
}

absl::Status WithText(Transaction& tx, const Names& names, WithMeeting& all) {
  if (!all.minutes.markdown().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const MinutesContent content,
                   ContentOf(tx, names, all.meeting, all.minutes));
  return SetText(tx, AssembleMinutes(content), all.minutes);
}

absl::StatusOr<std::vector<v1::Attendance>> Attendances(
    Transaction& tx, std::string_view meeting) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      items::All(tx, items::TableOf<v1::Attendance>(), Everyone(), meeting));
  std::vector<v1::Attendance> attendances;
  for (int i = 0; i < rows.size(); ++i) {
    attendances.push_back(ReadRow<v1::Attendance>(rows[i]));
  }
  return attendances;
}

absl::StatusOr<Minutes> Create(Transaction& tx, const v1::Meeting& meeting,
                               Minutes minutes) {
  minutes.set_name(absl::StrCat(meeting.name(), "/minutes"));
  minutes.set_etag(NewEtag());
  minutes.set_state(Minutes::DRAFT);
  minutes.set_visibility(v1::Meeting::BODY);
  minutes.set_notice(std::string(kDisclosureNotice));
  Params values = {minutes.name(),
                   meeting.name(),
                   Minutes::Kind_Name(minutes.kind()),
                   Minutes::State_Name(minutes.state()),
                   v1::Meeting::Visibility_Name(minutes.visibility()),
                   meetings::OwnersOf(meeting)};
  for (const Param& param : Fields(minutes, {"chair?", "verifiers", "etag"})) {
    values.push_back(param);
  }
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kCreate, values));
  if (rows.empty()) return AlreadyExists(minutes.name());
  ReadRow(rows[0], minutes);
  RecordChange(tx, Change::Kind::kCreated, meeting, minutes, {});
  return minutes;
}

absl::Status Update(Transaction& tx, const v1::Meeting& meeting,
                    std::vector<std::string> changed, Minutes& minutes) {
  minutes.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(kUpdate,
                  Fields(minutes, {"name", "kind", "state", "visibility",
                                   "chair?", "verifiers", "corrections_until?",
                                   "version", "etag"}),
                  minutes.name()));
  ReadRow(rows[0], minutes);
  RecordChange(tx, Change::Kind::kUpdated, meeting, minutes,
               std::move(changed));
  TagText(minutes);
  return absl::OkStatus();
}

absl::Status Approve(Transaction& tx, const Minutes& minutes,
                     std::string_view person) {
  tx.Send(kForgetApprovals, {minutes.name(), minutes.digest()});
  return tx.Query(kApprove, {minutes.name(), person, minutes.digest()})
      .status();
}

absl::StatusOr<std::string> Today(Transaction& tx) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kToday));
  return std::string(rows[0].Text(0));
}

absl::StatusOr<std::string> MeetingOf(Transaction& tx,
                                      std::string_view digest) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kMeetingOf, {digest}));
  return rows.empty() ? std::string() : std::string(rows[0].Text(0));
}

absl::StatusOr<std::string> LockDigest(Transaction& tx,
                                       std::string_view digest) {
  tx.Send(kLockDigest, {digest});
  return MeetingOf(tx, digest);
}

absl::Status Insert(Transaction& tx, const ParsedMinutes& parsed,
                    std::string_view digest, const std::string& importer,
                    const Layouts& layouts, ImportMinutesResponse& response) {
  const v1::Meeting& meeting = response.meeting();
  // First the items, to which everything else refers; the minutes last, since
  // nothing is added to what is final.
  RETURN_IF_ERROR(
      InsertAll(tx, meeting, layouts, *response.mutable_agenda_items()));
  RETURN_IF_ERROR(
      InsertAll(tx, meeting, layouts, *response.mutable_attendances()));
  RETURN_IF_ERROR(InsertAll(tx, meeting, layouts, *response.mutable_notes()));
  RETURN_IF_ERROR(
      InsertAll(tx, meeting, layouts, *response.mutable_questions()));
  RETURN_IF_ERROR(
      InsertAll(tx, meeting, layouts, *response.mutable_discussions()));
  RETURN_IF_ERROR(
      InsertAll(tx, meeting, layouts, *response.mutable_conclusions()));
  RETURN_IF_ERROR(
      InsertAll(tx, meeting, layouts, *response.mutable_decisions()));
  RETURN_IF_ERROR(InsertAll(tx, meeting, layouts, *response.mutable_actions()));
  RETURN_IF_ERROR(InsertAll(tx, meeting, layouts,
                            *response.mutable_suggestions(), {importer}));

  Minutes minutes;
  minutes.set_name(absl::StrCat(meeting.name(), "/minutes"));
  minutes.set_kind(parsed.kind == ParsedMinutes::Kind::kRecord
                       ? Minutes::RECORD
                       : Minutes::NOTES);
  minutes.set_state(Minutes::FINAL);
  minutes.set_visibility(v1::Meeting::MEMBERS);
  minutes.set_etag(NewEtag());
  Params values = {minutes.name(),
                   meeting.name(),
                   Minutes::Kind_Name(minutes.kind()),
                   meetings::OwnersOf(meeting),
                   parsed.title,
                   digest,
                   parsed.source_lines,
                   parsed.placed_lines};
  for (const Param& param : Fields(response, {"unresolved"})) {
    values.push_back(param);
  }
  values.push_back(minutes.etag());
  RETURN_IF_ERROR(tx.Query(kInsert, values).status());
  RecordChange(tx, Change::Kind::kCreated, meeting, minutes, {});
  ASSIGN_OR_RETURN(const std::string markdown,
                   RenderImported(tx, meeting, minutes.kind(), parsed.title));
  v1::MinutesVersion version;
  version.set_markdown(markdown);
  return minutes_versions::Insert(tx, meeting, minutes, std::move(version))
      .status();
}

absl::StatusOr<ImportMinutesResponse> Read(Transaction& tx,
                                           const Audience& audience,
                                           std::string_view meeting) {
  ImportMinutesResponse response;
  ASSIGN_OR_RETURN(*response.mutable_meeting(),
                   meetings::Get(tx, audience, meeting));
  ASSIGN_OR_RETURN(const Rows rows, tx.QueryOne(kImported, {meeting}, meeting));
  ReadRow(rows[0], response);
  ReadRow(rows[0], *response.mutable_coverage());
  const auto read = [&](auto* parts) {
    return ReadAll(tx, audience, meeting, *parts);
  };
  RETURN_IF_ERROR(read(response.mutable_agenda_items()));
  RETURN_IF_ERROR(read(response.mutable_attendances()));
  RETURN_IF_ERROR(read(response.mutable_notes()));
  RETURN_IF_ERROR(read(response.mutable_questions()));
  RETURN_IF_ERROR(read(response.mutable_discussions()));
  RETURN_IF_ERROR(read(response.mutable_conclusions()));
  RETURN_IF_ERROR(read(response.mutable_decisions()));
  RETURN_IF_ERROR(read(response.mutable_actions()));
  RETURN_IF_ERROR(read(response.mutable_suggestions()));
  return response;
}

}  // namespace reglab::meetings::minutes
