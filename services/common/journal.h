#ifndef REGLAB_SERVICES_COMMON_JOURNAL_H_
#define REGLAB_SERVICES_COMMON_JOURNAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reglab/membership/v1/journal_entry.pb.h"
#include "reglab/membership/v1/records.pb.h"
#include "services/common/database.h"
#include "services/common/identity.h"

namespace reglab {

// The journal for its readers. `service` is the name of the service whose
// database the transaction is in.

// The entries that `caller` may read: all for the secretariat and operators,
// for others what their organisation did and what happened to its records. A
// page is one range of an index, also when the filter asks for a caller,
// method, type or kind that is rare. INVALID_ARGUMENT names `filter`;
// PERMISSION_DENIED for whoever acts for no organisation.
absl::StatusOr<membership::v1::ReadJournalResponse> ReadJournal(
    Transaction& tx, std::string_view service, const Caller& caller,
    const membership::v1::ReadJournalRequest& request);

// What ReadJournal asks the database; apart, so that its plan can be looked at.
struct JournalQuery {
  std::string sql;
  Params params;
};
absl::StatusOr<JournalQuery> MakeJournalQuery(
    std::string_view service, const Caller& caller,
    const membership::v1::ReadJournalRequest& request);

// Computes the chain anew from request.from_seq, at most 100,000 entries in
// steps of 5,000 and not past `deadline`, and compares it with the heads of the
// request and of --journal_head_file.
absl::StatusOr<membership::v1::JournalCheck> VerifyJournal(
    Transaction& tx, std::string_view service, absl::Time deadline,
    const membership::v1::VerifyJournalRequest& request);

// Appends the head to --journal_head_file, on the disk when this returns, and
// to the log: a tail that is cut off later is found by it. One JSON object a
// line:
//   {"service":"learning","seq":4711,"hash":"…","time":"2026-11-24T…Z"}
// Keep the file where the database's owner can't write.
void ExportJournalHead(std::string_view service, int64_t seq,
                       std::string_view hash);
// How often: --journal_head_seconds.
absl::Duration JournalHeadInterval();

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_JOURNAL_H_
