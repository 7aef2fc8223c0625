#ifndef REGLAB_SERVICES_COMMON_FILTER_H_
#define REGLAB_SERVICES_COMMON_FILTER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/common/listing.h"

namespace reglab {

// Turns an AIP-160 filter into a SQL condition. Values only ever become bound
// parameters (appended to `params`), names only ever columns of `fields`.
// Understands AND, OR, NOT, "-", parentheses, = != < <= > >= and ":" (has; on
// text: contains, without case), wildcards in = ("Region*"), a bare literal as
// an error that says how to write it. At most 4,096 bytes, 100 terms, 20 deep.
// INVALID_ARGUMENT naming `filter`: what is wrong, where (character), and for
// an unknown field the nearest known one.
absl::StatusOr<std::string> FilterToSql(std::string_view filter,
                                        const std::vector<ListField>& fields,
                                        Params& params);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_FILTER_H_
