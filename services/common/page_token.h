#ifndef REGLAB_SERVICES_COMMON_PAGE_TOKEN_H_
#define REGLAB_SERVICES_COMMON_PAGE_TOKEN_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reglab {

// Where a page ended: the values of the order's columns in its last row, as the
// database writes them. The same place in the same query is always the same
// token; it is signed with the key of SetPageTokenKey (listing.h), for one
// query. It says where to go on and nothing about who may: it grants nothing.
using PagePlace = std::vector<std::optional<std::string>>;

std::string MakePageToken(std::string_view query, const PagePlace& place);

// Nothing unless MakePageToken made exactly this token for this query.
std::optional<PagePlace> ReadPageToken(std::string_view query,
                                       std::string_view token);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_PAGE_TOKEN_H_
