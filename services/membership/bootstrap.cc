#include "services/membership/bootstrap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/api_key.h"
#include "services/common/process.h"
#include "services/common/status_macros.h"
#include "services/membership/client_store.h"
#include "services/membership/key_store.h"

namespace reglab::membership {
namespace {

absl::Status FileError(const char* what, const std::string& file) {
  return absl::FailedPreconditionError(
      absl::StrCat(what, " ", file, ": ", std::strerror(errno)));
}

// Nothing when there is no such file.
absl::StatusOr<std::optional<ApiKey>> ReadKey(const std::string& file) {
  if (access(file.c_str(), F_OK) != 0 && errno == ENOENT) return std::nullopt;
  std::ifstream in(file);
  if (!in) return FileError("can't read", file);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  absl::StripAsciiWhitespace(&text);
  std::optional<ApiKey> key = ParseApiKey(text);
  if (!key.has_value()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "not an API key, so it is not overwritten; move it away: ", file));
  }
  return key;
}

// Made with mode 600 before anything is in it, and on the disk when this
// returns.
absl::Status WriteSecret(const std::string& file, const std::string& text) {
  unlink(file.c_str());
  const int fd =
      open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return FileError("can't create", file);
  const bool written = write(fd, text.data(), text.size()) ==
                           static_cast<ssize_t>(text.size()) &&
                       fsync(fd) == 0;
  const absl::Status status =
      written ? absl::OkStatus() : FileError("can't write", file);
  close(fd);
  return status;
}

absl::StatusOr<bool> IsLive(Database& database, absl::Time deadline,
                            const ApiKey& key) {
  keys::Holder holder;
  RETURN_IF_ERROR(database.Read(deadline, [&](Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(holder, keys::Find(tx, key.id));
    return absl::OkStatus();
  }));
  return SameHash(holder.secret_sha256, HashSecret(key.secret));
}

}  // namespace

absl::Status MakeFirstKey(Database& database, const std::string& file) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  ASSIGN_OR_RETURN(const std::optional<ApiKey> present, ReadKey(file));
  if (present.has_value()) {
    ASSIGN_OR_RETURN(const bool live, IsLive(database, deadline, *present));
    if (live) return absl::OkStatus();
  }

  // In this order, so that no key is lost: what is committed but not renamed is
  // revoked by the next start, which finds no file.
  const ApiKey made = {NewKeyId(), NewSecret()};
  const std::string draft = file + ".new";
  RETURN_IF_ERROR(WriteSecret(draft, FormatApiKey(made) + "\n"));
  bool needed = false;
  const absl::Status stored = database.Transact(
      deadline, {.caller = "", .process = "membership", .method = "bootstrap"},
      /*dry_run=*/false, [&](Transaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const v1::Client client,
                         clients::EnsureSecretariat(tx));
        ASSIGN_OR_RETURN(const keys::LiveKeys live, keys::FindLive(tx, client));
        needed = live.others == 0;
        if (!needed) return absl::OkStatus();
        for (const v1::Key& key : live.bootstrap) {
          RETURN_IF_ERROR(keys::Delete(tx, client, key));
        }
        return keys::Insert(
                   tx, client, v1::Key(),
                   {made.id, HashSecret(made.secret), /*bootstrap=*/true})
            .status();
      });
  if (!stored.ok() || !needed) {
    unlink(draft.c_str());
    return stored;
  }
  if (std::rename(draft.c_str(), file.c_str()) != 0) {
    return FileError("can't rename to", file);
  }
  LogInfo("first_key_made",
          {{"client", "clients/secretariat"}, {"key", made.id}});
  return absl::OkStatus();
}

}  // namespace reglab::membership
