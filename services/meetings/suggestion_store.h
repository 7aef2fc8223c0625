#ifndef REGLAB_SERVICES_MEETINGS_SUGGESTION_STORE_H_
#define REGLAB_SERVICES_MEETINGS_SUGGESTION_STORE_H_

#include <string>
#include <vector>

#include "reglab/meetings/v1/suggestion.pb.h"
#include "services/common/database.h"

// Beside what all parts of a meeting have in common (items).
namespace reglab::meetings::suggestions {

// Who said it, as far as the minutes tell: the discussion in which it stands.
struct Voice {
  std::vector<std::string> organizations;
  std::string group;    // "Grupp 2", or ""
  std::string heading;  // of the agenda item, or ""
};
absl::StatusOr<Voice> VoiceOf(Transaction& tx,
                              const v1::Suggestion& suggestion);

}  // namespace reglab::meetings::suggestions

#endif  // REGLAB_SERVICES_MEETINGS_SUGGESTION_STORE_H_
