#ifndef REGLAB_SERVICES_MEETINGS_CONTRIBUTION_STORE_H_
#define REGLAB_SERVICES_MEETINGS_CONTRIBUTION_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/contribution.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::contributions {

extern const Listing kListing;

// NOT_FOUND, also for what the audience may not read.
absl::StatusOr<v1::Contribution> Get(Transaction& tx, const Audience& audience,
                                     std::string_view name);

// As Get, and keeps others from changing it until the transaction ends.
// ABORTED/ETAG_MISMATCH when `etag` is set and not the current one.
absl::StatusOr<v1::Contribution> Lock(Transaction& tx, const Audience& audience,
                                      std::string_view name,
                                      std::string_view etag);

absl::StatusOr<v1::Contribution> Insert(Transaction& tx,
                                        v1::Contribution contribution,
                                        const v1::Meeting& meeting);

// Its words and items, who may read it. `changed` are the field paths for the
// journal.
absl::StatusOr<v1::Contribution> Update(Transaction& tx,
                                        v1::Contribution contribution,
                                        const v1::Meeting& meeting,
                                        std::vector<std::string> changed);

// Its state, understanding and items, said now by its interpreter.
absl::StatusOr<v1::Contribution> Interpret(Transaction& tx,
                                           v1::Contribution contribution);

// Its state and correction, said now by its respondent.
absl::StatusOr<v1::Contribution> Respond(Transaction& tx,
                                         v1::Contribution contribution);

absl::Status Delete(Transaction& tx, const v1::Contribution& contribution);

// INVALID_ARGUMENT naming `field` when an item is not on the agenda of the
// meeting. They stay there until the transaction ends.
absl::Status CheckAgendaItems(Transaction& tx, std::string_view field,
                              const v1::Contribution& contribution);

// The day it is in Sweden, by the database's clock.
absl::StatusOr<std::string> Today(Transaction& tx);

}  // namespace reglab::meetings::contributions

#endif  // REGLAB_SERVICES_MEETINGS_CONTRIBUTION_STORE_H_
