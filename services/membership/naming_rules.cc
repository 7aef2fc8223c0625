#include "services/membership/naming_rules.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace reglab::membership {
namespace {

constexpr double kSameForm = 0.95;
constexpr std::string_view kRegion = "regionen";

// Characters of UTF-8 text; what is not UTF-8 never gets here, because protobuf
// refuses it.
std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  for (size_t at = 0; at < text.size();) {
    size_t length = 1;
    while (at + length < text.size() &&
           (static_cast<unsigned char>(text[at + length]) & 0xC0) == 0x80) {
      ++length;
    }
    characters.push_back(text.substr(at, length));
    at += length;
  }
  return characters;
}

// A genitive s tells nothing; both sides lose it, so a name that ends in s of
// its own ("Borås") still equals itself.
std::string_view WithoutGenitive(std::string_view word) {
  if (Characters(word).size() > 3 && word.ends_with('s')) word.remove_suffix(1);
  return word;
}

// Words that say which kind of organisation it is and not which.
bool SaysRegion(std::string_view word) {
  return word == "region" || word == "regionen" || word == "län" ||
         word == "läns" || word == "länet";
}

int MostTypingErrors(size_t letters) {
  if (letters < 4) return 0;
  if (letters < 8) return 1;
  return letters < 20 ? 2 : 3;
}

// The first letter as it is on a keyboard without å, ä and ö.
std::string_view FirstLetter(std::string_view text) {
  const std::vector<std::string_view> characters = Characters(text);
  if (characters.empty()) return "";
  const std::string_view first = characters.front();
  if (first == "å" || first == "ä") return "a";
  return first == "ö" ? "o" : first;
}

double Score(std::string_view folded, std::string_view lookup,
             const NameCandidate& candidate) {
  if (FoldCase(candidate.spelling) == folded) return 1;
  const std::string other = LookupForm(candidate.spelling);
  if (other == lookup) return kSameForm;
  if (FirstLetter(other) != FirstLetter(lookup)) return 0;
  const size_t letters =
      std::min(Characters(lookup).size(), Characters(other).size());
  const int errors = EditDistance(lookup, other);
  if (errors > MostTypingErrors(letters)) return 0;
  return kSameForm * (1 - static_cast<double>(errors) / letters);
}

}  // namespace

std::string FoldCase(std::string_view text) {
  // Text from some systems has its dots and rings as characters of their own.
  const std::string composed = absl::StrReplaceAll(
      absl::StripAsciiWhitespace({text.data(), text.size()}),
      {{"A\u030A", "å"},
       {"a\u030A", "å"},
       {"A\u0308", "ä"},
       {"a\u0308", "ä"},
       {"O\u0308", "ö"},
       {"o\u0308", "ö"},
       {"E\u0301", "é"},
       {"e\u0301", "é"}});
  std::string folded;
  folded.reserve(composed.size());
  for (size_t i = 0; i < composed.size(); ++i) {
    const auto byte = static_cast<unsigned char>(composed[i]);
    const auto before =
        i > 0 ? static_cast<unsigned char>(composed[i - 1]) : '\0';
    if (byte < 0x80) {
      folded += absl::ascii_tolower(byte);
    } else if (before == 0xC3 && byte >= 0x80 && byte <= 0x9E && byte != 0x97) {
      // À to Þ (× apart) stand 32 before their small letters.
      folded += static_cast<char>(byte + 0x20);
    } else {
      folded += static_cast<char>(byte);
    }
  }
  return folded;
}

std::string LookupForm(std::string_view name) {
  std::string folded = FoldCase(name);
  // "SKR:s" and "SKR’s" are genitives too, before the punctuation goes.
  for (std::string_view mark : {":s", "'s", "’s"}) {
    for (size_t at = folded.find(mark); at != std::string::npos;
         at = folded.find(mark, at)) {
      const size_t end = at + mark.size();
      if (end == folded.size() ||
          absl::ascii_isspace(static_cast<unsigned char>(folded[end])) ||
          absl::ascii_ispunct(static_cast<unsigned char>(folded[end]))) {
        folded.erase(at, mark.size());
      } else {
        at = end;
      }
    }
  }
  for (const char* mark : {"’", "‘", "”", "“", "–", "—", "…", "\u00A0"}) {
    absl::StrReplaceAll({{mark, " "}}, &folded);
  }
  for (char& c : folded) {
    if (absl::ascii_ispunct(static_cast<unsigned char>(c))) c = ' ';
  }
  const std::vector<std::string> words =
      absl::StrSplit(folded, absl::ByAnyChar(" \t\r\n\v\f"), absl::SkipEmpty());
  std::vector<std::string> kept;
  for (std::string_view word : words) {
    if (SaysRegion(word)) continue;
    // "Västra Götalandsregionen", "Hallandsregionen"
    if (word.ends_with(kRegion)) word.remove_suffix(kRegion.size());
    kept.emplace_back(WithoutGenitive(word));
  }
  return absl::StrJoin(kept.empty() ? words : kept, " ");
}

int EditDistance(std::string_view a, std::string_view b) {
  const std::vector<std::string_view> x = Characters(a);
  const std::vector<std::string_view> y = Characters(b);
  // The row before the one before, the one before, and the one being made.
  std::vector<int> older(y.size() + 1), old(y.size() + 1), row(y.size() + 1);
  for (size_t j = 0; j <= y.size(); ++j) old[j] = static_cast<int>(j);
  for (size_t i = 1; i <= x.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= y.size(); ++j) {
      const int change = x[i - 1] == y[j - 1] ? 0 : 1;
      row[j] = std::min({old[j] + 1, row[j - 1] + 1, old[j - 1] + change});
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) {
        row[j] = std::min(row[j], older[j - 2] + 1);
      }
    }
    std::swap(older, old);
    std::swap(old, row);
  }
  return old[y.size()];
}

NameMatch ChooseOrganization(std::string_view name,
                             const std::vector<NameCandidate>& candidates) {
  const std::string folded = FoldCase(name);
  const std::string lookup = LookupForm(name);
  NameMatch best;
  bool shared = false;
  for (const NameCandidate& candidate : candidates) {
    const double score = Score(folded, lookup, candidate);
    if (score < 0.5 || score < best.score) continue;
    if (score == best.score && best.organization == candidate.organization) {
      continue;
    }
    shared = score == best.score;
    best = {candidate.organization, candidate.display_name, score};
  }
  return shared ? NameMatch{} : best;
}

}  // namespace reglab::membership
