#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "services/common/filter.h"

namespace {

using Type = reglab::ListField::Type;

const std::vector<reglab::ListField> kFields = {
    {"a", "t.a", Type::kText},     {"b", "t.b", Type::kEnum},
    {"c", "t.c", Type::kInt},      {"d", "t.d", Type::kDouble},
    {"e", "t.e", Type::kBool},     {"f", "t.f", Type::kDate},
    {"g", "t.g", Type::kTime},     {"h", "t.h", Type::kTextArray},
    {"i.j_k", "t.i", Type::kText},
};

}  // namespace

// Whatever the filter is, the SQL has only our own characters in it: nothing
// of a value, balanced parentheses, and no parameter that is not bound.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  reglab::Params params;
  const auto sql = reglab::FilterToSql(
      std::string_view(reinterpret_cast<const char*>(data), size), kFields,
      params);
  if (!sql.ok()) return 0;
  int depth = 0;
  for (size_t i = 0; i < sql->size(); ++i) {
    const char c = (*sql)[i];
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth < 0 || c == ';' || c == '\\' || c == '"') std::abort();
    if (c == '$') {
      const int number = std::atoi(sql->c_str() + i + 1);
      if (number < 1 || number > static_cast<int>(params.size())) std::abort();
    }
  }
  if (depth != 0) std::abort();
  return 0;
}
