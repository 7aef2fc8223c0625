#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_TEXT_STORE_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_TEXT_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/common/database.h"
#include "services/meetings/minutes_assembly_rules.h"

// What the text of minutes is made of, read from the parts of their meeting:
// only those parts that every reader of the minutes may read.
namespace reglab::meetings::minutes {

// Of imported minutes, as the document was written.
absl::StatusOr<std::string> RenderImported(Transaction& tx,
                                           const v1::Meeting& meeting,
                                           v1::Minutes::Kind kind,
                                           std::string_view title);

// Of all others; `names` are what membership calls organisations, bodies and
// people.
absl::StatusOr<MinutesContent> ContentOf(
    Transaction& tx,
    const std::map<std::string, std::string, std::less<>>& names,
    const v1::Meeting& meeting, const v1::Minutes& minutes);

absl::StatusOr<std::vector<v1::Attendance>> PrintedAttendances(
    Transaction& tx, const v1::Meeting& meeting);

}  // namespace reglab::meetings::minutes

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_TEXT_STORE_H_
