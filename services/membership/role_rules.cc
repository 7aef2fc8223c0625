#include "services/membership/role_rules.h"

#include <algorithm>
#include <set>

#include "services/common/identity.h"

namespace reglab::membership {
namespace {

// What is done for an organisation, be it a member or not: it applies, and
// keeps its people and programs in order.
constexpr std::string_view kOfOrganization[] = {
    "meetings.actions.complete",      "meetings.attendances.respond",
    "meetings.referrals.answer",      "membership.appointments.hand-over",
    "membership.clients.read",        "membership.clients.write",
    "membership.delegations.read",    "membership.delegations.write",
    "membership.dispatches.read",     "membership.feed-tokens.read",
    "membership.feed-tokens.write",   "membership.invitations.read",
    "membership.invitations.write",   "membership.journal-entries.read",
    "membership.keys.read",           "membership.keys.write",
    "membership.memberships.write",   "membership.organizations.resolve",
    "membership.people.write",        "membership.subscriptions.read",
    "membership.subscriptions.write",
};

// What is done for a member.
constexpr std::string_view kOfMember[] = {
    "learning.activities.write",    "learning.ideas.write",
    "meetings.amendments.support",  "meetings.amendments.write",
    "meetings.case-numbers.write",  "meetings.contributions.write",
    "meetings.corrections.propose", "meetings.corrections.read",
    "meetings.positions.write",
};

// What everyone in a member organisation may do.
constexpr std::string_view kOfEveryone[] = {
    "meetings.actions.complete",
    "meetings.referrals.answer",
    // Proposed by those who were there, approved by those who are named.
    "meetings.corrections.propose",
    "meetings.corrections.read",
    "meetings.minutes.approve",
    "membership.organizations.resolve",
};

// Who watches over the suite sees its journal, no content.
constexpr std::string_view kOfOperator[] = {
    "membership.journal-entries.*",
};

using Scopes = std::set<std::string>;

template <size_t kCount>
void Add(const std::string_view (&scopes)[kCount], Scopes& all) {
  all.insert(std::begin(scopes), std::end(scopes));
}

bool Has(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// What a role gives. MEMBER_REPRESENTATIVE includes that the organisation is a
// member: who represents one that no longer is, has the role no more.
Scopes ScopesOfRole(std::string_view role) {
  Scopes scopes;
  if (role == "SECRETARIAT") {
    scopes.insert("*");
  } else if (role == "MEMBER_REPRESENTATIVE") {
    Add(kOfOrganization, scopes);
    Add(kOfMember, scopes);
  } else if (role == "MEMBER" || role == "BOARD") {
    Add(kOfEveryone, scopes);
  } else if (role == "OPERATOR") {
    Add(kOfOperator, scopes);
  }
  return scopes;
}

bool Covers(const std::vector<std::string>& scopes, const std::string& scope) {
  Caller caller;
  caller.name = "clients/-";
  caller.scopes = scopes;
  return caller.HasScope(scope);
}

}  // namespace

std::vector<std::string> ScopesOfPerson(const std::vector<std::string>& roles) {
  Scopes all;
  for (const std::string& role : roles) all.merge(ScopesOfRole(role));
  if (all.count("*") > 0) return {"*"};
  return {all.begin(), all.end()};
}

std::vector<std::string> ScopesOfClient(
    const std::vector<std::string>& roles,
    const std::vector<std::string>& scopes) {
  if (Has(roles, "SECRETARIAT")) return scopes;
  Scopes bound;
  if (Has(roles, "OPERATOR")) {
    Add(kOfOperator, bound);
  } else {
    Add(kOfOrganization, bound);
    if (Has(roles, "MEMBER")) Add(kOfMember, bound);
  }
  const std::vector<std::string> bounds(bound.begin(), bound.end());
  Scopes left;
  for (const std::string& scope : bounds) {
    if (Covers(scopes, scope)) left.insert(scope);
  }
  for (const std::string& scope : scopes) {
    if (Covers(bounds, scope)) left.insert(scope);
  }
  return {left.begin(), left.end()};
}

std::vector<std::string> RolesWith(std::string_view permission) {
  std::vector<std::string> roles;
  for (const char* role :
       {"MEMBER", "MEMBER_REPRESENTATIVE", "OPERATOR", "SECRETARIAT"}) {
    if (Covers(ScopesOfPerson({role}), std::string(permission))) {
      roles.push_back(role);
    }
  }
  return roles;
}

bool IsForOrganizations(std::string_view permission) {
  return Covers(ScopesOfPerson({"MEMBER_REPRESENTATIVE"}),
                std::string(permission));
}

}  // namespace reglab::membership
