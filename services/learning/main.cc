#include "services/common/server.h"
#include "services/learning/activity_kind_service.h"
#include "services/learning/activity_service.h"
#include "services/learning/idea_service.h"
#include "services/learning/personal_tables.h"

namespace reglab {
extern const EmbeddedFile kLearningMigrations[];

namespace learning {
namespace {

void AddHandlers(Rpcs& rpcs) {
  AddActivityKinds(rpcs);
  AddActivities(rpcs);
  AddIdeas(rpcs);
  AddRecords(rpcs, "learning", kPersonalTables);
}

}  // namespace
}  // namespace learning
}  // namespace reglab

int main(int argc, char** argv) {
  return reglab::RunService(argc, argv,
                            {.name = "learning",
                             .migrations = reglab::kLearningMigrations,
                             .upstreams = {"membership"},
                             .handlers = reglab::learning::AddHandlers,
                             .prepare = {}});
}
