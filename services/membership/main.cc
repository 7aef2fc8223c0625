#include <string>

#include "absl/flags/flag.h"
#include "services/common/server.h"
#include "services/common/status_macros.h"
#include "services/membership/bootstrap.h"
#include "services/membership/delivery.h"
#include "services/membership/handlers.h"

ABSL_FLAG(std::string, bootstrap_key_file, "",
          "Where the first start writes the secretariat's API key, readable by "
          "its owner alone; empty: no key is made");

namespace reglab {
extern const EmbeddedFile kMembershipMigrations[];

namespace membership {
namespace {

absl::Status Prepare(Database& database) {
  RETURN_IF_ERROR(CheckDelivery());
  const std::string file = absl::GetFlag(FLAGS_bootstrap_key_file);
  return file.empty() ? absl::OkStatus() : MakeFirstKey(database, file);
}

}  // namespace
}  // namespace membership
}  // namespace reglab

int main(int argc, char** argv) {
  return reglab::RunService(argc, argv,
                            {.name = "membership",
                             .migrations = reglab::kMembershipMigrations,
                             .upstreams = {"meetings", "learning"},
                             .handlers = reglab::membership::AddHandlers,
                             .prepare = reglab::membership::Prepare,
                             .background = reglab::membership::StartDelivery});
}
