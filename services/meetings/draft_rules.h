#ifndef REGLAB_SERVICES_MEETINGS_DRAFT_RULES_H_
#define REGLAB_SERVICES_MEETINGS_DRAFT_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reglab/meetings/v1/draft.pb.h"

namespace reglab::meetings {

// How drafts are made of documents. Plain functions.

inline constexpr int kMostParagraphs = 2000;
inline constexpr int kMostDraftLetters = 400000;

// The paragraphs and headings of Markdown or plain text, without ids. Items of
// lists are paragraphs, with a dash or their number in front.
std::vector<v1::Paragraph> ParagraphsOf(std::string_view document);

// The paragraphs of a draft that a caller sent, each on one line, with kind and
// level filled in. INVALID_ARGUMENT naming "draft.paragraphs" or "draft.text":
// none, an empty one, too many, too long, an id twice.
absl::StatusOr<std::vector<v1::Paragraph>> ParagraphsOf(const v1::Draft& draft);

// Gives ids to the paragraphs of `after` that have none: the one of a paragraph
// of `before` with the same text, or else with mostly the same words in the
// same place, or a new one. `last` is the number of the last id that was given.
// INVALID_ARGUMENT when one of `after` has an id that `before` has not.
absl::Status GiveIds(const std::vector<v1::Paragraph>& before,
                     std::vector<v1::Paragraph>& after, int& last);

// The words with one space between them.
std::string OneLine(std::string_view text);

// Kind and level, filled in where they are missing.
void FillKind(v1::Paragraph::Kind kind, int level, v1::Paragraph& paragraph);

// The next new id; `last` counts.
std::string NewId(int& last);

// INVALID_ARGUMENT naming `field` when it is more than a draft may be.
absl::Status CheckSize(std::string_view field,
                       const std::vector<v1::Paragraph>& paragraphs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_DRAFT_RULES_H_
