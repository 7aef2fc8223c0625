#ifndef REGLAB_SERVICES_MEETINGS_MEMBERSHIP_NAMES_H_
#define REGLAB_SERVICES_MEETINGS_MEMBERSHIP_NAMES_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "services/common/call.h"

namespace reglab::meetings {

// What meetings asks membership. Never inside a transaction.

// INVALID_ARGUMENT naming the field, "<resource>.<field>" (or "<field>" alone,
// of a request), of every organisation, body or person in `message` that
// membership does not have.
absl::Status CheckNames(Call& call, std::string_view resource,
                        const google::protobuf::Message& message);

// The organisations that `texts` mean, by text; those that mean none are left
// out.
absl::StatusOr<std::map<std::string, std::string>> ResolveOrganizations(
    Call& call, const std::vector<std::string>& texts);

// Every body.
absl::StatusOr<std::vector<membership::v1::Body>> AllBodies(Call& call);

// What all organisations and bodies are called, and the people who sat in the
// body of this meeting on its day, by resource name.
absl::StatusOr<std::map<std::string, std::string, std::less<>>> DisplayNames(
    Call& call, const v1::Meeting& meeting);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MEMBERSHIP_NAMES_H_
