#include "services/common/server.h"
#include "services/meetings/handlers.h"

namespace reglab {
extern const EmbeddedFile kMeetingsMigrations[];
}  // namespace reglab

int main(int argc, char** argv) {
  return reglab::RunService(argc, argv,
                            {.name = "meetings",
                             .migrations = reglab::kMeetingsMigrations,
                             .upstreams = {"membership", "learning", "pdf"},
                             .handlers = reglab::meetings::AddHandlers});
}
