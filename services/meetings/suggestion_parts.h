#ifndef REGLAB_SERVICES_MEETINGS_SUGGESTION_PARTS_H_
#define REGLAB_SERVICES_MEETINGS_SUGGESTION_PARTS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "reglab/learning/v1/idea.pb.h"
#include "reglab/meetings/v1/action.pb.h"
#include "reglab/meetings/v1/decision.pb.h"
#include "reglab/meetings/v1/suggestion.pb.h"

namespace reglab::meetings {

// What becomes of a suggestion, as plain functions.

// At most `most` characters (code points) of the text, none of them cut in two,
// with a sign that something is missing.
std::string Shortened(std::string_view text, size_t most);

// FAILED_PRECONDITION when someone has confirmed or dismissed it already.
absl::Status CheckProposed(const v1::Suggestion& suggestion);

v1::Decision DecisionFrom(const v1::Suggestion& suggestion);
v1::Action ActionFrom(const v1::Suggestion& suggestion);

// The request for learning, within the limits that its contract sets.
learning::v1::CreateIdeaRequest IdeaFrom(const v1::Suggestion& suggestion);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_SUGGESTION_PARTS_H_
