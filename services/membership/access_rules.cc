#include "services/membership/access_rules.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/membership/contract_rules.h"
#include "services/membership/role_rules.h"

namespace reglab::membership {
namespace {

using v1::AccessAnswer;

AccessAnswer Denied(AccessAnswer answer, std::string_view reason, Text why) {
  answer.set_reason(std::string(reason));
  answer.set_why_en(std::move(why.en));
  answer.set_why_sv(std::move(why.sv));
  return answer;
}

// As the call itself would be refused.
AccessAnswer Denied(AccessAnswer answer, const absl::Status& status) {
  const Text text = TextOf(status);
  return Denied(std::move(answer), ReasonOf(status), text);
}

// Who can give a permission that is missing.
Text WhoGives(const Caller& caller, std::string_view permission) {
  const bool for_organizations = IsForOrganizations(permission);
  if (!for_organizations) {
    return {"Only the secretariat can do it; ask the secretariat.",
            "Bara kansliet kan göra det; be kansliet."};
  }
  if (caller.name.starts_with("clients/")) {
    return {
        "Your member representative, or the secretariat, can add it to the "
        "client's scopes.",
        "Er medlemsansvarige, eller kansliet, kan lägga till den bland "
        "klientens behörigheter."};
  }
  return {"Your member representative can delegate it to you in one matter.",
          "Er medlemsansvarige kan delegera den till dig i ett ärende."};
}

}  // namespace

absl::Status CheckMayGrant(const Caller& caller, std::string_view field,
                           const std::vector<std::string>& scopes) {
  for (const std::string& scope : scopes) {
    if (caller.HasScope(scope) || IsForEveryone(scope)) continue;
    return MakeError(
        absl::StatusCode::kPermissionDenied, "SCOPE_NOT_HELD",
        {absl::StrCat("The scope ", scope,
                      " can't be given, because you don't have it. Leave it "
                      "out, or ask the secretariat."),
         absl::StrCat("Behörigheten ", scope,
                      " kan inte ges, eftersom du inte själv har den. Utelämna "
                      "den, eller be kansliet.")},
        {{std::string(field),
          {absl::StrCat("You don't have ", scope, "."),
           absl::StrCat("Du har inte ", scope, ".")}}});
  }
  return absl::OkStatus();
}

absl::Status CheckClient(const Caller& caller, const v1::Client& client) {
  if (client.for_operations()) {
    if (!client.organization().empty()) {
      return InvalidField(
          "client.for_operations",
          {"A client that watches over the suite acts for no organisation. "
           "Leave one of the two fields out.",
           "En klient som övervakar systemet handlar inte för någon "
           "organisation. Utelämna ett av de två fälten."});
    }
    const std::vector<std::string> scopes(client.scopes().begin(),
                                          client.scopes().end());
    for (size_t i = 0; i < scopes.size(); ++i) {
      if (IsForEveryone(scopes[i]) ||
          !ScopesOfClient({"OPERATOR"}, {scopes[i]}).empty()) {
        continue;
      }
      return InvalidField(
          absl::StrCat("client.scopes[", i, "]"),
          {absl::StrCat("An operator has no use for ", scopes[i],
                        ". Leave it out."),
           absl::StrCat("En driftansvarig har ingen användning för ", scopes[i],
                        ". Utelämna den.")});
    }
  }
  if (!client.organization().empty() && !caller.secretariat() &&
      client.requests_per_minute() > kMostRequestsPerMinuteOfOrganization) {
    const int most = kMostRequestsPerMinuteOfOrganization;
    return MakeError(
        absl::StatusCode::kPermissionDenied, "QUOTA_NOT_HELD",
        {absl::StrCat("More than ", most,
                      " requests a minute are given by the secretariat. Choose "
                      "fewer, or ask the secretariat."),
         absl::StrCat("Fler än ", most,
                      " anrop i minuten ges av kansliet. Välj färre, eller be "
                      "kansliet.")},
        {{"client.requests_per_minute",
          {absl::StrCat("At most ", most, "."),
           absl::StrCat("Högst ", most, ".")}}});
  }
  return absl::OkStatus();
}

AccessAnswer AnswerTo(Caller caller, const Asked& asked) {
  AccessAnswer answer;
  answer.set_permission(asked.permission);
  const std::vector<std::string> roles = RolesWith(asked.permission);
  if (!asked.for_processes) {
    answer.mutable_held_by()->Assign(roles.begin(), roles.end());
  }
  if (asked.for_processes) {
    return Denied(std::move(answer), "PERMISSION_MISSING",
                  {"Only the processes of the suite call this method.",
                   "Bara systemets egna processer anropar denna metod."});
  }
  if (!asked.organization) {
    return Denied(std::move(answer), NotFound(asked.resource));
  }
  if (!asked.for_everyone && !caller.May(asked.permission)) {
    const Text who = WhoGives(caller, asked.permission);
    return Denied(std::move(answer), "PERMISSION_MISSING",
                  {absl::StrCat("This needs the permission ", asked.permission,
                                ", which you do not have. ", who.en),
                   absl::StrCat("Detta kräver behörigheten ", asked.permission,
                                ", som du inte har. ", who.sv)});
  }
  caller.ConfineTo(asked.permission);
  if (!asked.for_everyone && !caller.HasRole("OPERATOR")) {
    absl::Status status = absl::OkStatus();
    if (!IsForOrganizations(asked.permission)) {
      status = CheckSecretariat(caller);
    } else {
      status = CheckActsFor(caller,
                            asked.organization->empty() ? caller.organization
                                                        : *asked.organization,
                            asked.resource);
    }
    if (!status.ok()) return Denied(std::move(answer), status);
  }
  answer.set_allowed(true);
  answer.set_depends_on_resource(
      !asked.for_everyone && !asked.resource.empty() &&
      !asked.permission.starts_with("membership.") && !caller.secretariat());
  return answer;
}

bool SeesContactDetails(const Caller& caller, std::string_view organization) {
  return caller.secretariat() ||
         (!organization.empty() && caller.organization == organization);
}

}  // namespace reglab::membership
