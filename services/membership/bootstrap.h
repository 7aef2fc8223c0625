#ifndef REGLAB_SERVICES_MEMBERSHIP_BOOTSTRAP_H_
#define REGLAB_SERVICES_MEMBERSHIP_BOOTSTRAP_H_

#include <string>

#include "absl/status/status.h"
#include "services/common/database.h"

namespace reglab::membership {

// Sees to it that there is somebody who may write: unless `file` holds a live
// key, or the secretariat made keys of its own, makes clients/secretariat and a
// key for it, and writes the key to `file` for its owner alone. An earlier key
// of that sort is revoked, since nobody can have it any more. Killed between
// any two steps, it does the right thing the next time. FAILED_PRECONDITION
// when the file can't be written, or holds something else than a key.
absl::Status MakeFirstKey(Database& database, const std::string& file);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_BOOTSTRAP_H_
