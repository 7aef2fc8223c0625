#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_SEARCH_STORE_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_SEARCH_STORE_H_

#include "reglab/meetings/v1/minutes.pb.h"
#include "services/common/database.h"
#include "services/common/identity.h"

namespace reglab::meetings::minutes_search {

// The statement behind Search, for a test of its plan. $1 the words, $2 and $3
// the audience, $4 body, $5 and $6 days, $7 to $10 the place after which the
// page begins, $11 how many.
extern const Statement kPassages;

// INVALID_ARGUMENT naming page_token when it is not one of this question.
absl::StatusOr<v1::SearchMinutesResponse> Search(
    Transaction& tx, const Audience& audience,
    const v1::SearchMinutesRequest& request);

}  // namespace reglab::meetings::minutes_search

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_SEARCH_STORE_H_
