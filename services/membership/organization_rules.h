#ifndef REGLAB_SERVICES_MEMBERSHIP_ORGANIZATION_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_ORGANIZATION_RULES_H_

#include <string_view>

#include "absl/status/status.h"

namespace reglab::membership {

// Whether the last digit of "232100-0024" is the check digit of the others
// (Luhn).
bool HasCheckDigit(std::string_view organization_number);

// INVALID_ARGUMENT when the number is given and its check digit is wrong.
absl::Status CheckOrganizationNumber(std::string_view organization_number);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_ORGANIZATION_RULES_H_
