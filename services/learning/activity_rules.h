#ifndef REGLAB_SERVICES_LEARNING_ACTIVITY_RULES_H_
#define REGLAB_SERVICES_LEARNING_ACTIVITY_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "reglab/learning/v1/activity.pb.h"
#include "services/common/identity.h"

namespace reglab::learning {

// FAILED_PRECONDITION unless an activity may go from one state to the other in
// one step: DRAFT → READY → OPEN → RUNNING → COMPLETED, and CANCELLED from any
// that is not over. READY may go back to DRAFT.
absl::Status CheckTransition(v1::Activity::State from, v1::Activity::State to);

// Who reads an activity in that state when nothing else is said.
v1::Activity::Visibility DefaultVisibility(v1::Activity::State state);

// Who reads an activity when it goes on to `state` and nobody says: what was
// chosen stays, and so does what is cancelled, because a draft that comes to
// nothing is not to be announced by that.
v1::Activity::Visibility NextVisibility(const v1::Activity& before,
                                        v1::Activity::State state);

// What one field can't tell by itself: the end is not before the start, a
// member-led activity has somebody who leads it, nobody leads and takes part at
// once, what is not yet open is not shown to others. INVALID_ARGUMENT names
// all.
absl::Status CheckActivity(const v1::Activity& activity);

// PERMISSION_DENIED unless the caller is the secretariat or one of the leads.
absl::Status CheckRuns(const Caller& caller, const v1::Activity& activity);

// Every organisation and body that the activity names, each once.
std::vector<std::string> NamesIn(const v1::Activity& activity);

// INVALID_ARGUMENT for every field that names one of `missing`.
absl::Status CheckNoneMissing(const v1::Activity& activity,
                              const std::vector<std::string>& missing);

}  // namespace reglab::learning

#endif  // REGLAB_SERVICES_LEARNING_ACTIVITY_RULES_H_
