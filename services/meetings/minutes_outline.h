// A document's blocks as minutes are built: headings of any kind, paragraphs,
// points of lists.
#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_OUTLINE_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_OUTLINE_H_

#include <optional>
#include <string>
#include <vector>

#include "services/meetings/minutes_cues.h"
#include "services/meetings/minutes_document.h"

namespace reglab::meetings {

struct Unit {
  enum class Kind { kHeading, kParagraph, kPoint, kTable, kRule };
  Kind kind = Kind::kParagraph;
  // Of a heading: 1 to 6 in Markdown, then those known by their looks.
  int level = 0;
  // Points with the same number stand in the same list.
  int list = 0;
  std::vector<SourceLine> lines;
  // Of a heading that has one.
  std::optional<ItemNumber> number;
};

constexpr int kNumberedLevel = 7;
constexpr int kBoldLevel = 8;
constexpr int kCapitalsLevel = 9;
constexpr int kBareLevel = 10;

// Every line of the document's blocks stands in exactly one unit, in order.
std::vector<Unit> Outline(const MinutesDocument& document);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_OUTLINE_H_
