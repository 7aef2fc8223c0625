#include "services/meetings/diff_rules.h"

#include <algorithm>
#include <dtl/dtl.hpp>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/ascii.h"
#include "services/common/spelling.h"

namespace reglab::meetings {
namespace {

using v1::Paragraph;
using v1::ParagraphDiff;
using v1::Piece;

enum class Class { kSpace, kWord, kSign };

Class ClassOf(char32_t letter) {
  if (letter == ' ' || letter == '\t' || letter == '\n' || letter == 0xA0) {
    return Class::kSpace;
  }
  if (letter < 0x80) {
    return absl::ascii_isalnum(static_cast<unsigned char>(letter))
               ? Class::kWord
               : Class::kSign;
  }
  // Dashes, quotation marks and the like.
  const bool sign = (letter >= 0x2000 && letter <= 0x206F) || letter == 0xAB ||
                    letter == 0xBB || letter == 0xA7;
  return sign ? Class::kSign : Class::kWord;
}

// Words, spaces between them, and signs one by one.
std::vector<std::string_view> TokensOf(std::string_view text) {
  std::vector<std::string_view> tokens;
  Class last = Class::kSign;
  for (std::string_view rest = text; !rest.empty();) {
    const char* start = rest.data();
    const std::optional<char32_t> letter = TakeCodePoint(rest);
    if (!letter) rest.remove_prefix(1);
    const Class now = letter ? ClassOf(*letter) : Class::kSign;
    const size_t size = rest.data() - start;
    if (now == last && now != Class::kSign) {
      tokens.back() = {tokens.back().data(), tokens.back().size() + size};
    } else {
      tokens.emplace_back(start, size);
    }
    last = now;
  }
  return tokens;
}

// Equal elements get equal numbers.
class Numbers {
 public:
  int operator()(std::string_view text) {
    return numbers_.emplace(text, int(numbers_.size())).first->second;
  }

 private:
  std::unordered_map<std::string_view, int> numbers_;
};

bool IsSpace(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
}

// Gathers what was removed and what was added until something is the same.
class Pieces {
 public:
  void Same(std::string_view text) {
    // A space alone between two changes is no reading.
    if (IsSpace(text) && !(removed_.empty() && added_.empty())) {
      space_ += text;
      return;
    }
    Flush();
    Add(Piece::SAME, text);
  }
  void Removed(std::string_view text) {
    TakeSpace();
    removed_ += text;
  }
  void Added(std::string_view text) {
    TakeSpace();
    added_ += text;
  }
  std::vector<Piece> Take() {
    Flush();
    return std::move(pieces_);
  }

 private:
  void TakeSpace() {
    removed_ += space_;
    added_ += space_;
    space_.clear();
  }
  void Flush() {
    Add(Piece::REMOVED, removed_);
    Add(Piece::ADDED, added_);
    Add(Piece::SAME, space_);
    removed_.clear();
    added_.clear();
    space_.clear();
  }
  void Add(Piece::Change change, std::string_view text) {
    if (text.empty()) return;
    if (pieces_.empty() || pieces_.back().change() != change) {
      pieces_.emplace_back().set_change(change);
    }
    pieces_.back().mutable_text()->append(text);
  }

  std::vector<Piece> pieces_;
  std::string removed_;
  std::string added_;
  std::string space_;
};

ParagraphDiff DiffOf(const Paragraph& paragraph, ParagraphDiff::Change change) {
  ParagraphDiff diff;
  diff.set_id(paragraph.id());
  diff.set_change(change);
  diff.set_kind(paragraph.kind());
  diff.set_level(paragraph.level());
  return diff;
}

ParagraphDiff Whole(const Paragraph& paragraph, ParagraphDiff::Change change,
                    Piece::Change piece) {
  ParagraphDiff diff = DiffOf(paragraph, change);
  Piece& all = *diff.add_pieces();
  all.set_change(piece);
  all.set_text(paragraph.text());
  return diff;
}

ParagraphDiff Compared(const Paragraph& before, const Paragraph& after) {
  if (before.text() == after.text()) {
    const bool same =
        before.kind() == after.kind() && before.level() == after.level();
    return Whole(after, same ? ParagraphDiff::SAME : ParagraphDiff::CHANGED,
                 Piece::SAME);
  }
  ParagraphDiff diff = DiffOf(after, ParagraphDiff::CHANGED);
  for (Piece& piece : DiffWords(before.text(), after.text())) {
    *diff.add_pieces() = std::move(piece);
  }
  return diff;
}

// Text inside an element of HTML.
std::string Html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Text that CommonMark takes for nothing but text: a backslash before the signs
// that mean something anywhere, and before those that do at the beginning.
std::string Markdown(std::string_view text) {
  std::string out;
  bool beginning = true;
  for (const char c : text) {
    const bool anywhere =
        std::string_view("\\`*_[]<>&~|!").find(c) != std::string_view::npos;
    const bool first =
        std::string_view("#+-=.):").find(c) != std::string_view::npos;
    if (anywhere || (beginning && first)) out += '\\';
    beginning =
        beginning &&
        (c == ' ' || absl::ascii_isdigit(static_cast<unsigned char>(c)));
    out += c;
  }
  return out;
}

using Escape = std::string (*)(std::string_view);

std::string PiecesText(const ParagraphDiff& paragraph, Escape escape) {
  std::string out;
  for (const Piece& piece : paragraph.pieces()) {
    const std::string text = escape(piece.text());
    switch (piece.change()) {
      case Piece::ADDED:
        out += Concat("<ins>", text, "</ins>");
        break;
      case Piece::REMOVED:
        out += Concat("<del>", text, "</del>");
        break;
      default:
        out += text;
    }
  }
  return out;
}

std::string_view NoteOf(const ParagraphDiff& paragraph) {
  if (paragraph.moved()) return "Flyttat stycke";
  if (paragraph.change() == ParagraphDiff::ADDED) return "Nytt stycke";
  if (paragraph.change() == ParagraphDiff::REMOVED) return "Borttaget stycke";
  return "";
}

std::string CountText(const std::vector<ParagraphDiff>& paragraphs) {
  int changed = 0;
  int added = 0;
  int removed = 0;
  for (const ParagraphDiff& paragraph : paragraphs) {
    changed += paragraph.change() == ParagraphDiff::CHANGED;
    added += paragraph.change() == ParagraphDiff::ADDED;
    removed += paragraph.change() == ParagraphDiff::REMOVED;
  }
  return Concat(changed, " ändrade, ", added, " nya och ", removed,
                " borttagna stycken.");
}

}  // namespace

std::vector<std::pair<int, int>> Common(const std::vector<int>& before,
                                        const std::vector<int>& after) {
  std::vector<std::pair<int, int>> common;
  // What is alike at both ends is no work for the algorithm.
  size_t head = 0;
  const size_t shorter = std::min(before.size(), after.size());
  while (head < shorter && before[head] == after[head]) ++head;
  size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  for (size_t i = 0; i < head; ++i) common.emplace_back(i, i);
  const std::vector<int> a(before.begin() + head, before.end() - tail);
  const std::vector<int> b(after.begin() + head, after.end() - tail);
  if (!a.empty() && !b.empty()) {
    dtl::Diff<int, std::vector<int>> diff(a, b);
    diff.compose();
    // The steps are counted here: after it has begun anew for want of memory,
    // the library's own numbers start over.
    int i = int(head);
    int j = int(head);
    for (const auto& [element, info] : diff.getSes().getSequence()) {
      if (info.type == dtl::SES_COMMON) common.emplace_back(i, j);
      if (info.type != dtl::SES_ADD) ++i;
      if (info.type != dtl::SES_DELETE) ++j;
    }
  }
  for (size_t i = tail; i > 0; --i) {
    common.emplace_back(before.size() - i, after.size() - i);
  }
  return common;
}

std::vector<Piece> DiffWords(std::string_view before, std::string_view after) {
  const std::vector<std::string_view> old_tokens = TokensOf(before);
  const std::vector<std::string_view> new_tokens = TokensOf(after);
  Numbers number;
  std::vector<int> a;
  std::vector<int> b;
  for (const std::string_view token : old_tokens) a.push_back(number(token));
  for (const std::string_view token : new_tokens) b.push_back(number(token));
  Pieces pieces;
  size_t i = 0;
  size_t j = 0;
  const auto up_to = [&](size_t old_end, size_t new_end) {
    while (i < old_end) pieces.Removed(old_tokens[i++]);
    while (j < new_end) pieces.Added(new_tokens[j++]);
  };
  for (const auto& [old_at, new_at] : Common(a, b)) {
    up_to(old_at, new_at);
    pieces.Same(new_tokens[j]);
    ++i;
    ++j;
  }
  up_to(old_tokens.size(), new_tokens.size());
  return pieces.Take();
}

std::vector<ParagraphDiff> DiffParagraphs(const std::vector<Paragraph>& before,
                                          const std::vector<Paragraph>& after) {
  std::map<std::string_view, const Paragraph*> old_by_id;
  std::set<std::string_view> new_ids;
  Numbers number;
  std::vector<int> a;
  std::vector<int> b;
  for (const Paragraph& paragraph : before) {
    old_by_id.emplace(paragraph.id(), &paragraph);
    a.push_back(number(paragraph.id()));
  }
  for (const Paragraph& paragraph : after) {
    new_ids.insert(paragraph.id());
    b.push_back(number(paragraph.id()));
  }
  // Those in common that stand in the same order have not moved.
  std::set<std::string_view> stayed;
  for (const auto& [old_at, new_at] : Common(a, b)) {
    stayed.insert(after[new_at].id());
  }
  std::vector<ParagraphDiff> diffs;
  size_t i = 0;
  const auto removed_before = [&](std::string_view id) {
    while (i < before.size() && before[i].id() != id) {
      if (new_ids.count(before[i].id()) == 0) {
        diffs.push_back(
            Whole(before[i], ParagraphDiff::REMOVED, Piece::REMOVED));
      }
      ++i;
    }
  };
  for (const Paragraph& paragraph : after) {
    const auto old = old_by_id.find(paragraph.id());
    if (old == old_by_id.end()) {
      diffs.push_back(Whole(paragraph, ParagraphDiff::ADDED, Piece::ADDED));
      continue;
    }
    if (stayed.count(paragraph.id()) > 0) removed_before(paragraph.id());
    diffs.push_back(Compared(*old->second, paragraph));
    diffs.back().set_moved(stayed.count(paragraph.id()) == 0);
  }
  removed_before("");
  return diffs;
}

std::string DiffHtml(std::string_view title, int from, int to,
                     const std::vector<ParagraphDiff>& paragraphs) {
  const std::string heading =
      Concat(Html(title), ": utkast ", to, " jämfört med utkast ", from);
  std::string out = Concat(
      "<!doctype html>\n<html lang=\"sv\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
      heading,
      "</title>\n<style>\n"
      "body{font:1.05rem/1.6 "
      "system-ui,sans-serif;max-width:44rem;margin:2rem "
      "auto;padding:0 1rem;color:#1b1b1b;background:#fff}\n"
      "ins{background:#d7f4dd;color:#0b3d17;text-decoration:underline}\n"
      "del{background:#fde0de;color:#6b1310;text-decoration:line-through}\n"
      ".note{color:#505050;font-size:.9rem;margin-bottom:0}\n"
      // Heard, not seen: most screen readers pass over ins and del themselves.
      "ins::before,ins::after,del::before,del::after{clip-path:inset(100%);"
      "clip:rect(1px,1px,1px,1px);height:1px;overflow:hidden;position:absolute;"
      "white-space:nowrap;width:1px}\n"
      "ins::before{content:\" [tillagt: \"}ins::after{content:\" :slut] \"}\n"
      "del::before{content:\" [borttaget: \"}del::after{content:\" :slut] "
      "\"}\n"
      "@media print{body{margin:0;max-width:none}}\n"
      "</style>\n</head>\n<body>\n<main>\n<h1>",
      heading, "</h1>\n<p>", CountText(paragraphs),
      " <ins>Tillagt</ins> är understruket, <del>borttaget</del> är "
      "överstruket.</p>\n");
  for (const ParagraphDiff& paragraph : paragraphs) {
    if (const std::string_view note = NoteOf(paragraph); !note.empty()) {
      out += Concat("<p class=\"note\">", note, ":</p>\n");
    }
    // The title of the page is the only heading of the first level.
    const std::string tag =
        paragraph.kind() == Paragraph::HEADING
            ? Concat("h", std::clamp(paragraph.level() + 1, 2, 6))
            : "p";
    out += Concat("<", tag, " id=\"", Html(paragraph.id()), "\">",
                  PiecesText(paragraph, Html), "</", tag, ">\n");
  }
  return out + "</main>\n</body>\n</html>\n";
}

std::string DiffMarkdown(std::string_view title, int from, int to,
                         const std::vector<ParagraphDiff>& paragraphs) {
  std::string out =
      Concat("# ", Markdown(title), ": utkast ", to, " jämfört med utkast ",
             from, "\n\n", CountText(paragraphs), "\n");
  for (const ParagraphDiff& paragraph : paragraphs) {
    out += '\n';
    if (const std::string_view note = NoteOf(paragraph); !note.empty()) {
      out += Concat("*", note, ":*\n\n");
    }
    if (paragraph.kind() == Paragraph::HEADING) {
      out.append(std::clamp(paragraph.level() + 1, 2, 6), '#');
      out += ' ';
    }
    out += PiecesText(paragraph, Markdown) + "\n";
  }
  return out;
}

}  // namespace reglab::meetings
