#include "services/membership/import_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/field_rules.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/import_parts.h"
#include "services/membership/organization_rules.h"
#include "services/membership/person_rules.h"

namespace reglab::membership {
namespace {

using v1::Organization;
using v1::Person;

constexpr std::string_view kOrganizations = "organizations/";
constexpr std::string_view kPeople = "people/";

std::string_view IdOf(std::string_view name, std::string_view collection) {
  return name.starts_with(collection) ? name.substr(collection.size()) : "";
}

// The name that an organisation gets from its display name; "" for none.
std::string NameFromTitle(const Organization& organization) {
  const std::string id = MakeId(organization.display_name());
  return id.empty() ? "" : absl::StrCat("organizations/", id);
}

void PlanPerson(const ImportRow& row, const PeopleIndex& there,
                const PeopleThere& known, const Caller& caller,
                FirstLines& names, FirstLines& emails,
                PlannedRow<Person>& planned) {
  const Person& given = As<Person>(row);
  std::vector<absl::Status>& errors = planned.errors;
  const Person* before = nullptr;
  if (!given.name().empty()) {
    planned.key = given.name();
    before = there.WithName(given.name());
  } else if (!given.email().empty()) {
    planned.key = EmailForm(given.email());
    before = there.WithEmail(given.email());
  } else {
    return errors.push_back(InvalidField(
        "email", {"The row has no key. Give an e-mail address, or the name of "
                  "the person, so that the file can be imported again.",
                  "Raden har ingen nyckel. Ange en e-postadress eller "
                  "personens namn, så att filen kan importeras igen."}));
  }
  Person& person = planned.resource;
  if (before != nullptr) {
    person = *before;
    AddError(CheckActsFor(caller, before->organization()), errors);
    Merge(row, given, person, planned.changed, errors);
    FillDefaults(person);
    KeepDifferent(*before, person, planned.changed);
  } else {
    person = given;
    ClearOutputOnly(person);
    person.clear_etag();
    FillDefaults(person);
    planned.random_name = given.name().empty();
    if (planned.random_name) {
      person.set_name(absl::StrCat("people/", RandomId()));
    } else {
      AddError(ChooseId("name", IdOf(given.name(), kPeople), "").status(),
               errors);
    }
  }
  AddError(CheckFields(person), errors);
  if (before == nullptr || person.organization() != before->organization()) {
    AddError(CheckActsFor(caller, person.organization()), errors);
    if (!person.organization().empty() &&
        !known.organizations.contains(person.organization())) {
      errors.push_back(UnknownOrganization());
    }
  }
  if (!person.email().empty()) {
    const Person* owner = there.WithEmail(person.email());
    if (owner != nullptr && owner->name() != person.name()) {
      errors.push_back(EmailTaken("email"));
    }
    AddError(emails.Take(EmailForm(person.email()), row.line), errors);
  }
  if (errors.empty()) AddError(names.Take(person.name(), row.line), errors);
}

// Organisations by name and by number.
struct Register {
  explicit Register(const std::vector<Organization>& organizations) {
    for (const Organization& organization : organizations) {
      by_name[organization.name()] = &organization;
      if (!organization.organization_number().empty()) {
        by_number[organization.organization_number()] = &organization;
      }
    }
  }
  static const Organization* Find(
      const absl::flat_hash_map<std::string, const Organization*>& map,
      const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : found->second;
  }
  absl::flat_hash_map<std::string, const Organization*> by_name;
  absl::flat_hash_map<std::string, const Organization*> by_number;
};

absl::Status NumberTaken() {
  return MakeError(
      absl::StatusCode::kAlreadyExists, "ORGANIZATION_NUMBER_TAKEN",
      {"Another organisation has this number. Compare it with the register.",
       "En annan organisation har det här numret. Jämför med registret."},
      {{"organization_number",
        {"Another organisation has it.", "En annan organisation har det."}}});
}

// The organisation that the row is about; `name` is what a new one is called.
const Organization* FindOrganization(const Organization& given,
                                     const Register& there,
                                     PlannedRow<Organization>& planned,
                                     std::string& name) {
  name = given.name();
  const std::string& number = given.organization_number();
  if (!name.empty()) {
    planned.key = name;
    return Register::Find(there.by_name, name);
  }
  if (!number.empty()) {
    planned.key = number;
    const Organization* found = Register::Find(there.by_number, number);
    if (found != nullptr) return found;
  }
  name = NameFromTitle(given);
  if (planned.key.empty()) planned.key = name;
  const Organization* found = Register::Find(there.by_name, name);
  if (found != nullptr && !number.empty() &&
      !found->organization_number().empty()) {
    planned.errors.push_back(MakeError(
        absl::StatusCode::kAlreadyExists, "NAME_TAKEN",
        {absl::StrCat(name,
                      " has another organisation number. Give the row a "
                      "name of its own."),
         absl::StrCat(name,
                      " har ett annat organisationsnummer. Ange ett eget "
                      "namn på raden.")}));
  }
  return found;
}

void PlanOrganization(const ImportRow& row, const Register& there,
                      FirstLines& names, FirstLines& numbers,
                      PlannedRow<Organization>& planned) {
  const Organization& given = As<Organization>(row);
  std::vector<absl::Status>& errors = planned.errors;
  std::string name;
  const Organization* before = FindOrganization(given, there, planned, name);
  if (!errors.empty()) return;
  Organization& organization = planned.resource;
  if (before != nullptr) {
    organization = *before;
    if (before->has_delete_time()) {
      return errors.push_back(Refused(
          "DELETED", {"The organisation was deleted. Bring it back with "
                      "undelete first.",
                      "Organisationen är borttagen. Återställ den med undelete "
                      "först."}));
    }
    Merge(row, given, organization, planned.changed, errors);
  } else {
    organization = given;
    ClearOutputOnly(organization);
    organization.clear_etag();
    organization.set_name(name);
    AddError(ChooseId("display_name", IdOf(name, kOrganizations), "").status(),
             errors);
  }
  AddError(CheckFields(organization), errors);
  const std::string& number = organization.organization_number();
  AddError(CheckOrganizationNumber(number), errors);
  if (!number.empty()) {
    const Organization* owner = Register::Find(there.by_number, number);
    if (owner != nullptr && owner->name() != organization.name()) {
      errors.push_back(NumberTaken());
    }
    AddError(numbers.Take(number, row.line), errors);
  }
  if (errors.empty())
    AddError(names.Take(organization.name(), row.line), errors);
}

}  // namespace

ImportKeys KeysOfOrganizations(const std::vector<ImportRow>& rows) {
  ImportKeys keys;
  for (const ImportRow& row : rows) {
    const Organization& given = As<Organization>(row);
    keys.names.push_back(given.name().empty() ? NameFromTitle(given)
                                              : given.name());
    if (!given.organization_number().empty()) {
      keys.numbers.push_back(given.organization_number());
    }
  }
  return keys;
}

ImportKeys KeysOfPeople(const std::vector<ImportRow>& rows) {
  ImportKeys keys;
  for (const ImportRow& row : rows) {
    const Person& given = As<Person>(row);
    if (!given.name().empty()) keys.names.push_back(given.name());
    if (!given.email().empty()) keys.emails.push_back(EmailForm(given.email()));
    keys.organizations.push_back(given.organization());
  }
  std::sort(keys.organizations.begin(), keys.organizations.end());
  keys.organizations.erase(
      std::unique(keys.organizations.begin(), keys.organizations.end()),
      keys.organizations.end());
  return keys;
}

Plan<Organization> PlanOrganizations(const std::vector<ImportRow>& rows,
                                     const OrganizationsThere& there) {
  const Register known(there.organizations);
  FirstLines names, numbers;
  Plan<Organization> plan(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    plan[i].line = rows[i].line;
    plan[i].errors = rows[i].errors;
    if (plan[i].errors.empty()) {
      PlanOrganization(rows[i], known, names, numbers, plan[i]);
    }
    Conclude(known.by_name.contains(plan[i].resource.name()), plan[i]);
  }
  return plan;
}

Plan<Person> PlanPeople(const std::vector<ImportRow>& rows,
                        const PeopleThere& there, const Caller& caller) {
  const PeopleIndex directory(there.people);
  FirstLines names, emails;
  Plan<Person> plan(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    plan[i].line = rows[i].line;
    plan[i].errors = rows[i].errors;
    if (plan[i].errors.empty()) {
      PlanPerson(rows[i], directory, there, caller, names, emails, plan[i]);
    }
    Conclude(directory.WithName(plan[i].resource.name()) != nullptr, plan[i]);
  }
  return plan;
}

}  // namespace reglab::membership
