#include "services/membership/appointment_rules.h"

#include <string>

#include "services/common/errors.h"
#include "services/common/status_macros.h"
#include "services/membership/access_rules.h"
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

absl::Status CheckHandOver(const Caller& caller,
                           const v1::Appointment& appointment,
                           const v1::Person& successor,
                           std::string_view start_date,
                           std::string_view today) {
  if (successor.name() == appointment.person()) {
    return InvalidField("successor",
                        {"They hold the appointment themselves. Name another "
                         "person.",
                         "Personen har själv uppdraget. Ange någon annan."});
  }
  if (successor.organization() != appointment.organization()) {
    return InvalidField(
        "successor", {"They are of another organisation. Name a colleague of "
                      "the organisation that the appointment is for.",
                      "Personen hör till en annan organisation. Ange en "
                      "kollega i den organisation som uppdraget gäller."});
  }
  RETURN_IF_ERROR(CheckDay("start_date", start_date));
  // Dates of this form compare as text.
  if (start_date < today && !caller.secretariat()) {
    return InvalidField("start_date",
                        {"It is past. Give today or a later day, or ask the "
                         "secretariat.",
                         "Det har passerat. Ange dagens datum eller en senare "
                         "dag, eller be kansliet."});
  }
  if (start_date <= appointment.start_date()) {
    return InvalidField("start_date",
                        {"The appointment has not begun by then. Give a day "
                         "after its first one.",
                         "Uppdraget har inte börjat då. Ange en dag efter dess "
                         "första."});
  }
  if (!appointment.end_date().empty() && appointment.end_date() < start_date) {
    return Refused(
        "APPOINTMENT_OVER",
        {"The appointment is over by then, so there is nothing to "
         "hand over. Ask the secretariat to appoint.",
         "Uppdraget är slut då, så det finns inget att lämna över. "
         "Be kansliet att utse någon."},
        {{"start_date", {"The appointment is over.", "Uppdraget är slut."}}});
  }
  return absl::OkStatus();
}

absl::Status CheckMayHandOver(const Caller& caller,
                              const v1::Appointment& appointment) {
  if (caller.name == appointment.person()) return absl::OkStatus();
  return CheckActsFor(caller, appointment.organization(), appointment.name());
}

bool LastsLonger(const v1::Appointment& before, const v1::Appointment& after) {
  const auto end = [](const v1::Appointment& appointment) {
    // After every day.
    return appointment.end_date().empty() ? std::string("~")
                                          : appointment.end_date();
  };
  return after.start_date() < before.start_date() || end(after) > end(before);
}

}  // namespace reglab::membership
