// A document as blocks of lines: headings, paragraphs, list items, rules.
#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_DOCUMENT_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_DOCUMENT_H_

#include <string>
#include <string_view>
#include <vector>

namespace reglab::meetings {

struct SourceLine {
  int number = 0;
  // As written, without white space at the end.
  std::string_view text;
};

struct Block {
  enum class Kind { kHeading, kParagraph, kRule };
  Kind kind = Kind::kParagraph;
  // Of a heading, 1 to 6.
  int level = 0;
  // How many lists it stands in, and whether it is the first block of its item.
  int depth = 0;
  bool starts_item = false;
  bool ordered = false;
  std::vector<SourceLine> lines;
};

class MinutesDocument {
 public:
  explicit MinutesDocument(std::string_view text);
  MinutesDocument(const MinutesDocument&) = delete;
  MinutesDocument& operator=(const MinutesDocument&) = delete;

  // Every line that is not blank stands in exactly one block, in order.
  const std::vector<Block>& blocks() const { return blocks_; }
  // Counted from 1; blank ones are empty.
  int line_count() const { return static_cast<int>(lines_.size()); }
  std::string_view line(int number) const { return lines_[number - 1]; }

 private:
  void ReadBlocks();
  void AddLines(Block block, int first, int last);

  std::string text_;
  std::vector<std::string_view> lines_;
  std::vector<Block> blocks_;
};

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_DOCUMENT_H_
