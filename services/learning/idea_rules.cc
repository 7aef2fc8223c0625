#include "services/learning/idea_rules.h"

#include "services/common/access_rules.h"
#include "services/common/errors.h"

namespace reglab::learning {

absl::Status CheckProposes(const Caller& caller, const v1::Idea& idea) {
  // What was delegated for a meeting holds for the ideas that come from it.
  if (caller.secretariat() || caller.ActsFor(idea.proposer(), idea.name()) ||
      caller.ActsFor(idea.proposer(), idea.meeting())) {
    return absl::OkStatus();
  }
  if (!idea.proposer().empty() && caller.organization == idea.proposer()) {
    return CheckActsFor(caller, idea.proposer(), idea.name());
  }
  return MakeError(
      absl::StatusCode::kPermissionDenied, "NOT_THE_PROPOSER",
      {"Only the organisation that proposes the idea, and the secretariat, may "
       "do this. Use a key of that organisation, or ask the secretariat.",
       "Bara den organisation som lämnar idén, och kansliet, får göra detta. "
       "Använd en nyckel som hör till organisationen, eller be kansliet."});
}

bool IsFromMinutes(const Caller& caller, const v1::Idea& idea) {
  return caller.process == "meetings" && !idea.meeting().empty() &&
         !idea.suggestion().empty();
}

absl::Status CheckMayPropose(const Caller& caller, const v1::Idea& idea) {
  if (IsFromMinutes(caller, idea)) return absl::OkStatus();
  if (!idea.suggestion().empty() && !caller.secretariat()) {
    return InvalidField(
        "idea.suggestion",
        {"A suggestion becomes an idea when it is confirmed in the minutes. "
         "Leave the field out, or confirm the suggestion.",
         "Ett förslag blir en idé när det bekräftas i anteckningarna. Utelämna "
         "fältet, eller bekräfta förslaget."});
  }
  return CheckProposes(caller, idea);
}

}  // namespace reglab::learning
