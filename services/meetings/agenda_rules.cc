#include "services/meetings/agenda_rules.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"

namespace reglab::meetings {
namespace {

using v1::Action;
using v1::AgendaItem;
using v1::Meeting;
using v1::MoveAgendaItemRequest;
using v1::Referral;

// The limit of an agenda item's text is in characters, of which each has a byte
// at least.
constexpr size_t kLongestText = 20000;
constexpr size_t kLongestLine = 500;

absl::Status NotOnAgenda(std::string_view field, std::string_view name) {
  return InvalidField(
      field, {Concat("\"", name,
                     "\" is no other item of this agenda. Name one of GET "
                     "…/agenda-items."),
              Concat("”", name,
                     "” är ingen annan punkt på dagordningen. Ange en av GET "
                     "…/agenda-items.")});
}

// Where the moved item goes among the others.
absl::StatusOr<size_t> IndexFor(const std::vector<AgendaEntry>& others,
                                const MoveAgendaItemRequest& request) {
  const int given = int(!request.before().empty()) +
                    int(!request.after().empty()) + int(request.index() > 0);
  if (given != 1) {
    return InvalidField(
        "before", {"Exactly one of before, after and index says where the item "
                   "goes. Give one.",
                   "Exakt ett av before, after och index säger vart punkten "
                   "ska. Ange ett."});
  }
  if (request.index() > 0) {
    return std::min(others.size(), size_t(request.index() - 1));
  }
  const bool before = !request.before().empty();
  const std::string& neighbour = before ? request.before() : request.after();
  const auto found = std::find_if(
      others.begin(), others.end(),
      [&](const AgendaEntry& entry) { return entry.name == neighbour; });
  if (found == others.end()) {
    return NotOnAgenda(before ? "before" : "after", neighbour);
  }
  return size_t(found - others.begin()) + (before ? 0 : 1);
}

// A position between those of the neighbours; nothing when there is no room.
std::optional<int32_t> Between(std::optional<int32_t> previous,
                               std::optional<int32_t> next) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  const int64_t low = previous ? *previous : -1;
  if (!next) {
    if (low + kAgendaGap > kMost) return std::nullopt;
    return static_cast<int32_t>(previous ? low + kAgendaGap : kAgendaGap);
  }
  if (*next - low < 2) return std::nullopt;
  if (!previous && *next > kAgendaGap) return *next - kAgendaGap;
  return static_cast<int32_t>(low + (*next - low) / 2);
}

std::string Shortened(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() <= kLongestLine) return text;
  size_t end = kLongestLine;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end) + "…";
}

// Adds a line of a list, while there is room, and what it tells of.
void AddLine(std::string_view name, std::string line, AgendaItem& item) {
  item.add_follows_up(std::string(name));
  line = absl::StrCat("- ", Shortened(std::move(line)), "\n");
  if (item.text().size() + line.size() <= kLongestText) {
    item.mutable_text()->append(line);
  }
}

std::string LineOf(const Action& action) {
  std::string line = action.text();
  const std::string& owner =
      action.owner_text().empty() ? action.owner() : action.owner_text();
  if (!owner.empty()) absl::StrAppend(&line, " – ", owner);
  if (!action.due_date().empty()) {
    absl::StrAppend(&line, ", senast ", action.due_date());
  }
  return line;
}

const std::string& TargetOf(const Referral& referral) {
  return referral.target_text().empty() ? referral.target()
                                        : referral.target_text();
}

std::string LineOf(const Referral& referral) {
  std::string line = referral.title();
  if (!TargetOf(referral).empty()) {
    absl::StrAppend(&line, " – ", TargetOf(referral));
  }
  if (!referral.due_date().empty()) {
    absl::StrAppend(&line, ", senast ", referral.due_date());
  }
  return line;
}

AgendaItem FollowUp(std::string display_name) {
  AgendaItem item;
  item.set_display_name(std::move(display_name));
  item.set_kind(AgendaItem::FOLLOW_UP);
  item.set_visibility(Meeting::MEMBERS);
  return item;
}

void NarrowTo(Meeting::Visibility visibility, AgendaItem& item) {
  if (visibility == Meeting::VISIBILITY_UNSPECIFIED) return;
  item.set_visibility(Narrower(item.visibility(), visibility));
}

AgendaItem AnswerItem(const Referral& referral) {
  const bool answered = referral.state() == Referral::ANSWERED;
  AgendaItem item = FollowUp(Shortened(absl::StrCat(
      answered ? "Svar: " : "Åter utan svar: ", referral.title())));
  item.add_follows_up(referral.name());
  std::string text = answered ? referral.answer() : referral.reason();
  if (!TargetOf(referral).empty()) {
    text = absl::StrCat("Från ", TargetOf(referral), ".\n\n", text);
  }
  // The whole of it is read in the referral.
  if (text.size() > kLongestText) text = Shortened(std::move(text));
  item.set_text(std::move(text));
  NarrowTo(referral.visibility(), item);
  return item;
}

}  // namespace

absl::StatusOr<std::vector<AgendaEntry>> PositionsAfterMove(
    const std::vector<AgendaEntry>& entries,
    const MoveAgendaItemRequest& request) {
  std::vector<AgendaEntry> order;
  AgendaEntry moved;
  for (const AgendaEntry& entry : entries) {
    if (entry.name == request.name()) {
      moved = entry;
    } else {
      order.push_back(entry);
    }
  }
  ASSIGN_OR_RETURN(const size_t index, IndexFor(order, request));
  std::optional<int32_t> previous;
  std::optional<int32_t> next;
  if (index > 0) previous = order[index - 1].position;
  if (index < order.size()) next = order[index].position;
  if (const std::optional<int32_t> position = Between(previous, next)) {
    moved.position = *position;
    return std::vector<AgendaEntry>{moved};
  }
  order.insert(order.begin() + static_cast<std::ptrdiff_t>(index), moved);
  std::vector<AgendaEntry> changed;
  for (size_t i = 0; i < order.size(); ++i) {
    const int32_t position = static_cast<int32_t>(i + 1) * kAgendaGap;
    if (order[i].position == position && order[i].name != moved.name) continue;
    changed.push_back({order[i].name, position});
  }
  return changed;
}

absl::Status CheckAgendaFits(const Meeting& meeting, int64_t minutes,
                             std::string_view field) {
  if (!meeting.has_start_time() || !meeting.has_end_time()) {
    return absl::OkStatus();
  }
  const int64_t length = absl::ToInt64Minutes(TimeOf(meeting.end_time()) -
                                              TimeOf(meeting.start_time()));
  if (minutes <= length) return absl::OkStatus();
  const Text text = {
      absl::StrCat("The items of the agenda take ", minutes,
                   " minutes, and the meeting lasts ", length,
                   ". Shorten an item, or let the meeting end later."),
      absl::StrCat("Punkterna på dagordningen tar ", minutes,
                   " minuter, och mötet varar i ", length,
                   ". Korta en punkt, eller låt mötet sluta senare.")};
  return Refused("AGENDA_TOO_LONG", text, {{std::string(field), text}});
}

void FillClock(AgendaItem& item) {
  if (!item.has_start_time()) return;
  const int64_t start = item.start_time().seconds();
  absl::StrAppend(item.mutable_etag(), "-", start);
  if (item.duration_minutes() == 0) return;
  item.mutable_end_time()->set_seconds(start + item.duration_minutes() * 60);
  item.mutable_end_time()->set_nanos(item.start_time().nanos());
}

bool CameBack(const Referral& referral) {
  return referral.state() == Referral::ANSWERED ||
         referral.state() == Referral::RETURNED ||
         referral.state() == Referral::CLOSED_WITHOUT_ANSWER;
}

std::vector<AgendaItem> FollowUps(const std::vector<Action>& actions,
                                  const std::vector<Referral>& referrals,
                                  const std::set<std::string>& standing) {
  AgendaItem open = FollowUp("Uppföljning av åtgärder");
  for (const Action& action : actions) {
    if (standing.count(action.name()) > 0) continue;
    AddLine(action.name(), LineOf(action), open);
    NarrowTo(action.visibility(), open);
  }
  AgendaItem out = FollowUp("Skickat vidare, utan svar än");
  std::vector<AgendaItem> answers;
  for (const Referral& referral : referrals) {
    if (standing.count(referral.name()) > 0) continue;
    if (CameBack(referral)) {
      answers.push_back(AnswerItem(referral));
      continue;
    }
    AddLine(referral.name(), LineOf(referral), out);
    NarrowTo(referral.visibility(), out);
  }
  std::vector<AgendaItem> items;
  for (AgendaItem& list : std::vector<AgendaItem>{open, out}) {
    if (!list.follows_up().empty()) items.push_back(std::move(list));
  }
  items.insert(items.end(), answers.begin(), answers.end());
  return items;
}

}  // namespace reglab::meetings
