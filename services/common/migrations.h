#ifndef REGLAB_SERVICES_COMMON_MIGRATIONS_H_
#define REGLAB_SERVICES_COMMON_MIGRATIONS_H_

#include <string>

#include "absl/status/status.h"
#include "services/common/embedded.h"

namespace reglab {

// Brings the database up to date: first the migrations that all services
// share, then the service's own, forward only, each in a transaction of its
// own, one process at a time (advisory lock). Connects as the owner of the
// database; `service_role`, which owns nothing, is then allowed to read and
// write the tables, but only to read the journal.
//
// FAILED_PRECONDITION when an applied migration is not what it was (checksum),
// or the database has one that this program does not know: it is newer.
absl::Status Migrate(const std::string& conninfo,
                     const std::string& service_role,
                     const EmbeddedFile* service_migrations);

// FAILED_PRECONDITION unless exactly the migrations of this program have been
// applied; asked by a service before it serves.
absl::Status CheckMigrated(const std::string& conninfo,
                           const EmbeddedFile* service_migrations);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_MIGRATIONS_H_
