#ifndef REGLAB_SERVICES_MEMBERSHIP_PRIVACY_TEXTS_H_
#define REGLAB_SERVICES_MEMBERSHIP_PRIVACY_TEXTS_H_

#include <string>
#include <string_view>

namespace reglab::membership {

// What a purpose, a retention time, a legal basis of personal data or a rule
// that keeps it says in Swedish, with the same capital and full stop; "" when
// it is not known. The English stands in the contract and in the services'
// lists of tables.
std::string SwedishOf(std::string_view english);

// The text in the language that is preferred; in English when there is no
// other.
std::string PrivacyText(std::string_view english, bool swedish);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_PRIVACY_TEXTS_H_
