#ifndef REGLAB_SERVICES_MEMBERSHIP_PERSON_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_PERSON_RULES_H_

#include <string_view>

#include "absl/status/status.h"
#include "reglab/membership/v1/person.pb.h"
#include "services/common/identity.h"

namespace reglab::membership {

// ALREADY_EXISTS: another person has the e-mail address that `field` gives.
absl::Status EmailTaken(std::string_view field);

// What a new person has when nothing else is said: called by given and family
// name, seen by the own organisation.
void FillDefaults(v1::Person& person);

// The person as the caller may see them: without the e-mail address, unless
// the caller is of the same organisation or the secretariat.
v1::Person ShownTo(const Caller& caller, v1::Person person);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_PERSON_RULES_H_
