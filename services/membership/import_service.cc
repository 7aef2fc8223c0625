#include "services/membership/import_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "services/common/errors.h"
#include "services/membership/access_rules.h"
#include "services/membership/appointment_store.h"
#include "services/membership/body_store.h"
#include "services/membership/import_report.h"
#include "services/membership/import_rules.h"
#include "services/membership/import_store.h"
#include "services/membership/membership_store.h"
#include "services/membership/organization_store.h"
#include "services/membership/person_store.h"

namespace reglab::membership {
namespace {

using v1::Appointment;
using v1::AppointmentRow;
using v1::Body;
using v1::ImportAppointmentsRequest;
using v1::ImportOrganizationsRequest;
using v1::ImportPeopleRequest;
using v1::ImportResponse;
using v1::ImportResult;
using v1::Organization;
using v1::Person;

// Rows that one statement writes.
constexpr size_t kBatch = 1000;

// Writes what the plan says, a batch at a time.
template <class Resource>
absl::Status Carry(
    Transaction& tx, Plan<Resource>& plan,
    absl::Status (*insert)(Transaction&, std::vector<Resource>),
    absl::Status (*update)(Transaction&, std::vector<Resource>,
                           std::vector<std::vector<std::string>>)) {
  std::vector<Resource> created, updated;
  std::vector<std::vector<std::string>> changed;
  for (size_t i = 0; i < plan.size(); ++i) {
    PlannedRow<Resource>& row = plan[i];
    if (row.outcome == ImportResult::CREATED) {
      created.push_back(row.resource);
    } else if (row.outcome == ImportResult::UPDATED) {
      updated.push_back(row.resource);
      changed.push_back(row.changed);
    }
    const bool last = i + 1 == plan.size();
    if (!created.empty() && (last || created.size() == kBatch)) {
      RETURN_IF_ERROR(insert(tx, std::exchange(created, {})));
    }
    if (!updated.empty() && (last || updated.size() == kBatch)) {
      RETURN_IF_ERROR(
          update(tx, std::exchange(updated, {}), std::exchange(changed, {})));
    }
  }
  return absl::OkStatus();
}

// What is the same for all kinds: a dry run tells of refused rows, an import is
// refused with them.
template <class Resource, class Write>
absl::StatusOr<ImportResponse> Finish(Call& call, bool validate_only,
                                      Plan<Resource>& plan, Write write) {
  const absl::Status refusal = CheckPlan(plan);
  if (!validate_only) RETURN_IF_ERROR(refusal);
  if (refusal.ok()) RETURN_IF_ERROR(write());
  return Report(plan, validate_only, call.swedish());
}

absl::StatusOr<ImportResponse> ImportOrganizations(
    Call& call, const ImportOrganizationsRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<ImportResponse> {
    RETURN_IF_ERROR(imports::BeOnlyOne(tx));
    ASSIGN_OR_RETURN(const std::vector<ImportRow> rows,
                     ReadImport(request.content(), request.format(),
                                Organization::default_instance()));
    const ImportKeys keys = KeysOfOrganizations(rows);
    OrganizationsThere there;
    ASSIGN_OR_RETURN(there.organizations,
                     organizations::FindByKeys(tx, keys.names, keys.numbers));
    Plan<Organization> plan = PlanOrganizations(rows, there);
    return Finish(call, request.validate_only(), plan, [&] {
      return Carry(tx, plan, organizations::InsertAll,
                   organizations::UpdateAll);
    });
  });
}

// Appointments show their people's names.
absl::Status RenameInAppointments(Transaction& tx, const Plan<Person>& plan) {
  std::vector<std::string> names, display_names;
  for (const PlannedRow<Person>& row : plan) {
    const bool renamed = row.outcome == ImportResult::UPDATED &&
                         std::find(row.changed.begin(), row.changed.end(),
                                   "display_name") != row.changed.end();
    if (!renamed) continue;
    names.push_back(row.resource.name());
    display_names.push_back(row.resource.display_name());
  }
  if (names.empty()) return absl::OkStatus();
  return appointments::RenameAll(tx, names, display_names);
}

absl::StatusOr<ImportResponse> ImportPeople(
    Call& call, const ImportPeopleRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<ImportResponse> {
    RETURN_IF_ERROR(imports::BeOnlyOne(tx));
    ASSIGN_OR_RETURN(const std::vector<ImportRow> rows,
                     ReadImport(request.content(), request.format(),
                                Person::default_instance()));
    const ImportKeys keys = KeysOfPeople(rows);
    PeopleThere there;
    ASSIGN_OR_RETURN(there.people,
                     people::FindByKeys(tx, keys.names, keys.emails));
    ASSIGN_OR_RETURN(std::vector<std::string> existing,
                     organizations::FindExisting(tx, keys.organizations));
    there.organizations.insert(existing.begin(), existing.end());
    Plan<Person> plan = PlanPeople(rows, there, call.caller());
    return Finish(call, request.validate_only(), plan, [&]() -> absl::Status {
      RETURN_IF_ERROR(Carry(tx, plan, people::InsertAll, people::UpdateAll));
      return RenameInAppointments(tx, plan);
    });
  });
}

absl::Status CheckPartners(Transaction& tx, Plan<Appointment>& plan) {
  std::vector<std::string> organizations, days;
  for (const PlannedRow<Appointment>& row : plan) {
    const bool represents =
        row.outcome == ImportResult::CREATED &&
        row.resource.role() == Appointment::MEMBER_REPRESENTATIVE;
    if (!represents) continue;
    organizations.push_back(row.resource.organization());
    days.push_back(row.resource.start_date());
  }
  if (days.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto partners,
                   memberships::FindPartners(tx, organizations, days));
  RefusePartners(partners, plan);
  return absl::OkStatus();
}

absl::StatusOr<ImportResponse> ImportAppointments(
    Call& call, const ImportAppointmentsRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<ImportResponse> {
    RETURN_IF_ERROR(imports::BeOnlyOne(tx));
    if (request.parent() != "bodies/-") {
      RETURN_IF_ERROR(
          bodies::Get(tx, call.audience(), request.parent(), "").status());
    }
    ASSIGN_OR_RETURN(const std::vector<ImportRow> rows,
                     ReadImport(request.content(), request.format(),
                                AppointmentRow::default_instance()));
    ImportKeys keys = KeysOfAppointments(rows, request.parent());
    AppointmentsThere there;
    ASSIGN_OR_RETURN(there.bodies, bodies::LockAll(tx, keys.bodies));
    ASSIGN_OR_RETURN(there.people,
                     people::FindByKeys(tx, keys.names, keys.emails));
    std::vector<std::string> people;
    for (const Person& person : there.people) {
      people.push_back(person.name());
      keys.organizations.push_back(person.organization());
    }
    std::vector<std::string> seated;
    for (const Body& body : there.bodies) {
      if (body.seats_per_organization() > 0) seated.push_back(body.name());
    }
    ASSIGN_OR_RETURN(there.appointments,
                     appointments::FindAll(tx, people, keys.appointments,
                                           seated, keys.organizations));
    ASSIGN_OR_RETURN(std::vector<std::string> existing,
                     organizations::FindExisting(tx, keys.organizations));
    there.organizations.insert(existing.begin(), existing.end());
    Plan<Appointment> plan = PlanAppointments(rows, there, request.parent());
    RETURN_IF_ERROR(CheckPartners(tx, plan));
    return Finish(call, request.validate_only(), plan, [&] {
      return Carry(tx, plan, appointments::InsertAll, appointments::UpdateAll);
    });
  });
}

}  // namespace

void AddImports(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.ImportsService.";
  rpcs.Handle(service + "ImportOrganizations", ImportOrganizations);
  rpcs.Handle(service + "ImportPeople", ImportPeople);
  rpcs.Handle(service + "ImportAppointments", ImportAppointments);
}

}  // namespace reglab::membership
