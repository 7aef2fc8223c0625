#include "services/meetings/item_store.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"

namespace reglab::meetings::items {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Struct;
using v1::Meeting;

namespace {

const Statement kAgendaItemOf(
    "SELECT FROM agenda_items WHERE name = $1 AND parent = $2");

const FieldDescriptor* Field(const Message& message, std::string_view name) {
  return message.GetDescriptor()->FindFieldByName(std::string(name));
}

void SetText(Message& message, std::string_view field, std::string value) {
  message.GetReflection()->SetString(&message, Field(message, field),
                                     std::move(value));
}

Meeting::Visibility VisibilityOf(const Message& message) {
  return Meeting::Visibility(message.GetReflection()->GetEnumValue(
      message, Field(message, "visibility")));
}

void FillVisibility(const Table& table, Message& message) {
  if (VisibilityOf(message) != Meeting::VISIBILITY_UNSPECIFIED) return;
  message.GetReflection()->SetEnumValue(&message, Field(message, "visibility"),
                                        table.visibility);
}

std::string JsonOf(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  google::protobuf::util::MessageToJsonString(message, &json, options).ok();
  return json;
}

// The members of both objects in one.
std::string JsonOf(const NewItem& item) {
  std::string json = JsonOf(*item.item);
  Struct layout;
  if (item.layout != nullptr) layout = *item.layout;
  for (const std::string& owner : item.owners) {
    (*layout.mutable_fields())["owners"]
        .mutable_list_value()
        ->add_values()
        ->set_string_value(owner);
  }
  if (layout.fields().empty()) return json;
  json.back() = ',';
  return json + JsonOf(layout).substr(1);
}

void RecordChange(Transaction& tx, const Table& table, Change::Kind kind,
                  const Meeting& meeting, const Message& item,
                  const std::vector<std::string>& owners,
                  std::vector<std::string> paths) {
  const Meeting::Visibility visibility =
      Narrower(VisibilityOf(item), meeting.visibility());
  tx.Record({.kind = kind,
             .type = table.type,
             .name = TextOf(item, "name"),
             .etag = TextOf(item, "etag"),
             .field_paths = std::move(paths),
             .visibility = Meeting::Visibility_Name(visibility),
             .owners = owners});
}

}  // namespace

std::string TextOf(const Message& message, std::string_view field) {
  const FieldDescriptor* found = Field(message, field);
  return found == nullptr ? ""
                          : message.GetReflection()->GetString(message, found);
}

std::string_view Column(const Row& row, std::string_view name) {
  const Rows& rows = row.rows();
  for (int i = 0; i < rows.columns(); ++i) {
    if (rows.ColumnName(i) == name) return row.Text(i);
  }
  return "";
}

absl::StatusOr<Rows> All(Transaction& tx, const Table& table,
                         const Audience& audience, std::string_view meeting) {
  return tx.Query(*table.all,
                  {meeting, audience.visibilities, audience.owners});
}

absl::Status Get(Transaction& tx, const Table& table, const Audience& audience,
                 std::string_view name, Message& item) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(*table.get, {name, audience.visibilities, audience.owners},
                  name));
  ReadRow(rows[0], item);
  return absl::OkStatus();
}

absl::Status Lock(Transaction& tx, const Table& table, const Audience& audience,
                  std::string_view name, std::string_view etag, Message& item) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(*table.lock, {name, audience.visibilities, audience.owners},
                  name));
  ReadRow(rows[0], item);
  return CheckEtag(name, etag.substr(0, etag.find('-')), TextOf(item, "etag"));
}

absl::Status Insert(Transaction& tx, const Table& table, const Meeting& meeting,
                    const std::vector<NewItem>& items,
                    const std::vector<std::string>& owners) {
  if (items.empty()) return absl::OkStatus();
  const std::vector<std::string> owned_by =
      owners.empty() ? meetings::OwnersOf(meeting) : owners;
  std::string rows = "[";
  for (const NewItem& item : items) {
    SetText(*item.item, "etag", NewEtag());
    FillVisibility(table, *item.item);
    if (rows.size() > 1) rows += ',';
    rows += JsonOf(item);
  }
  rows += ']';
  ASSIGN_OR_RETURN(const Rows inserted,
                   tx.Query(*table.insert, {rows, meeting.name(), owned_by}));
  if (inserted.affected() != int64_t(items.size())) {
    return AlreadyExists(TextOf(*items.front().item, "name"));
  }
  for (const NewItem& item : items) {
    RecordChange(tx, table, Change::Kind::kCreated, meeting, *item.item,
                 item.owners.empty() ? owned_by : item.owners, {});
  }
  return absl::OkStatus();
}

absl::Status Update(Transaction& tx, const Table& table, const Meeting& meeting,
                    std::vector<std::string> changed, Message& item) {
  SetText(item, "etag", NewEtag());
  FillVisibility(table, item);
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(*table.update, {JsonOf(item)},
                                          TextOf(item, "name")));
  ReadRow(rows[0], item);
  RecordChange(tx, table, Change::Kind::kUpdated, meeting, item,
               rows[0].Array(0), std::move(changed));
  return absl::OkStatus();
}

absl::Status Delete(Transaction& tx, const Table& table, const Meeting& meeting,
                    const Message& item) {
  const std::string name = TextOf(item, "name");
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(*table.remove, {name}, name));
  RecordChange(tx, table, Change::Kind::kDeleted, meeting, item,
               rows[0].Array(0), {});
  return absl::OkStatus();
}

absl::Status CheckAgendaItem(Transaction& tx, std::string_view field,
                             const Meeting& meeting,
                             std::string_view agenda_item) {
  if (agenda_item.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Query(kAgendaItemOf, {agenda_item, meeting.name()}));
  if (!rows.empty()) return absl::OkStatus();
  return InvalidField(
      field,
      {Concat(agenda_item, " is not on the agenda of ", meeting.name(),
              ". Name an item of that meeting, or leave it out."),
       Concat(agenda_item, " står inte på dagordningen för ", meeting.name(),
              ". Ange en punkt på det mötet, eller utelämna fältet.")});
}

}  // namespace reglab::meetings::items
