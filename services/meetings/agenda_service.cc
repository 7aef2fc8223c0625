#include "services/meetings/agenda_service.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/access_rules.h"
#include "services/common/resource.h"
#include "services/meetings/agenda_rules.h"
#include "services/meetings/agenda_store.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/referral_store.h"

namespace reglab::meetings {
namespace {

using v1::AgendaItem;
using v1::Meeting;
using v1::MoveAgendaItemRequest;
using v1::PrepareAgendaItemsRequest;
using v1::PrepareAgendaItemsResponse;

const items::Table& AgendaItems() { return items::TableOf<AgendaItem>(); }

absl::StatusOr<AgendaItem> Shown(Transaction& tx, const Audience& audience,
                                 std::string_view name) {
  AgendaItem item;
  RETURN_IF_ERROR(items::Get(tx, AgendaItems(), audience, name, item));
  FillClock(item);
  return item;
}

absl::StatusOr<AgendaItem> MoveAgendaItem(
    Call& call, const MoveAgendaItemRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<AgendaItem> {
    // One move after the other: each finds the order that the one before made.
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), ParentOf(request.name()), ""));
    RETURN_IF_ERROR(CheckAhead(meeting));
    AgendaItem moved;
    RETURN_IF_ERROR(items::Lock(tx, AgendaItems(), call.audience(),
                                request.name(), request.etag(), moved));
    ASSIGN_OR_RETURN(const std::vector<AgendaEntry> entries,
                     agenda::Entries(tx, meeting.name()));
    ASSIGN_OR_RETURN(const std::vector<AgendaEntry> changed,
                     PositionsAfterMove(entries, request));
    for (const AgendaEntry& entry : changed) {
      AgendaItem item;
      RETURN_IF_ERROR(items::Lock(tx, AgendaItems(), call.audience(),
                                  entry.name, "", item));
      item.set_position(entry.position);
      RETURN_IF_ERROR(
          items::Update(tx, AgendaItems(), meeting, {"position"}, item));
    }
    return Shown(tx, call.audience(), request.name());
  });
}

absl::StatusOr<PrepareAgendaItemsResponse> PrepareAgendaItems(
    Call& call, const PrepareAgendaItemsRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx)
                        -> absl::StatusOr<PrepareAgendaItemsResponse> {
    ASSIGN_OR_RETURN(const Meeting meeting,
                     meetings::Lock(tx, call.audience(), request.parent(), ""));
    RETURN_IF_ERROR(CheckAhead(meeting));
    ASSIGN_OR_RETURN(const std::set<std::string> standing,
                     agenda::FollowedUp(tx, meeting.name()));
    ASSIGN_OR_RETURN(const std::vector<v1::Action> actions,
                     agenda::OpenActions(tx, meeting));
    ASSIGN_OR_RETURN(const std::vector<v1::Referral> referrals,
                     referrals::ForNextAgenda(tx, meeting.body()));
    PrepareAgendaItemsResponse response;
    std::vector<items::NewItem> rows;
    for (AgendaItem& item : FollowUps(actions, referrals, standing)) {
      *response.add_agenda_items() = std::move(item);
    }
    int32_t position = 0;
    for (AgendaItem& item : *response.mutable_agenda_items()) {
      item.set_name(absl::StrCat(meeting.name(), "/agenda-items/", RandomId()));
      if (position == 0) {
        RETURN_IF_ERROR(agenda::PlaceLast(tx, meeting.name(), item));
        position = item.position();
      }
      item.set_position(position);
      position += kAgendaGap;
      rows.push_back({&item});
    }
    RETURN_IF_ERROR(items::Insert(tx, AgendaItems(), meeting, rows));
    std::vector<std::string> back;
    for (const v1::Referral& referral : referrals) {
      if (CameBack(referral)) back.push_back(referral.name());
    }
    RETURN_IF_ERROR(referrals::StandsOn(tx, meeting.name(), back));
    for (AgendaItem& item : *response.mutable_agenda_items()) {
      const std::string name = item.name();
      ASSIGN_OR_RETURN(item, Shown(tx, call.audience(), name));
    }
    return response;
  });
}

}  // namespace

void AddAgenda(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.AgendaItemsService.";
  rpcs.Handle(service + "MoveAgendaItem", MoveAgendaItem);
  rpcs.Handle(service + "PrepareAgendaItems", PrepareAgendaItems);
}

}  // namespace reglab::meetings
