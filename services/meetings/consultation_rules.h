#ifndef REGLAB_SERVICES_MEETINGS_CONSULTATION_RULES_H_
#define REGLAB_SERVICES_MEETINGS_CONSULTATION_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "reglab/meetings/v1/consultation.pb.h"
#include "reglab/meetings/v1/decision.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"

namespace reglab::meetings {

// What is decided about consultations, without a database. Their state is the
// one of today.

// INVALID_ARGUMENT for a day that does not exist, and when it closes before it
// opens.
absl::Status CheckConsultation(const v1::Consultation& consultation);

// FAILED_PRECONDITION/CONSULTATION_NOT_OPEN, saying whether it is not open yet
// or not any more.
absl::Status CheckIsOpen(const v1::Consultation& consultation);

// FAILED_PRECONDITION/CONSULTATION_ADOPTED.
absl::Status CheckNotAdopted(const v1::Consultation& consultation);

// Opens it on the day `today`, until `close_date` if one is given.
// INVALID_ARGUMENT when its last day is over;
// FAILED_PRECONDITION/CONSULTATION_STATE.
absl::Status Open(std::string_view today, std::string_view close_date,
                  v1::Consultation& consultation);

// Closes it on the day `today`. FAILED_PRECONDITION/CONSULTATION_STATE.
absl::Status Close(std::string_view today, v1::Consultation& consultation);

// The body adopts `draft` by this decision of `meeting`. INVALID_ARGUMENT/
// DECISION_OF_OTHER_BODY; FAILED_PRECONDITION/CONSULTATION_STATE.
absl::Status Adopt(std::string_view draft, const v1::Decision& decision,
                   const v1::Meeting& meeting, v1::Consultation& consultation);

// FAILED_PRECONDITION/DRAFT_SUPERSEDED unless `draft` is the newest one.
absl::Status CheckIsNewest(const v1::Consultation& consultation,
                           std::string_view draft);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_CONSULTATION_RULES_H_
