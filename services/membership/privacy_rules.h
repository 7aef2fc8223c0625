#ifndef REGLAB_SERVICES_MEMBERSHIP_PRIVACY_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_PRIVACY_RULES_H_

#include "reglab/membership/v1/privacy.pb.h"

namespace reglab::membership {

// Every field of the contract of all services that is marked as personal data,
// by service, type and field, in Swedish or in English. Made once, at the first
// call; thread-safe.
const v1::PrivacyFields& FieldsOfPeople(bool swedish);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_PRIVACY_RULES_H_
