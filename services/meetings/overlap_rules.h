#ifndef REGLAB_SERVICES_MEETINGS_OVERLAP_RULES_H_
#define REGLAB_SERVICES_MEETINGS_OVERLAP_RULES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/amendment.pb.h"
#include "services/meetings/anchor_rules.h"

namespace reglab::meetings {

// Which amendments touch the same words, and which of them can't be applied
// together. Plain functions; offsets are Unicode code points.

// What an amendment does to the words of one paragraph.
struct TextEdit {
  enum class How { kReplace, kInsertBefore, kInsertAfter };
  std::string amendment;
  // The words that it names.
  int begin = 0;
  int end = 0;
  How how = How::kReplace;
  // The new words; none when the old ones are taken out.
  std::string text;
};

// The edit that an amendment with a place asks for, with the words that were
// adopted where these are others. Nothing for comments and questions (unless
// words were adopted), and for what names no words.
std::optional<TextEdit> EditOf(const v1::Amendment& amendment);

// They can't both be applied, or not in one way only. The same edit twice is
// one edit.
bool Conflict(const TextEdit& a, const TextEdit& b);

// Puts edits that touch words of each other into groups, in the order of the
// text; `edits` get sorted. Groups of one are left out.
struct EditGroup {
  size_t first = 0;  // in `edits`
  size_t count = 0;
  bool conflict = false;
};
std::vector<EditGroup> GroupsOf(std::vector<TextEdit>& edits);

// The groups of a draft in the order of its text. Amendments of a whole
// paragraph touch all its words, and can't be applied with others.
std::vector<v1::Overlap> OverlapsIn(
    const std::vector<v1::Paragraph>& paragraphs,
    const std::vector<v1::Amendment>& amendments);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_OVERLAP_RULES_H_
