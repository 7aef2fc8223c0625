#include "services/meetings/handlers.h"

#include "services/meetings/action_service.h"
#include "services/meetings/agenda_service.h"
#include "services/meetings/amendment_service.h"
#include "services/meetings/attendance_service.h"
#include "services/meetings/calendar_service.h"
#include "services/meetings/consultation_service.h"
#include "services/meetings/contribution_service.h"
#include "services/meetings/draft_service.h"
#include "services/meetings/item_service.h"
#include "services/meetings/meeting_service.h"
#include "services/meetings/minutes_service.h"
#include "services/meetings/paper_service.h"
#include "services/meetings/personal_tables.h"
#include "services/meetings/position_service.h"
#include "services/meetings/referral_service.h"
#include "services/meetings/reminders.h"
#include "services/meetings/suggestion_service.h"
#include "services/meetings/upload_service.h"

namespace reglab::meetings {

void AddHandlers(Rpcs& rpcs) {
  AddMeetings(rpcs);
  AddItems(rpcs);
  AddAgenda(rpcs);
  AddAttendances(rpcs);
  AddCalendar(rpcs);
  AddActions(rpcs);
  AddReferrals(rpcs);
  AddReminders(rpcs);
  AddSuggestions(rpcs);
  AddMinutes(rpcs);
  AddConsultations(rpcs);
  AddDrafts(rpcs);
  AddAmendments(rpcs);
  AddPositions(rpcs);
  AddMinutesLives(rpcs);
  AddMinutesDocuments(rpcs);
  AddMinutesCorrections(rpcs);
  AddUploads(rpcs);
  AddPapers(rpcs);
  AddContributions(rpcs);
  AddRecords(rpcs, "meetings", kPersonalTables);
}

}  // namespace reglab::meetings
