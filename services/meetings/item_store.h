#ifndef REGLAB_SERVICES_MEETINGS_ITEM_STORE_H_
#define REGLAB_SERVICES_MEETINGS_ITEM_STORE_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/action.pb.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/attendance.pb.h"
#include "reglab/meetings/v1/conclusion.pb.h"
#include "reglab/meetings/v1/decision.pb.h"
#include "reglab/meetings/v1/discussion.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/note.pb.h"
#include "reglab/meetings/v1/question.pb.h"
#include "reglab/meetings/v1/suggestion.pb.h"
#include "services/common/listing.h"

namespace google::protobuf {
class Struct;
}

// What stands under a meeting is alike: it has a meeting, a position, a line of
// the source, and under most an agenda item. One table of statements per
// resource, and the same functions for all.
namespace reglab::meetings::items {

struct Table {
  std::string_view collection;  // "agenda-items"
  std::string_view type;        // "meetings.AgendaItem"
  std::string_view singular;    // "agenda_item"
  // When the caller chose none.
  v1::Meeting::Visibility visibility;
  const Statement* get;
  const Statement* lock;
  const Statement* all;
  const Statement* insert;
  const Statement* update;
  const Statement* remove;
  const Listing* listing;
};

// For each resource that the includes above name.
template <class Item>
const Table& TableOf();

// The rows of one meeting in order, those that the audience may read, together
// with the columns that are no fields of the resource (see Column).
absl::StatusOr<Rows> All(Transaction& tx, const Table& table,
                         const Audience& audience, std::string_view meeting);

// The text of a column by its name; "" for NULL.
std::string_view Column(const Row& row, std::string_view name);

// NOT_FOUND, also when it or its meeting may not be read.
absl::Status Get(Transaction& tx, const Table& table, const Audience& audience,
                 std::string_view name, google::protobuf::Message& item);

// As Get, and keeps others from changing it until the transaction ends.
// ABORTED/ETAG_MISMATCH when `etag` is set and not the current one; what stands
// behind a "-" in it does not count (see AgendaItem.etag).
absl::Status Lock(Transaction& tx, const Table& table, const Audience& audience,
                  std::string_view name, std::string_view etag,
                  google::protobuf::Message& item);

// One row to insert: the resource, whose etag and visibility are filled here,
// and how the document wrote it, by column name (may be null).
struct NewItem {
  google::protobuf::Message* item;
  const google::protobuf::Struct* layout = nullptr;
  // Of an attendance, who owns it, when these are not the owners of all.
  std::vector<std::string> owners = {};
};

// Inserts all of them under `meeting` with one statement. `owners` are the
// meeting's when empty. ALREADY_EXISTS when a name is taken.
absl::Status Insert(Transaction& tx, const Table& table,
                    const v1::Meeting& meeting,
                    const std::vector<NewItem>& items,
                    const std::vector<std::string>& owners = {});

// `changed` are the field paths for the journal. `item` gets its new etag.
absl::Status Update(Transaction& tx, const Table& table,
                    const v1::Meeting& meeting,
                    std::vector<std::string> changed,
                    google::protobuf::Message& item);

absl::Status Delete(Transaction& tx, const Table& table,
                    const v1::Meeting& meeting,
                    const google::protobuf::Message& item);

// INVALID_ARGUMENT naming `field` when the item is set and stands on no agenda
// of that meeting.
absl::Status CheckAgendaItem(Transaction& tx, std::string_view field,
                             const v1::Meeting& meeting,
                             std::string_view agenda_item);

// A field of type string; "" when the message has none of that name.
std::string TextOf(const google::protobuf::Message& message,
                   std::string_view field);

}  // namespace reglab::meetings::items

#endif  // REGLAB_SERVICES_MEETINGS_ITEM_STORE_H_
