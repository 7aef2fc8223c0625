#include "services/membership/appointment_rules.h"

#include "services/common/errors.h"
#include "services/membership/period_rules.h"

namespace reglab::membership {

absl::Status CheckAppointment(const v1::Appointment& appointment,
                              v1::Body::Kind kind) {
  if (appointment.role() == v1::Appointment::MEMBER_REPRESENTATIVE &&
      kind != v1::Body::MEMBER_GROUP) {
    return InvalidField("appointment.role",
                        {"A member representative sits in the member group. "
                         "Choose another role, "
                         "or a body of kind MEMBER_GROUP.",
                         "En medlemsansvarig sitter i medlemsgruppen. Välj en "
                         "annan roll, eller "
                         "ett organ av typen MEMBER_GROUP."});
  }
  return CheckPeriod("appointment", appointment.start_date(),
                     appointment.end_date());
}

}  // namespace reglab::membership
