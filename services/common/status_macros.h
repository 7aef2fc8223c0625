#ifndef REGLAB_SERVICES_COMMON_STATUS_MACROS_H_
#define REGLAB_SERVICES_COMMON_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Abseil of Debian 12 has no such macros of its own.

#define REGLAB_CONCAT_INNER_(a, b) a##b
#define REGLAB_CONCAT_(a, b) REGLAB_CONCAT_INNER_(a, b)
#define REGLAB_RETURN_IF_ERROR_(status, expression)         \
  do {                                                      \
    if (absl::Status status = (expression); !status.ok()) { \
      return status;                                        \
    }                                                       \
  } while (false)

// Returns from the function when `expression` is an error. The names have the
// line's number, so that one may stand inside another's function.
#define RETURN_IF_ERROR(expression) \
  REGLAB_RETURN_IF_ERROR_(REGLAB_CONCAT_(status_, __LINE__), expression)

#define REGLAB_ASSIGN_OR_RETURN_(result, left, expression) \
  auto result = (expression);                              \
  if (!result.ok()) return std::move(result).status();     \
  left = *std::move(result)

// ASSIGN_OR_RETURN(Activity activity, Get(tx, name)); returns the error, if
// any.
#define ASSIGN_OR_RETURN(left, expression) \
  REGLAB_ASSIGN_OR_RETURN_(REGLAB_CONCAT_(result_, __LINE__), left, expression)

#endif  // REGLAB_SERVICES_COMMON_STATUS_MACROS_H_
