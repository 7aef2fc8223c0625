// The documents that the tests of minutes read.
#ifndef REGLAB_TESTS_UNIT_MEETINGS_MINUTES_DOCUMENTS_H_
#define REGLAB_TESTS_UNIT_MEETINGS_MINUTES_DOCUMENTS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "services/meetings/minutes_rules.h"

namespace reglab::meetings {

inline std::string FileText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string Document(std::string_view name) {
  const std::string text = FileText(std::filesystem::path(REGLAB_TEST_DATA) /
                                    "minutes" / std::string(name));
  EXPECT_FALSE(text.empty()) << name;
  return text;
}

inline std::filesystem::path SharedData() {
  const char* chosen = std::getenv("REGLAB_SHARED_DATA");
  return chosen != nullptr ? chosen : REGLAB_SHARED_DATA;
}

// "Region Uppsala | Anna Lindqvist | ordförande", "-" before who is absent.
inline std::vector<std::string> Attending(const ParsedMinutes& minutes) {
  std::vector<std::string> lines;
  for (const ParsedAttendance& each : minutes.attendances) {
    lines.push_back((each.absent ? "-" : "") + each.organization_text + " | " +
                    each.person_text + " | " + each.role_text);
  }
  return lines;
}

inline std::vector<std::string> ItemTitles(const ParsedMinutes& minutes) {
  std::vector<std::string> titles;
  for (const ParsedItem& item : minutes.items) titles.push_back(item.title);
  return titles;
}

inline std::vector<const ParsedSuggestion*> Suggested(
    const ParsedMinutes& minutes, ParsedSuggestion::Kind kind) {
  std::vector<const ParsedSuggestion*> found;
  for (const ParsedSuggestion& each : minutes.suggestions) {
    if (each.kind == kind) found.push_back(&each);
  }
  return found;
}

}  // namespace reglab::meetings

#endif  // REGLAB_TESTS_UNIT_MEETINGS_MINUTES_DOCUMENTS_H_
