#ifndef REGLAB_SERVICES_MEMBERSHIP_ERASURE_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_ERASURE_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "reglab/membership/v1/person.pb.h"
#include "reglab/membership/v1/personal_data.pb.h"
#include "reglab/membership/v1/records.pb.h"
#include "services/common/identity.h"

namespace reglab::membership {

// PERMISSION_DENIED unless the caller is that person, or the secretariat.
absl::Status CheckThemselfOrSecretariat(const Caller& caller,
                                        std::string_view person);

// By what the person is found in texts: the display name, given and family name
// together, and the e-mail address. A name of one word is not searched for, it
// stands in too much else, and is counted; nor is any after an erasure.
v1::PersonalDataSubject SubjectOf(const v1::Person& person);

// Notes that a service is done, and says in Swedish too what it kept and why;
// when it was the last, the erasure is completed and gets its digest. Nothing
// changes when it was noted before.
void NoteServiceDone(std::string_view service, absl::Time time,
                     const v1::ErasePersonalDataResponse& done,
                     v1::Erasure& erasure);

// SHA-256 over the receipt's content, in hexadecimal.
std::string DigestOf(v1::Erasure erasure);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_ERASURE_RULES_H_
