#include "services/membership/journal_rules.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::membership {
namespace {

using v1::JournalEntry;

auto PlaceOf(const JournalEntry& entry) {
  return std::make_tuple(entry.time().seconds(), entry.time().nanos(),
                         std::string_view(entry.service()), entry.seq());
}

}  // namespace

absl::StatusOr<bool> IsAscending(std::string_view order_by) {
  const std::vector<std::string> words =
      absl::StrSplit(ForAbsl(order_by), ' ', absl::SkipEmpty());
  if (words.empty()) return false;
  if (words[0] == "time" && words.size() <= 2) {
    if (words.size() == 1 || words[1] == "asc") return true;
    if (words[1] == "desc") return false;
  }
  return InvalidField(
      "order_by",
      {"The journal is ordered by time. Write \"time\" or \"time desc\", or "
       "leave it out for the newest first.",
       "Journalen ordnas efter tid. Skriv ”time” eller ”time desc”, eller "
       "utelämna det för de nyaste först."});
}

void StartAfter(const JournalPlace& place, std::string_view service,
                v1::ReadJournalRequest& request) {
  auto& time = *request.mutable_after_time();
  time.set_seconds(place.micros / 1'000'000);
  time.set_nanos(int(place.micros % 1'000'000) * 1000);
  if (service == place.service) {
    request.set_after_seq(place.seq);
    return;
  }
  // Of another service those of the same time stand all on one side of the
  // place.
  request.set_after_seq(
      service > place.service ? 0 : std::numeric_limits<int64_t>::max());
}

std::vector<JournalEntry> MergeJournals(
    std::vector<v1::ReadJournalResponse> journals, bool ascending) {
  std::vector<JournalEntry> merged;
  for (v1::ReadJournalResponse& journal : journals) {
    for (JournalEntry& entry : *journal.mutable_journal_entries()) {
      merged.push_back(std::move(entry));
    }
  }
  std::sort(merged.begin(), merged.end(),
            [&](const JournalEntry& a, const JournalEntry& b) {
              return ascending ? PlaceOf(a) < PlaceOf(b)
                               : PlaceOf(b) < PlaceOf(a);
            });
  return merged;
}

std::optional<JournalPosition> ParseEntryName(std::string_view name) {
  constexpr std::string_view kPrefix = "journal-entries/";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  JournalPosition position{name.substr(0, dash), 0};
  if (std::find(kJournals.begin(), kJournals.end(), position.service) ==
          kJournals.end() ||
      !absl::SimpleAtoi(ForAbsl(name.substr(dash + 1)), &position.seq) ||
      position.seq <= 0) {
    return std::nullopt;
  }
  return position;
}

absl::Status CheckWatches(const Caller& caller) {
  if (caller.secretariat() || caller.HasRole("OPERATOR")) {
    return absl::OkStatus();
  }
  return MakeError(
      absl::StatusCode::kPermissionDenied, "OPERATOR_ONLY",
      {"Only the secretariat and operators may do this. Ask one of them.",
       "Bara kansliet och driften får göra detta. Be någon av dem."});
}

}  // namespace reglab::membership
