#include "services/meetings/minutes_store.h"

#include <charconv>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"

namespace reglab::meetings::minutes {

using google::protobuf::RepeatedPtrField;
using v1::ImportMinutesResponse;
using v1::Minutes;

namespace {

const Statement kGet(
    "SELECT d.name, d.kind, d.state, d.source_digest, d.source_lines,"
    " d.placed_lines, d.visibility, d.create_time, d.update_time, d.etag,"
    " d.parent, d.title"
    " FROM minutes d JOIN meetings m ON m.name = d.parent WHERE d.name = $1"
    " AND (d.visibility = ANY($2) OR d.owners && $3)"
    " AND (m.visibility = ANY($2) OR m.owners && $3)");

const Statement kMeetingOf(
    "SELECT parent FROM minutes WHERE source_digest = $1");

const Statement kLockDigest(
    "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))");

const Statement kInsert(
    "INSERT INTO minutes (name, parent, kind, state, visibility, owners, title,"
    " source_digest, source_lines, placed_lines, unresolved, etag)"
    " VALUES ($1, $2, $3, 'FINAL', 'MEMBERS', $4, $5, $6, $7, $8, $9, $10)");

const Statement kImported(
    "SELECT unresolved, source_lines, placed_lines FROM minutes"
    " WHERE parent = $1");

int Number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string Text(const Row& row, std::string_view column) {
  return std::string(items::Column(row, column));
}

Label LabelOf(const Row& row) {
  return {Text(row, "label"), Number(items::Column(row, "label_line")),
          Number(items::Column(row, "label_level"))};
}

// Turns rows back into minutes as they were read.
struct Reader {
  Transaction& tx;
  const Audience& audience;
  std::string meeting;
  ParsedMinutes parsed;
  std::map<std::string, int, std::less<>> items;

  // Calls `take` with each resource, its row and its position.
  template <class Item, class Take>
  absl::Status Each(Take take) {
    ASSIGN_OR_RETURN(const Rows rows,
                     items::All(tx, items::TableOf<Item>(), audience, meeting));
    for (int i = 0; i < rows.size(); ++i) {
      const Item item = ReadRow<Item>(rows[i]);
      const auto found = items.find(items::Column(rows[i], "agenda_item"));
      const Position position = {
          .item = found == items.end() ? -1 : found->second,
          .line = item.source_line(),
          .last_line = item.source_line(),
          .order = item.position()};
      take(item, rows[i], position);
    }
    return absl::OkStatus();
  }

  absl::Status ReadItems() {
    return Each<v1::AgendaItem>(
        [&](const v1::AgendaItem& item, const Row& row, Position position) {
          position.item = int(parsed.items.size());
          items.emplace(item.name(), position.item);
          const int level = Number(items::Column(row, "heading_level"));
          std::string number = item.number();
          if (number.starts_with("§ ")) number.erase(0, 3);
          const std::string heading = Text(row, "heading");
          const bool as_written =
              heading.find(item.display_name()) != std::string::npos;
          parsed.items.push_back(
              {.number = number,
               .title = item.display_name(),
               .heading = as_written       ? heading
                          : number.empty() ? item.display_name()
                                           : absl::StrCat(item.number(), " ",
                                                          item.display_name()),
               .level = level == 0 ? 1 : level,
               .position = position});
        });
  }

  absl::Status ReadNotes() {
    return Each<v1::Note>(
        [&](const v1::Note& note, const Row& row, Position position) {
          const std::string_view layout = items::Column(row, "layout");
          const ParsedNote::Kind kind =
              layout == "ATTENDANCE" ? ParsedNote::Kind::kAttendance
              : layout == "FACT"     ? ParsedNote::Kind::kFact
              : layout == "RULE"     ? ParsedNote::Kind::kRule
                                     : ParsedNote::Kind::kText;
          parsed.notes.push_back({note.text(), kind, position});
        });
  }

  absl::Status ReadTalk() {
    RETURN_IF_ERROR(Each<v1::Question>(
        [&](const v1::Question& question, const Row&, Position position) {
          ParsedQuestion& read = parsed.questions.emplace_back();
          read = {question.text(), {}, position};
          std::string_view rest = question.answer();
          while (!rest.empty()) {
            const size_t end = rest.find("\n\n");
            read.answers.emplace_back(rest.substr(0, end));
            rest = end == std::string_view::npos ? "" : rest.substr(end + 2);
          }
        }));
    return Each<v1::Discussion>([&](const v1::Discussion& discussion,
                                    const Row& row, Position position) {
      parsed.discussions.push_back(
          {discussion.text(), discussion.group(), LabelOf(row), position});
    });
  }

  absl::Status ReadOutcomes() {
    RETURN_IF_ERROR(
        Each<v1::Conclusion>([&](const v1::Conclusion& conclusion,
                                 const Row& row, Position position) {
          parsed.conclusions.push_back(
              {conclusion.text(),
               {conclusion.points().begin(), conclusion.points().end()},
               LabelOf(row),
               position});
        }));
    RETURN_IF_ERROR(Each<v1::Decision>([&](const v1::Decision& decision,
                                           const Row& row, Position position) {
      std::string number = decision.number();
      if (number.starts_with("§ ")) number.erase(0, 3);
      parsed.decisions.push_back({.paragraph_number = number,
                                  .text = decision.text(),
                                  .source_text = SourceOf(row, decision.text()),
                                  .label = LabelOf(row),
                                  .quoted = items::Column(row, "quoted") == "t",
                                  .position = position});
    }));
    return Each<v1::Action>([&](const v1::Action& action, const Row& row,
                                Position position) {
      parsed.actions.push_back({.text = action.text(),
                                .source_text = SourceOf(row, action.text()),
                                .owner_text = action.owner_text(),
                                .due_date = action.due_date(),
                                .label = LabelOf(row),
                                .quoted = items::Column(row, "quoted") == "t",
                                .position = position});
    });
  }

  // As written, as long as nobody has changed the text.
  static std::string SourceOf(const Row& row, const std::string& text) {
    std::string source = Text(row, "source_text");
    return source.empty() ? text : source;
  }
};

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

}  // namespace

absl::StatusOr<Minutes> Get(Transaction& tx, const Audience& audience,
                            std::string_view name) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  Minutes minutes = ReadRow<Minutes>(rows[0]);
  Reader reader{tx, audience, Text(rows[0], "parent"), {}, {}};
  reader.parsed.title = Text(rows[0], "title");
  reader.parsed.kind = minutes.kind() == Minutes::RECORD
                           ? ParsedMinutes::Kind::kRecord
                           : ParsedMinutes::Kind::kNotes;
  RETURN_IF_ERROR(reader.ReadItems());
  RETURN_IF_ERROR(reader.ReadNotes());
  RETURN_IF_ERROR(reader.ReadTalk());
  RETURN_IF_ERROR(reader.ReadOutcomes());
  minutes.set_markdown(RenderMinutes(reader.parsed));
  return minutes;
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
  const std::string name = absl::StrCat(meeting.name(), "/minutes");
  const std::string etag = NewEtag();
  const std::vector<std::string> owners = meetings::OwnersOf(meeting);
  Params values = {
      name,
      meeting.name(),
      parsed.kind == ParsedMinutes::Kind::kRecord ? "RECORD" : "NOTES",
      owners,
      parsed.title,
      digest,
      parsed.source_lines,
      parsed.placed_lines};
  for (const Param& param : Fields(response, {"unresolved"})) {
    values.push_back(param);
  }
  values.push_back(etag);
  RETURN_IF_ERROR(tx.Query(kInsert, values).status());
  tx.Record({.kind = Change::Kind::kCreated,
             .type = "meetings.Minutes",
             .name = name,
             .etag = etag,
             .field_paths = {},
             .visibility = v1::Meeting::Visibility_Name(
                 Narrower(v1::Meeting::MEMBERS, meeting.visibility())),
             .owners = owners});
  // First the items, to which everything else refers.
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
  return InsertAll(tx, meeting, layouts, *response.mutable_suggestions(),
                   {importer});
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
