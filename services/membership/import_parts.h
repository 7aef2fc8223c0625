#ifndef REGLAB_SERVICES_MEMBERSHIP_IMPORT_PARTS_H_
#define REGLAB_SERVICES_MEMBERSHIP_IMPORT_PARTS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "services/membership/import_rules.h"

namespace reglab::membership {

// What the plans of all kinds of rows are made with.

template <class M>
inline const M& As(const ImportRow& row) {
  return static_cast<const M&>(*row.message);
}

// Keeps what is an error.
void AddError(absl::Status status, std::vector<absl::Status>& errors);

absl::Status UnknownOrganization();

// Writes what the row says into `resource`, and tells which fields that
// changes. Errors name fields that can't be changed.
void Merge(const ImportRow& row, const google::protobuf::Message& patch,
           google::protobuf::Message& resource,
           std::vector<std::string>& changed,
           std::vector<absl::Status>& errors);

// Leaves those paths that differ after the defaults were filled in.
void KeepDifferent(const google::protobuf::Message& before,
                   const google::protobuf::Message& after,
                   std::vector<std::string>& changed);

template <class Resource>
void Conclude(bool exists, PlannedRow<Resource>& planned) {
  planned.outcome = !planned.errors.empty()   ? v1::ImportResult::REFUSED
                    : !exists                 ? v1::ImportResult::CREATED
                    : planned.changed.empty() ? v1::ImportResult::UNCHANGED
                                              : v1::ImportResult::UPDATED;
}

// Which row was the first to say something.
class FirstLines {
 public:
  // An error when another row said it before.
  absl::Status Take(const std::string& what, int line);

 private:
  absl::flat_hash_map<std::string, int> lines_;
};

// People by name and by e-mail address.
class PeopleIndex {
 public:
  explicit PeopleIndex(const std::vector<v1::Person>& people) {
    for (const v1::Person& person : people) {
      by_name_[person.name()] = &person;
      if (!person.email().empty()) {
        by_email_[EmailForm(person.email())] = &person;
      }
    }
  }
  const v1::Person* WithName(std::string_view name) const {
    const auto found = by_name_.find(std::string(name));
    return found == by_name_.end() ? nullptr : found->second;
  }
  const v1::Person* WithEmail(std::string_view email) const {
    const auto found = by_email_.find(EmailForm(email));
    return found == by_email_.end() ? nullptr : found->second;
  }

 private:
  absl::flat_hash_map<std::string, const v1::Person*> by_name_;
  absl::flat_hash_map<std::string, const v1::Person*> by_email_;
};

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_IMPORT_PARTS_H_
