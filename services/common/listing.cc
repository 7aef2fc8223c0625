#include "services/common/listing.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/common/errors.h"
#include "services/common/filter.h"
#include "services/common/page_token.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kDefaultPage = 20;
constexpr int kMostSkipped = 10000;
constexpr size_t kMostOrders = 5;

// One column of the order. NULL comes last in ascending order and first in
// descending, as in PostgreSQL's indexes.
struct Order {
  std::string column;
  ListField::Type type = ListField::Type::kText;
  bool descending = false;
  bool not_null = false;
};

// What a list request asks; fields that it does not have are as if not set.
struct Question {
  int64_t page_size = 0;
  int64_t skip = 0;
  std::string page_token;
  std::string filter;
  std::string order_by;
  std::string q;
  std::string parent;
  std::string organization;
  std::string as_of;
  bool show_deleted = false;
};

Question Read(const Message& request) {
  Question question;
  const auto* reflection = request.GetReflection();
  const auto find = [&](const char* name, FieldDescriptor::CppType type) {
    const FieldDescriptor* field =
        request.GetDescriptor()->FindFieldByName(name);
    const bool fits =
        field != nullptr && !field->is_repeated() && field->cpp_type() == type;
    return fits ? field : nullptr;
  };
  const auto number = [&](const char* name, int64_t& value) {
    if (const auto* field = find(name, FieldDescriptor::CPPTYPE_INT32)) {
      value = reflection->GetInt32(request, field);
    }
  };
  const auto text = [&](const char* name, std::string& value) {
    if (const auto* field = find(name, FieldDescriptor::CPPTYPE_STRING)) {
      value = reflection->GetString(request, field);
    }
  };
  number("page_size", question.page_size);
  number("skip", question.skip);
  text("page_token", question.page_token);
  text("filter", question.filter);
  text("order_by", question.order_by);
  text("q", question.q);
  text("parent", question.parent);
  text("organization", question.organization);
  text("as_of", question.as_of);
  if (const auto* field = find("show_deleted", FieldDescriptor::CPPTYPE_BOOL)) {
    question.show_deleted = reflection->GetBool(request, field);
  }
  return question;
}

std::string Bind(Params& params, Param value) {
  params.push_back(std::move(value));
  return absl::StrCat("$", params.size());
}

// With parameters in the places of {v} and {o}.
std::string ForAudience(std::string_view sql, const Audience& audience,
                        Params& params) {
  std::string text(sql);
  for (const auto& [mark, values] : {std::pair("{v}", &audience.visibilities),
                                     std::pair("{o}", &audience.owners)}) {
    if (absl::StrContains(text, mark)) {
      text = absl::StrReplaceAll(text, {{mark, Bind(params, Param(*values))}});
    }
  }
  return text;
}

bool IsBlank(const std::string& text) {
  return absl::StripAsciiWhitespace(text).empty();
}

// The words of a search, as search_words makes those of the rows. At most
// eight: who types more than that has found it, or never will.
std::vector<std::string> WordsOf(std::string_view text) {
  constexpr size_t kMostWords = 8;
  std::vector<std::string> words(1);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // Of what is no ASCII, only letters come in names.
    if (byte >= 0x80 || absl::ascii_isalnum(byte)) {
      words.back().push_back(text[i]);
    } else if (!words.back().empty()) {
      if (words.size() == kMostWords) break;
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// The query as a page token is bound to it; page_size and skip may change
// between pages.
std::string Fingerprint(const Listing& listing, const Question& question) {
  std::string text;
  for (const std::string_view part :
       {listing.select, listing.where, listing.key,
        std::string_view(question.parent), std::string_view(question.filter),
        std::string_view(question.order_by), std::string_view(question.q),
        std::string_view(question.organization),
        std::string_view(question.as_of)}) {
    absl::StrAppend(&text, part.size(), ":", ForAbsl(part));
  }
  absl::StrAppend(&text, question.show_deleted ? "1" : "0");
  return text;
}

absl::Status UnknownOrder(const Listing& listing, const std::string& name) {
  std::vector<std::string_view> known;
  for (const ListField& field : listing.fields) {
    if (field.sortable) known.push_back(field.path);
  }
  const std::string word = Excerpt(name);
  if (known.empty()) {
    return InvalidField("order_by",
                        {"This list has one order only. Leave order_by out.",
                         "Listan har bara en ordning. Utelämna order_by."});
  }
  std::string names;
  for (const std::string_view path : known) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", ForAbsl(path));
  }
  const std::string nearest(Nearest(SnakeCase(name), known));
  return InvalidField(
      "order_by",
      {absl::StrCat("The list can't be ordered by \"", word,
                    "\". Did you mean \"", nearest, "\"? It can be by ", names,
                    ", each with \" desc\" if wanted."),
       absl::StrCat("Listan kan inte ordnas efter ”", word, "”. Menade du ”",
                    nearest, "”? Det går efter ", names,
                    ", vart och ett med ” desc” om så önskas.")});
}

// The columns of the order, ended by the key: no two rows are equal in it.
absl::StatusOr<std::vector<Order>> OrdersOf(const Listing& listing,
                                            const std::string& order_by) {
  std::vector<Order> orders;
  const std::string wanted =
      IsBlank(order_by) ? std::string(listing.default_order) : order_by;
  if (!IsBlank(wanted)) {
    for (const std::string& part :
         std::vector<std::string>(absl::StrSplit(wanted, ','))) {
      const std::vector<std::string> words =
          absl::StrSplit(part, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
      const bool descending = words.size() == 2 && words[1] == "desc";
      const bool ascending =
          words.size() == 1 || (words.size() == 2 && words[1] == "asc");
      if ((!ascending && !descending) || orders.size() == kMostOrders) {
        return InvalidField(
            "order_by",
            {absl::StrCat("\"", Excerpt(part),
                          "\" can't be read. Write up to 5 fields with commas "
                          "between them, each with \" desc\" if wanted."),
             absl::StrCat("”", Excerpt(part),
                          "” går inte att läsa. Skriv högst 5 fält med komma "
                          "emellan, vart och ett med ” desc” om så önskas.")});
      }
      const std::string path = SnakeCase(words[0]);
      const auto field = std::find_if(
          listing.fields.begin(), listing.fields.end(),
          [&](const ListField& f) { return f.sortable && f.path == path; });
      if (field == listing.fields.end()) return UnknownOrder(listing, words[0]);
      const bool is_key = field->column == listing.key;
      orders.push_back({std::string(field->column), field->type, descending,
                        field->not_null || is_key});
      // After the key nothing is left to order.
      if (is_key) return orders;
    }
  }
  // In the direction of the one before it, so that one index, read forwards or
  // backwards, has both orders.
  const bool descending = !orders.empty() && orders.back().descending;
  orders.push_back(
      {std::string(listing.key), ListField::Type::kText, descending, true});
  return orders;
}

std::string_view CastOf(ListField::Type type) {
  switch (type) {
    case ListField::Type::kInt:
      return "::bigint";
    case ListField::Type::kDouble:
      return "::double precision";
    case ListField::Type::kBool:
      return "::boolean";
    case ListField::Type::kDate:
      return "::date";
    case ListField::Type::kTime:
      return "::timestamptz";
    case ListField::Type::kText:
    case ListField::Type::kEnum:
    case ListField::Type::kTextArray:
      return "";
  }
  return "";
}

// The rows after `place`, as ranges of the order: what comes after is all of
// the first, then all of the second, and so on. Each can be read off an index,
// which one condition joined by OR can't. "" is everything.
std::vector<std::string> RangesAfter(const std::vector<Order>& orders,
                                     const PagePlace& place, Params& params) {
  std::vector<std::string> columns;
  std::vector<std::string> values;  // "" for NULL
  bool uniform = true;
  bool later_null = false;
  for (size_t i = 0; i < orders.size(); ++i) {
    const Order& order = orders[i];
    columns.push_back(order.column);
    values.push_back(place[i] ? absl::StrCat(Bind(params, Param(*place[i])),
                                             ForAbsl(CastOf(order.type)))
                              : "");
    uniform = uniform && place[i].has_value() &&
              order.descending == orders[0].descending;
    later_null = later_null || (i > 0 && !order.not_null);
  }
  const bool descending = orders[0].descending;
  if (uniform && (descending || !later_null)) {
    // A comparison of rows leaves NULLs out: in descending order they were
    // before, in ascending they are still to come.
    std::vector<std::string> ranges;
    ranges.push_back(
        orders.size() == 1
            ? absl::StrCat(columns[0], descending ? " < " : " > ", values[0])
            : absl::StrCat("(", absl::StrJoin(columns, ", "), ")",
                           descending ? " < " : " > ", "(",
                           absl::StrJoin(values, ", "), ")"));
    if (!descending && !orders[0].not_null) {
      ranges.push_back(absl::StrCat(columns[0], " IS NULL"));
    }
    return ranges;
  }
  std::vector<std::string> ranges;
  for (size_t i = orders.size(); i-- > 0;) {
    std::string same;
    for (size_t j = 0; j < i; ++j) {
      absl::StrAppend(
          &same, columns[j],
          place[j] ? absl::StrCat(" = ", values[j]) : std::string(" IS NULL"),
          " AND ");
    }
    const Order& order = orders[i];
    if (place[i]) {
      ranges.push_back(absl::StrCat(
          same, columns[i], order.descending ? " < " : " > ", values[i]));
      if (!order.descending && !order.not_null) {
        ranges.push_back(absl::StrCat(same, columns[i], " IS NULL"));
      }
    } else if (order.descending) {
      ranges.push_back(absl::StrCat(same, columns[i], " IS NOT NULL"));
    }
  }
  return ranges;
}

// The conditions that every row fulfils, on whichever page it is.
absl::StatusOr<std::vector<std::string>> ConditionsOf(const Listing& listing,
                                                      const Question& question,
                                                      const Audience& audience,
                                                      Params& params) {
  std::vector<std::string> conditions;
  if (!listing.where.empty()) {
    conditions.push_back(absl::StrCat("(", ForAbsl(listing.where), ")"));
  }
  if (!listing.visible.empty()) {
    conditions.push_back(
        absl::StrCat("(", ForAudience(listing.visible, audience, params), ")"));
  }
  if (!listing.in_force.empty() && !question.as_of.empty()) {
    const std::string day = Bind(params, Param(question.as_of));
    conditions.push_back(absl::StrCat(
        "(", absl::StrReplaceAll(ForAbsl(listing.in_force), {{"{d}", day}}),
        ")"));
  }
  if (!listing.parent.empty() && !question.parent.empty()) {
    const std::string column(listing.parent);
    std::vector<std::string> segments = absl::StrSplit(question.parent, '/');
    bool wildcard = false;
    for (std::string& segment : segments) {
      wildcard = wildcard || segment == "-";
      segment =
          segment == "-"
              ? "%"
              : absl::StrReplaceAll(
                    segment, {{"\\", "\\\\"}, {"%", "\\%"}, {"_", "\\_"}});
    }
    if (wildcard) {
      // "%" also stands for names of further levels, which are not meant.
      const std::string pattern = absl::StrJoin(segments, "/");
      const std::string like = Bind(params, Param(pattern));
      const std::string deeper = Bind(params, Param(pattern + "/%"));
      conditions.push_back(absl::StrCat(column, " LIKE ", like, " AND ", column,
                                        " NOT LIKE ", deeper));
    } else {
      conditions.push_back(
          absl::StrCat(column, " = ", Bind(params, Param(question.parent))));
    }
  }
  if (!question.organization.empty()) {
    // The contract has a field that its store does not know.
    if (listing.organization.empty()) return InternalError();
    const std::string name =
        absl::StrCat(Bind(params, Param(question.organization)), "::text");
    conditions.push_back(absl::StrCat(
        "(",
        absl::StrReplaceAll(ForAudience(listing.organization, audience, params),
                            {{"{n}", name}}),
        ")"));
  }
  if (!IsBlank(question.filter)) {
    ASSIGN_OR_RETURN(const std::string filter,
                     FilterToSql(question.filter, listing.fields, params));
    conditions.push_back(absl::StrCat("(", filter, ")"));
  }
  if (!IsBlank(question.q)) {
    if (listing.search.empty() && listing.word.empty()) {
      return InvalidField("q", {"This list can't be searched. Use filter.",
                                "Listan går inte att söka i. Använd filter."});
    }
    std::string found;
    if (!listing.search.empty()) {
      found = absl::StrCat(ForAbsl(listing.search), " @@ swedish_query(",
                           Bind(params, Param(question.q)), ")");
    }
    const std::vector<std::string> words =
        listing.word.empty() ? std::vector<std::string>() : WordsOf(question.q);
    if (!words.empty()) {
      // The search leaves out words that say little. The last one may be the
      // beginning of one that says much: "region upp".
      if (!found.empty()) {
        absl::StrAppend(&found, " AND numnode(swedish_query(",
                        Bind(params, Param(words.back())), ")) > 0");
      }
      std::vector<std::string> fits;
      for (const std::string& word : words) {
        const std::string bound =
            absl::StrCat("search_word(", Bind(params, Param(word)), ")");
        fits.push_back(absl::StrCat(
            "(",
            absl::StrReplaceAll(
                ForAbsl(listing.word),
                {{"{p}", absl::StrCat("'% ' || ", bound, " || '%'")},
                 {"{w}", bound}}),
            ")"));
      }
      found = absl::StrCat("(", found, found.empty() ? "" : " OR ",
                           absl::StrJoin(fits, " AND "), ")");
    }
    // Nothing to search for, but punctuation: nothing is found.
    conditions.push_back(found.empty() ? "false" : found);
  }
  return conditions;
}

absl::Status CheckNumbers(const Question& question) {
  if (question.page_size < 0) {
    return InvalidField("page_size",
                        {"It is negative. Ask for 1 to 500, or leave it out.",
                         "Värdet är negativt. Be om 1 till 500, eller utelämna "
                         "det."});
  }
  if (question.skip < 0 || question.skip > kMostSkipped) {
    return InvalidField(
        "skip", {"At most 10000 can be passed over. Use page_token to go on.",
                 "Högst 10000 kan hoppas över. Använd page_token för att gå "
                 "vidare."});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ListQuery> MakeListQuery(const Listing& listing,
                                        const Message& request,
                                        const Audience& audience) {
  const Question question = Read(request);
  RETURN_IF_ERROR(CheckNumbers(question));
  ListQuery query;
  query.page_size = question.page_size == 0
                        ? kDefaultPage
                        : static_cast<int>(std::min<int64_t>(
                              question.page_size, listing.largest_page));
  query.fingerprint = Fingerprint(listing, question);
  ASSIGN_OR_RETURN(const std::vector<Order> orders,
                   OrdersOf(listing, question.order_by));
  ASSIGN_OR_RETURN(const std::vector<std::string> conditions,
                   ConditionsOf(listing, question, audience, query.params));
  std::vector<std::string> ranges = {""};
  if (!question.page_token.empty()) {
    const std::optional<PagePlace> place =
        ReadPageToken(query.fingerprint, question.page_token);
    if (!place || place->size() != orders.size()) {
      return InvalidField(
          "page_token",
          {"It does not belong to this query. Send the token of the page "
           "before with the same parent, filter, order_by and q, or begin "
           "with the first page.",
           "Värdet hör inte till denna fråga. Skicka det som kom med sidan "
           "före, med samma parent, filter, order_by och q, eller börja med "
           "första sidan."});
    }
    ranges = RangesAfter(orders, *place, query.params);
  }

  // "#0", "#1", … are the order's values in each row, for the next token.
  std::string select = "SELECT ";
  std::string order_by = " ORDER BY ";
  for (size_t i = 0; i < orders.size(); ++i) {
    query.order_columns.push_back(absl::StrCat("#", i));
    absl::StrAppend(&select, orders[i].column, " AS \"#", i, "\", ");
    absl::StrAppend(&order_by, i == 0 ? "" : ", ", orders[i].column,
                    orders[i].descending ? " DESC" : "");
  }
  absl::StrAppend(
      &select,
      ForAudience(listing.select.substr(std::string_view("SELECT").size()),
                  audience, query.params));
  const int rows = query.page_size + 1;  // the last one tells of a next page
  std::string limit = absl::StrCat(" LIMIT ", rows);
  std::string offset;
  if (question.skip > 0) {
    offset = absl::StrCat(" OFFSET ", Bind(query.params, Param(question.skip)));
  }
  for (const std::string& range : ranges) {
    std::vector<std::string> all = conditions;
    if (!range.empty()) all.push_back(range);
    const std::string part =
        absl::StrCat(select, all.empty() ? "" : " WHERE ",
                     absl::StrJoin(all, " AND "), order_by);
    if (ranges.size() == 1) {
      query.sql = absl::StrCat(part, limit, offset);
    } else {
      // One range is read only when those before it did not fill the page.
      absl::StrAppend(&query.sql, query.sql.empty() ? "" : " UNION ALL ", "(",
                      part, " LIMIT ", rows + question.skip, ")");
    }
  }
  if (ranges.size() > 1) absl::StrAppend(&query.sql, limit, offset);
  return query;
}

absl::Status RunList(Transaction& tx, const Listing& listing,
                     const Message& request, const Audience& audience,
                     Message& response) {
  ASSIGN_OR_RETURN(const ListQuery query,
                   MakeListQuery(listing, request, audience));
  ASSIGN_OR_RETURN(const Rows rows, tx.QueryText(query.sql, query.params));
  const auto* descriptor = response.GetDescriptor();
  const auto* reflection = response.GetReflection();
  const FieldDescriptor* items = nullptr;
  for (int i = 0; i < descriptor->field_count() && items == nullptr; ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const bool messages = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->is_repeated() && messages) items = field;
  }
  const FieldDescriptor* token = descriptor->FindFieldByName("next_page_token");
  if (items == nullptr || token == nullptr) return InternalError();
  const int count = std::min(rows.size(), query.page_size);
  for (int i = 0; i < count; ++i) {
    ReadRow(rows[i], *reflection->AddMessage(&response, items));
  }
  if (rows.size() > count) {
    const Row last = rows[count - 1];
    PagePlace place;
    for (int i = 0; i < static_cast<int>(query.order_columns.size()); ++i) {
      place.emplace_back(last.IsNull(i)
                             ? std::optional<std::string>()
                             : std::optional<std::string>(last.Text(i)));
    }
    reflection->SetString(&response, token,
                          MakePageToken(query.fingerprint, place));
  }
  return absl::OkStatus();
}

}  // namespace reglab
