// Any bytes are read as minutes, every line of them is placed, and what is
// given back can be read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "services/meetings/minutes_rules.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const reglab::meetings::ParsedMinutes minutes =
      reglab::meetings::ParseMinutes(text);
  if (minutes.placed_lines != minutes.source_lines) std::abort();
  const std::string rendered = reglab::meetings::RenderMinutes(minutes);
  if (rendered.empty() != (minutes.source_lines == 0)) std::abort();
  if (!reglab::meetings::IsUtf8(rendered)) std::abort();
  const auto again = reglab::meetings::ParseMinutes(rendered);
  if (again.placed_lines != again.source_lines) std::abort();
  return 0;
}
