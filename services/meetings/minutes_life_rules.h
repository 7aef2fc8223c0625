#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_LIFE_RULES_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_LIFE_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/meetings/v1/minutes.pb.h"
#include "reglab/meetings/v1/minutes_correction.pb.h"
#include "services/common/identity.h"

// The lives of minutes, without a database. Days are those in Sweden, as
// 2026-10-01.
namespace reglab::meetings {

// At most so many corrections are proposed to one document.
inline constexpr int kMostCorrections = 500;

bool IsFinal(v1::Minutes::State state);

// FAILED_PRECONDITION/MINUTES_FINAL.
absl::Status MinutesFinal();
absl::Status CheckNotFinal(const v1::Minutes& minutes);

// FAILED_PRECONDITION/NOT_FINAL: only what is final is corrected.
absl::Status CheckFinal(const v1::Minutes& minutes);

// FAILED_PRECONDITION/MEETING_CANCELLED: it has no minutes.
absl::Status CheckHeld(const v1::Meeting& meeting);

// What a change of the minutes' own fields must keep. INVALID_ARGUMENT when the
// chair is also a verifier, or a verifier stands there twice;
// FAILED_PRECONDITION/DID_NOT_ATTEND when one of them did not attend,
// KIND_FIXED when the kind changes after the first version.
absl::Status CheckSignatories(const v1::Minutes& minutes,
                              const std::vector<v1::Attendance>& attendances);
absl::Status CheckKind(const v1::Minutes& before, const v1::Minutes& after);

// INVALID_ARGUMENT for a day that is past or over a year away;
// FAILED_PRECONDITION/DISCLOSURE_NOT_ACKNOWLEDGED, NO_RECIPIENTS,
// MINUTES_FINAL.
absl::Status CheckCirculation(const v1::Minutes& minutes,
                              const v1::CirculateMinutesRequest& request,
                              const std::vector<std::string>& recipients,
                              std::string_view today);

// To whom minutes go when nobody is named: the organisations that were there,
// and the people of none.
std::vector<std::string> ParticipantsOf(
    const std::vector<v1::Attendance>& attendances);

// FAILED_PRECONDITION/APPROVED_INSTEAD, NOT_CIRCULATED, TOO_EARLY,
// CORRECTIONS_OPEN, MINUTES_FINAL.
absl::Status CheckFinalization(const v1::Minutes& minutes, int open_corrections,
                               std::string_view today);

// `minutes` with the digest of the text as it stands. Errors as ApproveMinutes
// says.
absl::Status CheckApproval(const v1::Minutes& minutes, const Caller& caller,
                           const std::vector<v1::Attendance>& attendances,
                           int open_corrections, std::string_view digest_read);

// Whether all who must have approved have; `minutes` has their approvals.
bool AllApproved(const v1::Minutes& minutes);

// A correction of what is final: the new text, and what it changes in a
// sentence. The text gets a section that lists all such corrections.
// INVALID_ARGUMENT when the quote does not stand in the text exactly once.
struct CorrectedMinutes {
  std::string markdown;
  std::string change;
};
absl::StatusOr<CorrectedMinutes> Correct(
    std::string_view markdown, const v1::CorrectMinutesRequest& request,
    std::string_view today);

// What a version says of the corrections that were worked into it; "" for none.
std::string ChangeOf(const std::vector<std::string>& accepted);

// Who may propose a correction: PERMISSION_DENIED/NOT_A_PARTICIPANT unless the
// caller is the secretariat, sits in the body, attended or acts for an
// organisation that did.
absl::Status CheckParticipant(const Caller& caller, const v1::Meeting& meeting,
                              const std::vector<v1::Attendance>& attendances);

// `circulated` is the text that is out, `proposed` how many there are.
// FAILED_PRECONDITION/NOT_CIRCULATED, CORRECTIONS_CLOSED, TOO_MANY_CORRECTIONS;
// INVALID_ARGUMENT when the quote is not in the text.
absl::Status CheckProposal(const v1::Minutes& minutes,
                           const v1::MinutesCorrection& correction,
                           std::string_view circulated, int proposed,
                           std::string_view today);

// FAILED_PRECONDITION/ALREADY_ANSWERED.
absl::Status CheckUnanswered(const v1::MinutesCorrection& correction);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_LIFE_RULES_H_
