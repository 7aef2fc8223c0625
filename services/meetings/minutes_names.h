// Lists of people and organisations: who was there and who was not.
#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_NAMES_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/meetings/minutes_document.h"
#include "services/meetings/minutes_rules.h"

namespace reglab::meetings {

struct NameList {
  // What stands for everybody in it: "adjungerad", empty when nothing does.
  std::string role;
  bool absent = false;
  // One line for one attendance ("Anna Andersson, Region Uppsala, sekreterare")
  // rather than all names in running text.
  bool one_per_line = false;
};

// Adds an attendance for everyone named in the lines.
void ReadNames(const std::vector<SourceLine>& lines, const NameList& list,
               ParsedMinutes& minutes);

// True when the text is made of names and nothing else.
bool AreNames(std::string_view text);

// The names of a table whose first row tells what its columns hold; false,
// with nothing added, when that row names no one.
bool ReadNameTable(const std::vector<SourceLine>& lines, bool absent,
                   ParsedMinutes& minutes);

// A table's row as its cells, without emphasis.
std::vector<std::string> Cells(std::string_view row);
bool IsTable(const std::vector<SourceLine>& lines);

// Sees to it that the person attends, with the role.
void GiveRole(std::string_view person, std::string_view role, int line,
              bool add, ParsedMinutes& minutes);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_NAMES_H_
