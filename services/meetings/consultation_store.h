#ifndef REGLAB_SERVICES_MEETINGS_CONSULTATION_STORE_H_
#define REGLAB_SERVICES_MEETINGS_CONSULTATION_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/consultation.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::consultations {

extern const Listing kListing;

// NOT_FOUND, also for what the audience may not read. `state` is the one of
// today.
absl::StatusOr<v1::Consultation> Get(Transaction& tx, const Audience& audience,
                                     std::string_view name);

// As Get, and keeps others from changing it until the transaction ends.
// ABORTED/ETAG_MISMATCH when `etag` is set and not the current one.
absl::StatusOr<v1::Consultation> Lock(Transaction& tx, const Audience& audience,
                                      std::string_view name,
                                      std::string_view etag);

// As Get, and keeps others from closing it, or making a draft of it, until the
// transaction ends; many may do so at once. What stands under it is written
// under this lock.
absl::StatusOr<v1::Consultation> Share(Transaction& tx,
                                       const Audience& audience,
                                       std::string_view name);

// The one that is tried under this agenda item (or, when it is empty, at this
// meeting); locked. NOT_FOUND when there is none.
absl::StatusOr<v1::Consultation> LockOf(Transaction& tx,
                                        std::string_view meeting,
                                        std::string_view agenda_item);

// ALREADY_EXISTS when the name is taken.
absl::StatusOr<v1::Consultation> Insert(Transaction& tx,
                                        v1::Consultation consultation);

// `changed` are the field paths for the journal.
absl::StatusOr<v1::Consultation> Update(Transaction& tx,
                                        v1::Consultation consultation,
                                        std::vector<std::string> changed);

// FAILED_PRECONDITION/CONSULTATION_NOT_EMPTY when anything stands under it.
absl::Status Delete(Transaction& tx, const v1::Consultation& consultation);

// The number of the last paragraph that got an id; the consultation is locked.
absl::StatusOr<int> LastParagraph(Transaction& tx, std::string_view name);

// As Update, with its newest draft and the number of the last paragraph.
absl::StatusOr<v1::Consultation> SetDraft(Transaction& tx,
                                          v1::Consultation consultation,
                                          std::string_view draft,
                                          int last_paragraph);

// The day it is in Sweden, "2026-11-24", by the database's clock.
absl::StatusOr<std::string> Today(Transaction& tx);

// Records that the days of those have come that open or close by date: their
// state is the same before and after, but now the journal tells it.
absl::Status TurnStates(Database& database);

// "consultations/<id>", with "-2", "-3", … when that is taken.
absl::StatusOr<std::string> FreeName(Transaction& tx, const std::string& id);

// The journal record of `name`, a resource of `type` under `consultation` or it
// itself: as visible as it is.
Change ChangeOf(Change::Kind kind, std::string_view type,
                const v1::Consultation& consultation, std::string name,
                std::string etag, std::vector<std::string> paths);

}  // namespace reglab::meetings::consultations

#endif  // REGLAB_SERVICES_MEETINGS_CONSULTATION_STORE_H_
