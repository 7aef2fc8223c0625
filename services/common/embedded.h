#ifndef REGLAB_SERVICES_COMMON_EMBEDDED_H_
#define REGLAB_SERVICES_COMMON_EMBEDDED_H_

#include <string_view>

namespace reglab {

// A file that is part of the program; made by embed() in CMakeLists.txt. A
// list of them ends with an entry whose name is null.
struct EmbeddedFile {
  const char* name;
  const char* begin;
  const char* end;

  std::string_view text() const {
    return {begin, static_cast<size_t>(end - begin)};
  }
};

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_EMBEDDED_H_
