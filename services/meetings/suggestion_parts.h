#ifndef REGLAB_SERVICES_MEETINGS_SUGGESTION_PARTS_H_
#define REGLAB_SERVICES_MEETINGS_SUGGESTION_PARTS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/learning/v1/idea.pb.h"
#include "reglab/meetings/v1/action.pb.h"
#include "reglab/meetings/v1/decision.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/position.pb.h"
#include "reglab/meetings/v1/referral.pb.h"
#include "reglab/meetings/v1/suggestion.pb.h"

namespace reglab::meetings {

// What becomes of a suggestion, as plain functions.

// At most `most` characters (code points) of the text, none of them cut in two,
// with a sign that something is missing.
std::string Shortened(std::string_view text, size_t most);

// FAILED_PRECONDITION when someone has confirmed or dismissed it already.
absl::Status CheckProposed(const v1::Suggestion& suggestion);

// The suggestion with what the request corrects in it. INVALID_ARGUMENT naming
// a field that its kind has no use for; FAILED_PRECONDITION/SUGGESTION_STATED
// when anything is corrected in what the import created already.
absl::StatusOr<v1::Suggestion> Corrected(
    v1::Suggestion suggestion, const v1::ConfirmSuggestionRequest& request);

v1::Decision DecisionFrom(const v1::Suggestion& suggestion);
v1::Action ActionFrom(const v1::Suggestion& suggestion);

// A draft, of the body that met. `target` when the suggestion names none.
v1::Referral ReferralFrom(const v1::Suggestion& suggestion,
                          const v1::Meeting& meeting, std::string_view target);

// A view of one organisation, or of a group of the meeting. `question` when the
// suggestion has no title.
v1::Position PositionFrom(const v1::Suggestion& suggestion,
                          std::string_view question,
                          std::string_view organization,
                          std::string_view group);

// The request for learning, within the limits that its contract sets.
learning::v1::CreateIdeaRequest IdeaFrom(const v1::Suggestion& suggestion);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_SUGGESTION_PARTS_H_
