#ifndef REGLAB_SERVICES_MEMBERSHIP_JOURNAL_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_JOURNAL_RULES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/journal_entry.pb.h"
#include "reglab/membership/v1/records.pb.h"
#include "services/common/identity.h"

namespace reglab::membership {

// The services whose journals are read as one.
inline constexpr std::array<std::string_view, 3> kJournals = {
    "learning", "meetings", "membership"};

// Where a page ended: entries are in the order of (time, service, seq).
struct JournalPlace {
  int64_t micros = 0;  // since 1970
  std::string service;
  int64_t seq = 0;
};

// Whether order_by asks for the oldest first; INVALID_ARGUMENT for any order
// but that of time.
absl::StatusOr<bool> IsAscending(std::string_view order_by);

// Bounds what `service` is asked to what comes after `place`.
void StartAfter(const JournalPlace& place, std::string_view service,
                v1::ReadJournalRequest& request);

// The entries of all journals as one list, each already in order.
std::vector<v1::JournalEntry> MergeJournals(
    std::vector<v1::ReadJournalResponse> journals, bool ascending);

// "journal-entries/learning-4711": of which journal, which seq.
struct JournalPosition {
  std::string_view service;
  int64_t seq;
};
std::optional<JournalPosition> ParseEntryName(std::string_view name);

// PERMISSION_DENIED unless the caller is the secretariat or an operator.
absl::Status CheckWatches(const Caller& caller);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_JOURNAL_RULES_H_
