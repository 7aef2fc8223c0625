#include "services/membership/import_parts.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/membership/naming_rules.h"

namespace reglab::membership {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

absl::Status SameRowTwice(int line) {
  return MakeError(absl::StatusCode::kAlreadyExists, "ROW_TWICE",
                   {absl::StrCat("The row on line ", line,
                                 " is about the same. Keep one of them."),
                    absl::StrCat("Raden på rad ", line,
                                 " gäller samma sak. Behåll en av dem.")});
}

}  // namespace

std::string EmailForm(std::string_view email) { return FoldCase(email); }

void AddError(absl::Status status, std::vector<absl::Status>& errors) {
  if (!status.ok()) errors.push_back(std::move(status));
}

absl::Status UnknownOrganization() {
  return InvalidField(
      "organization",
      {"There is no such organisation. Import or create it first, or find its "
       "name with organizations/resolve.",
       "Det finns ingen sådan organisation. Importera eller lägg upp den "
       "först, eller sök fram dess namn med organizations/resolve."});
}

void Merge(const ImportRow& row, const Message& patch, Message& resource,
           std::vector<std::string>& changed,
           std::vector<absl::Status>& errors) {
  google::protobuf::FieldMask mask;
  const Descriptor* from = row.message->GetDescriptor();
  for (int i = 0; i < from->field_count(); ++i) {
    const std::string& name = from->field(i)->name();
    const bool known =
        resource.GetDescriptor()->FindFieldByName(name) != nullptr;
    if (row.Gives(from->field(i)) && known && name != "name") {
      mask.add_paths(name);
    }
  }
  if (mask.paths().empty()) return;
  absl::StatusOr<std::vector<std::string>> paths =
      ApplyUpdate(mask, patch, resource);
  if (paths.ok()) {
    changed = *std::move(paths);
  } else {
    errors.push_back(paths.status());
  }
}

void KeepDifferent(const Message& before, const Message& after,
                   std::vector<std::string>& changed) {
  const Descriptor* type = before.GetDescriptor();
  changed.erase(
      std::remove_if(changed.begin(), changed.end(),
                     [&](const std::string& path) {
                       const std::vector<const FieldDescriptor*> field = {
                           type->FindFieldByName(path)};
                       google::protobuf::util::MessageDifferencer differencer;
                       return field.front() != nullptr &&
                              differencer.CompareWithFields(before, after,
                                                            field, field);
                     }),
      changed.end());
}

absl::Status FirstLines::Take(const std::string& what, int line) {
  const auto [at, fresh] = lines_.emplace(what, line);
  return fresh ? absl::OkStatus() : SameRowTwice(at->second);
}

}  // namespace reglab::membership
