#include "services/meetings/overlap_rules.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace reglab::meetings {
namespace {

using v1::Amendment;
using How = TextEdit::How;

auto KeyOf(const TextEdit& edit) {
  return std::tie(edit.begin, edit.end, edit.how, edit.text);
}

bool IsInsertion(const TextEdit& edit) { return edit.how != How::kReplace; }

int PointOf(const TextEdit& edit) {
  return edit.how == How::kInsertBefore ? edit.begin : edit.end;
}

bool HasConflict(const std::vector<TextEdit>& edits, size_t first, size_t end) {
  for (size_t i = first; i < end; ++i) {
    // What is the same stands side by side, and once is enough.
    if (i > first && KeyOf(edits[i]) == KeyOf(edits[i - 1])) continue;
    for (size_t j = i + 1; j < end; ++j) {
      if (Conflict(edits[i], edits[j])) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<TextEdit> EditOf(const Amendment& amendment) {
  TextEdit edit;
  edit.amendment = amendment.name();
  edit.begin = amendment.start_offset();
  edit.end = amendment.end_offset();
  const std::string& adopted = amendment.adopted_text();
  edit.text = adopted.empty() ? amendment.text() : adopted;
  switch (amendment.action()) {
    case Amendment::REPLACE:
      return edit;
    case Amendment::INSERT:
      edit.how =
          amendment.insert_before() ? How::kInsertBefore : How::kInsertAfter;
      return edit;
    case Amendment::DELETE:
      edit.text = adopted;
      return edit;
    default:
      if (adopted.empty()) return std::nullopt;
      return edit;
  }
}

bool Conflict(const TextEdit& a, const TextEdit& b) {
  if (KeyOf(a) == KeyOf(b)) return false;
  if (IsInsertion(a) && IsInsertion(b)) return PointOf(a) == PointOf(b);
  return a.begin < b.end && b.begin < a.end;
}

std::vector<EditGroup> GroupsOf(std::vector<TextEdit>& edits) {
  std::sort(edits.begin(), edits.end(),
            [](const TextEdit& a, const TextEdit& b) {
              return std::tie(a.begin, a.end, a.how, a.text, a.amendment) <
                     std::tie(b.begin, b.end, b.how, b.text, b.amendment);
            });
  std::vector<EditGroup> groups;
  for (size_t first = 0; first < edits.size();) {
    int reach = edits[first].end;
    size_t end = first + 1;
    while (end < edits.size() && edits[end].begin < reach) {
      reach = std::max(reach, edits[end].end);
      ++end;
    }
    if (end - first > 1) {
      groups.push_back({first, end - first, HasConflict(edits, first, end)});
    }
    first = end;
  }
  return groups;
}

std::vector<v1::Overlap> OverlapsIn(
    const std::vector<v1::Paragraph>& paragraphs,
    const std::vector<Amendment>& amendments) {
  std::map<std::string_view, std::vector<const Amendment*>> by_paragraph;
  for (const Amendment& amendment : amendments) {
    if (amendment.anchor() == Amendment::QUOTE ||
        amendment.anchor() == Amendment::PARAGRAPH) {
      by_paragraph[amendment.paragraph()].push_back(&amendment);
    }
  }
  std::vector<v1::Overlap> overlaps;
  for (const v1::Paragraph& paragraph : paragraphs) {
    const auto found = by_paragraph.find(paragraph.id());
    if (found == by_paragraph.end()) continue;
    std::vector<TextEdit> edits;
    for (const Amendment* amendment : found->second) {
      std::optional<TextEdit> edit = EditOf(*amendment);
      if (!edit) continue;
      if (amendment->anchor() == Amendment::PARAGRAPH) {
        // One that comes after the paragraph touches none of its words.
        if (IsInsertion(*edit)) continue;
        edit->begin = 0;
        edit->end = CodePoints(paragraph.text());
      }
      edits.push_back(*std::move(edit));
    }
    for (const EditGroup& group : GroupsOf(edits)) {
      v1::Overlap& overlap = overlaps.emplace_back();
      overlap.set_paragraph(paragraph.id());
      overlap.set_conflict(group.conflict);
      int end = 0;
      for (size_t i = group.first; i < group.first + group.count; ++i) {
        end = std::max(end, edits[i].end);
        overlap.add_amendments(edits[i].amendment);
      }
      overlap.set_start_offset(edits[group.first].begin);
      overlap.set_end_offset(end);
      const std::string_view text = paragraph.text();
      const size_t from = ByteAt(text, edits[group.first].begin);
      overlap.set_text(
          std::string(text.substr(from, ByteAt(text, end) - from)));
    }
  }
  return overlaps;
}

}  // namespace reglab::meetings
