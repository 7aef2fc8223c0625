#include "services/common/personal_data.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/common/journal.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {
namespace {

using membership::v1::ErasedItem;
using membership::v1::ErasePersonalDataRequest;
using membership::v1::ErasePersonalDataResponse;
using membership::v1::ExportPersonalDataRequest;
using membership::v1::ExportPersonalDataResponse;
using membership::v1::JournalCheck;
using membership::v1::PersonalDataItem;
using membership::v1::PersonalDataSubject;
using membership::v1::ReadJournalRequest;
using membership::v1::ReadJournalResponse;
using membership::v1::VerifyJournalRequest;

constexpr int kMostRows = 1000;
constexpr int kMostResources = 500;
constexpr std::string_view kMentionPurpose =
    "A text of the work names the person.";
constexpr std::string_view kMentionRetention = "As long as the text.";
constexpr std::string_view kMentionBasis =
    "GDPR, article 6(1)(e): a task in the public interest.";

// The columns that can hold text, of the tables that the service writes.
const Statement kColumns(
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relnamespace = 'public'::regnamespace"
    " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
    " AND has_table_privilege(c.oid, 'UPDATE')"
    " ORDER BY c.relname, a.attnum");
const Statement kExists("SELECT to_regclass('public.' || $1) IS NOT NULL");
// What the journal last said of these resources.
const Statement kLastChange(
    "SELECT DISTINCT ON (name) name, type, visibility, owners FROM journal"
    " WHERE name = ANY($1) AND kind <> 'READ' ORDER BY name, seq DESC");

// What every service has. A journal entry says who did what; it has no names.
const PersonalTables& CommonTables() {
  static const auto& tables = *new PersonalTables{
      {.table = "journal",
       .rows = "caller = {person} OR name = {person}",
       .erase = PersonalRows::Erase::kKeep,
       .fields = {"at", "kind", "method", "type", "name"},
       .resource = "'journal-entries/{service}-' || seq",
       .purpose = "Who did what, so that misuse can be found.",
       .retention = "As long as the journal.",
       .legal_basis = "GDPR, articles 5(2), 6(1)(c) and 32.",
       .keep_rule = "The journal has only the resource name of the person, "
                    "which nothing "
                    "leads to any more, and can't be changed without breaking "
                    "its chain.",
       .keep_basis = "GDPR, articles 17(3)(b), 17(3)(e) and 32."},
      {.table = "idempotency",
       .rows = "response IS NOT NULL AND (caller = {person} OR EXISTS ("
               "SELECT FROM unnest({words}) w"
               " WHERE position(convert_to(w, 'UTF8') IN response) > 0))",
       .erase = PersonalRows::Erase::kDelete,
       .fields = {"method", "at"},
       .resource = "'idempotency'",
       .purpose = "The answer to a request, for a repetition of it.",
       .retention = "24 hours.",
       .legal_basis = kMentionBasis},
  };
  return tables;
}

struct Column {
  std::string name;
  std::string type;
};

struct Table {
  // Those whose texts are searched.
  std::vector<Column> texts;
  bool has_name = false;
  bool has_etag = false;
  bool has_update_time = false;
};

std::string Quoted(std::string_view identifier) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(ForAbsl(identifier), {{"\"", "\"\""}}), "\"");
}

bool IsText(std::string_view type) {
  return type == "text" || type == "text[]" || type == "jsonb" ||
         type == "json" || type.starts_with("character varying");
}

absl::StatusOr<std::map<std::string, Table>> FindTables(Transaction& tx) {
  // Names of resources and the like, which no one writes by hand.
  static const auto& passed = *new std::set<std::string, std::less<>>{
      "name",       "parent", "etag",  "owners", "visibility",
      "trace_id",   "method", "state", "kind",   "source_digest",
      "request_id", "type",   "key_id"};
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kColumns));
  std::map<std::string, Table> tables;
  for (int i = 0; i < rows.size(); ++i) {
    Table& table = tables[std::string(rows[i].Text(0))];
    const std::string name(rows[i].Text(1));
    const std::string type(rows[i].Text(2));
    table.has_name = table.has_name || name == "name";
    table.has_etag = table.has_etag || name == "etag";
    table.has_update_time = table.has_update_time || name == "update_time";
    if (IsText(type) && passed.count(name) == 0) {
      table.texts.push_back({name, type});
    }
  }
  return tables;
}

std::string EscapeRegex(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}-").find(c) !=
        std::string_view::npos) {
      escaped.push_back('\\');
    }
    escaped.push_back(c);
  }
  return escaped;
}

// A regular expression that finds the person in a text: a name as whole words,
// a Swedish genitive included, and an address that is not part of another. ""
// when there is nothing to find them by.
std::string PatternOf(const PersonalDataSubject& subject) {
  std::vector<std::string> parts;
  for (const std::string& name : subject.names()) {
    parts.push_back(absl::StrCat("\\m", EscapeRegex(name), "(?=s?\\M)"));
  }
  for (const std::string& email : subject.emails()) {
    parts.push_back(absl::StrCat("(?<![[:alnum:]._%+-])", EscapeRegex(email),
                                 "(?![[:alnum:]-])"));
  }
  return absl::StrJoin(parts, "|");
}

// The SQL with its names in braces bound; each only when it is used, since a
// parameter that is not has no type.
std::string BindSubject(std::string_view sql,
                        const PersonalDataSubject& subject, Params& params) {
  std::string text(sql);
  const auto bind = [&](const char* mark, Param value, const char* cast) {
    if (text.find(mark) == std::string::npos) return;
    params.push_back(std::move(value));
    text = absl::StrReplaceAll(
        text, {{mark, absl::StrCat("$", params.size(), cast)}});
  };
  std::vector<std::string> emails(subject.emails().begin(),
                                  subject.emails().end());
  std::vector<std::string> words(subject.names().begin(),
                                 subject.names().end());
  words.insert(words.end(), emails.begin(), emails.end());
  words.push_back(subject.person());
  bind("{person}", subject.person(), "");
  bind("{emails}", emails, "::text[]");
  bind("{words}", words, "::text[]");
  return text;
}

// The tables with everything that is said of them.
class Walk {
 public:
  Walk(Transaction& tx, std::string_view service, const PersonalTables& tables,
       const PersonalDataSubject& subject)
      : tx_(tx),
        service_(service),
        subject_(subject),
        pattern_(PatternOf(subject)),
        etag_(NewEtag()) {
    for (const PersonalTables* list : {&tables, &CommonTables()}) {
      for (const PersonalRows& rows : *list) declared_.push_back(&rows);
    }
  }

  absl::StatusOr<ExportPersonalDataResponse> Export() {
    ExportPersonalDataResponse response;
    ASSIGN_OR_RETURN(const auto tables, FindTables(tx_));
    std::set<std::pair<std::string, std::string>> seen;
    const auto add = [&](const Rows& rows, const auto& fields,
                         const PersonalRows* about) {
      for (int i = 0; i < std::min(rows.size(), kMostRows); ++i) {
        for (size_t j = 0; j < fields.size(); ++j) {
          const int column = int(j) + 2;
          const std::string resource(rows[i].Text(0));
          if (rows[i].Text(column).empty() ||
              !seen.emplace(resource, fields[j]).second) {
            continue;
          }
          PersonalDataItem& item = *response.add_items();
          item.set_service(std::string(service_));
          item.set_resource(resource);
          item.set_field(std::string(fields[j]));
          item.set_value(std::string(rows[i].Text(column)));
          item.set_purpose(
              std::string(about ? about->purpose : kMentionPurpose));
          item.set_retention(
              std::string(about ? about->retention : kMentionRetention));
          item.set_legal_basis(
              std::string(about ? about->legal_basis : kMentionBasis));
        }
      }
      if (!rows.empty()) {
        response.set_omitted(response.omitted() +
                             std::max<int64_t>(0, rows[0].Int(1) - kMostRows));
      }
    };
    for (const PersonalRows* about : declared_) {
      ASSIGN_OR_RETURN(const bool exists, Exists(about->table));
      if (!exists || about->rows.empty() || about->fields.empty()) continue;
      Params params;
      std::vector<std::string> columns;
      for (const std::string_view field : about->fields) {
        columns.push_back(Quoted(field) + "::text");
      }
      const std::string sql = absl::StrCat(
          "SELECT ", Resource(*about), ", count(*) OVER (), ",
          absl::StrJoin(columns, ", "), " FROM ", Quoted(about->table),
          " WHERE (", BindSubject(about->rows, subject_, params), ")",
          about->table == "journal" ? " ORDER BY seq DESC" : "", " LIMIT ",
          kMostRows);
      ASSIGN_OR_RETURN(Rows rows, tx_.QueryText(sql, params));
      add(rows, about->fields, about);
    }
    for (const auto& [name, table] : tables) {
      if (pattern_.empty() || table.texts.empty()) continue;
      std::vector<std::string> columns, fields;
      for (const Column& column : table.texts) {
        columns.push_back(absl::StrCat("CASE WHEN ", Quoted(column.name),
                                       "::text ~* $1 THEN ",
                                       Quoted(column.name), "::text END"));
        fields.push_back(column.name);
      }
      const std::string sql = absl::StrCat(
          "SELECT ", MentionResource(name, table), ", count(*) OVER (), ",
          absl::StrJoin(columns, ", "), " FROM ", Quoted(name), " WHERE ",
          Mentions(table), " LIMIT ", kMostRows);
      ASSIGN_OR_RETURN(Rows rows, tx_.QueryText(sql, {pattern_}));
      add(rows, fields, nullptr);
    }
    return response;
  }

  absl::StatusOr<ErasePersonalDataResponse> Erase() {
    ASSIGN_OR_RETURN(const auto tables, FindTables(tx_));
    for (const PersonalRows* about : declared_) {
      ASSIGN_OR_RETURN(const bool exists, Exists(about->table));
      if (!exists || about->rows.empty()) continue;
      const auto found = tables.find(std::string(about->table));
      RETURN_IF_ERROR(
          EraseRows(*about, found == tables.end() ? Table() : found->second));
    }
    for (const auto& [name, table] : tables) {
      if (pattern_.empty() || table.texts.empty()) continue;
      RETURN_IF_ERROR(EraseMentions(name, table));
    }
    RETURN_IF_ERROR(Record(Change::Kind::kUpdated, changed_));
    RETURN_IF_ERROR(Record(Change::Kind::kDeleted, deleted_));
    return std::move(response_);
  }

 private:
  absl::StatusOr<bool> Exists(std::string_view table) {
    ASSIGN_OR_RETURN(Rows rows, tx_.Query(kExists, {table}));
    return rows[0].Bool(0);
  }

  std::string Resource(const PersonalRows& about) const {
    return absl::StrReplaceAll(ForAbsl(about.resource),
                               {{"{service}", ForAbsl(service_)}});
  }

  std::string MentionResource(std::string_view name, const Table& table) const {
    return table.has_name ? std::string("name") : Concat("'", name, "'");
  }

  // One search for all texts of a row.
  static std::string Mentions(const Table& table) {
    std::string texts;
    for (const Column& column : table.texts) {
      absl::StrAppend(&texts, ", ", Quoted(column.name), "::text");
    }
    return absl::StrCat("concat_ws(E'\\n'", texts, ") ~* $1");
  }

  std::string Touch(const Table& table, Params& params) const {
    std::string set;
    if (table.has_etag) {
      params.push_back(etag_);
      set = absl::StrCat(", etag = $", params.size());
    }
    if (table.has_update_time) set += ", update_time = now()";
    return set;
  }

  void Note(std::string_view table, const std::vector<std::string>& fields,
            ErasedItem::Outcome outcome, int64_t count) {
    if (count == 0) return;
    ErasedItem& item = *response_.add_items();
    item.set_table(std::string(table));
    item.mutable_fields()->Add(fields.begin(), fields.end());
    item.set_outcome(outcome);
    item.set_count(count);
  }

  absl::Status NoteKept(const PersonalRows& about,
                        const std::vector<std::string>& fields,
                        const std::string& condition, const Params& params) {
    const std::string sql = absl::StrCat(
        "SELECT ", Resource(about), ", count(*) OVER () FROM ",
        Quoted(about.table), " WHERE ", condition, " LIMIT ", kMostResources);
    ASSIGN_OR_RETURN(Rows rows, tx_.QueryText(sql, params));
    if (rows.empty()) return absl::OkStatus();
    Note(about.table, fields, ErasedItem::KEPT, rows[0].Int(1));
    ErasedItem& item = *response_.mutable_items()->rbegin();
    for (int i = 0; i < rows.size(); ++i) {
      item.add_resources(std::string(rows[i].Text(0)));
    }
    item.set_rule(std::string(about.keep_rule));
    item.set_legal_basis(std::string(about.keep_basis));
    return absl::OkStatus();
  }

  absl::Status EraseRows(const PersonalRows& about, const Table& table) {
    Params params;
    const std::string rows =
        Concat("(", BindSubject(about.rows, subject_, params), ")");
    const std::vector<std::string> fields(about.fields.begin(),
                                          about.fields.end());
    if (about.erase == PersonalRows::Erase::kKeep) {
      return NoteKept(about, fields, rows, params);
    }
    std::string condition = rows;
    if (!about.kept.empty()) {
      RETURN_IF_ERROR(NoteKept(
          about, fields, Concat(rows, " AND (", about.kept, ")"), params));
      condition = Concat(rows, " AND NOT coalesce((", about.kept, "), false)");
    }
    const bool deletes = about.erase == PersonalRows::Erase::kDelete;
    const std::string sql =
        deletes ? absl::StrCat("DELETE FROM ", Quoted(about.table), " WHERE ",
                               condition, " RETURNING ", Resource(about))
                : Concat("UPDATE ", Quoted(about.table), " SET ",
                         BindSubject(about.set, subject_, params),
                         Touch(table, params), " WHERE ", condition,
                         " RETURNING ", Resource(about));
    ASSIGN_OR_RETURN(Rows done, tx_.QueryText(sql, params));
    Note(about.table, fields,
         deletes ? ErasedItem::DELETED : ErasedItem::REPLACED, done.size());
    for (int i = 0; i < done.size(); ++i) {
      auto& names = deletes ? deleted_ : changed_;
      names[std::string(done[i].Text(0))].insert(fields.begin(), fields.end());
    }
    return absl::OkStatus();
  }

  absl::Status EraseMentions(const std::string& name, const Table& table) {
    const auto about = std::find_if(
        declared_.begin(), declared_.end(), [&](const PersonalRows* rows) {
          return rows->table == name && !rows->kept.empty();
        });
    std::string condition = Mentions(table);
    std::vector<std::string> fields;
    for (const Column& column : table.texts) fields.push_back(column.name);
    if (about != declared_.end()) {
      RETURN_IF_ERROR(NoteKept(**about, fields,
                               Concat(condition, " AND (", (*about)->kept, ")"),
                               {pattern_}));
      condition =
          Concat(condition, " AND NOT coalesce((", (*about)->kept, "), false)");
    }
    Params params = {pattern_};
    std::vector<std::string> set;
    for (const Column& column : table.texts) {
      // An address is emptied: it would not be one any more.
      const bool address = column.name.find("email") != std::string::npos;
      set.push_back(absl::StrCat(Quoted(column.name), " = regexp_replace(",
                                 Quoted(column.name), "::text, $1, '",
                                 address ? "" : ForAbsl(kErasedName),
                                 "', 'gi')::", column.type));
    }
    const std::string sql =
        absl::StrCat("UPDATE ", Quoted(name), " SET ", absl::StrJoin(set, ", "),
                     Touch(table, params), " WHERE ", condition, " RETURNING ",
                     MentionResource(name, table));
    ASSIGN_OR_RETURN(Rows done, tx_.QueryText(sql, params));
    Note(name, fields, ErasedItem::REPLACED, done.size());
    for (int i = 0; i < done.size() && table.has_name; ++i) {
      changed_[std::string(done[i].Text(0))].insert(fields.begin(),
                                                    fields.end());
    }
    return absl::OkStatus();
  }

  absl::Status Record(
      Change::Kind kind,
      const std::map<std::string, std::set<std::string>>& resources) {
    std::vector<std::string> names;
    for (const auto& [name, fields] : resources) names.push_back(name);
    if (names.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(Rows rows, tx_.Query(kLastChange, {names}));
    for (int i = 0; i < rows.size(); ++i) {
      const std::string name(rows[i].Text(0));
      const auto& fields = resources.at(name);
      tx_.Record({.kind = kind,
                  .type = rows[i].Text(1),
                  .name = name,
                  .etag = etag_,
                  .field_paths = {fields.begin(), fields.end()},
                  .visibility = std::string(rows[i].Text(2)),
                  .owners = rows[i].Array(3)});
    }
    return absl::OkStatus();
  }

  Transaction& tx_;
  const std::string_view service_;
  const PersonalDataSubject& subject_;
  const std::string pattern_;
  const std::string etag_;
  std::vector<const PersonalRows*> declared_;
  std::map<std::string, std::set<std::string>> changed_;
  std::map<std::string, std::set<std::string>> deleted_;
  ErasePersonalDataResponse response_;
};

}  // namespace

absl::StatusOr<ExportPersonalDataResponse> ExportPersonalData(
    Transaction& tx, std::string_view service, const PersonalTables& tables,
    const PersonalDataSubject& subject) {
  return Walk(tx, service, tables, subject).Export();
}

absl::StatusOr<ErasePersonalDataResponse> ErasePersonalData(
    Transaction& tx, std::string_view service, const PersonalTables& tables,
    const PersonalDataSubject& subject) {
  return Walk(tx, service, tables, subject).Erase();
}

void AddRecords(Rpcs& rpcs, std::string_view service,
                const PersonalTables& tables) {
  const std::string prefix = Concat("reglab.", service, ".v1.RecordsService.");
  rpcs.HandleWith<ReadJournalRequest, ReadJournalResponse>(
      prefix + "ReadJournal",
      [service](Call& call, const ReadJournalRequest& request) {
        return call.Read([&](Transaction& tx) {
          return ReadJournal(tx, service, call.caller(), request);
        });
      });
  rpcs.HandleWith<VerifyJournalRequest, JournalCheck>(
      prefix + "VerifyJournal",
      [service](Call& call, const VerifyJournalRequest& request) {
        return call.Read([&](Transaction& tx) {
          return VerifyJournal(tx, service, call.deadline(), request);
        });
      });
  rpcs.HandleWith<ExportPersonalDataRequest, ExportPersonalDataResponse>(
      prefix + "ExportPersonalData",
      [service, &tables](Call& call, const ExportPersonalDataRequest& request) {
        return call.Read([&](Transaction& tx) {
          return ExportPersonalData(tx, service, tables, request.subject());
        });
      });
  rpcs.HandleWith<ErasePersonalDataRequest, ErasePersonalDataResponse>(
      prefix + "ErasePersonalData",
      [service, &tables](Call& call, const ErasePersonalDataRequest& request) {
        return call.Write([&](Transaction& tx) {
          return ErasePersonalData(tx, service, tables, request.subject());
        });
      });
}

}  // namespace reglab
