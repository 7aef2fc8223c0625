#ifndef REGLAB_SERVICES_MEETINGS_HOLDER_RULES_H_
#define REGLAB_SERVICES_MEETINGS_HOLDER_RULES_H_

#include <string_view>

#include "absl/status/status.h"
#include "services/common/identity.h"

namespace reglab::meetings {

// Who acts for the body, organisation or person that has something to do.

// PERMISSION_DENIED unless the caller, who may use `permission`, acts for
// `holder` where `subject`, a resource name, is concerned: the secretariat does
// always; a body's are those who sit in it; an organisation's its
// representatives, its programs, and those to whom they delegated this; a
// person's is the person. A guest acts on the subject of the link.
absl::Status CheckHolds(const Caller& caller, std::string_view holder,
                        std::string_view subject, std::string_view permission);

// Whether the caller came by a one-time link for `subject`.
bool IsGuestOf(const Caller& caller, std::string_view subject);

// What the caller may read of `subject`: a guest what the link was for, all
// others what `audience` says.
Audience AudienceOn(const Caller& caller, const Audience& audience,
                    std::string_view subject);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_HOLDER_RULES_H_
