#ifndef REGLAB_SERVICES_COMMON_LISTING_H_
#define REGLAB_SERVICES_COMMON_LISTING_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/common/call.h"

namespace google::protobuf {
class EnumDescriptor;
}

namespace reglab {

// One field that a filter or an order may name. `path` is the field's
// snake_case name (camelCase is understood as well), `column` the SQL
// expression.
struct ListField {
  enum class Type {
    kText,
    kEnum,
    kInt,
    kDouble,
    kBool,
    kDate,
    kTime,
    kTextArray
  };
  std::string_view path;
  std::string_view column;
  Type type = Type::kText;
  bool sortable = false;  // has an index that ends with the key
  // Of kEnum: Activity::Kind_descriptor(); a value that is not among them is
  // then an error that names them, instead of one that no row has.
  const google::protobuf::EnumDescriptor* values = nullptr;
  // The column is NOT NULL: all further pages are then one range of the index.
  bool not_null = false;
};

// How a collection is listed. Made once per store, at namespace scope.
struct Listing {
  // "SELECT a.name, … FROM activities a"; no WHERE. May have {v} and {o}, as
  // `visible`.
  std::string_view select;
  // Always true conditions, without parameters: "a.deleted_at IS NULL"; or "".
  std::string_view where;
  // The visibility clause with {v} and {o} for the two parameters (see
  // Audience): "(a.visibility = ANY({v}) OR a.owners && {o})"; "" = all may
  // read.
  std::string_view visible;
  // The column that request.parent is compared with ("c.parent"); "" = none. A
  // parent with wildcards ("meetings/-") lists across all parents.
  std::string_view parent;
  // The condition that a row was in force on the day {d} (request.as_of, a
  // date): "a.start_date <= {d}::date AND …"; "" = as_of is not asked.
  std::string_view in_force;
  // The unique key, last part of every order: "a.name".
  std::string_view key;
  // What `organization` in the request asks of a row, with {n} for its name:
  // "a.organization = {n}"; several relations are joined by OR. May have {v}
  // and {o}, as `visible`. "" = the resource has none, and the request no such
  // field.
  std::string_view organization;
  // A tsvector column for `q`, "a.search"; "" = q is refused.
  std::string_view search;
  // What holds for a row that one word of `q` fits, with {p} for the pattern of
  // LIKE that it begins a word, and {w} for the word itself:
  // "a.words LIKE {p} OR a.words %>> {w}". A row is found when all words fit
  // it, or `search` does. "" = by `search` alone.
  std::string_view word;
  std::vector<ListField> fields;
  // "" = by key; otherwise as order_by: "start_date desc".
  std::string_view default_order;
  // The most rows of a page.
  int largest_page = 500;
};

// Reads page_size (20 when 0, capped; negative is an error), page_token,
// skip (≤ 10,000), filter, order_by, q, parent, organization, as_of,
// show_deleted from `request` where it has them, and returns the SQL with its
// parameters. The page token is authenticated, bound to the query, the same for
// the same page.
// INVALID_ARGUMENT names the field: filter, order_by, page_token, page_size,
// skip, q.
struct ListQuery {
  std::string sql;
  Params params;
  int page_size = 0;
  // How each order column's value is read from the row for the next token;
  // internal to listing.cc.
  std::vector<std::string> order_columns;
  std::string fingerprint;
};
absl::StatusOr<ListQuery> MakeListQuery(
    const Listing& listing, const google::protobuf::Message& request,
    const Audience& audience);

// Runs the list and fills `response`: its repeated message field with the rows
// (by ReadRow) and next_page_token.
absl::Status RunList(Transaction& tx, const Listing& listing,
                     const google::protobuf::Message& request,
                     const Audience& audience,
                     google::protobuf::Message& response);

// The whole handler of a List RPC:
//   return List<ListActivitiesResponse>(call, kListing, request);
template <class Response>
absl::StatusOr<Response> List(Call& call, const Listing& listing,
                              const google::protobuf::Message& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Response> {
    Response response;
    RETURN_IF_ERROR(RunList(tx, listing, request, call.audience(), response));
    return response;
  });
}

// The key that authenticates page tokens; from --page_token_key_file, or for
// tests anything of 32 bytes. Set once before serving.
void SetPageTokenKey(std::string key);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_LISTING_H_
