#ifndef REGLAB_GATEWAY_TEXT_H_
#define REGLAB_GATEWAY_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

#include "services/common/spelling.h"

namespace reglab::gateway {

// Decodes %XX, and "+" as a space where `plus_is_space`. Nothing when an escape
// is broken, or when what comes out is no UTF-8 or holds a NUL.
std::optional<std::string> PercentDecode(std::string_view text,
                                         bool plus_is_space);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_TEXT_H_
