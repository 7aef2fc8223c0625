#include "services/membership/import_report.h"

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::membership {

using v1::ImportResult;

namespace {

constexpr size_t kMostShownRows = 20;
constexpr int kMostErrorsOfRow = 3;

}  // namespace

void AddResult(int line, std::string_view key, std::string_view name,
               ImportResult::Outcome outcome,
               const std::vector<std::string>& changed,
               const std::vector<absl::Status>& errors, bool swedish,
               bool described, v1::ImportResponse& response) {
  ImportResult& result = *response.add_results();
  result.set_line(line);
  result.set_key(Excerpt(key));
  result.set_outcome(outcome);
  result.set_name(std::string(name));
  for (const std::string& path : changed) {
    result.add_changed_fields(CamelPath(path));
  }
  const auto add = [&](std::string_view field, const std::string& reason,
                       const std::string& text) {
    if (result.errors_size() == kMostErrorsOfRow) return;
    ImportResult::Error& error = *result.add_errors();
    // As the file calls it: without the resource that the row is.
    for (const std::string_view resource :
         {"organization.", "person.", "appointment."}) {
      if (TakePrefix(field, resource)) break;
    }
    error.set_field(Excerpt(CamelPath(field)));
    error.set_reason(reason);
    if (described) error.set_description(text);
  };
  for (const absl::Status& status : errors) {
    const google::rpc::Status proto = ToProto(status, swedish);
    google::rpc::BadRequest fields;
    google::rpc::LocalizedMessage message;
    for (const auto& detail : proto.details()) {
      detail.UnpackTo(&fields) || detail.UnpackTo(&message);
    }
    for (const auto& violation : fields.field_violations()) {
      add(violation.field(), ReasonOf(status),
          fields.field_violations_size() == 1 && !message.message().empty() &&
                  ReasonOf(status) != "INVALID_FIELD"
              ? message.message()
              : violation.description());
    }
    if (fields.field_violations().empty()) {
      add("", ReasonOf(status),
          message.message().empty() ? proto.message() : message.message());
    }
  }
}

absl::Status RowsRefused(
    const std::vector<std::pair<int, const absl::Status*>>& refused,
    size_t rows) {
  std::vector<FieldError> fields;
  for (const auto& [line, status] : refused) {
    if (fields.size() == kMostShownRows) break;
    // One thing of each row, in both languages.
    v1::ImportResponse one;
    for (const bool swedish : {false, true}) {
      AddResult(line, "", "", ImportResult::REFUSED, {}, {*status}, swedish,
                true, one);
    }
    const ImportResult::Error& english = one.results(0).errors(0);
    fields.push_back(
        {absl::StrCat("line ", line, english.field().empty() ? "" : ": ",
                      english.field()),
         {english.description(), one.results(1).errors(0).description()}});
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, "ROWS_REFUSED",
      {absl::StrCat(refused.size(), " of ", rows,
                    " rows are refused, so nothing was imported. These are the "
                    "first; validate_only lists all."),
       absl::StrCat(refused.size(), " av ", rows,
                    " rader godtas inte, så inget har importerats. Dessa är de "
                    "första; validate_only räknar upp alla.")},
      std::move(fields));
}

}  // namespace reglab::membership
