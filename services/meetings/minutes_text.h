// Words, sentences and emphasis of Swedish text in Markdown.
#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_TEXT_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_TEXT_H_

#include <re2/re2.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/common/spelling.h"

namespace reglab::meetings {

template <typename... Parts>
void Append(std::string& text, const Parts&... parts) {
  (text.append(std::string_view(parts)), ...);
}
inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}
inline bool Contains(std::string_view text, char part) {
  return text.find(part) != text.npos;
}

// Bytes that are not UTF-8, and NUL, become U+FFFD; letters written as a base
// and a combining mark become the Swedish letter, so that cues match.
std::string WellFormed(std::string_view text);

// Length in bytes of the white space at the beginning, no-break and
// zero-width spaces included; 0 when there is none.
size_t LeadingSpace(std::string_view text);
std::string_view Trimmed(std::string_view text);
bool IsBlank(std::string_view text);

// Small letters, of the same length in bytes.
std::string Lower(std::string_view text);
bool StartsWithCapital(std::string_view text);

// Without emphasis, code marks and backslashes, trimmed.
std::string Plain(std::string_view text);

// Without a bullet ("-", "*", "+", "•", "–") at the beginning.
std::string_view WithoutBullet(std::string_view text);
bool HasBullet(std::string_view text);

// Sentences as they stand; abbreviations such as "t.ex." end none.
std::vector<std::string_view> Sentences(std::string_view text);

// At most `words` words, on one line, with "…" when something was left out.
std::string FirstWords(std::string_view text, int words);
// The whole text on one line when it is short enough for a title, else its
// first words.
std::string TitleOf(std::string_view text);
std::string OnOneLine(std::string_view text);

// Compiles a cue: case does not matter, "<" is the beginning of a word and ">"
// the end of one, since \b knows only ASCII.
std::unique_ptr<RE2> Cue(std::string_view pattern);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_TEXT_H_
