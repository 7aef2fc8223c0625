#ifndef REGLAB_SERVICES_MEMBERSHIP_IMPORT_REPORT_H_
#define REGLAB_SERVICES_MEMBERSHIP_IMPORT_REPORT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "reglab/membership/v1/import.pb.h"
#include "services/membership/import_rules.h"

namespace reglab::membership {

// What the caller is told of a plan.

// Adds what is said of a row; descriptions only where `described`.
void AddResult(int line, std::string_view key, std::string_view name,
               v1::ImportResult::Outcome outcome,
               const std::vector<std::string>& changed,
               const std::vector<absl::Status>& errors, bool swedish,
               bool described, v1::ImportResponse& response);

// INVALID_ARGUMENT / ROWS_REFUSED with the first 20 of `refused`: lines and the
// first thing that is wrong with each.
absl::Status RowsRefused(
    const std::vector<std::pair<int, const absl::Status*>>& refused,
    size_t rows);

// The answer to a dry run, with every row.
template <class Resource>
v1::ImportResponse Report(const Plan<Resource>& plan, bool with_results,
                          bool swedish) {
  constexpr int kMostDescribed = 10'000;
  v1::ImportResponse response;
  for (const PlannedRow<Resource>& row : plan) {
    switch (row.outcome) {
      case v1::ImportResult::CREATED:
        response.set_created(response.created() + 1);
        break;
      case v1::ImportResult::UPDATED:
        response.set_updated(response.updated() + 1);
        break;
      case v1::ImportResult::UNCHANGED:
        response.set_unchanged(response.unchanged() + 1);
        break;
      default:
        response.set_refused(response.refused() + 1);
    }
    if (with_results) {
      AddResult(row.line, row.key, row.random_name ? "" : row.resource.name(),
                row.outcome, row.changed, row.errors, swedish,
                response.refused() <= kMostDescribed, response);
    }
  }
  return response;
}

// OK, or the refusal of the whole file.
template <class Resource>
absl::Status CheckPlan(const Plan<Resource>& plan) {
  std::vector<std::pair<int, const absl::Status*>> refused;
  for (const PlannedRow<Resource>& row : plan) {
    if (!row.errors.empty()) refused.push_back({row.line, &row.errors.front()});
  }
  if (refused.empty()) return absl::OkStatus();
  return RowsRefused(refused, plan.size());
}

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_IMPORT_REPORT_H_
