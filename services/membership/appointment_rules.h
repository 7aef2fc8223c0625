#ifndef REGLAB_SERVICES_MEMBERSHIP_APPOINTMENT_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_APPOINTMENT_RULES_H_

#include "absl/status/status.h"
#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/body.pb.h"

namespace reglab::membership {

// Whether the role is one of a body of that kind, and the dates fit each
// other. INVALID_ARGUMENT.
absl::Status CheckAppointment(const v1::Appointment& appointment,
                              v1::Body::Kind kind);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_APPOINTMENT_RULES_H_
