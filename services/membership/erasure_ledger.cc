#include "services/membership/erasure_ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/time/clock.h"
#include "services/common/identity.h"
#include "services/common/process.h"
#include "services/common/status_macros.h"
#include "services/membership/erasure_store.h"

ABSL_FLAG(std::string, erasures_file, "",
          "File that keeps who was erased, as JSON lines with resource names "
          "alone; whom a restore of the database brings back is erased again. "
          "Empty: not kept");

namespace reglab::membership {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(30);

std::set<std::string> ReadLedger() {
  std::set<std::string> people;
  std::ifstream stream(absl::GetFlag(FLAGS_erasures_file));
  std::string line;
  while (std::getline(stream, line)) {
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(line, error);
    if (error || !value.is_object()) continue;
    const auto* person = value.get_object().if_contains("person");
    if (person != nullptr && person->is_string()) {
      people.emplace(person->get_string());
    }
  }
  return people;
}

}  // namespace

void NoteErasure(const std::string& person) {
  const std::string file = absl::GetFlag(FLAGS_erasures_file);
  if (file.empty() || ReadLedger().count(person) > 0) return;
  const std::string line =
      boost::json::serialize(boost::json::object{
          {"person", person},
          {"time", absl::FormatTime(absl::RFC3339_sec, absl::Now(),
                                    absl::UTCTimeZone())}}) +
      "\n";
  // One write, so that lines of several processes do not mix.
  const int fd =
      open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && write(fd, line.data(), line.size()) == ssize_t(line.size()) &&
      fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!written) LogError("erasures_file", {{"file", file}});
}

absl::Status KeepErasures(Database& database) {
  if (absl::GetFlag(FLAGS_erasures_file).empty()) return absl::OkStatus();
  std::vector<std::string> erased;
  RETURN_IF_ERROR(database.Read(
      absl::Now() + kDeadline, [&](Transaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(erased, erasures::ListErased(tx));
        return absl::OkStatus();
      }));
  for (const std::string& person : erased) NoteErasure(person);
  const std::set<std::string> ledger = ReadLedger();
  if (ledger.empty()) return absl::OkStatus();
  Caller caller;
  caller.name = "membership";
  caller.roles = {"SERVICE"};
  const Database::Actor actor{
      .caller = "",
      .process = "membership",
      .method = "/reglab/erasures",
      .trace_id = "",
      .caller_json = [&caller] { return CallerToJson(caller); }};
  int64_t again = 0;
  RETURN_IF_ERROR(database.Transact(
      absl::Now() + kDeadline, actor, /*dry_run=*/false,
      [&](Transaction& tx) -> absl::Status {
        again = 0;
        ASSIGN_OR_RETURN(
            const std::vector<v1::Person> back,
            erasures::ListBroughtBack(tx, {ledger.begin(), ledger.end()}));
        for (const v1::Person& person : back) {
          RETURN_IF_ERROR(erasures::Begin(tx, person).status());
          ++again;
        }
        return absl::OkStatus();
      }));
  if (again > 0) LogInfo("erased_again", {{"people", again}});
  return absl::OkStatus();
}

}  // namespace reglab::membership
