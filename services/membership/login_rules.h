#ifndef REGLAB_SERVICES_MEMBERSHIP_LOGIN_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_LOGIN_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "reglab/membership/v1/access.pb.h"
#include "reglab/membership/v1/client.pb.h"
#include "reglab/membership/v1/guest_link.pb.h"
#include "services/common/identity.h"

namespace reglab::membership {

// How people and guests log in.

inline constexpr absl::Duration kLongestGuestLink = absl::Hours(90 * 24);

// Sessions and identities of `person` are seen and taken away by the person and
// by the secretariat; for all others they are not there: NOT_FOUND(name).
absl::Status CheckOwnLogin(const Caller& caller, std::string_view person,
                           std::string_view name);

// A provider speaks only for the organisations that it is configured for:
// UNAUTHENTICATED when the caller acts for none of `organizations`.
absl::Status CheckSpeaksFor(
    const v1::Standing& standing,
    const google::protobuf::RepeatedPtrField<std::string>& organizations);

// UNAUTHENTICATED: the provider's identity belongs to nobody here.
absl::Status NobodyLinked();

// INVALID_ARGUMENT unless a client has both issuer and subject, and an
// organisation that the issuer can speak for, or neither.
absl::Status CheckClientIdentity(const v1::Client& client);

// INVALID_ARGUMENT unless it can be used at `now` and not for too long.
absl::Status CheckGuestLink(const v1::GuestLink& link, absl::Time now);

// What a guest may do: this link's permission with its subject, nothing else.
v1::Standing StandingOfGuest(const v1::GuestLink& link);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_LOGIN_RULES_H_
