#ifndef REGLAB_SERVICES_MEMBERSHIP_SEALED_H_
#define REGLAB_SERVICES_MEMBERSHIP_SEALED_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace reglab::membership {

// Secrets that must be known again and so can't be hashed: what signs a
// webhook, and a letter with a one-time link until it is sent. They are stored
// encrypted (AES-256-GCM) with the key of --secrets_key_file, so that neither
// the database nor a backup of it gives them away. Thread-safe.

// `purpose` names the place where it is kept ("subscriptions/x/secret"); what
// was moved to another place can't be opened.
std::string Seal(std::string_view text, std::string_view purpose);

// FAILED_PRECONDITION when it was sealed with another key or for another
// purpose.
absl::StatusOr<std::string> Unseal(std::string_view sealed,
                                   std::string_view purpose);

// Reads the key; FAILED_PRECONDITION when the file is not there or too short.
// Called at start, so that a wrong file is found then and not at the first use.
absl::Status LoadSecretsKey();

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_SEALED_H_
