#include "services/meetings/minutes_search_store.h"

#include <algorithm>
#include <optional>
#include <string>

#include "services/common/errors.h"
#include "services/common/page_token.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::meetings::minutes_search {

using v1::SearchMinutesRequest;
using v1::SearchMinutesResponse;

namespace {

constexpr int kUsualPage = 20;
constexpr int kLargestPage = 100;

// The passages of one kind of part that hold the words; `words` is the
// expression of its index.
#define FOUND_IN(table, item, words)                                     \
  "SELECT i.name, i.parent, " item " AS agenda_item, i.position, " words \
  " AS words FROM " table " i WHERE swedish_search(" words               \
  ") @@ swedish_query($1) AND (i.visibility = ANY($2) OR i.owners && $3)"

// Of what has minutes, with what the caller may read. A correction that was
// made afterwards stands behind everything else.
#define FOUND \
  "(" FOUND_IN("agenda_items", "i.name",                                     \
               "passage(i.display_name, i.text)")                            \
  " UNION ALL " FOUND_IN("notes", "i.agenda_item",                           \
                         "passage(i.text, NULL::text)")                      \
  " UNION ALL " FOUND_IN("questions", "i.agenda_item",                       \
                         "passage(i.text, i.answer)")                        \
  " UNION ALL " FOUND_IN("discussions", "i.agenda_item",                     \
                         "passage(i.text, NULL::text)")                      \
  " UNION ALL " FOUND_IN("conclusions", "i.agenda_item",                     \
                         "passage(i.text, i.points)")                        \
  " UNION ALL " FOUND_IN("decisions", "i.agenda_item",                       \
                         "passage(i.subject, i.text)")                       \
  " UNION ALL " FOUND_IN("actions", "i.agenda_item",                         \
                         "passage(i.text, NULL::text)")                      \
  " UNION ALL SELECT v.name, c.parent, NULL, 2147483647,"                    \
  " passage(v.change, v.reason) FROM minutes_versions v"                     \
  " JOIN minutes c ON c.name = v.parent WHERE v.reason IS NOT NULL"          \
  " AND swedish_search(passage(v.change, v.reason)) @@ swedish_query($1)"    \
  ") p JOIN meetings m ON m.name = p.parent"                                 \
  " JOIN minutes d ON d.parent = m.name"                                     \
  " WHERE (m.visibility = ANY($2) OR m.owners && $3)"                        \
  " AND (d.visibility = ANY($2) OR d.owners && $3)"                          \
  " AND ($4::text IS NULL OR m.body = $4)"                                   \
  " AND ($5::date IS NULL OR m.date >= $5)"                                  \
  " AND ($6::date IS NULL OR m.date <= $6)"

// U+2068 and U+2069 around what was found; they are taken out of the text
// first, so that they say nothing else.
#define HEADLINE(words)                                                    \
  "ts_headline('pg_catalog.swedish', " words                               \
  ", swedish_query($1), 'StartSel=\u2068, StopSel=\u2069, MaxFragments=2," \
  " MinWords=12, MaxWords=32, FragmentDelimiter=\" … \"')"

// Where the words stand under another of their names alone, such as RUS, the
// passage is shown with that.
#define PASSAGE                                                               \
  " CASE WHEN position(E'\\u2068' IN h.text) > 0 THEN h.text ELSE " HEADLINE( \
      "swedish_words(h.words)") " END AS text"

const Statement kYears(
    "SELECT extract(year FROM m.date)::int, count(DISTINCT m.name),"
    " count(*) FROM " FOUND " GROUP BY 1 ORDER BY 1 DESC");

Param OrNull(const std::string& text) {
  return text.empty() ? Param(std::nullopt) : Param(text);
}

}  // namespace

const Statement kPassages(
    "SELECT h.name, h.agenda_item, a.display_name AS agenda_item_display_name,"
    " h.meeting, h.display_name, h.body, h.date, h.position," PASSAGE
    " FROM (SELECT p.*, " HEADLINE("p.words") " AS text FROM ("
    "SELECT p.name, p.agenda_item, p.position,"
    " translate(p.words, E'\\u2068\\u2069', '') AS words,"
    " m.name AS meeting, m.display_name, m.body, m.date FROM " FOUND
    " AND ($7::date IS NULL OR m.date < $7 OR m.date = $7"
    " AND (m.name, p.position, p.name) > ($8, $9::int, $10))"
    " ORDER BY m.date DESC, m.name, p.position, p.name LIMIT $11) p) h"
    " LEFT JOIN agenda_items a ON a.name = h.agenda_item"
    " ORDER BY h.date DESC, h.meeting, h.position, h.name");

absl::StatusOr<SearchMinutesResponse> Search(
    Transaction& tx, const Audience& audience,
    const SearchMinutesRequest& request) {
  const std::string query =
      Concat("SearchMinutes\n", request.q(), "\n", request.body(), "\n",
             request.from(), "\n", request.to());
  PagePlace place(4);
  if (!request.page_token().empty()) {
    const std::optional<PagePlace> read =
        ReadPageToken(query, request.page_token());
    if (!read || read->size() != place.size()) {
      return InvalidField(
          "page_token",
          {"It is not a page token of this search. Start again without it.",
           "Det är ingen sidmarkör för den här sökningen. Börja om utan den."});
    }
    place = *read;
  }
  const int page = request.page_size() == 0
                       ? kUsualPage
                       : std::min(request.page_size(), kLargestPage);
  const Params question = {request.q(),
                           audience.visibilities,
                           audience.owners,
                           OrNull(request.body()),
                           OrNull(request.from()),
                           OrNull(request.to())};
  SearchMinutesResponse response;
  ASSIGN_OR_RETURN(const Rows years, tx.Query(kYears, question));
  for (int i = 0; i < years.size(); ++i) {
    SearchMinutesResponse::Year& year = *response.add_years();
    year.set_year(int(years[i].Int(0)));
    year.set_meetings(int(years[i].Int(1)));
    year.set_passages(int(years[i].Int(2)));
    response.set_total_passages(response.total_passages() + year.passages());
  }
  Params values = question;
  for (const std::optional<std::string>& part : place) values.push_back(part);
  // One more than is shown says whether there is another page.
  values.push_back(page + 1);
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kPassages, values));
  for (int i = 0; i < std::min(rows.size(), page); ++i) {
    const std::string_view meeting = rows[i].Text(3);
    if (response.meetings_size() == 0 ||
        response.meetings(response.meetings_size() - 1).meeting() != meeting) {
      ReadRow(rows[i], *response.add_meetings());
    }
    ReadRow(rows[i], *response.mutable_meetings(response.meetings_size() - 1)
                          ->add_passages());
  }
  if (rows.size() > page) {
    const Row last = rows[page - 1];
    response.set_next_page_token(MakePageToken(
        query, {std::string(last.Text(6)), std::string(last.Text(3)),
                std::string(last.Text(7)), std::string(last.Text(0))}));
  }
  return response;
}

}  // namespace reglab::meetings::minutes_search
