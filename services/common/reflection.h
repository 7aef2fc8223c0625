#ifndef REGLAB_SERVICES_COMMON_REFLECTION_H_
#define REGLAB_SERVICES_COMMON_REFLECTION_H_

#include <memory>
#include <string>
#include <vector>

namespace grpc {
class Service;
}

namespace reglab {

// Server reflection of `services` (full names) as grpc.reflection.<version>.
// Debian's plugin serves v1alpha only, which newer clients no longer ask for;
// the messages of both versions are the same bytes.
std::unique_ptr<grpc::Service> MakeReflection(
    std::string_view version, std::vector<std::string> services);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_REFLECTION_H_
