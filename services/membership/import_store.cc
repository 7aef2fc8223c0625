#include "services/membership/import_store.h"

#include "services/common/errors.h"
#include "services/common/status_macros.h"

namespace reglab::membership::imports {
namespace {

const Statement kBeOnlyOne(
    "SELECT pg_try_advisory_xact_lock(hashtext('reglab.import'))");

}  // namespace

absl::Status BeOnlyOne(Transaction& tx) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kBeOnlyOne));
  if (rows[0].Bool(0)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted, "IMPORT_RUNNING",
                   {"Another file is being imported. Try again in a minute.",
                    "En annan fil importeras just nu. Försök igen om en "
                    "minut."});
}

}  // namespace reglab::membership::imports
