#include "services/learning/idea_rules.h"

#include "services/common/errors.h"

namespace reglab::learning {

absl::Status CheckProposes(const Caller& caller, const v1::Idea& idea) {
  if (caller.secretariat() || (!caller.organization.empty() &&
                               caller.organization == idea.proposer())) {
    return absl::OkStatus();
  }
  return PermissionMissing("learning.ideas.write");
}

}  // namespace reglab::learning
