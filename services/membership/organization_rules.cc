#include "services/membership/organization_rules.h"

#include "absl/strings/ascii.h"
#include "services/common/errors.h"

namespace reglab::membership {

bool HasCheckDigit(std::string_view organization_number) {
  int sum = 0;
  int digits = 0;
  for (auto it = organization_number.rbegin(); it != organization_number.rend();
       ++it) {
    if (*it == '-') continue;
    if (!absl::ascii_isdigit(static_cast<unsigned char>(*it))) return false;
    int value = *it - '0';
    if (digits % 2 == 1) value *= 2;
    sum += value / 10 + value % 10;
    ++digits;
  }
  return digits == 10 && sum % 10 == 0;
}

absl::Status CheckOrganizationNumber(std::string_view organization_number) {
  if (organization_number.empty() || HasCheckDigit(organization_number)) {
    return absl::OkStatus();
  }
  return InvalidField("organization.organization_number",
                      {"Its last digit does not fit the others, so a digit is "
                       "wrong. Compare it "
                       "with the register, or leave it out.",
                       "Sista siffran stämmer inte med de andra, så någon "
                       "siffra är fel. Jämför "
                       "med registret, eller utelämna numret."});
}

}  // namespace reglab::membership
