#include "services/meetings/item_service.h"

#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/action_rules.h"
#include "services/meetings/agenda_rules.h"
#include "services/meetings/agenda_store.h"
#include "services/meetings/day_store.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using v1::Meeting;

// The eight resources differ in their fields alone; so do their requests. The
// resource in a Create or Update request is the field of its type.
template <class Item>
const Item& ItemIn(const Message& request) {
  const auto* descriptor = request.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->message_type() == Item::descriptor()) {
      return static_cast<const Item&>(
          request.GetReflection()->GetMessage(request, field));
    }
  }
  return Item::default_instance();
}

// The places and durations of agenda items are looked at together.
template <class Item>
constexpr bool kOnAgenda = std::is_same_v<Item, v1::AgendaItem>;

// What is worked out of a row that was read.
template <class Item>
void Complete([[maybe_unused]] Item& item) {
  if constexpr (kOnAgenda<Item>) FillClock(item);
}

std::string FieldOf(const items::Table& table, std::string_view field) {
  return Concat(table.singular, ".", field);
}

// Agenda items get ids of their titles, everything else random ones.
absl::StatusOr<std::string> IdFor(const items::Table& table,
                                  const Message& request, const Message& item) {
  const std::string field = Concat(table.singular, "_id");
  const std::string given = items::TextOf(request, field);
  const std::string title = items::TextOf(item, "display_name");
  if (given.empty() && title.empty()) return RandomId();
  return ChooseId(field, given, title);
}

// What one field of an action says about another.
template <class Item>
absl::Status Settle(Transaction& tx, Item& item,
                    std::vector<std::string>& changed) {
  if constexpr (std::is_same_v<Item, v1::Action>) {
    ASSIGN_OR_RETURN(const std::string today, Today(tx));
    const std::string done = item.done_date();
    RETURN_IF_ERROR(SettleAction(today, item));
    if (item.done_date() != done) changed.push_back("done_date");
  }
  return absl::OkStatus();
}

template <class Item, class Request>
absl::StatusOr<Item> Get(Call& call, const Request& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Item> {
    Item item;
    RETURN_IF_ERROR(items::Get(tx, items::TableOf<Item>(), call.audience(),
                               request.name(), item));
    Complete(item);
    return item;
  });
}

template <class Item, class Request, class Response>
absl::StatusOr<Response> ListOf(Call& call, const Request& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Response> {
    // "meetings/-" is every meeting.
    if (!request.parent().ends_with("/-")) {
      RETURN_IF_ERROR(
          meetings::Get(tx, call.audience(), request.parent()).status());
    }
    Response response;
    RETURN_IF_ERROR(RunList(tx, *items::TableOf<Item>().listing, request,
                            call.audience(), response));
    if constexpr (kOnAgenda<Item>) {
      for (Item& item : *response.mutable_agenda_items()) Complete(item);
    }
    return response;
  });
}

template <class Item, class Request>
absl::StatusOr<Item> Create(Call& call, const Request& request) {
  const items::Table& table = items::TableOf<Item>();
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  Item item = ItemIn<Item>(request);
  ClearOutputOnly(item);
  ASSIGN_OR_RETURN(const std::string id, IdFor(table, request, item));
  item.set_name(Concat(request.parent(), "/", table.collection, "/", id));
  RETURN_IF_ERROR(
      CheckDate(FieldOf(table, "due_date"), items::TextOf(item, "due_date")));
  RETURN_IF_ERROR(CheckNames(call, table.singular, item));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Item> {
    ASSIGN_OR_RETURN(const Meeting meeting,
                     meetings::Lock(tx, call.audience(), request.parent(), ""));
    RETURN_IF_ERROR(items::CheckAgendaItem(tx, FieldOf(table, "agenda_item"),
                                           meeting,
                                           items::TextOf(item, "agenda_item")));
    Item stored = item;
    if constexpr (kOnAgenda<Item>) {
      RETURN_IF_ERROR(agenda::PlaceLast(tx, meeting.name(), stored));
    }
    std::vector<std::string> settled;
    RETURN_IF_ERROR(Settle(tx, stored, settled));
    RETURN_IF_ERROR(items::Insert(tx, table, meeting, {{&stored}}));
    if constexpr (kOnAgenda<Item>) {
      RETURN_IF_ERROR(
          agenda::CheckFits(tx, meeting, "agenda_item.duration_minutes"));
    }
    stored.Clear();
    RETURN_IF_ERROR(
        items::Get(tx, table, call.audience(), item.name(), stored));
    Complete(stored);
    return stored;
  });
}

template <class Item, class Request>
absl::StatusOr<Item> Update(Call& call, const Request& request) {
  const items::Table& table = items::TableOf<Item>();
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Item& patch = ItemIn<Item>(request);
  RETURN_IF_ERROR(
      CheckDate(FieldOf(table, "due_date"), items::TextOf(patch, "due_date")));
  RETURN_IF_ERROR(CheckNames(call, table.singular, patch));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Item> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), ParentOf(patch.name()), ""));
    Item item;
    RETURN_IF_ERROR(items::Lock(tx, table, call.audience(), patch.name(),
                                patch.etag(), item));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, item));
    if (!changed.empty()) {
      RETURN_IF_ERROR(Settle(tx, item, changed));
      RETURN_IF_ERROR(
          items::CheckAgendaItem(tx, FieldOf(table, "agenda_item"), meeting,
                                 items::TextOf(item, "agenda_item")));
      RETURN_IF_ERROR(items::Update(tx, table, meeting, changed, item));
      if constexpr (kOnAgenda<Item>) {
        RETURN_IF_ERROR(
            agenda::CheckFits(tx, meeting, "agenda_item.duration_minutes"));
        item.Clear();
        RETURN_IF_ERROR(
            items::Get(tx, table, call.audience(), patch.name(), item));
      }
    }
    Complete(item);
    return item;
  });
}

template <class Item, class Request>
absl::StatusOr<Empty> Delete(Call& call, const Request& request) {
  const items::Table& table = items::TableOf<Item>();
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), ParentOf(request.name()), ""));
    Item item;
    RETURN_IF_ERROR(items::Lock(tx, table, call.audience(), request.name(),
                                request.etag(), item));
    RETURN_IF_ERROR(items::Delete(tx, table, meeting, item));
    return Empty();
  });
}

// `singular` and `plural` are the words in the names of the methods.
template <class Item, class GetRequest, class ListRequest, class ListResponse,
          class CreateRequest, class UpdateRequest, class DeleteRequest>
void Add(Rpcs& rpcs, const std::string& singular, const std::string& plural) {
  const std::string service =
      absl::StrCat("reglab.meetings.v1.", plural, "Service.");
  rpcs.Handle(service + "Get" + singular, Get<Item, GetRequest>);
  rpcs.Handle(service + "List" + plural,
              ListOf<Item, ListRequest, ListResponse>);
  rpcs.Handle(service + "Create" + singular, Create<Item, CreateRequest>);
  rpcs.Handle(service + "Update" + singular, Update<Item, UpdateRequest>);
  rpcs.Handle(service + "Delete" + singular, Delete<Item, DeleteRequest>);
}

}  // namespace

void AddItems(Rpcs& rpcs) {
  Add<v1::AgendaItem, v1::GetAgendaItemRequest, v1::ListAgendaItemsRequest,
      v1::ListAgendaItemsResponse, v1::CreateAgendaItemRequest,
      v1::UpdateAgendaItemRequest, v1::DeleteAgendaItemRequest>(
      rpcs, "AgendaItem", "AgendaItems");
  Add<v1::Attendance, v1::GetAttendanceRequest, v1::ListAttendancesRequest,
      v1::ListAttendancesResponse, v1::CreateAttendanceRequest,
      v1::UpdateAttendanceRequest, v1::DeleteAttendanceRequest>(
      rpcs, "Attendance", "Attendances");
  Add<v1::Note, v1::GetNoteRequest, v1::ListNotesRequest, v1::ListNotesResponse,
      v1::CreateNoteRequest, v1::UpdateNoteRequest, v1::DeleteNoteRequest>(
      rpcs, "Note", "Notes");
  Add<v1::Question, v1::GetQuestionRequest, v1::ListQuestionsRequest,
      v1::ListQuestionsResponse, v1::CreateQuestionRequest,
      v1::UpdateQuestionRequest, v1::DeleteQuestionRequest>(rpcs, "Question",
                                                            "Questions");
  Add<v1::Discussion, v1::GetDiscussionRequest, v1::ListDiscussionsRequest,
      v1::ListDiscussionsResponse, v1::CreateDiscussionRequest,
      v1::UpdateDiscussionRequest, v1::DeleteDiscussionRequest>(
      rpcs, "Discussion", "Discussions");
  Add<v1::Conclusion, v1::GetConclusionRequest, v1::ListConclusionsRequest,
      v1::ListConclusionsResponse, v1::CreateConclusionRequest,
      v1::UpdateConclusionRequest, v1::DeleteConclusionRequest>(
      rpcs, "Conclusion", "Conclusions");
  Add<v1::Decision, v1::GetDecisionRequest, v1::ListDecisionsRequest,
      v1::ListDecisionsResponse, v1::CreateDecisionRequest,
      v1::UpdateDecisionRequest, v1::DeleteDecisionRequest>(rpcs, "Decision",
                                                            "Decisions");
  Add<v1::Action, v1::GetActionRequest, v1::ListActionsRequest,
      v1::ListActionsResponse, v1::CreateActionRequest, v1::UpdateActionRequest,
      v1::DeleteActionRequest>(rpcs, "Action", "Actions");
}

}  // namespace reglab::meetings
