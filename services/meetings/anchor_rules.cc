#include "services/meetings/anchor_rules.h"

#include <string.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::meetings {
namespace {

using v1::Amendment;
using v1::Paragraph;
using v1::WaitingAmendment;

constexpr char kSeparator = '\xFF';
// Of a quote and a text that are compared letter by letter.
constexpr size_t kMostCompared = 5000;

bool StartsCodePoint(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

size_t FindBytes(std::string_view text, std::string_view quote, size_t from) {
  if (from >= text.size() || quote.empty()) return std::string_view::npos;
  const void* found = memmem(text.data() + from, text.size() - from,
                             quote.data(), quote.size());
  return found == nullptr
             ? std::string_view::npos
             : size_t(static_cast<const char*>(found) - text.data());
}

absl::Status QuoteError(std::string_view reason, std::string_view field,
                        Text text) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, text,
                   {{std::string(field), text}});
}

absl::Status QuoteNotFound(const DraftText& text, const Paragraph* paragraph,
                           const std::string& quote) {
  const DraftText::Found elsewhere = text.FindOnly(quote);
  if (paragraph == nullptr) {
    return QuoteError(
        "QUOTE_NOT_FOUND", "amendment.quote",
        {"These words stand nowhere in the draft. Copy them from it, letter by "
         "letter.",
         "De citerade orden finns inte i utkastet. Kopiera dem därifrån, "
         "bokstav för bokstav."});
  }
  if (elsewhere.paragraph != nullptr) {
    const std::string& id = elsewhere.paragraph->id();
    return QuoteError(
        "QUOTE_NOT_FOUND", "amendment.quote",
        {absl::StrCat("These words are not in paragraph ", paragraph->id(),
                      ", they are in ", id, ". Name that paragraph."),
         absl::StrCat("De citerade orden står inte i stycke ", paragraph->id(),
                      " utan i ", id, ". Ange det stycket.")});
  }
  std::string nearest = NearestWords(quote, paragraph->text());
  if (nearest.empty()) nearest = paragraph->text();
  const std::string shown = Excerpt(nearest);
  return QuoteError("QUOTE_NOT_FOUND", "amendment.quote",
                    {absl::StrCat("These words are not in paragraph ",
                                  paragraph->id(), ". The nearest there are \"",
                                  shown, "\". Copy them letter by letter."),
                     absl::StrCat("De citerade orden står inte i stycke ",
                                  paragraph->id(), ". Närmast kommer ”", shown,
                                  "”. Kopiera dem bokstav för bokstav.")});
}

void SetPlace(const Paragraph& paragraph, std::string_view draft, size_t byte,
              Amendment& amendment) {
  const std::string_view text = paragraph.text();
  const int start = CodePoints(text.substr(0, byte));
  int occurrence = 0;
  for (size_t at = FindBytes(text, amendment.quote(), 0); at <= byte;
       at = FindBytes(text, amendment.quote(), at + 1)) {
    ++occurrence;
  }
  amendment.set_draft(std::string(draft));
  amendment.set_anchor(Amendment::QUOTE);
  amendment.set_paragraph(paragraph.id());
  amendment.set_occurrence(occurrence);
  amendment.set_start_offset(start);
  amendment.set_end_offset(start + CodePoints(amendment.quote()));
  amendment.clear_waiting_reason();
}

void SetWhole(std::string_view draft, Amendment& amendment) {
  amendment.set_draft(std::string(draft));
  amendment.set_anchor(amendment.paragraph().empty() ? Amendment::WHOLE_DRAFT
                                                     : Amendment::PARAGRAPH);
  amendment.clear_occurrence();
  amendment.clear_start_offset();
  amendment.clear_end_offset();
  amendment.clear_waiting_reason();
}

// The offset in the new text at which the old code points from `start` to `end`
// stand together; -1 when they don't.
int KeptTogether(const Kept& kept, int start, int end) {
  if (start < 0 || end <= start || end > int(kept.offsets.size())) return -1;
  for (int i = start; i < end; ++i) {
    if (kept.offsets[i] < 0 ||
        kept.offsets[i] != kept.offsets[start] + (i - start)) {
      return -1;
    }
  }
  return kept.offsets[start];
}

// The byte of the new paragraph at which the very same words stand.
std::optional<size_t> SameWords(const Paragraph& before, const Paragraph& after,
                                const std::map<std::string, Kept>& kept,
                                const Amendment& amendment) {
  const std::string& quote = amendment.quote();
  int start = amendment.start_offset();
  if (const auto changed = kept.find(before.id()); changed != kept.end()) {
    if (changed->second.guessed && PlacesOf(quote, before.text()).size() !=
                                       PlacesOf(quote, after.text()).size()) {
      return std::nullopt;
    }
    start = KeptTogether(changed->second, start, amendment.end_offset());
  }
  if (start < 0 || !StandsAt(after.text(), start, quote)) return std::nullopt;
  return ByteAt(after.text(), start);
}

}  // namespace

int CodePoints(std::string_view text) {
  return int(std::count_if(text.begin(), text.end(), StartsCodePoint));
}

size_t ByteAt(std::string_view text, int offset) {
  size_t byte = 0;
  for (; byte < text.size(); ++byte) {
    if (StartsCodePoint(text[byte]) && offset-- == 0) break;
  }
  return byte;
}

bool StandsAt(std::string_view text, int offset, std::string_view quote) {
  return text.substr(ByteAt(text, offset)).starts_with(quote);
}

std::vector<size_t> PlacesOf(std::string_view quote, std::string_view text,
                             size_t most) {
  std::vector<size_t> places;
  for (size_t at = FindBytes(text, quote, 0);
       at != std::string_view::npos && places.size() < most;
       at = FindBytes(text, quote, at + 1)) {
    places.push_back(at);
  }
  return places;
}

std::string NearestWords(std::string_view quote, std::string_view text) {
  quote = quote.substr(0, ByteAt(quote, 500));
  text = text.substr(0, kMostCompared);
  while (!text.empty() && !IsUtf8(text)) text.remove_suffix(1);
  if (quote.empty() || text.empty()) return "";
  // The fewest letters to change so that the quote becomes a part of the text
  // that ends here (Sellers 1980), and where that part begins.
  struct Cell {
    size_t cost;
    size_t start;
  };
  std::vector<Cell> column(quote.size() + 1);
  for (size_t i = 0; i < column.size(); ++i) column[i] = {i, 0};
  Cell best = column.back();
  size_t best_end = 0;
  for (size_t j = 0; j < text.size(); ++j) {
    Cell diagonal = column[0];
    column[0] = {0, j + 1};
    for (size_t i = 1; i < column.size(); ++i) {
      const Cell up = column[i];
      Cell next = {diagonal.cost + (quote[i - 1] == text[j] ? 0 : 1),
                   diagonal.start};
      if (up.cost + 1 < next.cost) next = {up.cost + 1, up.start};
      if (column[i - 1].cost + 1 < next.cost) {
        next = {column[i - 1].cost + 1, column[i - 1].start};
      }
      column[i] = next;
      diagonal = up;
    }
    if (column.back().cost < best.cost) {
      best = column.back();
      best_end = j + 1;
    }
  }
  if (best.cost * 2 > quote.size() || best_end <= best.start) return "";
  // Whole words.
  size_t begin = best.start;
  size_t end = best_end;
  while (begin > 0 && text[begin - 1] != ' ') --begin;
  while (end < text.size() && text[end] != ' ') ++end;
  return std::string(Trim(text.substr(begin, end - begin)));
}

DraftText::DraftText(const std::vector<Paragraph>& paragraphs)
    : paragraphs_(paragraphs) {
  for (const Paragraph& paragraph : paragraphs_) {
    by_id_.emplace(paragraph.id(), &paragraph);
    starts_.push_back(all_.size());
    all_ += paragraph.text();
    all_ += kSeparator;
  }
}

const Paragraph* DraftText::Find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

DraftText::Found DraftText::FindOnly(std::string_view quote) const {
  const size_t first = FindBytes(all_, quote, 0);
  if (first == std::string_view::npos) return {};
  if (FindBytes(all_, quote, first + 1) != std::string_view::npos) {
    return {nullptr, 0, true};
  }
  const size_t index = std::upper_bound(starts_.begin(), starts_.end(), first) -
                       starts_.begin() - 1;
  return {&paragraphs_[index], first - starts_[index], false};
}

absl::Status Anchor(const DraftText& text, std::string_view draft,
                    Amendment& amendment) {
  const Paragraph* paragraph = nullptr;
  if (!amendment.paragraph().empty()) {
    paragraph = text.Find(amendment.paragraph());
    if (paragraph == nullptr) {
      return InvalidField(
          "amendment.paragraph",
          {absl::StrCat("The newest draft has no paragraph ",
                        amendment.paragraph(),
                        ". Read its paragraphs with GET "
                        "/v1/",
                        ForAbsl(draft), "."),
           absl::StrCat("Det senaste utkastet har inget stycke ",
                        amendment.paragraph(),
                        ". Läs dess stycken med GET "
                        "/v1/",
                        ForAbsl(draft), ".")});
    }
  }
  const std::string& quote = amendment.quote();
  if (quote.empty()) {
    SetWhole(draft, amendment);
    return absl::OkStatus();
  }
  if (paragraph == nullptr) {
    const DraftText::Found found = text.FindOnly(quote);
    if (found.several) {
      return QuoteError(
          "QUOTE_AMBIGUOUS", "amendment.paragraph",
          {"These words stand in more than one place of the draft. Name the "
           "paragraph, or quote more of them.",
           "De citerade orden står på flera ställen i utkastet. Ange stycket, "
           "eller citera fler ord."});
    }
    if (found.paragraph == nullptr) return QuoteNotFound(text, nullptr, quote);
    SetPlace(*found.paragraph, draft, found.byte, amendment);
    return absl::OkStatus();
  }
  const std::vector<size_t> places = PlacesOf(quote, paragraph->text());
  if (places.empty()) return QuoteNotFound(text, paragraph, quote);
  const int occurrence = amendment.occurrence();
  if (occurrence == 0 && places.size() > 1) {
    return QuoteError(
        "QUOTE_AMBIGUOUS", "amendment.occurrence",
        {absl::StrCat("These words stand ", places.size(), " times in ",
                      paragraph->id(),
                      ". Say which with occurrence, from 1, or quote more of "
                      "them."),
         absl::StrCat("De citerade orden står ", places.size(), " gånger i ",
                      paragraph->id(),
                      ". Ange vilken med occurrence, från 1, eller citera fler "
                      "ord.")});
  }
  if (occurrence > int(places.size())) {
    return QuoteError(
        "QUOTE_NOT_FOUND", "amendment.occurrence",
        {absl::StrCat("These words stand only ", places.size(), " times in ",
                      paragraph->id(), "."),
         absl::StrCat("De citerade orden står bara ", places.size(),
                      " gånger i ", paragraph->id(), ".")});
  }
  SetPlace(*paragraph, draft, places[std::max(occurrence, 1) - 1], amendment);
  return absl::OkStatus();
}

void Wait(WaitingAmendment::Reason reason, Amendment& amendment) {
  amendment.clear_draft();
  amendment.clear_anchor();
  amendment.clear_start_offset();
  amendment.clear_end_offset();
  amendment.set_waiting_reason(reason);
}

void AnchorWaiting(const DraftText& text, std::string_view draft,
                   Amendment& amendment) {
  const std::string& quote = amendment.quote();
  const Paragraph* paragraph = text.Find(amendment.paragraph());
  if (quote.empty()) {
    if (paragraph == nullptr && !amendment.paragraph().empty()) {
      return Wait(WaitingAmendment::PARAGRAPH_REMOVED, amendment);
    }
    return SetWhole(draft, amendment);
  }
  if (paragraph != nullptr) {
    if (Anchor(text, draft, amendment).ok()) return;
    return Wait(PlacesOf(quote, paragraph->text(), 2).size() > 1
                    ? WaitingAmendment::QUOTE_AMBIGUOUS
                    : WaitingAmendment::QUOTE_NOT_FOUND,
                amendment);
  }
  const DraftText::Found found = text.FindOnly(quote);
  if (found.paragraph != nullptr) {
    return SetPlace(*found.paragraph, draft, found.byte, amendment);
  }
  Wait(found.several ? WaitingAmendment::QUOTE_AMBIGUOUS
                     : WaitingAmendment::QUOTE_NOT_FOUND,
       amendment);
}

Followed Follow(const DraftText& old_text, const DraftText& new_text,
                const std::map<std::string, Kept>& kept, std::string_view draft,
                Amendment& amendment) {
  if (amendment.anchor() == Amendment::WHOLE_DRAFT) {
    SetWhole(draft, amendment);
    return Followed::kSamePlace;
  }
  const Paragraph* after = new_text.Find(amendment.paragraph());
  if (amendment.anchor() == Amendment::PARAGRAPH) {
    if (after == nullptr) {
      Wait(WaitingAmendment::PARAGRAPH_REMOVED, amendment);
      return Followed::kWaits;
    }
    SetWhole(draft, amendment);
    return Followed::kSamePlace;
  }
  const Paragraph* before = old_text.Find(amendment.paragraph());
  if (before != nullptr && after != nullptr) {
    if (const std::optional<size_t> byte =
            SameWords(*before, *after, kept, amendment)) {
      SetPlace(*after, draft, *byte, amendment);
      return Followed::kSamePlace;
    }
  }
  const DraftText::Found found = new_text.FindOnly(amendment.quote());
  if (found.paragraph != nullptr &&
      old_text.FindOnly(amendment.quote()).paragraph != nullptr) {
    SetPlace(*found.paragraph, draft, found.byte, amendment);
    return Followed::kMoved;
  }
  Wait(found.several      ? WaitingAmendment::QUOTE_AMBIGUOUS
       : after == nullptr ? WaitingAmendment::PARAGRAPH_REMOVED
                          : WaitingAmendment::TEXT_CHANGED,
       amendment);
  return Followed::kWaits;
}

}  // namespace reglab::meetings
