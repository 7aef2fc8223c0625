// Any bytes as a file of rows: they are read or refused, every row has a line
// of its own in the order of the file, and what is read as CSV can be written
// as CSV and says the same.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "reglab/membership/v1/organization.pb.h"
#include "services/membership/import_reader.h"

namespace {

std::string Quoted(const std::string& text) {
  std::string cell = "\"";
  for (const char c : text) {
    if (c == '"') cell.push_back('"');
    cell.push_back(c);
  }
  return cell + "\"";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reglab::membership;
  using v1::Organization;
  if (size == 0) return 0;
  const std::string_view content(reinterpret_cast<const char*>(data) + 1,
                                 size - 1);
  const auto format = static_cast<v1::ImportFormat>(data[0] % 3);
  const auto rows =
      ReadImport(content, format, Organization::default_instance());
  if (!rows.ok()) return 0;
  int line = 0;
  for (const ImportRow& row : *rows) {
    if (row.line <= line) abort();
    line = row.line;
    const auto& organization = static_cast<const Organization&>(*row.message);
    if (!row.errors.empty() || organization.display_name().empty()) continue;
    const std::string again = "displayName,website\r\n" +
                              Quoted(organization.display_name()) + "," +
                              Quoted(organization.website()) + "\r\n";
    const auto reread =
        ReadImport(again, v1::CSV, Organization::default_instance());
    if (!reread.ok() || reread->size() != 1 || !(*reread)[0].errors.empty()) {
      abort();
    }
    const auto& same = static_cast<const Organization&>(*(*reread)[0].message);
    if (same.display_name() != organization.display_name() ||
        same.website() != organization.website()) {
      abort();
    }
  }
  return 0;
}
