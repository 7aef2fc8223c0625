#include "services/membership/handlers.h"

#include "services/membership/access_service.h"
#include "services/membership/appointment_service.h"
#include "services/membership/body_service.h"
#include "services/membership/client_service.h"
#include "services/membership/delegation_service.h"
#include "services/membership/directory_service.h"
#include "services/membership/dispatch_service.h"
#include "services/membership/feed_token_service.h"
#include "services/membership/guest_link_service.h"
#include "services/membership/identity_service.h"
#include "services/membership/import_service.h"
#include "services/membership/invitation_service.h"
#include "services/membership/journal_service.h"
#include "services/membership/key_service.h"
#include "services/membership/membership_service.h"
#include "services/membership/organization_service.h"
#include "services/membership/person_service.h"
#include "services/membership/personal_data_service.h"
#include "services/membership/privacy_service.h"
#include "services/membership/relationship_service.h"
#include "services/membership/session_service.h"
#include "services/membership/strategy_period_service.h"
#include "services/membership/subscription_service.h"
#include "services/membership/vocabulary_service.h"

namespace reglab::membership {

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
  AddIdentities(rpcs);
  AddSessions(rpcs);
  AddGuestLinks(rpcs);
  AddJournalEntries(rpcs);
  AddPersonalData(rpcs);
  AddRelationships(rpcs);
  AddStrategyPeriods(rpcs);
  AddPrivacy(rpcs);
  AddDispatches(rpcs);
  AddSubscriptions(rpcs);
  AddImports(rpcs);
}

}  // namespace reglab::membership
