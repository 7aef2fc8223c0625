#include "services/meetings/action_store.h"

#include <string>

#include "reglab/meetings/v1/outstanding_item.pb.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/reminders.h"

namespace reglab::meetings::actions {

using v1::Action;
using v1::Meeting;
using v1::OutstandingItem;

namespace {

const Statement kDue(
    "SELECT name FROM actions a WHERE state = 'OPEN' AND owner IS NOT NULL"
    " AND " REMINDER_DUE(
        "a") " ORDER BY due_date, name LIMIT 100 FOR UPDATE SKIP LOCKED");

const Statement kReminded(
    "UPDATE actions a SET reminder_date = today(), update_time = now(),"
    " etag = e.etag FROM unnest($1::text[], $2::text[]) AS e(name, etag),"
    " meetings m WHERE a.name = e.name AND m.name = a.parent"
    " RETURNING a.*, a.owners, m.visibility, a.due_date < today()");

}  // namespace

absl::StatusOr<std::vector<Due>> TakeDue(Transaction& tx) {
  ASSIGN_OR_RETURN(const Rows due, tx.Query(kDue));
  std::vector<std::string> names;
  std::vector<std::string> etags;
  for (int i = 0; i < due.size(); ++i) {
    names.emplace_back(due[i].Text(0));
    etags.push_back(NewEtag());
  }
  std::vector<Due> taken;
  if (names.empty()) return taken;
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kReminded, {names, etags}));
  const int last = rows.columns() - 1;
  for (int i = 0; i < rows.size(); ++i) {
    Due one{ReadRow<Action>(rows[i]), rows[i].Bool(last)};
    Meeting::Visibility of_meeting = Meeting::ORGANIZATION;
    Meeting::Visibility_Parse(std::string(rows[i].Text(last - 1)), &of_meeting);
    tx.Record({.kind = Change::Kind::kUpdated,
               .type = "meetings.Action",
               .name = one.action.name(),
               .etag = one.action.etag(),
               .field_paths = {"reminder_date"},
               .visibility = Meeting::Visibility_Name(
                   Narrower(one.action.visibility(), of_meeting)),
               .owners = rows[i].Array(last - 2)});
    taken.push_back(std::move(one));
  }
  return taken;
}

const Listing kOutstanding = {
    .select =
        "SELECT i.name, i.kind, i.title, i.holder, i.holder_text,"
        " i.since, i.due_date, today() - i.since AS days_out,"
        " coalesce(i.due_date < today(), false) AS overdue, i.meeting,"
        " i.body FROM outstanding_items i",
    .visible =
        "(i.visibility = ANY({v}) OR i.owners && {o})"
        " AND (i.meeting_visibility = ANY({v})"
        " OR i.meeting_owners && {o})",
    .key = "i.name",
    .organization = "i.holder = {n}",
    .fields = {{"name", "i.name", ListField::Type::kText, true, nullptr, true},
               {"due_date", "i.due_date", ListField::Type::kDate, true},
               {"since", "i.since", ListField::Type::kDate, true, nullptr,
                true},
               {"kind", "i.kind", ListField::Type::kEnum, false,
                OutstandingItem::Kind_descriptor()},
               {"holder", "i.holder"},
               {"holder_text", "i.holder_text"},
               {"title", "i.title"},
               {"days_out", "(today() - i.since)", ListField::Type::kInt},
               {"overdue", "coalesce(i.due_date < today(), false)",
                ListField::Type::kBool},
               {"meeting", "i.meeting"},
               {"body", "i.body"}},
    .default_order = "due_date",
};

}  // namespace reglab::meetings::actions
