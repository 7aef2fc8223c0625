#ifndef REGLAB_SERVICES_COMMON_SERVER_H_
#define REGLAB_SERVICES_COMMON_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/common/call.h"
#include "services/common/database.h"
#include "services/common/embedded.h"

namespace reglab {

class ChangeFeed;
class Runtime;

// What differs between the three services.
struct ServiceDefinition {
  // "learning": database, role, proto package reglab.learning.v1, audience of
  // assertions.
  std::string name;
  const EmbeddedFile* migrations;
  // Services it may ask: {"membership"}; each has a flag --<name>_address.
  std::vector<std::string> upstreams;
  // Registers every handler.
  std::function<void(Rpcs&)> handlers;
  // Run once when the database is open, before anything is served; may be
  // empty. An error stops the process.
  std::function<absl::Status(Database&)> prepare = nullptr;
  // What the process does by itself beside answering calls, as sending mail:
  // called when it is about to serve; the destructor of what it returns, which
  // ends the threads, runs while it drains. May be empty.
  std::function<std::shared_ptr<void>(Runtime&, ChangeFeed&)> background =
      nullptr;
};

// The whole main(): parses flags (also from REGLAB_…), with --migrate applies
// the migrations and returns, otherwise opens the database, checks the handlers
// against the protos, starts sealer and workers, serves until SIGTERM or
// SIGINT, drains and returns 0. Returns 1 with one log line when it can't
// start.
int RunService(int argc, char** argv, const ServiceDefinition& definition);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_SERVER_H_
