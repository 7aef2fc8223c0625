#ifndef REGLAB_SERVICES_MEETINGS_SUGGESTED_AMENDMENTS_H_
#define REGLAB_SERVICES_MEETINGS_SUGGESTED_AMENDMENTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/suggestion.pb.h"
#include "services/common/database.h"
#include "services/common/identity.h"

namespace reglab::meetings {

// What a confirmed suggestion of kind AMENDMENT says, as an amendment: words
// for other words where both are named, a comment where they are not. The name
// and the place are not filled.
v1::Amendment AmendmentFrom(const v1::Suggestion& suggestion);

namespace amendments {

// Who made the change that the minutes tell.
struct SuggestedBy {
  // The organisations; checked by the caller. Without any, the group.
  std::vector<std::string> organizations;
  // "Grupp 2"; "Gruppdiskussion" when empty.
  std::string group;
};

// Creates the amendment of a confirmed suggestion in `consultation`, whose
// state it does not need to be OPEN (what was said at a meeting was said in
// time), or, when that is empty, in the one that is tried under the
// suggestion's agenda item at `meeting`, which is made if there is none: in
// preparation, of the meeting's body, without a draft. In a consultation with a
// draft the amendment is anchored, otherwise it waits. The same suggestion
// again gives the same amendment.
//
// NOT_FOUND when there is no such consultation that the audience may read;
// FAILED_PRECONDITION/CONSULTATION_ADOPTED, TOO_MANY_AMENDMENTS.
absl::StatusOr<v1::Amendment> CreateSuggested(Transaction& tx,
                                              const Audience& audience,
                                              const v1::Meeting& meeting,
                                              const v1::Suggestion& suggestion,
                                              std::string_view consultation,
                                              const SuggestedBy& by);

}  // namespace amendments
}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_SUGGESTED_AMENDMENTS_H_
