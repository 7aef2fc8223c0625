#include "services/membership/appointment_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/appointment_rules.h"
#include "services/membership/appointment_store.h"
#include "services/membership/body_store.h"
#include "services/membership/day_store.h"
#include "services/membership/membership_store.h"
#include "services/membership/organization_store.h"
#include "services/membership/period_rules.h"
#include "services/membership/person_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::Appointment;
using v1::Body;
using v1::CreateAppointmentRequest;
using v1::DeleteAppointmentRequest;
using v1::GetAppointmentRequest;
using v1::HandOverAppointmentRequest;
using v1::HandOverAppointmentResponse;
using v1::ListAppointmentsRequest;
using v1::ListAppointmentsResponse;
using v1::Person;
using v1::UpdateAppointmentRequest;

// Fills what the appointment takes from its person.
absl::Status TakeFromPerson(Transaction& tx, const Audience& audience,
                            Appointment& appointment) {
  ASSIGN_OR_RETURN(const Person person,
                   people::LockNamed(tx, audience, "appointment.person",
                                     appointment.person()));
  appointment.set_person_display_name(person.display_name());
  if (appointment.organization().empty()) {
    appointment.set_organization(person.organization());
  }
  return absl::OkStatus();
}

absl::StatusOr<Appointment> GetAppointment(
    Call& call, const GetAppointmentRequest& request) {
  return call.Read([&](Transaction& tx) {
    return appointments::Get(tx, call.audience(), request.name(),
                             request.as_of());
  });
}

absl::StatusOr<ListAppointmentsResponse> ListAppointments(
    Call& call, const ListAppointmentsRequest& request) {
  return call.Read(
      [&](Transaction& tx) -> absl::StatusOr<ListAppointmentsResponse> {
        if (!request.parent().ends_with("/-")) {
          RETURN_IF_ERROR(
              bodies::Get(tx, call.audience(), request.parent()).status());
        }
        ListAppointmentsResponse response;
        RETURN_IF_ERROR(RunList(tx, appointments::kListing, request,
                                call.audience(), response));
        return response;
      });
}

absl::StatusOr<Appointment> CreateAppointment(
    Call& call, const CreateAppointmentRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  ASSIGN_OR_RETURN(
      const std::string id,
      ChooseId("appointment_id", request.appointment_id(), RandomId()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Appointment> {
    ASSIGN_OR_RETURN(const Body body,
                     bodies::Lock(tx, call.audience(), request.parent(), ""));
    Appointment appointment = request.appointment();
    ClearOutputOnly(appointment);
    appointment.set_name(absl::StrCat(body.name(), "/appointments/", id));
    RETURN_IF_ERROR(CheckAppointment(appointment, body.kind()));
    RETURN_IF_ERROR(TakeFromPerson(tx, call.audience(), appointment));
    RETURN_IF_ERROR(organizations::CheckExists(tx, "appointment.organization",
                                               appointment.organization()));
    if (appointment.role() == Appointment::MEMBER_REPRESENTATIVE) {
      RETURN_IF_ERROR(memberships::CheckMayBeRepresented(
          tx, appointment.organization(), appointment.start_date()));
    }
    RETURN_IF_ERROR(appointments::CheckSeats(tx, body, appointment));
    return appointments::Insert(tx, appointment);
  });
}

absl::StatusOr<Appointment> UpdateAppointment(
    Call& call, const UpdateAppointmentRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Appointment& patch = request.appointment();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Appointment> {
    ASSIGN_OR_RETURN(const Body body, bodies::Lock(tx, call.audience(),
                                                   ParentOf(patch.name()), ""));
    ASSIGN_OR_RETURN(
        Appointment appointment,
        appointments::Lock(tx, call.audience(), patch.name(), patch.etag()));
    const Appointment before = appointment;
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, appointment));
    if (changed.empty()) return appointment;
    RETURN_IF_ERROR(CheckAppointment(appointment, body.kind()));
    if (LastsLonger(before, appointment)) {
      RETURN_IF_ERROR(appointments::CheckSeats(tx, body, appointment));
    }
    return appointments::Update(tx, appointment, changed);
  });
}

absl::StatusOr<HandOverAppointmentResponse> HandOverAppointment(
    Call& call, const HandOverAppointmentRequest& request) {
  return call.Write(
      [&](Transaction& tx) -> absl::StatusOr<HandOverAppointmentResponse> {
        ASSIGN_OR_RETURN(
            const Body body,
            bodies::Lock(tx, call.audience(), ParentOf(request.name()), ""));
        ASSIGN_OR_RETURN(Appointment ended,
                         appointments::Lock(tx, call.audience(), request.name(),
                                            request.etag()));
        RETURN_IF_ERROR(CheckMayHandOver(call.caller(), ended));
        ASSIGN_OR_RETURN(const Person successor,
                         people::LockNamed(tx, call.audience(), "successor",
                                           request.successor()));
        ASSIGN_OR_RETURN(const std::string today, Today(tx));
        const std::string start =
            request.start_date().empty() ? today : request.start_date();
        RETURN_IF_ERROR(
            CheckHandOver(call.caller(), ended, successor, start, today));
        Appointment started = ended;
        started.set_name(
            absl::StrCat(body.name(), "/appointments/", RandomId()));
        started.set_person(successor.name());
        started.set_person_display_name(successor.display_name());
        started.set_start_date(start);
        ended.set_end_date(DayBefore(start));
        HandOverAppointmentResponse response;
        ASSIGN_OR_RETURN(*response.mutable_ended(),
                         appointments::Update(tx, ended, {"end_date"}));
        ASSIGN_OR_RETURN(*response.mutable_started(),
                         appointments::Insert(tx, started));
        return response;
      });
}

absl::StatusOr<Empty> DeleteAppointment(
    Call& call, const DeleteAppointmentRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(const Appointment appointment,
                     appointments::Lock(tx, call.audience(), request.name(),
                                        request.etag()));
    RETURN_IF_ERROR(appointments::Delete(tx, appointment));
    return Empty();
  });
}

}  // namespace

void AddAppointments(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.AppointmentsService.";
  rpcs.Handle(service + "GetAppointment", GetAppointment);
  rpcs.Handle(service + "ListAppointments", ListAppointments);
  rpcs.Handle(service + "CreateAppointment", CreateAppointment);
  rpcs.Handle(service + "UpdateAppointment", UpdateAppointment);
  rpcs.Handle(service + "HandOverAppointment", HandOverAppointment);
  rpcs.Handle(service + "DeleteAppointment", DeleteAppointment);
}

}  // namespace reglab::membership
