#ifndef REGLAB_SERVICES_MEMBERSHIP_ROLE_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_ROLE_RULES_H_

#include <string>
#include <string_view>
#include <vector>

namespace reglab::membership {

// Which permissions each role gives: the one table of the suite, over the
// permissions that the protos declare. What the public reads needs none.

// The scopes of a person with these roles, sorted, each once.
std::vector<std::string> ScopesOfPerson(const std::vector<std::string>& roles);

// What is left of a client's scopes: a program can do no more than somebody who
// acts for the same organisation, whatever it was once given; the
// secretariat's keeps all.
std::vector<std::string> ScopesOfClient(const std::vector<std::string>& roles,
                                        const std::vector<std::string>& scopes);

// The roles that give `permission`, the least of them first.
std::vector<std::string> RolesWith(std::string_view permission);

// Whether a member representative may use, and so delegate, `permission`.
bool IsForOrganizations(std::string_view permission);

// Requests a minute. A client has the first unless something else is said, at
// most the second, of which all above the third is given by the secretariat.
inline constexpr int kUsualRequestsPerMinute = 600;
inline constexpr int kMostRequestsPerMinute = 60'000;
inline constexpr int kMostRequestsPerMinuteOfOrganization = 6'000;

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_ROLE_RULES_H_
