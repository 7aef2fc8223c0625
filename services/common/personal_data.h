#ifndef REGLAB_SERVICES_COMMON_PERSONAL_DATA_H_
#define REGLAB_SERVICES_COMMON_PERSONAL_DATA_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reglab/membership/v1/records.pb.h"
#include "services/common/call.h"
#include "services/common/database.h"

namespace reglab {

// What stands in the place of an erased name.
inline constexpr std::string_view kErasedName = "Raderad person";

// Where one table of a service has data on people, and what becomes of it when
// a person is erased. All texts are constants.
struct PersonalRows {
  enum class Erase { kReplace, kDelete, kKeep };

  std::string_view table;
  // SQL that holds for the person's rows. {person} is the resource name,
  // {emails} their addresses and {words} all by which they are found, both
  // text[]. "": only what is written about them in texts.
  std::string_view rows;
  Erase erase = Erase::kReplace;
  // Of kReplace, the assignments of an UPDATE.
  std::string_view set;
  // The columns that are exported.
  std::vector<std::string_view> fields;
  // SQL that gives the resource name of a row.
  std::string_view resource = "name";
  // SQL that holds for rows that a rule keeps as they are: the person's, and
  // those that mention them. "": none.
  std::string_view kept;
  std::string_view purpose;
  std::string_view retention;
  std::string_view legal_basis;
  // Why rows are kept, and the legal basis of that.
  std::string_view keep_rule;
  std::string_view keep_basis;
};

// The list of one service. Tables that are not there are passed over, so that
// one list serves while versions change. Beside it, and without a line here,
// every text column of every table is searched for the person's names and
// e-mail addresses: what is written there is exported, and replaced.
using PersonalTables = std::vector<PersonalRows>;

// Everything that the database has on a person, at most 1,000 rows of a table
// (the newest where that matters); `omitted` counts the others.
absl::StatusOr<membership::v1::ExportPersonalDataResponse> ExportPersonalData(
    Transaction& tx, std::string_view service, const PersonalTables& tables,
    const membership::v1::PersonalDataSubject& subject);

// Erases a person, with a journal record for each resource that changes.
// Idempotent.
absl::StatusOr<membership::v1::ErasePersonalDataResponse> ErasePersonalData(
    Transaction& tx, std::string_view service, const PersonalTables& tables,
    const membership::v1::PersonalDataSubject& subject);

// Registers the RecordsService of meetings or learning: journal and personal
// data, for membership. `tables` is kept.
void AddRecords(Rpcs& rpcs, std::string_view service,
                const PersonalTables& tables);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_PERSONAL_DATA_H_
