#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "services/common/listing.h"
#include "services/common/page_token.h"

// No token that we did not make is ever taken; one that we make of the input
// is read back as it was.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool key_set = [] {
    reglab::SetPageTokenKey(std::string(32, 'k'));
    return true;
  }();
  static_cast<void>(key_set);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = reglab::ReadPageToken("query", text);
  if (read && reglab::MakePageToken("query", *read) != text) std::abort();

  reglab::PagePlace place;
  for (size_t begin = 0; begin < size;) {
    const size_t end = std::min(text.find('/', begin), size);
    const std::string value(text.substr(begin, end - begin));
    place.push_back(value == "-" ? std::nullopt : std::optional(value));
    begin = end + 1;
  }
  const std::string token = reglab::MakePageToken("query", place);
  if (reglab::ReadPageToken("query", token) != place) std::abort();
  if (reglab::ReadPageToken("other", token)) std::abort();
  return 0;
}
