#include "services/meetings/minutes_document.h"

#include <absl/strings/ascii.h>
#include <cmark.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

// Longer marks at the beginning of a line than this say nothing more.
constexpr size_t kLongestMark = 60;
// A longer line over "-----" is a paragraph before a rule, not a heading.
constexpr size_t kLongestHeading = 120;

// The marks that give a line its place among the blocks, then "x" for its
// words. cmark so reads the structure alone: the words are taken from the
// document itself, and no text, however strange, costs more than its length.
void AppendMarks(std::string_view line, std::string& out) {
  size_t i = 0;
  while (i < line.size() && i < kLongestMark) {
    const char c = line[i];
    if (absl::ascii_isdigit(c)) {
      size_t end = i;
      while (end < line.size() && end - i < 9 && absl::ascii_isdigit(line[end]))
        ++end;
      const bool marks = end < line.size() &&
                         (line[end] == '.' || line[end] == ')') &&
                         (end + 1 == line.size() || line[end + 1] == ' ' ||
                          line[end + 1] == '\t');
      if (!marks) break;
      out += line.substr(i, end + 1 - i);
      i = end + 1;
      continue;
    }
    if (!Contains(" \t#-+*>=_`~", c)) break;
    if (c == '#') {
      const size_t end = line.find_first_not_of('#', i);
      const size_t count = std::min(end, line.size()) - i;
      out += line.substr(i, std::min(count, kLongestMark));
      // Many write "##Rubrik".
      if (count > 1 && count <= 6 && end < line.size()) out += ' ';
      i += count;
      continue;
    }
    out += c;
    ++i;
  }
  if (i < line.size() && i < kLongestMark) out += 'x';
  out += '\n';
}

bool IsUnderlined(const std::vector<SourceLine>& lines) {
  const std::string_view last = Trimmed(lines.back().text);
  return lines.size() > 1 &&
         last.find_first_not_of("=->") == std::string_view::npos;
}

}  // namespace

MinutesDocument::MinutesDocument(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text_ = WellFormed(text);
  std::string_view rest = text_;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    std::string_view line = rest.substr(0, end);
    lines_.push_back(line.substr(
        0, IsBlank(line) ? 0 : LeadingSpace(line) + Trimmed(line).size()));
    rest.remove_prefix(end);
    if (rest.starts_with("\r\n")) {
      rest.remove_prefix(2);
    } else if (!rest.empty()) {
      rest.remove_prefix(1);
    }
  }
  ReadBlocks();
}

void MinutesDocument::ReadBlocks() {
  std::string marks;
  for (std::string_view line : lines_) AppendMarks(line, marks);
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> root(
      cmark_parse_document(marks.data(), marks.size(), CMARK_OPT_DEFAULT),
      &cmark_node_free);
  const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> nodes(
      cmark_iter_new(root.get()), &cmark_iter_free);
  int depth = 0;
  bool starts_item = false;
  std::vector<bool> ordered;
  int next = 1;  // the first line that no block holds yet
  for (cmark_event_type event;
       (event = cmark_iter_next(nodes.get())) != CMARK_EVENT_DONE;) {
    cmark_node* node = cmark_iter_get_node(nodes.get());
    const bool enter = event == CMARK_EVENT_ENTER;
    Block block;
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_LIST:
        depth += enter ? 1 : -1;
        if (enter) {
          ordered.push_back(cmark_node_get_list_type(node) ==
                            CMARK_ORDERED_LIST);
        } else {
          ordered.pop_back();
        }
        continue;
      case CMARK_NODE_ITEM:
        starts_item = enter;
        continue;
      case CMARK_NODE_HEADING:
        block.kind = Block::Kind::kHeading;
        block.level = cmark_node_get_heading_level(node);
        break;
      case CMARK_NODE_THEMATIC_BREAK:
        block.kind = Block::Kind::kRule;
        break;
      case CMARK_NODE_PARAGRAPH:
      case CMARK_NODE_CODE_BLOCK:
      case CMARK_NODE_HTML_BLOCK:
        break;
      default:
        continue;
    }
    if (!enter && cmark_node_get_type(node) != CMARK_NODE_THEMATIC_BREAK) {
      continue;
    }
    const int first = std::max(next, cmark_node_get_start_line(node));
    const int last = std::min({std::max(cmark_node_get_end_line(node),
                                        cmark_node_get_start_line(node)),
                               line_count()});
    if (last < first) continue;
    AddLines(Block(), next, first - 1);
    block.depth = depth;
    block.starts_item = starts_item;
    block.ordered = !ordered.empty() && ordered.back();
    starts_item = false;
    AddLines(std::move(block), first, last);
    next = last + 1;
  }
  AddLines(Block(), next, line_count());
}

void MinutesDocument::AddLines(Block block, int first, int last) {
  for (int number = first; number <= last; ++number) {
    if (!line(number).empty()) block.lines.push_back({number, line(number)});
  }
  if (block.lines.empty()) return;
  if (block.kind == Block::Kind::kHeading && IsUnderlined(block.lines) &&
      (block.lines.size() > 2 ||
       block.lines[0].text.size() > kLongestHeading)) {
    Block rule = block;
    rule.kind = Block::Kind::kRule;
    rule.lines = {block.lines.back()};
    rule.starts_item = false;
    block.kind = Block::Kind::kParagraph;
    block.lines.pop_back();
    blocks_.push_back(std::move(block));
    blocks_.push_back(std::move(rule));
    return;
  }
  blocks_.push_back(std::move(block));
}

}  // namespace reglab::meetings
