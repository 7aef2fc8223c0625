#include "services/membership/access_service.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "reglab/learning/v1/activity.pb.h"
#include "services/common/spelling.h"
#include "services/membership/access_rules.h"
#include "services/membership/contract_rules.h"
#include "services/membership/standing_store.h"

namespace reglab::membership {
namespace {

using v1::AccessQuestion;
using v1::CheckAccessRequest;
using v1::CheckAccessResponse;
using v1::GetStandingRequest;
using v1::Standing;

// "clients/x/keys/y" → "clients/x".
std::string RootOf(const std::string& resource) {
  const size_t slash = resource.find('/');
  return slash == std::string::npos
             ? resource
             : resource.substr(0, resource.find('/', slash + 1));
}

// Who leads the activity that it is about, asked of learning as the caller.
// When that does not answer, the answer says that it depends on the activity.
void LookUpLeads(Call& call, Asked& asked) {
  learning::v1::GetActivityRequest request;
  request.set_name(RootOf(asked.resource));
  const auto activity = call.Ask<learning::v1::Activity>(
      "/reglab.learning.v1.ActivitiesService/GetActivity", request);
  if (absl::IsNotFound(activity.status())) asked.organization.reset();
  if (!activity.ok()) return;
  asked.leads.emplace(activity->leads().begin(), activity->leads().end());
  asked.part_of = activity->parent_activity();
}

// Whose owner stands in another column than the name.
bool IsLookedUp(const std::string& root) {
  return root.starts_with("clients/") || root.starts_with("people/") ||
         root.starts_with("feed-tokens/");
}

absl::StatusOr<Asked> AskedBy(const AccessQuestion& question, size_t at) {
  const std::string field = Concat("questions[", at, "].");
  Asked asked;
  asked.permission = question.permission();
  asked.resource = question.resource();
  asked.organization = question.organization();
  if (question.method().empty()) {
    if (question.permission().empty()) {
      return InvalidField(
          field + "permission",
          {"Name a permission, or a method such as POST /v1/ideas.",
           "Ange en behörighet, eller en metod som POST /v1/ideas."});
    }
    RETURN_IF_ERROR(
        CheckPermissions(field + "permission", {asked.permission}, false));
    asked.for_everyone = IsForEveryone(asked.permission);
  } else {
    ASSIGN_OR_RETURN(NamedMethod named,
                     FindMethod(field + "method", question.method()));
    asked.permission = named.method->permission;
    asked.for_everyone = named.method->is_public || named.method->any_caller;
    asked.for_processes = named.method->for_processes;
    if (asked.resource.empty()) asked.resource = std::move(named.resource);
  }
  if (asked.organization->empty() &&
      asked.resource.starts_with("organizations/")) {
    asked.organization = RootOf(asked.resource);
  }
  return asked;
}

absl::StatusOr<Standing> GetStanding(Call& call, const GetStandingRequest&) {
  const Caller& caller = call.caller();
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Standing> {
    ASSIGN_OR_RETURN(Standing standing, standings::Describe(tx, caller.name));
    standing.set_caller(caller.name);
    standing.set_organization(caller.organization);
    standing.mutable_roles()->Add(caller.roles.begin(), caller.roles.end());
    standing.mutable_scopes()->Add(caller.scopes.begin(), caller.scopes.end());
    standing.mutable_bodies()->Add(caller.bodies.begin(), caller.bodies.end());
    if (caller.until < absl::InfiniteFuture()) {
      standing.mutable_expire_time()->set_seconds(
          absl::ToUnixSeconds(caller.until));
    }
    return standing;
  });
}

absl::StatusOr<CheckAccessResponse> CheckAccess(
    Call& call, const CheckAccessRequest& request) {
  std::vector<Asked> all;
  std::vector<std::string> names;
  for (const AccessQuestion& question : request.questions()) {
    ASSIGN_OR_RETURN(Asked asked, AskedBy(question, all.size()));
    const std::string root = RootOf(asked.resource);
    if (IsLookedUp(root)) names.push_back(root);
    all.push_back(std::move(asked));
  }
  std::map<std::string, std::string> owners;
  if (!names.empty()) {
    ASSIGN_OR_RETURN(owners, call.Read([&](Transaction& tx) {
      return standings::OwnersOf(tx, call.audience(), names);
    }));
  }
  CheckAccessResponse response;
  for (Asked& asked : all) {
    const std::string root = RootOf(asked.resource);
    if (IsLookedUp(root)) {
      const auto owner = owners.find(root);
      if (owner == owners.end()) {
        asked.organization.reset();
      } else if (!owner->second.empty()) {
        asked.organization = owner->second;
      } else if (!call.caller().secretariat()) {
        // Readable and nobody's own: the secretariat's.
        asked.organization = root;
      }
    }
    if (asked.permission == "learning.activities.write" &&
        root.starts_with("activities/") && !call.caller().secretariat() &&
        call.Knows("learning")) {
      LookUpLeads(call, asked);
    }
    *response.add_answers() = AnswerTo(call.caller(), asked);
  }
  return response;
}

}  // namespace

void AddAccess(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.AccessService.";
  rpcs.Handle(service + "GetStanding", GetStanding);
  rpcs.Handle(service + "CheckAccess", CheckAccess);
}

}  // namespace reglab::membership
