#include <string>

#include "absl/flags/flag.h"
#include "services/common/server.h"
#include "services/common/status_macros.h"
#include "services/membership/access_service.h"
#include "services/membership/appointment_service.h"
#include "services/membership/body_service.h"
#include "services/membership/bootstrap.h"
#include "services/membership/client_service.h"
#include "services/membership/delegation_service.h"
#include "services/membership/delivery.h"
#include "services/membership/directory_service.h"
#include "services/membership/dispatch_service.h"
#include "services/membership/feed_token_service.h"
#include "services/membership/import_service.h"
#include "services/membership/invitation_service.h"
#include "services/membership/key_service.h"
#include "services/membership/membership_service.h"
#include "services/membership/organization_service.h"
#include "services/membership/person_service.h"
#include "services/membership/privacy_service.h"
#include "services/membership/relationship_service.h"
#include "services/membership/strategy_period_service.h"
#include "services/membership/subscription_service.h"
#include "services/membership/vocabulary_service.h"

ABSL_FLAG(std::string, bootstrap_key_file, "",
          "Where the first start writes the secretariat's API key, readable by "
          "its owner alone; empty: no key is made");

namespace reglab {
extern const EmbeddedFile kMembershipMigrations[];

namespace membership {
namespace {

void AddHandlers(Rpcs& rpcs) {
  AddOrganizations(rpcs);
  AddMemberships(rpcs);
  AddPeople(rpcs);
  AddBodies(rpcs);
  AddAppointments(rpcs);
  AddClients(rpcs);
  AddKeys(rpcs);
  AddFeedTokens(rpcs);
  AddAccess(rpcs);
  AddVocabularies(rpcs);
  AddDirectory(rpcs);
  AddDelegations(rpcs);
  AddInvitations(rpcs);
  AddRelationships(rpcs);
  AddStrategyPeriods(rpcs);
  AddPrivacy(rpcs);
  AddImports(rpcs);
  AddDispatches(rpcs);
  AddSubscriptions(rpcs);
}

absl::Status Prepare(Database& database) {
  RETURN_IF_ERROR(CheckDelivery());
  const std::string file = absl::GetFlag(FLAGS_bootstrap_key_file);
  return file.empty() ? absl::OkStatus() : MakeFirstKey(database, file);
}

}  // namespace
}  // namespace membership
}  // namespace reglab

int main(int argc, char** argv) {
  return reglab::RunService(argc, argv,
                            {.name = "membership",
                             .migrations = reglab::kMembershipMigrations,
                             .upstreams = {"meetings", "learning"},
                             .handlers = reglab::membership::AddHandlers,
                             .prepare = reglab::membership::Prepare,
                             .background = reglab::membership::StartDelivery});
}
