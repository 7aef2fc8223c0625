#ifndef REGLAB_SERVICES_LEARNING_IDEA_RULES_H_
#define REGLAB_SERVICES_LEARNING_IDEA_RULES_H_

#include "absl/status/status.h"
#include "reglab/learning/v1/idea.pb.h"
#include "services/common/identity.h"

namespace reglab::learning {

// PERMISSION_DENIED unless the caller is the secretariat or acts for the
// organisation that proposes the idea.
absl::Status CheckProposes(const Caller& caller, const v1::Idea& idea);

// Whether the idea comes from the minutes of a meeting: the service meetings
// brings it, and has seen that the caller may confirm the suggestion.
bool IsFromMinutes(const Caller& caller, const v1::Idea& idea);

// As CheckProposes, for a new idea, which may also come from minutes.
// INVALID_ARGUMENT when somebody else says that it does.
absl::Status CheckMayPropose(const Caller& caller, const v1::Idea& idea);

}  // namespace reglab::learning

#endif  // REGLAB_SERVICES_LEARNING_IDEA_RULES_H_
