#include "services/meetings/content_store.h"

#include "services/common/status_macros.h"

namespace reglab::meetings::contents {
namespace {

const Statement kAppend(
    "INSERT INTO content_parts AS p (content, number, data)"
    " VALUES ($1, $2, $3)"
    " ON CONFLICT (content, number) DO UPDATE SET data = p.data ||"
    " excluded.data");

const Statement kRead(
    "SELECT data FROM content_parts WHERE content = $1 AND number >= $2"
    " ORDER BY number LIMIT 4");

const Statement kDelete("DELETE FROM content_parts WHERE content = $1");

}  // namespace

void Append(Transaction& tx, std::string_view content, int offset,
            std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part =
        bytes.substr(0, size_t(kPartBytes - offset % kPartBytes));
    tx.Send(kAppend, {content, offset / kPartBytes, Param::Bytes(part)});
    offset += int(part.size());
    bytes.remove_prefix(part.size());
  }
}

absl::Status Read(Transaction& tx, std::string_view content,
                  const std::function<void(std::string_view bytes)>& take) {
  int number = 0;
  while (true) {
    ASSIGN_OR_RETURN(const Rows rows, tx.Query(kRead, {content, number}));
    if (rows.empty()) return absl::OkStatus();
    for (int i = 0; i < rows.size(); ++i) take(rows[i].Bytes(0));
    number += rows.size();
  }
}

void Delete(Transaction& tx, std::string_view content) {
  if (!content.empty()) tx.Send(kDelete, {content});
}

}  // namespace reglab::meetings::contents
