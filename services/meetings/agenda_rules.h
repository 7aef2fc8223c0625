#ifndef REGLAB_SERVICES_MEETINGS_AGENDA_RULES_H_
#define REGLAB_SERVICES_MEETINGS_AGENDA_RULES_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/meetings/v1/action.pb.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/referral.pb.h"

namespace reglab::meetings {

// What is decided about agendas, without a database.

// One item, as far as its place is concerned.
struct AgendaEntry {
  std::string name;
  int32_t position = 0;
};

// Between two items that were placed one after the other: so many halvings of
// it can be made before all get new positions.
inline constexpr int32_t kAgendaGap = 1024;

// The items whose positions change when `request` moves one, with their new
// positions: that one alone as long as there is room where it goes. `entries`
// are all items of the agenda in order, the moved one among them.
// INVALID_ARGUMENT unless exactly one of before, after and index is given, and
// names another item of this agenda.
absl::StatusOr<std::vector<AgendaEntry>> PositionsAfterMove(
    const std::vector<AgendaEntry>& entries,
    const v1::MoveAgendaItemRequest& request);

// FAILED_PRECONDITION/AGENDA_TOO_LONG naming `field` when so many minutes do
// not fit between the start and the end of the meeting.
absl::Status CheckAgendaFits(const v1::Meeting& meeting, int64_t minutes,
                             std::string_view field);

// Fills what follows from the start: the end, and the part of the etag that
// tells of other clock times, so that a reader who asks whether the item
// changed learns of them.
void FillClock(v1::AgendaItem& item);

// The items that tell a meeting what is open, without names: open actions, then
// the referrals that are out, then one for each that came back. What `standing`
// has is on the agenda already. They are shown to who may read the least
// visible of what they tell.
std::vector<v1::AgendaItem> FollowUps(
    const std::vector<v1::Action>& actions,
    const std::vector<v1::Referral>& referrals,
    const std::set<std::string>& standing);

// Whether a referral has come back, be it without an answer.
bool CameBack(const v1::Referral& referral);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_AGENDA_RULES_H_
