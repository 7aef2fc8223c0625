#ifndef REGLAB_SERVICES_COMMON_RAW_SERVICE_H_
#define REGLAB_SERVICES_COMMON_RAW_SERVICE_H_

#include <atomic>
#include <memory>
#include <vector>

#include "services/common/changes.h"
#include "services/common/runtime.h"

namespace grpc {
class Service;
}

namespace reglab {

// What the RPCs of a process share.
struct Serving {
  Runtime& runtime;
  Workers& workers;
  ChangeFeed& feed;
  // Streams end as soon as they can.
  std::atomic<bool> draining{false};
};

// One service of the contract, as gRPC knows it: raw bytes in and out, so that
// no code is needed per method. Methods without a handler are the change
// feed's. `serving` and `methods` outlive it.
std::unique_ptr<grpc::Service> MakeRawService(
    Serving& serving, const std::vector<const Method*>& methods);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_RAW_SERVICE_H_
