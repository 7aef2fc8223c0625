#ifndef REGLAB_SERVICES_MEETINGS_AGENDA_STORE_H_
#define REGLAB_SERVICES_MEETINGS_AGENDA_STORE_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/action.pb.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "services/common/database.h"
#include "services/meetings/agenda_rules.h"

// The agenda as a whole; each item is a part of its meeting (see item_store.h).
namespace reglab::meetings::agenda {

// All items of a meeting in order, whoever may read them.
absl::StatusOr<std::vector<AgendaEntry>> Entries(Transaction& tx,
                                                 std::string_view meeting);

// Gives an item without a position the last one. The meeting is locked.
absl::Status PlaceLast(Transaction& tx, std::string_view meeting,
                       v1::AgendaItem& item);

// As CheckAgendaFits, with the durations of all items.
absl::Status CheckFits(Transaction& tx, const v1::Meeting& meeting,
                       std::string_view field);

// What the items of a meeting follow up already.
absl::StatusOr<std::set<std::string>> FollowedUp(Transaction& tx,
                                                 std::string_view meeting);

// The actions of the body's other meetings until the day of this one that are
// neither done nor dropped, at most 500, the oldest meeting's first.
absl::StatusOr<std::vector<v1::Action>> OpenActions(Transaction& tx,
                                                    const v1::Meeting& meeting);

}  // namespace reglab::meetings::agenda

#endif  // REGLAB_SERVICES_MEETINGS_AGENDA_STORE_H_
