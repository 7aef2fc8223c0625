#ifndef REGLAB_SERVICES_MEMBERSHIP_APPOINTMENT_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_APPOINTMENT_RULES_H_

#include <string_view>

#include "absl/status/status.h"
#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "services/common/identity.h"

namespace reglab::membership {

// Whether the role is one of a body of that kind, and the dates fit each
// other. INVALID_ARGUMENT.
absl::Status CheckAppointment(const v1::Appointment& appointment,
                              v1::Body::Kind kind);

// Whether an appointment may pass to `successor` with the day `start_date`:
// INVALID_ARGUMENT names the field, FAILED_PRECONDITION when it is over by
// then. Only the secretariat hands over with a day that is past.
absl::Status CheckHandOver(const Caller& caller,
                           const v1::Appointment& appointment,
                           const v1::Person& successor,
                           std::string_view start_date, std::string_view today);

// Whether the caller may hand it over: the person who holds it, whoever acts
// for its organisation, the secretariat. PERMISSION_DENIED.
absl::Status CheckMayHandOver(const Caller& caller,
                              const v1::Appointment& appointment);

// Whether `after` lasts on a day on which `before` does not: only then can it
// need a seat more.
bool LastsLonger(const v1::Appointment& before, const v1::Appointment& after);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_APPOINTMENT_RULES_H_
