#include "services/meetings/action_service.h"

#include <functional>
#include <string>

#include "reglab/meetings/v1/outstanding_item.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/meetings/action_rules.h"
#include "services/meetings/action_store.h"
#include "services/meetings/day_store.h"
#include "services/meetings/holder_rules.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"

namespace reglab::meetings {
namespace {

using v1::Action;
using v1::CompleteActionRequest;
using v1::DropActionRequest;
using v1::ListOutstandingItemsRequest;
using v1::ListOutstandingItemsResponse;
using v1::Meeting;
using v1::ReopenActionRequest;

constexpr std::string_view kCompletePermission = "meetings.actions.complete";

// One step of an action's life: `step` checks and takes it.
template <class Request>
absl::StatusOr<Action> Take(Call& call, const Request& request,
                            const std::function<absl::Status(Action&)>& step) {
  const items::Table& table = items::TableOf<Action>();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Action> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), ParentOf(request.name()), ""));
    Action action;
    RETURN_IF_ERROR(items::Lock(tx, table, call.audience(), request.name(),
                                request.etag(), action));
    RETURN_IF_ERROR(step(action));
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    RETURN_IF_ERROR(SettleAction(today, action));
    RETURN_IF_ERROR(items::Update(tx, table, meeting,
                                  {"state", "done_date", "reason"}, action));
    return action;
  });
}

absl::Status CheckOwner(const Call& call, const Action& action) {
  return CheckHolds(call.caller(), action.owner(), action.name(),
                    kCompletePermission);
}

absl::StatusOr<Action> CompleteAction(Call& call,
                                      const CompleteActionRequest& request) {
  return Take(call, request, [&](Action& action) -> absl::Status {
    RETURN_IF_ERROR(CheckOwner(call, action));
    RETURN_IF_ERROR(CheckOpen(action));
    action.set_state(Action::DONE);
    action.set_done_date(request.done_date());
    return absl::OkStatus();
  });
}

absl::StatusOr<Action> DropAction(Call& call,
                                  const DropActionRequest& request) {
  return Take(call, request, [&](Action& action) -> absl::Status {
    RETURN_IF_ERROR(CheckOwner(call, action));
    RETURN_IF_ERROR(CheckOpen(action));
    action.set_state(Action::DROPPED);
    action.set_reason(request.reason());
    return absl::OkStatus();
  });
}

absl::StatusOr<Action> ReopenAction(Call& call,
                                    const ReopenActionRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return Take(call, request, [](Action& action) -> absl::Status {
    RETURN_IF_ERROR(CheckNotOpen(action));
    action.set_state(Action::OPEN);
    return absl::OkStatus();
  });
}

absl::StatusOr<ListOutstandingItemsResponse> ListOutstandingItems(
    Call& call, const ListOutstandingItemsRequest& request) {
  return List<ListOutstandingItemsResponse>(call, actions::kOutstanding,
                                            request);
}

}  // namespace

void AddActions(Rpcs& rpcs) {
  const std::string package = "reglab.meetings.v1.";
  rpcs.Handle(package + "ActionsService.CompleteAction", CompleteAction);
  rpcs.Handle(package + "ActionsService.DropAction", DropAction);
  rpcs.Handle(package + "ActionsService.ReopenAction", ReopenAction);
  rpcs.Handle(package + "OutstandingItemsService.ListOutstandingItems",
              ListOutstandingItems);
}

}  // namespace reglab::meetings
