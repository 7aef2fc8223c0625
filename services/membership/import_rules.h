#ifndef REGLAB_SERVICES_MEMBERSHIP_IMPORT_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_IMPORT_RULES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/import.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "services/common/identity.h"
#include "services/membership/import_reader.h"

namespace reglab::membership {

// What becomes of the rows of a file, decided from what is there already. The
// checks are those of single writes.

// What is decided about one row.
template <class Resource>
struct PlannedRow {
  int line = 0;
  std::string key;
  v1::ImportResult::Outcome outcome = v1::ImportResult::OUTCOME_UNSPECIFIED;
  // As it is to be stored; still with the etag that it has, "" when new.
  Resource resource;
  // Its name was made, and would be another one the next time.
  bool random_name = false;
  // Paths of the fields that change.
  std::vector<std::string> changed;
  // Why it is refused.
  std::vector<absl::Status> errors;
};
template <class Resource>
using Plan = std::vector<PlannedRow<Resource>>;

// How e-mail addresses are compared.
std::string EmailForm(std::string_view email);

// By what a file says which resources it is about; duplicates are harmless.
struct ImportKeys {
  std::vector<std::string> names;
  std::vector<std::string> numbers;        // of organisations
  std::vector<std::string> emails;         // of people, in their form
  std::vector<std::string> organizations;  // that rows refer to
  std::vector<std::string> bodies;         // likewise
  std::vector<std::string> appointments;
};
ImportKeys KeysOfOrganizations(const std::vector<ImportRow>& rows);
ImportKeys KeysOfPeople(const std::vector<ImportRow>& rows);
// `names` are those of people.
ImportKeys KeysOfAppointments(const std::vector<ImportRow>& rows,
                              std::string_view parent);

// What of those keys is there. Organisations with the deleted ones.
struct OrganizationsThere {
  std::vector<v1::Organization> organizations;
};
struct PeopleThere {
  std::vector<v1::Person> people;
  absl::flat_hash_set<std::string> organizations;
};
struct AppointmentsThere {
  std::vector<v1::Body> bodies;
  std::vector<v1::Person> people;
  // All of these people, those that rows name, and all in bodies whose seats
  // are counted for the organisations that rows name.
  std::vector<v1::Appointment> appointments;
  absl::flat_hash_set<std::string> organizations;
};

Plan<v1::Organization> PlanOrganizations(const std::vector<ImportRow>& rows,
                                         const OrganizationsThere& there);
Plan<v1::Person> PlanPeople(const std::vector<ImportRow>& rows,
                            const PeopleThere& there, const Caller& caller);
// Refuses new member representatives of organisations that are partners on
// their first day: pairs of an organisation and a day.
void RefusePartners(
    const std::vector<std::pair<std::string, std::string>>& partners,
    Plan<v1::Appointment>& plan);
Plan<v1::Appointment> PlanAppointments(const std::vector<ImportRow>& rows,
                                       const AppointmentsThere& there,
                                       std::string_view parent);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_IMPORT_RULES_H_
