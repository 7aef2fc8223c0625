#ifndef REGLAB_SERVICES_MEETINGS_AMENDMENT_RULES_H_
#define REGLAB_SERVICES_MEETINGS_AMENDMENT_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/position.pb.h"
#include "services/common/identity.h"

namespace reglab::meetings {

// What is decided about amendments and positions, without a database.

// Writes the quote as the paragraphs are written, on one line.
// INVALID_ARGUMENT when what it is to say, or who says it, is missing.
absl::Status CheckAmendment(v1::Amendment& amendment);
absl::Status CheckPosition(const v1::Position& position);

// The secretariat writes for anyone; a representative, or a colleague to whom
// the matter `subject` was delegated, for its organisation alone. Groups of a
// meeting are written down by the secretariat. PERMISSION_DENIED.
absl::Status CheckMayWriteFor(const Caller& caller,
                              const std::vector<std::string>& organizations,
                              std::string_view subject);

// Whoever acts for one of its authors may change it or take it back.
absl::Status CheckIsAuthor(const Caller& caller,
                           const v1::Amendment& amendment);

// FAILED_PRECONDITION/AMENDMENT_STATE when it is disposed of or withdrawn.
absl::Status CheckIsOpen(const v1::Amendment& amendment);

// Adds an organisation's support, or takes it away; whether anything changed.
// FAILED_PRECONDITION/OWN_AMENDMENT for an author.
absl::StatusOr<bool> Support(std::string_view organization,
                             v1::Amendment& amendment);
bool WithdrawSupport(std::string_view organization, v1::Amendment& amendment);

// Records the disposition. INVALID_ARGUMENT for a blank reason, words that go
// in with a disposition that changes nothing, and a disposition that does not
// fit the action; FAILED_PRECONDITION/AMENDMENT_STATE when it is withdrawn or
// worked into a draft.
absl::Status Dispose(const v1::DisposeAmendmentRequest& request, absl::Time now,
                     v1::Amendment& amendment);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_AMENDMENT_RULES_H_
