#ifndef REGLAB_SERVICES_MEETINGS_CONTENT_STORE_H_
#define REGLAB_SERVICES_MEETINGS_CONTENT_STORE_H_

#include <functional>
#include <string_view>

#include "services/common/database.h"

// The bytes of files, kept in parts so that no more of one is in memory at a
// time. Who may read them is decided by what they belong to.
namespace reglab::meetings::contents {

inline constexpr int kPartBytes = 256 << 10;

// Adds `bytes` behind the `offset` bytes that are there. Queued.
void Append(Transaction& tx, std::string_view content, int offset,
            std::string_view bytes);

// Calls `take` with all of it, in order, at most a megabyte at a time.
absl::Status Read(Transaction& tx, std::string_view content,
                  const std::function<void(std::string_view bytes)>& take);

// Queued. "" is none.
void Delete(Transaction& tx, std::string_view content);

}  // namespace reglab::meetings::contents

#endif  // REGLAB_SERVICES_MEETINGS_CONTENT_STORE_H_
