#include "services/meetings/minutes_text.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "services/meetings/minutes_rules.h"

namespace reglab::meetings {
namespace {

// Characters; what is longer is cut to its first words.
constexpr size_t kLongestTitle = 100;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// White space beyond ASCII, and what is as good as blank.
constexpr std::array<std::string_view, 9> kSpaces = {
    "\u00A0", "\u0085", "\u2007", "\u2009", "\u200B",
    "\u2028", "\u2029", "\u202F", "\uFEFF"};

constexpr std::array<std::string_view, 6> kBullets = {"-", "*", "+",
                                                      "•", "·", "–"};

struct Composed {
  std::string_view parts;
  std::string_view letter;
};
constexpr std::array<Composed, 8> kComposed = {{{"a\u030A", "å"},
                                                {"A\u030A", "Å"},
                                                {"a\u0308", "ä"},
                                                {"A\u0308", "Ä"},
                                                {"o\u0308", "ö"},
                                                {"O\u0308", "Ö"},
                                                {"e\u0301", "é"},
                                                {"E\u0301", "É"}}};

// Words whose point ends no sentence, even before a capital.
constexpr std::array<std::string_view, 20> kAbbreviations = {
    "t.ex", "ex", "bl.a", "bla", "dvs", "d.v.s", "kl", "ca",   "nr", "resp",
    "st",   "ev", "fr.o", "t.o", "s.k", "jfr",   "jf", "ordf", "m",  "o.s"};

// Length of the character at the beginning, 0 when it is not UTF-8.
size_t CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  size_t length = 0;
  uint32_t code = 0;
  uint32_t least = 0;
  if ((first & 0xE0) == 0xC0) {
    length = 2, code = first & 0x1F, least = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    length = 3, code = first & 0x0F, least = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    length = 4, code = first & 0x07, least = 0x10000;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool valid =
      code >= least && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  return valid ? length : 0;
}

bool IsLetterOrDigit(char c) {
  return absl::ascii_isalnum(c) || static_cast<uint8_t>(c) >= 0x80;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string WellFormed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    if (length == 0 || text[0] == '\0') {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    bool composed = false;
    if (text.size() > 2 && text[1] == '\xCC') {
      for (const Composed& pair : kComposed) {
        if (!text.starts_with(pair.parts)) continue;
        out += pair.letter;
        text.remove_prefix(pair.parts.size());
        composed = true;
        break;
      }
    }
    if (composed) continue;
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

size_t LeadingSpace(std::string_view text) {
  size_t length = 0;
  while (length < text.size()) {
    const std::string_view rest = text.substr(length);
    if (absl::ascii_isspace(rest[0]) || (rest[0] >= 0x1C && rest[0] <= 0x1F)) {
      ++length;
      continue;
    }
    size_t wide = 0;
    if (static_cast<uint8_t>(rest[0]) >= 0x80) {
      for (std::string_view space : kSpaces) {
        if (rest.starts_with(space)) wide = space.size();
      }
    }
    if (wide == 0) break;
    length += wide;
  }
  return length;
}

std::string_view Trimmed(std::string_view text) {
  text.remove_prefix(LeadingSpace(text));
  while (!text.empty()) {
    if (absl::ascii_isspace(text.back()) ||
        (text.back() >= 0x1C && text.back() <= 0x1F)) {
      text.remove_suffix(1);
      continue;
    }
    size_t wide = 0;
    if (static_cast<uint8_t>(text.back()) >= 0x80) {
      for (std::string_view space : kSpaces) {
        if (text.ends_with(space)) wide = space.size();
      }
    }
    if (wide == 0) break;
    text.remove_suffix(wide);
  }
  return text;
}

bool IsBlank(std::string_view text) {
  return LeadingSpace(text) == text.size();
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (size_t i = 0; i < out.size(); ++i) {
    if (absl::ascii_isupper(out[i])) {
      out[i] = absl::ascii_tolower(out[i]);
    } else if (out[i] == '\xC3' && i + 1 < out.size()) {
      const auto second = static_cast<uint8_t>(out[i + 1]);
      if (second >= 0x80 && second <= 0x9E && second != 0x97) {
        out[i + 1] = static_cast<char>(second + 0x20);
      }
    }
  }
  return out;
}

bool StartsWithCapital(std::string_view text) {
  if (text.empty()) return false;
  if (absl::ascii_isupper(text[0])) return true;
  if (text.size() < 2 || text[0] != '\xC3') return false;
  const auto second = static_cast<uint8_t>(text[1]);
  return second >= 0x80 && second <= 0x9E && second != 0x97;
}

std::string Plain(std::string_view text) {
  text = Trimmed(text);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '*' || c == '`') continue;
    if (c == '\\' && i + 1 < text.size() && absl::ascii_ispunct(text[i + 1])) {
      continue;
    }
    if (c == '_') {
      const bool before = i > 0 && IsLetterOrDigit(text[i - 1]);
      const bool after = i + 1 < text.size() && IsLetterOrDigit(text[i + 1]);
      if (!before || !after) continue;
    }
    out += c;
  }
  return std::string(Trimmed(out));
}

bool HasBullet(std::string_view text) {
  text.remove_prefix(LeadingSpace(text));
  for (std::string_view bullet : kBullets) {
    if (text.starts_with(bullet) &&
        LeadingSpace(text.substr(bullet.size())) > 0) {
      return true;
    }
  }
  return false;
}

std::string_view WithoutBullet(std::string_view text) {
  text = Trimmed(text);
  for (std::string_view bullet : kBullets) {
    if (text.starts_with(bullet) &&
        LeadingSpace(text.substr(bullet.size())) > 0) {
      return Trimmed(text.substr(bullet.size()));
    }
  }
  return text;
}

std::vector<std::string_view> Sentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  size_t begin = 0;
  int open = 0;  // parentheses
  const auto add = [&](size_t end) {
    const std::string_view sentence = Trimmed(text.substr(begin, end - begin));
    if (!sentence.empty()) sentences.push_back(sentence);
    begin = end;
    open = 0;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(') ++open;
    if (c == ')' && open > 0) --open;
    if (c == '\n') {
      // A list's points are sentences of their own.
      const std::string_view next = text.substr(i + 1);
      if (HasBullet(next)) add(i + 1);
      continue;
    }
    if (c != '.' && c != '!' && c != '?') continue;
    size_t after = i + 1;
    while (after < text.size() &&
           (text[after] == '.' || text[after] == '!' || text[after] == '?' ||
            text[after] == '"' || text[after] == '*' || text[after] == '_' ||
            (text[after] == ')' && open == 0))) {
      ++after;
    }
    if (text.substr(after).starts_with("”")) after += 3;
    if (after == text.size()) break;
    const std::string_view rest = text.substr(after);
    const size_t space = LeadingSpace(rest);
    if (open > 0 && rest.substr(0, 200).find(')') != rest.npos) continue;
    if (space == 0 && !StartsWithCapital(rest)) continue;
    const std::string_view next = rest.substr(space);
    if (next.empty()) break;
    const bool starts = StartsWithCapital(next) || next[0] == '"' ||
                        next[0] == '(' || next[0] == '*' || next[0] == '-' ||
                        next.starts_with("”") || next.starts_with("–") ||
                        next[0] == '.';
    if (!starts) continue;
    if (c == '.' && text[after - 1] == '.') {
      size_t word = i;
      while (word > begin && i - word < 12 &&
             !absl::ascii_isspace(text[word - 1]) && text[word - 1] != '(') {
        --word;
      }
      const std::string last = Lower(text.substr(word, i - word));
      bool abbreviation =
          last.size() == 1 && absl::ascii_isalpha(last[0]);  // an initial
      for (std::string_view known : kAbbreviations) {
        abbreviation = abbreviation || last == known;
      }
      if (abbreviation || space == 0) continue;
    }
    add(after);
    i = after - 1;
  }
  add(text.size());
  return sentences;
}

std::string OnOneLine(std::string_view text) {
  std::string out;
  for (std::string_view line : Split(text, '\n')) {
    const std::string_view part = WithoutBullet(line);
    if (part.empty()) continue;
    if (!out.empty()) out += ' ';
    out += part;
  }
  return out;
}

std::string FirstWords(std::string_view text, int words) {
  const std::string line = Plain(OnOneLine(text.substr(0, 2000)));
  size_t end = 0;
  for (int i = 0; i < words && end != std::string::npos; ++i) {
    end = line.find(' ', end + 1);
  }
  if (end == std::string::npos || end >= line.size()) return line;
  std::string_view head = std::string_view(line).substr(0, end);
  while (!head.empty() && Contains(",;:.(-", head.back())) {
    head.remove_suffix(1);
  }
  return Concat(head, "…");
}

std::string TitleOf(std::string_view text) {
  const std::string whole = Plain(OnOneLine(text));
  const auto characters =
      std::count_if(whole.begin(), whole.end(),
                    [](unsigned char c) { return (c & 0xC0) != 0x80; });
  if (static_cast<size_t>(characters) <= kLongestTitle) return whole;
  return FirstWords(text, 8);
}

std::unique_ptr<RE2> Cue(std::string_view pattern) {
  std::string expanded = "(?i)";
  for (size_t i = 0; i < pattern.size(); ++i) {
    // "(?<" and "(?P<" are not used in cues, so that "<" is free.
    if (pattern[i] == '<') {
      expanded += "(?:^|[^A-Za-zÀ-ÖØ-öø-ÿ0-9])";
    } else if (pattern[i] == '>') {
      expanded += "(?:$|[^A-Za-zÀ-ÖØ-öø-ÿ0-9])";
    } else if (pattern.substr(i, 3) == "\\pL") {
      // The letters of Swedish and its neighbours; those of every script make
      // the automata ten times as large. Always stands in brackets.
      expanded += "A-Za-zÀ-ÖØ-öø-ÿ";
      i += 2;
    } else {
      expanded += pattern[i];
    }
  }
  return std::make_unique<RE2>(expanded, RE2::Quiet);
}

}  // namespace reglab::meetings
