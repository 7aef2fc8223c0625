#ifndef REGLAB_SERVICES_MEMBERSHIP_ERASURE_LEDGER_H_
#define REGLAB_SERVICES_MEMBERSHIP_ERASURE_LEDGER_H_

#include <string>

#include "absl/status/status.h"
#include "services/common/database.h"

namespace reglab::membership {

// The ledger: who was erased, in --erasures_file, outside the database, so that
// the erased stay erased when the database is restored to a time before. Only
// resource names stand in it, one JSON object a line:
//   {"person":"people/…","time":"2026-11-24T…Z"}
// All replicas may share the file. Without the flag nothing is kept.

// Appends a person, unless the file has them; on the disk when this returns. An
// error is logged, and mended by KeepErasures.
void NoteErasure(const std::string& person);

// Makes file and database say the same: appends the erasures that only the
// database has, and erases again whom the file has and a restore has brought
// back. Run at start and every minute; idempotent.
absl::Status KeepErasures(Database& database);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_ERASURE_LEDGER_H_
