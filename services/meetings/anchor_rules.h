#ifndef REGLAB_SERVICES_MEETINGS_ANCHOR_RULES_H_
#define REGLAB_SERVICES_MEETINGS_ANCHOR_RULES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/draft.pb.h"

namespace reglab::meetings {

// Where in a draft an amendment has its place, and how it follows to the next
// one. Plain functions over texts in UTF-8; offsets are Unicode code points.

int CodePoints(std::string_view text);

// The bytes before which `offset` code points stand.
size_t ByteAt(std::string_view text, int offset);

// Whether the quote stands after `offset` code points.
bool StandsAt(std::string_view text, int offset, std::string_view quote);

// Where the quote stands, in bytes, in order; places may overlap. At most
// `most`.
std::vector<size_t> PlacesOf(std::string_view quote, std::string_view text,
                             size_t most = 20000);

// The words of `text` that are most like the quote; "" when none are.
std::string NearestWords(std::string_view quote, std::string_view text);

// The text of a draft, and its paragraphs by their ids. Keeps references.
class DraftText {
 public:
  explicit DraftText(const std::vector<v1::Paragraph>& paragraphs);

  // Null when there is none of that id.
  const v1::Paragraph* Find(std::string_view id) const;

  // The paragraph and the byte of the only place where the quote stands in the
  // whole draft; `several` says whether there is more than one.
  struct Found {
    const v1::Paragraph* paragraph = nullptr;
    size_t byte = 0;
    bool several = false;
  };
  Found FindOnly(std::string_view quote) const;

  bool empty() const { return paragraphs_.empty(); }

 private:
  const std::vector<v1::Paragraph>& paragraphs_;
  std::map<std::string_view, const v1::Paragraph*> by_id_;
  // All paragraphs, separated by bytes that no UTF-8 has.
  std::string all_;
  std::vector<size_t> starts_;
};

// Fills the place of an amendment in `draft`, the text of the draft of that
// name: anchor, draft, paragraph, occurrence, offsets. Without paragraph and
// quote it is about the whole draft.
// INVALID_ARGUMENT naming the field of `amendment`: QUOTE_NOT_FOUND with the
// nearest words or the paragraph in which it does stand, QUOTE_AMBIGUOUS,
// INVALID_FIELD for a paragraph that the draft does not have.
absl::Status Anchor(const DraftText& text, std::string_view draft,
                    v1::Amendment& amendment);

// As Anchor, for one that waits for a text: what cannot be placed goes on
// waiting, with the reason.
void AnchorWaiting(const DraftText& text, std::string_view draft,
                   v1::Amendment& amendment);

// It has no place any more, or none yet.
void Wait(v1::WaitingAmendment::Reason reason, v1::Amendment& amendment);

// What became of the code points of a paragraph that is not as it was: the
// offset that each has in the new text; -1 when it is gone.
struct Kept {
  std::vector<int> offsets;
  // Worked out by comparing, not known: then a quote that stands in the
  // paragraph more or fewer times than before is not followed by it.
  bool guessed = false;
};

// How an amendment followed.
enum class Followed { kSamePlace, kMoved, kWaits };

// Moves the place of an amendment from `old_text` to `new_text`, the text of
// `draft`; `kept` has the paragraphs that were changed, by id. It follows the
// same code points; when these are not together any more, and its quote stands
// in one place only of the old draft and of the new, that place. Otherwise it
// waits: it never comes to stand at other words.
Followed Follow(const DraftText& old_text, const DraftText& new_text,
                const std::map<std::string, Kept>& kept, std::string_view draft,
                v1::Amendment& amendment);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_ANCHOR_RULES_H_
