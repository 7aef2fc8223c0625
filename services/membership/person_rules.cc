#include "services/membership/person_rules.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/membership/access_rules.h"

namespace reglab::membership {

absl::Status EmailTaken(std::string_view field) {
  return MakeError(
      absl::StatusCode::kAlreadyExists, "EMAIL_TAKEN",
      {"Another person has this e-mail address. Use that person, or give an "
       "address of their own.",
       "En annan person har den här e-postadressen. Använd den personen, eller "
       "ange en egen adress."},
      {{std::string(field),
        {"The e-mail address is taken.", "E-postadressen är upptagen."}}});
}

void FillDefaults(v1::Person& person) {
  if (person.display_name().empty()) {
    person.set_display_name(
        absl::StrCat(person.given_name(), " ", person.family_name()));
  }
  if (person.visibility() == v1::Person::VISIBILITY_UNSPECIFIED) {
    person.set_visibility(v1::Person::ORGANIZATION);
  }
}

v1::Person ShownTo(const Caller& caller, v1::Person person) {
  if (!SeesContactDetails(caller, person.organization())) person.clear_email();
  return person;
}

}  // namespace reglab::membership
