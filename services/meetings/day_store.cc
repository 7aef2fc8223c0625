#include "services/meetings/day_store.h"

#include "services/common/status_macros.h"

namespace reglab::meetings {
namespace {

const Statement kToday("SELECT today()");

}  // namespace

absl::StatusOr<std::string> Today(Transaction& tx) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kToday, {}, "today"));
  return std::string(rows[0].Text(0));
}

}  // namespace reglab::meetings
