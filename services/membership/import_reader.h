#ifndef REGLAB_SERVICES_MEMBERSHIP_IMPORT_READER_H_
#define REGLAB_SERVICES_MEMBERSHIP_IMPORT_READER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "reglab/membership/v1/import.pb.h"

namespace reglab::membership {

// Files of rows: CSV (RFC 4180) and NDJSON. Pure; what comes in may be
// anything.
//
// Of Debian's libraries for CSV, libfccp-dev ends a quoted cell at the end of
// the line, and libcsv-dev takes blanks off cells and does not tell where in
// the file it is; errors here must name the line. The grammar is five lines of
// RFC 4180.

inline constexpr size_t kMostImportRows = 100'000;

// One row of a file, as a message of the type whose fields its columns name.
struct ImportRow {
  int line = 0;  // on which it begins, from 1
  std::unique_ptr<google::protobuf::Message> message;
  // Which fields the row says: bit i is the field with the index i.
  uint64_t given = 0;
  // What can't be read, each named as the file does. A row with one of these is
  // refused.
  std::vector<absl::Status> errors;

  bool Gives(const google::protobuf::FieldDescriptor* field) const;
};

// Reads `content` into copies of `prototype`, whose type has at most 64 fields.
// Fields that the service fills itself, and the etag, are passed over; those
// may be messages, all others are texts, numbers, truths, enums or lists of
// texts. INVALID_ARGUMENT with the reason INVALID_FILE for what has no rows or
// too many, and for a first row of CSV that can't be read or names a column
// twice or one that is not known.
absl::StatusOr<std::vector<ImportRow>> ReadImport(
    std::string_view content, v1::ImportFormat format,
    const google::protobuf::Message& prototype);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_IMPORT_READER_H_
