#include "services/meetings/minutes_text_store.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/meetings/amendment_store.h"
#include "services/meetings/consultation_store.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/minutes_rules.h"
#include "services/meetings/referral_store.h"

namespace reglab::meetings::minutes {

using v1::Minutes;

namespace {

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

// Whoever may read the minutes once they are out may read what is printed.
Audience Readers(const v1::Meeting& meeting) {
  Audience readers;
  const v1::Meeting::Visibility narrowest =
      Narrower(v1::Meeting::MEMBERS, meeting.visibility());
  for (const v1::Meeting::Visibility each :
       {v1::Meeting::PUBLIC, v1::Meeting::MEMBERS, v1::Meeting::BODY,
        v1::Meeting::ORGANIZATION}) {
    if (Narrower(each, narrowest) == narrowest) {
      readers.visibilities.push_back(v1::Meeting::Visibility_Name(each));
    }
  }
  return readers;
}

template <class Part>
absl::Status ReadPrinted(Transaction& tx, const v1::Meeting& meeting,
                         std::vector<Part>& parts) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      items::All(tx, items::TableOf<Part>(), Readers(meeting), meeting.name()));
  for (int i = 0; i < rows.size(); ++i) {
    parts.push_back(ReadRow<Part>(rows[i]));
  }
  return absl::OkStatus();
}

// What was said of amendments at the meeting, of those consultations that may
// be read.
absl::Status ReadDispositions(Transaction& tx, const v1::Meeting& meeting,
                              const Audience& readers,
                              MinutesContent& content) {
  ASSIGN_OR_RETURN(const std::vector<v1::Amendment> disposed,
                   amendments::DisposedAt(tx, meeting.name()));
  std::map<std::string, bool> readable;
  for (const v1::Amendment& amendment : disposed) {
    const std::string consultation = ParentOf(amendment.name());
    const auto [found, is_new] = readable.emplace(consultation, false);
    if (is_new) {
      const absl::Status status =
          consultations::Get(tx, readers, consultation).status();
      if (!status.ok() && !absl::IsNotFound(status)) return status;
      found->second = status.ok();
    }
    if (found->second) {
      content.dispositions.push_back(DispositionFrom(amendment));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> RenderImported(Transaction& tx,
                                           const v1::Meeting& meeting,
                                           v1::Minutes::Kind kind,
                                           std::string_view title) {
  const Audience readers = Readers(meeting);
  Reader reader{tx, readers, meeting.name(), {}, {}};
  reader.parsed.title = std::string(title);
  reader.parsed.kind = kind == Minutes::RECORD ? ParsedMinutes::Kind::kRecord
                                               : ParsedMinutes::Kind::kNotes;
  RETURN_IF_ERROR(reader.ReadItems());
  RETURN_IF_ERROR(reader.ReadNotes());
  RETURN_IF_ERROR(reader.ReadTalk());
  RETURN_IF_ERROR(reader.ReadOutcomes());
  return RenderMinutes(reader.parsed);
}

absl::StatusOr<MinutesContent> ContentOf(
    Transaction& tx,
    const std::map<std::string, std::string, std::less<>>& names,
    const v1::Meeting& meeting, const Minutes& minutes) {
  MinutesContent content{.kind = minutes.kind(), .meeting = meeting};
  const auto read = [&](auto& parts) {
    return ReadPrinted(tx, meeting, parts);
  };
  RETURN_IF_ERROR(read(content.items));
  RETURN_IF_ERROR(read(content.attendances));
  RETURN_IF_ERROR(read(content.notes));
  RETURN_IF_ERROR(read(content.questions));
  RETURN_IF_ERROR(read(content.discussions));
  RETURN_IF_ERROR(read(content.conclusions));
  RETURN_IF_ERROR(read(content.decisions));
  RETURN_IF_ERROR(read(content.actions));
  ASSIGN_OR_RETURN(const std::vector<v1::Referral> referrals,
                   referrals::OfMeeting(tx, meeting.name()));
  const Audience readers = Readers(meeting);
  for (const v1::Referral& referral : referrals) {
    const std::string visibility =
        v1::Meeting::Visibility_Name(referral.visibility());
    if (referral.state() == v1::Referral::DRAFT ||
        std::find(readers.visibilities.begin(), readers.visibilities.end(),
                  visibility) == readers.visibilities.end()) {
      continue;
    }
    content.referrals.push_back({.agenda_item = referral.agenda_item(),
                                 .title = referral.title(),
                                 .text = referral.text(),
                                 .target = referral.target().empty()
                                               ? referral.target_text()
                                               : referral.target(),
                                 .due_date = referral.due_date()});
  }
  RETURN_IF_ERROR(ReadDispositions(tx, meeting, readers, content));
  content.names = names;
  // Whom the meeting knows by another name than membership is called so here.
  for (const v1::Attendance& attendance : content.attendances) {
    if (!attendance.person().empty() && !attendance.name_text().empty()) {
      content.names[attendance.person()] = attendance.name_text();
    }
  }
  content.chair = minutes.chair();
  content.verifiers = {minutes.verifiers().begin(), minutes.verifiers().end()};
  return content;
}

absl::StatusOr<std::vector<v1::Attendance>> PrintedAttendances(
    Transaction& tx, const v1::Meeting& meeting) {
  std::vector<v1::Attendance> attendances;
  RETURN_IF_ERROR(ReadPrinted(tx, meeting, attendances));
  return attendances;
}

}  // namespace reglab::meetings::minutes
