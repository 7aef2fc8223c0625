#include "services/membership/import_reader.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "reglab/options/v1/options.pb.h"
#include "services/common/errors.h"
#include "services/common/field_values.h"
#include "services/common/json_reader.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::membership {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kMostColumns = 64;
constexpr char kListSeparator = '|';

absl::Status InvalidFile(Text text) {
  return MakeError(absl::StatusCode::kInvalidArgument, "INVALID_FILE", text,
                   {{"content", text}});
}

absl::Status InvalidCell(std::string_view column, Text text) {
  return InvalidField(column, std::move(text));
}

absl::Status TooManyRows() {
  return InvalidFile({absl::StrCat("The file has more than ", kMostImportRows,
                                   " rows. Divide it."),
                      absl::StrCat("Filen har mer än ", kMostImportRows,
                                   " rader. Dela upp den.")});
}

// What a caller sends in it has no meaning.
bool IsPassedOver(const FieldDescriptor* field) {
  return field->name() == "etag" ||
         field->options().GetExtension(options::v1::rules).output_only();
}

// The field that a column or member names, in either spelling; or null.
const FieldDescriptor* FindColumn(const Descriptor* type,
                                  std::string_view name) {
  const FieldDescriptor* field = FindJsonField(type, name);
  return field != nullptr ? field : type->FindFieldByName(std::string(name));
}

// Takes CSV apart, record by record.
class Csv {
 public:
  Csv(std::string_view text, char separator)
      : text_(text), separator_(separator) {}

  enum class Outcome { kRow, kBroken, kEnd };

  // The cells of the next record that is not blank. kBroken: the record is not
  // written by the rules, and `cells` holds what came before; the next call
  // goes on behind it.
  Outcome Next(std::vector<std::string>* cells, Text* wrong) {
    while (!text_.empty() && TakeLineEnd()) continue;
    cells->clear();
    line_of_record_ = line_;
    if (text_.empty()) return Outcome::kEnd;
    while (true) {
      std::string cell;
      const bool quoted = text_.starts_with('"');
      if (quoted ? !TakeQuoted(&cell, wrong) : !TakePlain(&cell, wrong)) {
        SkipLine();
        return Outcome::kBroken;
      }
      cells->push_back(std::move(cell));
      if (text_.empty() || TakeLineEnd()) return Outcome::kRow;
      text_.remove_prefix(1);  // the separator
      if (cells->size() == kMostColumns) {
        *wrong = {absl::StrCat("It has more than ", kMostColumns, " cells."),
                  absl::StrCat("Den har mer än ", kMostColumns, " celler.")};
        SkipLine();
        return Outcome::kBroken;
      }
    }
  }

  int line_of_record() const { return line_of_record_; }

 private:
  bool AtLineEnd() const {
    return text_.starts_with('\n') || text_.starts_with('\r');
  }

  // A line feed, a carriage return, or both.
  bool TakeLineEnd() {
    if (!AtLineEnd()) return false;
    text_.remove_prefix(text_.starts_with("\r\n") ? 2 : 1);
    ++line_;
    return true;
  }

  void SkipLine() {
    text_.remove_prefix(std::min(text_.find_first_of("\r\n"), text_.size()));
  }

  bool TakePlain(std::string* cell, Text* wrong) {
    const char ends[] = {separator_, '\r', '\n', '"', '\0'};
    const size_t end = std::min(text_.find_first_of(ends), text_.size());
    cell->assign(text_.substr(0, end));
    text_.remove_prefix(end);
    if (!text_.starts_with('"')) return true;
    *wrong = {
        "A quotation mark stands in the middle of a cell. Put the whole cell "
        "between quotation marks, and double those inside.",
        "Ett citattecken står mitt i en cell. Sätt hela cellen inom "
        "citattecken, och dubblera dem som står inuti."};
    return false;
  }

  bool TakeQuoted(std::string* cell, Text* wrong) {
    text_.remove_prefix(1);
    while (true) {
      const size_t end = text_.find('"');
      if (end == std::string_view::npos) {
        *wrong = {
            "A quotation mark is never closed: the rest of the file is one "
            "cell. Close it, or double it if it belongs to the text.",
            "Ett citattecken stängs aldrig: resten av filen är en enda cell. "
            "Stäng det, eller dubblera det om det hör till texten."};
        text_ = {};
        return false;
      }
      const std::string_view part = text_.substr(0, end);
      AddLines(part);
      cell->append(part);
      text_.remove_prefix(end + 1);
      if (!TakePrefix(text_, "\"")) break;
      cell->push_back('"');
    }
    if (text_.empty() || AtLineEnd() || text_.front() == separator_) {
      return true;
    }
    *wrong = {
        "Text follows a closing quotation mark. Put the whole cell between "
        "quotation marks, and double those inside.",
        "Text följer efter ett avslutande citattecken. Sätt hela cellen inom "
        "citattecken, och dubblera dem som står inuti."};
    return false;
  }

  void AddLines(std::string_view part) {
    for (size_t i = 0; i < part.size(); ++i) {
      const bool feed = part[i] == '\n' && (i == 0 || part[i - 1] != '\r');
      if (feed || part[i] == '\r') ++line_;
    }
  }

  std::string_view text_;
  const char separator_;
  int line_ = 1;
  int line_of_record_ = 1;
};

// A name of a field has neither, so the first one separates.
char SeparatorOf(std::string_view text) {
  const size_t at = text.find_first_of(",;\r\n");
  return at != std::string_view::npos && text[at] == ';' ? ';' : ',';
}

struct Column {
  std::string name;
  const FieldDescriptor* field;  // null: passed over
};

absl::StatusOr<std::vector<Column>> ColumnsOf(
    const std::vector<std::string>& names, const Descriptor* type) {
  std::vector<Column> columns;
  uint64_t seen = 0;
  for (const std::string& name : names) {
    const FieldDescriptor* field = FindColumn(type, Trim(name));
    const std::string shown = Excerpt(name);
    if (field == nullptr) {
      const std::string nearest(Nearest(name, JsonNames(type)));
      return InvalidFile(
          {absl::StrCat("There is no column \"", shown, "\". Perhaps you mean ",
                        nearest, ". The first row names the fields."),
           absl::StrCat("Det finns ingen kolumn ”", shown,
                        "”. Du menar kanske ", nearest,
                        ". Första raden anger fälten.")});
    }
    const uint64_t bit = uint64_t{1} << field->index();
    if ((seen & bit) != 0) {
      return InvalidFile({absl::StrCat("The column \"", shown,
                                       "\" is there twice. Take one "
                                       "of them out."),
                          absl::StrCat("Kolumnen ”", shown,
                                       "” finns två gånger. Ta bort en "
                                       "av dem.")});
    }
    seen |= bit;
    columns.push_back(
        {field->json_name(), IsPassedOver(field) ? nullptr : field});
  }
  return columns;
}

void PutCell(const std::string& cell, const Column& column, ImportRow& row) {
  const FieldDescriptor* field = column.field;
  if (field == nullptr) return;
  row.given |= uint64_t{1} << field->index();
  if (cell.empty()) return;
  if (!field->is_repeated()) {
    if (auto wrong = PutText(cell, field, row.message.get())) {
      row.errors.push_back(InvalidCell(column.name, *std::move(wrong)));
    }
    return;
  }
  for (const std::string_view part : Split(cell, kListSeparator)) {
    if (Trim(part).empty()) continue;
    if (auto wrong = PutText(Trim(part), field, row.message.get())) {
      row.errors.push_back(InvalidCell(column.name, *std::move(wrong)));
      return;
    }
  }
}

absl::StatusOr<std::vector<ImportRow>> ReadCsv(std::string_view content,
                                               const Message& prototype) {
  Csv csv(content, SeparatorOf(content));
  std::vector<std::string> cells;
  Text wrong;
  if (csv.Next(&cells, &wrong) != Csv::Outcome::kRow) {
    return InvalidFile(
        {"The first row can't be read. It must name the fields, "
         "with commas or semicolons between them.",
         "Första raden går inte att läsa. Den ska ange fälten, "
         "med komma eller semikolon emellan."});
  }
  ASSIGN_OR_RETURN(const std::vector<Column> columns,
                   ColumnsOf(cells, prototype.GetDescriptor()));
  std::vector<ImportRow> rows;
  while (true) {
    const Csv::Outcome outcome = csv.Next(&cells, &wrong);
    if (outcome == Csv::Outcome::kEnd) return rows;
    // Spreadsheets write rows of nothing but separators below the last one.
    const bool blank =
        outcome == Csv::Outcome::kRow &&
        std::all_of(cells.begin(), cells.end(),
                    [](const std::string& cell) { return cell.empty(); });
    if (blank) continue;
    if (rows.size() == kMostImportRows) return TooManyRows();
    ImportRow& row = rows.emplace_back();
    row.line = csv.line_of_record();
    row.message.reset(prototype.New());
    if (outcome == Csv::Outcome::kBroken) {
      row.errors.push_back(InvalidCell("", std::move(wrong)));
    } else if (cells.size() != columns.size()) {
      row.errors.push_back(InvalidCell(
          "", {absl::StrCat("It has ", cells.size(), " cells, the first row ",
                            columns.size(),
                            ". Put cells that hold the separator between "
                            "quotation marks."),
               absl::StrCat("Den har ", cells.size(), " celler, första raden ",
                            columns.size(),
                            ". Sätt celler som innehåller skiljetecknet inom "
                            "citattecken.")}));
    } else {
      for (size_t i = 0; i < cells.size(); ++i) {
        PutCell(cells[i], columns[i], row);
      }
    }
  }
}

void ReadJsonRow(std::string_view text, ImportRow& row) {
  absl::StatusOr<boost::json::value> value = ParseJson(text);
  if (!value.ok()) {
    row.errors.push_back(value.status());
    return;
  }
  if (!value->is_object()) {
    row.errors.push_back(
        InvalidCell("", {"Each line must be a JSON object.",
                         "Varje rad ska vara ett JSON-objekt."}));
    return;
  }
  const Descriptor* type = row.message->GetDescriptor();
  boost::json::object kept;
  for (const auto& member : value->get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    const FieldDescriptor* field = FindJsonField(type, name);
    if (field != nullptr && IsPassedOver(field)) continue;
    if (field != nullptr) row.given |= uint64_t{1} << field->index();
    kept.emplace(member.key(), member.value());
  }
  Faults faults;
  SetFromJson(kept, "", row.message.get(), &faults);
  for (const FieldError& error : faults.errors()) {
    row.errors.push_back(InvalidCell(error.field, error.text));
  }
}

absl::StatusOr<std::vector<ImportRow>> ReadNdjson(std::string_view content,
                                                  const Message& prototype) {
  std::vector<ImportRow> rows;
  int line = 0;
  while (!content.empty()) {
    ++line;
    const auto [text, rest] = Cut(content, '\n');
    content = rest;
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (rows.size() == kMostImportRows) return TooManyRows();
    ImportRow& row = rows.emplace_back();
    row.line = line;
    row.message.reset(prototype.New());
    ReadJsonRow(text, row);
  }
  return rows;
}

}  // namespace

bool ImportRow::Gives(const FieldDescriptor* field) const {
  return (given >> field->index() & 1) != 0;
}

absl::StatusOr<std::vector<ImportRow>> ReadImport(std::string_view content,
                                                  v1::ImportFormat format,
                                                  const Message& prototype) {
  TakePrefix(content, kByteOrderMark);
  const size_t first = content.find_first_not_of(" \t\r\n");
  const bool json = format == v1::NDJSON ||
                    (format != v1::CSV && first != std::string_view::npos &&
                     content[first] == '{');
  if (first == std::string_view::npos) {
    return InvalidFile(
        {"The file is empty. Send rows.", "Filen är tom. Skicka rader."});
  }
  ASSIGN_OR_RETURN(
      std::vector<ImportRow> rows,
      json ? ReadNdjson(content, prototype) : ReadCsv(content, prototype));
  if (rows.empty()) {
    return InvalidFile({"The file has no rows after the first one. Add some.",
                        "Filen har inga rader efter den första. Lägg till "
                        "några."});
  }
  return rows;
}

}  // namespace reglab::membership
