// What becomes of a file's appointments.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/field_rules.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/membership/appointment_rules.h"
#include "services/membership/import_parts.h"

namespace reglab::membership {

using v1::Appointment;
using v1::AppointmentRow;
using v1::Body;
using v1::Person;

namespace {

constexpr std::string_view kInAllBodies = "bodies/-";
constexpr std::string_view kForever = "9999-12-31";

// What a row without a name is found by: body, person, role, first day.
using NaturalKey = std::tuple<std::string, std::string, int, std::string>;

NaturalKey KeyOf(const Appointment& appointment) {
  return {ParentOf(appointment.name()), appointment.person(),
          int(appointment.role()), appointment.start_date()};
}

struct Known {
  explicit Known(const AppointmentsThere& there)
      : people(there.people), organizations(there.organizations) {
    for (const Body& body : there.bodies) bodies[body.name()] = body.kind();
    for (const Appointment& appointment : there.appointments) {
      by_name[appointment.name()] = &appointment;
      by_key[KeyOf(appointment)] = &appointment;
    }
  }
  const PeopleIndex people;
  const absl::flat_hash_set<std::string>& organizations;
  absl::flat_hash_map<std::string, Body::Kind> bodies;
  absl::flat_hash_map<std::string, const Appointment*> by_name;
  std::map<NaturalKey, const Appointment*> by_key;
};

// In which body the row is; "" when it does not say.
std::string BodyOf(const AppointmentRow& row, std::string_view parent) {
  if (!row.body().empty()) return row.body();
  if (!row.name().empty()) return ParentOf(row.name());
  return parent == kInAllBodies ? "" : std::string(parent);
}

absl::Status CheckBody(const AppointmentRow& row, const std::string& body,
                       std::string_view parent, const Known& known) {
  if (body.empty()) {
    return InvalidField("body",
                        {"The row does not say in which body. Give the name of "
                         "the body.",
                         "Raden säger inte i vilket organ. Ange organets "
                         "namn."});
  }
  const bool other_parent = parent != kInAllBodies && body != parent;
  const bool other_name = !row.name().empty() && ParentOf(row.name()) != body;
  if (other_parent || other_name) {
    return InvalidField("body",
                        {"It is not the body of the request or of the name. "
                         "Leave it out, or say the same.",
                         "Det är inte organet i begäran eller i namnet. "
                         "Utelämna det, eller säg samma sak."});
  }
  if (known.bodies.contains(body)) return absl::OkStatus();
  return InvalidField("body", {"There is no such body. Create it first.",
                               "Det finns inget sådant organ. Lägg upp det "
                               "först."});
}

absl::StatusOr<const Person*> FindPerson(const AppointmentRow& row,
                                         const Known& known) {
  if (row.person().empty() && row.person_email().empty()) {
    return InvalidField("person",
                        {"The row does not say who. Give the name of the "
                         "person, or an e-mail address.",
                         "Raden säger inte vem. Ange personens namn, eller en "
                         "e-postadress."});
  }
  const bool by_name = !row.person().empty();
  const Person* person = by_name ? known.people.WithName(row.person())
                                 : known.people.WithEmail(row.person_email());
  if (person != nullptr) return person;
  return InvalidField(by_name ? "person" : "person_email",
                      {"There is no such person. Import or create them first.",
                       "Det finns ingen sådan person. Importera eller lägg upp "
                       "personen först."});
}

void PlanAppointment(const ImportRow& row, std::string_view parent,
                     const Known& known, PlannedRow<Appointment>& planned) {
  const auto& given = As<AppointmentRow>(row);
  std::vector<absl::Status>& errors = planned.errors;
  const std::string body = BodyOf(given, parent);
  planned.key = given.name();
  AddError(CheckBody(given, body, parent, known), errors);
  Appointment patch;
  patch.set_person(given.person());
  patch.set_organization(given.organization());
  patch.set_role(given.role());
  patch.set_start_date(given.start_date());
  patch.set_end_date(given.end_date());
  const auto named = known.by_name.find(given.name());
  const Appointment* before =
      named == known.by_name.end() ? nullptr : named->second;
  if (before == nullptr || !given.person().empty() ||
      !given.person_email().empty()) {
    absl::StatusOr<const Person*> person = FindPerson(given, known);
    if (!person.ok()) return errors.push_back(person.status());
    patch.set_person((*person)->name());
    patch.set_person_display_name((*person)->display_name());
    if (planned.key.empty()) {
      planned.key = Concat(
          body, ", ",
          given.person_email().empty() ? given.person() : given.person_email(),
          ", ", Appointment::Role_Name(given.role()), ", ", given.start_date());
    }
    if (before == nullptr && given.organization().empty()) {
      patch.set_organization((*person)->organization());
    }
  }
  if (!errors.empty()) return;
  if (before == nullptr && given.name().empty()) {
    const auto found = known.by_key.find(
        {body, patch.person(), int(given.role()), given.start_date()});
    if (found != known.by_key.end()) before = found->second;
  }
  Appointment& appointment = planned.resource;
  if (before != nullptr) {
    appointment = *before;
    // An empty cell says nothing of what can't be changed or cleared.
    ImportRow says;
    says.message.reset(given.New());
    const auto* type = AppointmentRow::descriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const bool says_something =
          given.GetReflection()->HasField(given, type->field(i)) ||
          type->field(i)->name() == "end_date";
      if (row.Gives(type->field(i)) && says_something) {
        says.given |= uint64_t{1} << i;
      }
    }
    if (!given.person_email().empty()) {
      says.given |= uint64_t{1} << type->FindFieldByName("person")->index();
    }
    Merge(says, patch, appointment, planned.changed, errors);
  } else {
    appointment = patch;
    planned.random_name = given.name().empty();
    if (planned.random_name) {
      appointment.set_name(absl::StrCat(body, "/appointments/", RandomId()));
    } else {
      appointment.set_name(given.name());
      const std::string id = given.name().substr(given.name().rfind('/') + 1);
      AddError(ChooseId("name", id, "").status(), errors);
    }
    if (!known.organizations.contains(patch.organization())) {
      errors.push_back(UnknownOrganization());
    }
  }
  AddError(CheckFields(appointment), errors);
  AddError(CheckAppointment(appointment, known.bodies.at(body)), errors);
}

// One role of a person in a body, over time.
struct Term {
  std::string start_date;
  std::string end_date;
  std::string person;
  PlannedRow<Appointment>* planned;  // null: it is there and stays

  static Term Of(const Appointment& appointment,
                 PlannedRow<Appointment>* planned) {
    return {appointment.start_date(),
            appointment.end_date().empty() ? std::string(kForever)
                                           : appointment.end_date(),
            appointment.person(), planned};
  }
  static bool Earlier(const Term& a, const Term& b) {
    return a.start_date < b.start_date;
  }
};

absl::Status SameRoleTwice() {
  return MakeError(
      absl::StatusCode::kAlreadyExists, "APPOINTMENT_EXISTS",
      {"The person holds the same role in the body in that time, or does so by "
       "another row. Change the dates.",
       "Personen har samma roll i organet under den tiden, eller får det av en "
       "annan rad. Ändra datumen."});
}

void CheckTerms(const AppointmentsThere& there, Plan<Appointment>& plan) {
  std::map<std::tuple<std::string, std::string, int>, std::vector<Term>> terms;
  absl::flat_hash_set<std::string> planned_names;
  const auto add = [&](const Appointment& appointment,
                       PlannedRow<Appointment>* planned) {
    terms[{ParentOf(appointment.name()), appointment.person(),
           int(appointment.role())}]
        .push_back(Term::Of(appointment, planned));
  };
  for (PlannedRow<Appointment>& planned : plan) {
    if (!planned.errors.empty()) continue;
    planned_names.insert(planned.resource.name());
    add(planned.resource, &planned);
  }
  for (const Appointment& appointment : there.appointments) {
    if (!planned_names.contains(appointment.name())) add(appointment, nullptr);
  }
  for (auto& [key, of_role] : terms) {
    std::stable_sort(of_role.begin(), of_role.end(), Term::Earlier);
    const Term* longest = nullptr;
    for (const Term& term : of_role) {
      if (longest != nullptr && term.start_date <= longest->end_date) {
        PlannedRow<Appointment>* at_fault =
            term.planned != nullptr ? term.planned : longest->planned;
        // What is there already may overlap from before.
        if (at_fault != nullptr) at_fault->errors.push_back(SameRoleTwice());
      }
      if (longest == nullptr || term.end_date > longest->end_date) {
        longest = &term;
      }
    }
  }
}

// Refuses what takes more seats than an organisation has, on any day. What is
// there already goes first; of the rows, those that begin first.
void CheckSeats(std::vector<Term>& terms, int seats) {
  std::stable_sort(terms.begin(), terms.end(), Term::Earlier);
  using Seat = std::pair<std::string, const Term*>;  // by its last day
  std::set<Seat> taken, taken_by_rows;
  std::map<std::string, int> people;
  const auto leave = [&](const Seat& seat) {
    if (--people[seat.second->person] == 0) people.erase(seat.second->person);
    taken_by_rows.erase(seat);
    taken.erase(seat);
  };
  for (const Term& term : terms) {
    while (!taken.empty() && taken.begin()->first < term.start_date) {
      leave(Seat(*taken.begin()));
    }
    const Seat seat(term.end_date, &term);
    taken.insert(seat);
    if (term.planned != nullptr) taken_by_rows.insert(seat);
    ++people[term.person];
    if (int(people.size()) > seats && term.planned != nullptr) {
      term.planned->errors.push_back(SeatsTaken(seats));
      leave(seat);
    }
    while (int(people.size()) > seats && !taken_by_rows.empty()) {
      const Seat refused = *taken_by_rows.rbegin();
      refused.second->planned->errors.push_back(SeatsTaken(seats));
      leave(refused);
    }
  }
}

void CheckSeats(const AppointmentsThere& there, const Known& known,
                Plan<Appointment>& plan) {
  std::map<std::pair<std::string, std::string>, std::vector<Term>> terms;
  std::map<std::string, int> seats;
  for (const Body& body : there.bodies) {
    if (body.seats_per_organization() > 0) {
      seats[body.name()] = body.seats_per_organization();
    }
  }
  const auto add = [&](const Appointment& appointment,
                       PlannedRow<Appointment>* planned) {
    const std::string body = ParentOf(appointment.name());
    if (appointment.role() == Appointment::DEPUTY || !seats.contains(body)) {
      return;
    }
    terms[{body, appointment.organization()}].push_back(
        Term::Of(appointment, planned));
  };
  absl::flat_hash_set<std::string> planned_names;
  for (PlannedRow<Appointment>& planned : plan) {
    if (!planned.errors.empty()) continue;
    planned_names.insert(planned.resource.name());
    const auto before = known.by_name.find(planned.resource.name());
    // Only what lasts longer can need a seat more.
    const bool needs = before == known.by_name.end() ||
                       LastsLonger(*before->second, planned.resource);
    add(planned.resource, needs ? &planned : nullptr);
  }
  for (const Appointment& appointment : there.appointments) {
    if (!planned_names.contains(appointment.name())) add(appointment, nullptr);
  }
  for (auto& [key, of_organization] : terms) {
    CheckSeats(of_organization, seats.at(key.first));
  }
}

}  // namespace

void RefusePartners(
    const std::vector<std::pair<std::string, std::string>>& partners,
    Plan<Appointment>& plan) {
  const std::set<std::pair<std::string, std::string>> known(partners.begin(),
                                                            partners.end());
  for (PlannedRow<Appointment>& row : plan) {
    const Appointment& appointment = row.resource;
    if (row.outcome == v1::ImportResult::CREATED &&
        appointment.role() == Appointment::MEMBER_REPRESENTATIVE &&
        known.contains(
            {appointment.organization(), appointment.start_date()})) {
      row.errors.push_back(PartnerHasNoSeat());
      row.outcome = v1::ImportResult::REFUSED;
    }
  }
}

ImportKeys KeysOfAppointments(const std::vector<ImportRow>& rows,
                              std::string_view parent) {
  ImportKeys keys;
  for (const ImportRow& row : rows) {
    const auto& given = As<AppointmentRow>(row);
    if (!given.person().empty()) keys.names.push_back(given.person());
    if (!given.person_email().empty()) {
      keys.emails.push_back(EmailForm(given.person_email()));
    }
    if (!given.name().empty()) keys.appointments.push_back(given.name());
    if (!given.organization().empty()) {
      keys.organizations.push_back(given.organization());
    }
    const std::string body = BodyOf(given, parent);
    if (!body.empty()) keys.bodies.push_back(body);
  }
  for (auto* names : {&keys.organizations, &keys.bodies}) {
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  return keys;
}

Plan<Appointment> PlanAppointments(const std::vector<ImportRow>& rows,
                                   const AppointmentsThere& there,
                                   std::string_view parent) {
  const Known known(there);
  FirstLines names;
  Plan<Appointment> plan(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    plan[i].line = rows[i].line;
    plan[i].errors = rows[i].errors;
    if (plan[i].errors.empty()) {
      PlanAppointment(rows[i], parent, known, plan[i]);
    }
    const std::string& name = plan[i].resource.name();
    if (plan[i].errors.empty()) {
      AddError(names.Take(name, rows[i].line), plan[i].errors);
    }
  }
  CheckTerms(there, plan);
  CheckSeats(there, known, plan);
  for (PlannedRow<Appointment>& planned : plan) {
    Conclude(known.by_name.contains(planned.resource.name()), planned);
  }
  return plan;
}

}  // namespace reglab::membership
