#include "services/common/filter.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {
namespace {

constexpr size_t kMostBytes = 4096;
constexpr int kMostTerms = 100;
constexpr int kDeepest = 20;

// The text after an operator. A "*" that was not escaped is kept as kWildcard,
// which no well-formed text contains.
struct Value {
  std::string text;
  size_t position = 0;
  bool has_wildcard = false;
};
constexpr char kWildcard = '\0';

bool IsOperator(char c) {
  return c == '=' || c == '!' || c == '<' || c == '>' || c == ':';
}

bool IsNameEnd(char c) {
  return absl::ascii_isspace(c) || IsOperator(c) || c == '(' || c == ')' ||
         c == '"' || c == '\'';
}

// LIKE's pattern for a value: its own special characters taken literally.
std::string LikePattern(const Value& value) {
  std::string pattern;
  for (const char c : value.text) {
    if (c == kWildcard) {
      pattern += '%';
    } else {
      if (c == '%' || c == '_' || c == '\\') pattern += '\\';
      pattern += c;
    }
  }
  return pattern;
}

// A recursive descent over the grammar of AIP-160:
//   expression = sequence {"AND" sequence}
//   sequence   = factor {factor}           (all of them hold)
//   factor     = term {"OR" term}          (OR binds tighter than AND)
//   term       = ["NOT" | "-"] ("(" expression ")" | restriction)
class Parser {
 public:
  Parser(std::string_view filter, const std::vector<ListField>& fields,
         Params& params)
      : filter_(filter), fields_(fields), params_(params) {}

  absl::StatusOr<std::string> Parse() {
    ASSIGN_OR_RETURN(std::string sql, Expression(0));
    if (!AtEnd()) {
      return Error(position_, {"a closing parenthesis too many. Take it out",
                               "en högerparentes för mycket. Ta bort den"});
    }
    return sql;
  }

 private:
  absl::StatusOr<std::string> Expression(int depth) {
    if (depth > kDeepest) {
      return Error(position_,
                   {absl::StrCat("parentheses more than ", kDeepest,
                                 " deep. Write it flatter"),
                    absl::StrCat("fler än ", kDeepest,
                                 " nivåer av parenteser. Skriv det plattare")});
    }
    std::string sql;
    do {
      // Factors that only stand beside each other hold together, as with AND.
      do {
        ASSIGN_OR_RETURN(const std::string factor, Factor(depth));
        absl::StrAppend(&sql, sql.empty() ? "" : " AND ", factor);
      } while (!AtEnd() && !LookingAt(")") && !LookingAtWord("AND"));
    } while (TakeWord("AND"));
    return sql;
  }

  absl::StatusOr<std::string> Factor(int depth) {
    ASSIGN_OR_RETURN(std::string sql, Term(depth));
    bool several = false;
    while (TakeWord("OR")) {
      ASSIGN_OR_RETURN(const std::string term, Term(depth));
      absl::StrAppend(&sql, " OR ", term);
      several = true;
    }
    return several ? absl::StrCat("(", sql, ")") : sql;
  }

  absl::StatusOr<std::string> Term(int depth) {
    bool negated = false;
    if (TakeWord("NOT")) {
      negated = true;
    } else if (LookingAt("-")) {
      ++position_;
      negated = true;
    }
    std::string sql;
    if (LookingAt("(")) {
      const size_t open = position_++;
      ASSIGN_OR_RETURN(sql, Expression(depth + 1));
      if (!LookingAt(")")) {
        return Error(open, {"this parenthesis is never closed. Close it",
                            "parentesen stängs aldrig. Stäng den"});
      }
      ++position_;
      sql = absl::StrCat("(", sql, ")");
    } else {
      ASSIGN_OR_RETURN(sql, Restriction());
    }
    // What is unknown (NULL) is not so, and therefore its negation is.
    return negated ? absl::StrCat("(", sql, ") IS NOT TRUE") : sql;
  }

  absl::StatusOr<std::string> Restriction() {
    SkipSpace();
    if (++terms_ > kMostTerms) {
      return Error(position_,
                   {absl::StrCat("more than ", kMostTerms,
                                 " conditions. Ask in several requests"),
                    absl::StrCat("fler än ", kMostTerms,
                                 " villkor. Fråga i flera anrop")});
    }
    const size_t start = position_;
    while (position_ < filter_.size() && !IsNameEnd(filter_[position_])) {
      ++position_;
    }
    const std::string_view name = filter_.substr(start, position_ - start);
    SkipSpace();
    const bool compared =
        position_ < filter_.size() && IsOperator(filter_[position_]);
    if (name.empty() || name == "AND" || name == "OR" || name == "NOT" ||
        !compared) {
      return NoCondition(start, name);
    }
    ASSIGN_OR_RETURN(const ListField* field, FieldNamed(name, start));
    const size_t operator_position = position_;
    const std::string op = TakeOperator();
    if (op.empty()) {
      return Error(operator_position,
                   {"no operator. Use =, !=, <, <=, >, >= or :",
                    "ingen operator. Använd =, !=, <, <=, >, >= eller :"});
    }
    ASSIGN_OR_RETURN(const Value value, TakeValue());
    return Compare(*field, op, operator_position, value);
  }

  absl::Status NoCondition(size_t start, std::string_view name) const {
    const std::string_view example =
        fields_.empty() ? std::string_view("name") : fields_.front().path;
    if (name.empty()) {
      const bool end = start >= filter_.size();
      return Error(start, {absl::StrCat(end ? "the filter ends where"
                                            : "there is something else where",
                                        " a condition must stand. Write one, "
                                        "like ",
                                        ForAbsl(example), " = \"…\""),
                           absl::StrCat(end ? "filtret slutar där"
                                            : "något annat står där",
                                        " ett villkor ska stå. Skriv ett, till "
                                        "exempel ",
                                        ForAbsl(example), " = \"…\"")});
    }
    const std::string word = Excerpt(name);
    return Error(start, {absl::StrCat("\"", word,
                                      "\" is no condition. Write field, "
                                      "operator and value, like ",
                                      ForAbsl(example), " = \"", word, "\""),
                         absl::StrCat("”", word,
                                      "” är inget villkor. Skriv fält, "
                                      "operator och värde, till exempel ",
                                      ForAbsl(example), " = \"", word, "\"")});
  }

  absl::StatusOr<const ListField*> FieldNamed(std::string_view name,
                                              size_t position) const {
    const std::string path = SnakeCase(name);
    std::vector<std::string_view> known;
    for (const ListField& field : fields_) {
      if (field.path == path) return &field;
      known.push_back(field.path);
    }
    if (known.empty()) {
      return Error(position, {"this list has no fields to filter by",
                              "listan har inga fält att filtrera på"});
    }
    const std::string nearest(Nearest(path, known));
    const std::string word = Excerpt(name);
    return Error(
        position,
        {absl::StrCat("there is no field \"", word,
                      "\" to filter by. Did you mean \"", nearest, "\"?"),
         absl::StrCat("det finns inget fält ”", word,
                      "” att filtrera på. Menade du ”", nearest, "”?")});
  }

  std::string TakeOperator() {
    for (const std::string_view op : {"!=", "<=", ">=", "=", "<", ">", ":"}) {
      if (absl::StartsWith(ForAbsl(filter_.substr(position_)), ForAbsl(op))) {
        position_ += op.size();
        return std::string(op);
      }
    }
    return "";
  }

  absl::StatusOr<Value> TakeValue() {
    SkipSpace();
    Value value;
    value.position = position_;
    if (LookingAt("(")) {
      return Error(position_,
                   {"values can't be grouped. Repeat the field, like a = 1 OR "
                    "a = 2",
                    "värden kan inte grupperas. Upprepa fältet, till exempel "
                    "a = 1 OR a = 2"});
    }
    if (position_ < filter_.size() &&
        (filter_[position_] == '"' || filter_[position_] == '\'')) {
      RETURN_IF_ERROR(TakeQuoted(value));
      return value;
    }
    // Unlike a name, a value may have a ":" in it, as times do.
    while (position_ < filter_.size() &&
           (!IsNameEnd(filter_[position_]) || filter_[position_] == ':')) {
      AddCharacter(value);
    }
    if (position_ == value.position) {
      return Error(position_, {"a value is missing. Write one, in quotation "
                               "marks if it has spaces",
                               "ett värde saknas. Skriv ett, med "
                               "citationstecken om det har blanksteg"});
    }
    return value;
  }

  absl::Status TakeQuoted(Value& value) {
    const char quote = filter_[position_++];
    while (position_ < filter_.size() && filter_[position_] != quote) {
      if (filter_[position_] == '\\' && position_ + 1 < filter_.size()) {
        value.text += filter_[position_ + 1];
        position_ += 2;
      } else {
        AddCharacter(value);
      }
    }
    if (position_ >= filter_.size()) {
      return Error(value.position,
                   {"this quotation mark is never closed. Close it",
                    "citationstecknet stängs aldrig. Stäng det"});
    }
    ++position_;
    return absl::OkStatus();
  }

  void AddCharacter(Value& value) {
    const char c = filter_[position_++];
    value.has_wildcard = value.has_wildcard || c == '*';
    value.text += c == '*' ? kWildcard : c;
  }

  absl::StatusOr<std::string> Compare(const ListField& field,
                                      const std::string& op, size_t position,
                                      const Value& value) {
    const std::string column(field.column);
    if (op == ":" && value.text == std::string(1, kWildcard)) {
      return Presence(field, column);
    }
    const bool text = field.type == ListField::Type::kText ||
                      field.type == ListField::Type::kTextArray;
    if (value.has_wildcard &&
        (!text || (op != "=" && op != "!=" && op != ":"))) {
      return Error(value.position,
                   {"\"*\" stands for any text only with =, != or : on text. "
                    "Write the whole value, or use <= and >=",
                    "”*” står för valfri text bara med =, != eller : på text. "
                    "Skriv hela värdet, eller använd <= och >="});
    }
    const bool ordered = field.type != ListField::Type::kEnum &&
                         field.type != ListField::Type::kBool &&
                         field.type != ListField::Type::kTextArray;
    if (!ordered && op != "=" && op != "!=" && op != ":") {
      return Error(position,
                   {absl::StrCat("\"", ForAbsl(field.path),
                                 "\" has no order. Use = or !="),
                    absl::StrCat("”", ForAbsl(field.path),
                                 "” har ingen ordning. Använd = eller !=")});
    }
    switch (field.type) {
      case ListField::Type::kText:
        return CompareText(column, op, value);
      case ListField::Type::kTextArray:
        return CompareArray(column, op, value);
      case ListField::Type::kEnum:
        return CompareEnum(field, column, op, value);
      case ListField::Type::kBool:
        return CompareBool(column, op, value);
      case ListField::Type::kInt: {
        int64_t number = 0;
        if (!absl::SimpleAtoi(value.text, &number)) {
          return BadValue(value, {"a whole number, like 20",
                                  "ett heltal, till exempel 20"});
        }
        return Bound(column, op, absl::StrCat(number), "::bigint");
      }
      case ListField::Type::kDouble: {
        double number = 0;
        if (!absl::SimpleAtod(value.text, &number) || !std::isfinite(number)) {
          return BadValue(value,
                          {"a number, like 0.5", "ett tal, till exempel 0.5"});
        }
        // As we read it: PostgreSQL refuses 1e-400, which is 0 here.
        return Bound(column, op, absl::StrFormat("%.17g", number),
                     "::double precision");
      }
      case ListField::Type::kDate:
        if (!IsDate(value.text)) {
          return BadValue(value, {"a date that exists, like 2022-09-13",
                                  "ett datum som finns, till exempel "
                                  "2022-09-13"});
        }
        return Bound(column, op, value.text, "::date");
      case ListField::Type::kTime:
        return CompareTime(column, op, value);
    }
    return InternalError();
  }

  static std::string Presence(const ListField& field,
                              const std::string& column) {
    switch (field.type) {
      case ListField::Type::kText:
        return absl::StrCat(column, " <> ''");  // neither is NULL
      case ListField::Type::kTextArray:
        return absl::StrCat("cardinality(", column, ") > 0");
      default:
        return absl::StrCat(column, " IS NOT NULL");
    }
  }

  absl::StatusOr<std::string> CompareText(const std::string& column,
                                          const std::string& op,
                                          const Value& value) {
    if (op == ":") {
      return absl::StrCat(column, " ILIKE ",
                          Bind(absl::StrCat("%", LikePattern(value), "%")));
    }
    if (value.has_wildcard) {
      const std::string like =
          absl::StrCat(column, " LIKE ", Bind(LikePattern(value)));
      return op == "=" ? like : absl::StrCat("(", like, ") IS NOT TRUE");
    }
    if (value.text.empty() && (op == "=" || op == "!=")) {
      // A text that was never set is as empty as an empty one.
      return absl::StrCat("COALESCE(", column, ", '') ", op == "=" ? "=" : "<>",
                          " ''");
    }
    return Bound(column, op, value.text, "");
  }

  absl::StatusOr<std::string> CompareArray(const std::string& column,
                                           const std::string& op,
                                           const Value& value) {
    std::string sql;
    if (value.has_wildcard) {
      sql = absl::StrCat("EXISTS (SELECT FROM unnest(", column,
                         ") AS element WHERE element LIKE ",
                         Bind(LikePattern(value)), ")");
    } else {
      sql = absl::StrCat(column, " @> ARRAY[", Bind(value.text), "::text]");
    }
    return op == "!=" ? absl::StrCat("(", sql, ") IS NOT TRUE") : sql;
  }

  absl::StatusOr<std::string> CompareEnum(const ListField& field,
                                          const std::string& column,
                                          const std::string& op,
                                          const Value& value) {
    const std::string name = absl::AsciiStrToUpper(value.text);
    if (field.values != nullptr) {
      const auto* known = field.values->FindValueByName(name);
      if (known == nullptr) return UnknownValue(*field.values, value);
      if (known->number() == 0) {
        return absl::StrCat(column, op == "!=" ? " IS NOT NULL" : " IS NULL");
      }
    }
    return Bound(column, op, name, "");
  }

  absl::Status UnknownValue(const google::protobuf::EnumDescriptor& values,
                            const Value& value) const {
    std::string known;
    std::vector<std::string_view> names;
    for (int i = 0; i < values.value_count(); ++i) {
      if (values.value(i)->number() == 0) continue;
      names.push_back(values.value(i)->name());
      absl::StrAppend(&known, known.empty() ? "" : ", ",
                      values.value(i)->name());
    }
    const std::string word = Excerpt(value.text);
    const std::string nearest(Nearest(value.text, names));
    return Error(value.position,
                 {absl::StrCat("\"", word, "\" is not one of ", known,
                               ". Did you mean ", nearest, "?"),
                  absl::StrCat("”", word, "” är inget av ", known,
                               ". Menade du ", nearest, "?")});
  }

  absl::StatusOr<std::string> CompareBool(const std::string& column,
                                          const std::string& op,
                                          const Value& value) {
    const std::string word = absl::AsciiStrToLower(value.text);
    if (word != "true" && word != "false") {
      return BadValue(value, {"true or false", "true eller false"});
    }
    const bool wanted = (word == "true") == (op != "!=");
    return absl::StrCat(column, wanted ? " IS TRUE" : " IS NOT TRUE");
  }

  absl::StatusOr<std::string> CompareTime(const std::string& column,
                                          const std::string& op,
                                          const Value& value) {
    absl::Time time;
    std::string error;
    const absl::TimeZone utc = absl::UTCTimeZone();
    // A date first: ParseTime also reads "infinite-future" and other years.
    const bool date =
        value.text.size() > 10 && IsDate(value.text.substr(0, 10));
    if (!date ||
        !absl::ParseTime(absl::RFC3339_full, value.text, &time, &error) ||
        absl::ToCivilYear(time, utc) < absl::CivilYear(1)) {
      return BadValue(value, {"a time of RFC 3339, like 2022-09-13T10:00:00Z",
                              "en tid enligt RFC 3339, till exempel "
                              "2022-09-13T10:00:00Z"});
    }
    return Bound(column, op,
                 absl::FormatTime("%E4Y-%m-%dT%H:%M:%E6SZ", time, utc),
                 "::timestamptz");
  }

  std::string Bound(const std::string& column, const std::string& op,
                    const std::string& value, std::string_view cast) {
    const std::string parameter = absl::StrCat(Bind(value), ForAbsl(cast));
    if (op == "!=") {
      return absl::StrCat(column, " IS DISTINCT FROM ", parameter);
    }
    return absl::StrCat(column, " ", op == ":" ? "=" : op, " ", parameter);
  }

  std::string Bind(const std::string& value) {
    params_.emplace_back(value);
    return absl::StrCat("$", params_.size());
  }

  absl::Status BadValue(const Value& value, Text wanted) const {
    const std::string word = Excerpt(value.text);
    return Error(
        value.position,
        {absl::StrCat("\"", word,
                      "\" is not what this field takes. "
                      "Write ",
                      wanted.en),
         absl::StrCat("”", word, "” passar inte fältet. Skriv ", wanted.sv)});
  }

  // `text` goes on after "At character 7: " and has no full stop.
  absl::Status Error(size_t position, Text text) const {
    size_t character = 1;
    std::string_view before = filter_.substr(0, position);
    while (TakeCodePoint(before)) ++character;
    const auto stop = [](const std::string& sentence) {
      return absl::EndsWith(sentence, "?") ? "" : ".";
    };
    return InvalidField(
        "filter",
        {absl::StrCat("At character ", character, ": ", text.en, stop(text.en)),
         absl::StrCat("Vid tecken ", character, ": ", text.sv, stop(text.sv))});
  }

  void SkipSpace() {
    while (position_ < filter_.size() &&
           absl::ascii_isspace(filter_[position_])) {
      ++position_;
    }
  }

  bool AtEnd() {
    SkipSpace();
    return position_ >= filter_.size();
  }

  bool LookingAt(std::string_view token) {
    SkipSpace();
    return filter_.substr(position_, token.size()) == token;
  }

  bool LookingAtWord(std::string_view word) {
    if (!LookingAt(word)) return false;
    const size_t end = position_ + word.size();
    return end >= filter_.size() || IsNameEnd(filter_[end]);
  }

  bool TakeWord(std::string_view word) {
    if (!LookingAtWord(word)) return false;
    position_ += word.size();
    return true;
  }

  const std::string_view filter_;
  const std::vector<ListField>& fields_;
  Params& params_;
  size_t position_ = 0;
  int terms_ = 0;
};

}  // namespace

absl::StatusOr<std::string> FilterToSql(std::string_view filter,
                                        const std::vector<ListField>& fields,
                                        Params& params) {
  if (filter.size() > kMostBytes) {
    return InvalidField(
        "filter", {absl::StrCat("It has ", filter.size(), " bytes; at most ",
                                kMostBytes, " are allowed. Shorten it."),
                   absl::StrCat("Filtret är ", filter.size(), " byte; högst ",
                                kMostBytes, " är tillåtna. Korta det.")});
  }
  if (!IsUtf8(filter) || filter.find('\0') != std::string_view::npos) {
    return InvalidField("filter",
                        {"It is not text in UTF-8. Send it so.",
                         "Filtret är inte text i UTF-8. Skicka det så."});
  }
  return Parser(filter, fields, params).Parse();
}

}  // namespace reglab
