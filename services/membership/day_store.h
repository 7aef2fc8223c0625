#ifndef REGLAB_SERVICES_MEMBERSHIP_DAY_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_DAY_STORE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/common/database.h"

namespace reglab::membership {

// The day it is in Sweden, "2026-11-24", by the database's clock: the same for
// every replica, and the one that rights are decided by.
absl::StatusOr<std::string> Today(Transaction& tx);

// What a day is bound to; NULL for "", no day.
inline Param DayOrNull(std::string_view day) {
  return day.empty() ? Param(std::nullopt) : Param(day);
}

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_DAY_STORE_H_
