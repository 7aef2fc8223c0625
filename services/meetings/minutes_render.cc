
#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "services/meetings/minutes_rules.h"
#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

class Renderer {
 public:
  explicit Renderer(const ParsedMinutes& minutes) : minutes_(minutes) {}

  std::string Render() {
    Collect();
    std::stable_sort(
        parts_.begin(), parts_.end(),
        [](const auto& a, const auto& b) { return a.first < b.first; });
    if (!minutes_.title.empty()) Paragraph(Concat("# ", minutes_.title));
    for (const auto& [order, write] : parts_) write();
    if (!out_.empty()) out_ += '\n';
    return std::move(out_);
  }

 private:
  void Collect() {
    for (const ParsedItem& item : minutes_.items) {
      Add(item.position, [this, &item] {
        level_ = std::clamp(item.level + 1, 2, 5);
        Paragraph(Concat(std::string(level_, '#'), " ", item.heading));
      });
    }
    for (const ParsedNote& note : minutes_.notes) {
      Add(note.position, [this, &note] { Paragraph(note.text); });
    }
    for (const ParsedQuestion& question : minutes_.questions) {
      Add(question.position, [this, &question] {
        Paragraph(question.question);
        for (const std::string& answer : question.answers) Paragraph(answer);
      });
    }
    for (const ParsedDiscussion& discussion : minutes_.discussions) {
      Add(discussion.position, [this, &discussion] {
        Beneath(discussion.label);
        Text(discussion.text);
      });
    }
    for (const ParsedConclusion& conclusion : minutes_.conclusions) {
      Add(conclusion.position, [this, &conclusion] {
        if (conclusion.label.level < 0) {
          for (const std::string& point : conclusion.points) Text(point);
          return;
        }
        Beneath(conclusion.label);
        for (const std::string& point : conclusion.points) {
          Text(Concat("- ", point));
        }
      });
    }
    for (const ParsedDecision& decision : minutes_.decisions) {
      if (decision.quoted) continue;
      Add(decision.position, [this, &decision] {
        if (decision.label.level >= 0) Beneath(decision.label);
        Text(decision.source_text);
      });
    }
    for (const ParsedAction& action : minutes_.actions) {
      if (action.quoted) continue;
      Add(action.position, [this, &action] {
        if (action.label.level >= 0) Beneath(action.label);
        Text(action.source_text);
      });
    }
  }

  void Add(const Position& position, std::function<void()> write) {
    parts_.emplace_back(position.order, std::move(write));
  }

  // Writes the label once for all that stands beneath it.
  void Beneath(const Label& label) {
    if (label.line == 0 || label.line == label_line_) return;
    label_line_ = label.line;
    if (label.level > 0) {
      Paragraph(
          Concat(std::string(std::min(level_ + 1, 6), '#'), " ", label.text));
    } else {
      Paragraph(label.text);
    }
  }

  void Paragraph(std::string_view text) {
    if (text.empty()) return;
    if (!out_.empty()) out_ += "\n\n";
    out_ += text;
    after_point_ = false;
  }
  // Points that follow each other are one list.
  void Text(std::string_view text) {
    const bool point = HasBullet(text);
    if (point && after_point_) {
      Append(out_, "\n", text);
    } else {
      Paragraph(text);
    }
    after_point_ = point;
  }

  const ParsedMinutes& minutes_;
  std::vector<std::pair<int, std::function<void()>>> parts_;
  std::string out_;
  int level_ = 1;
  int label_line_ = 0;
  bool after_point_ = false;
};

}  // namespace

std::string RenderMinutes(const ParsedMinutes& minutes) {
  return Renderer(minutes).Render();
}

}  // namespace reglab::meetings
