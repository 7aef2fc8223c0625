#ifndef REGLAB_SERVICES_MEETINGS_DRAFT_STORE_H_
#define REGLAB_SERVICES_MEETINGS_DRAFT_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/consultation.pb.h"
#include "reglab/meetings/v1/draft.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::drafts {

// Without the paragraphs.
extern const Listing kListing;

// With its paragraphs. NOT_FOUND, also when the audience may not read its
// consultation.
absl::StatusOr<v1::Draft> Get(Transaction& tx, const Audience& audience,
                              std::string_view name);

// The paragraphs of a draft, in order; only the one of that id, if one is
// named.
absl::StatusOr<std::vector<v1::Paragraph>> Paragraphs(Transaction& tx,
                                                      std::string_view draft,
                                                      std::string_view id = "");

// With its paragraphs; the consultation is locked.
absl::StatusOr<v1::Draft> Insert(Transaction& tx,
                                 const v1::Consultation& consultation,
                                 const v1::Draft& draft);

// Note, decision and, if they are among `changed`, paragraphs.
absl::StatusOr<v1::Draft> Update(Transaction& tx,
                                 const v1::Consultation& consultation,
                                 const v1::Draft& draft,
                                 std::vector<std::string> changed);

}  // namespace reglab::meetings::drafts

#endif  // REGLAB_SERVICES_MEETINGS_DRAFT_STORE_H_
