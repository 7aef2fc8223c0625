#ifndef REGLAB_SERVICES_MEETINGS_CONVENING_H_
#define REGLAB_SERVICES_MEETINGS_CONVENING_H_

#include <string_view>
#include <vector>

#include "services/common/database.h"
#include "services/meetings/attendance_rules.h"

namespace reglab::meetings {

// Makes an attendance for everyone who is not invited yet and records the
// letters as work; a guest who is invited already gets a new link. The meeting
// is locked, and updated afterwards, so that its journal tells the invited.
absl::Status Invite(Transaction& tx, const v1::Meeting& meeting,
                    const std::vector<Invitee>& invitees,
                    std::string_view message);

// Records the letters that tell everyone who is invited. `seats` are those of
// the body.
absl::Status TellInvited(Transaction& tx, const v1::Meeting& meeting,
                         const Seats& seats, News news,
                         std::string_view reason);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_CONVENING_H_
