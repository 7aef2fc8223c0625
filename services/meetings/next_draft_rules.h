#ifndef REGLAB_SERVICES_MEETINGS_NEXT_DRAFT_RULES_H_
#define REGLAB_SERVICES_MEETINGS_NEXT_DRAFT_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/draft.pb.h"
#include "services/meetings/anchor_rules.h"
#include "services/meetings/overlap_rules.h"

namespace reglab::meetings {

// How drafts are made of each other. Plain functions.

// The text after edits of which no two conflict; the order in which they come
// makes no difference. Spaces are put and taken away as a reader expects.
struct Edited {
  std::string text;
  Kept kept;
};
Edited ApplyEdits(std::string_view text, std::vector<TextEdit> edits);

// What became of a paragraph that was rewritten by hand, by comparing words.
Kept CompareWords(std::string_view before, std::string_view after);

// What the next draft is made of.
struct NextInput {
  std::vector<v1::Paragraph> paragraphs;
  std::vector<v1::ParagraphEdit> edits;
  // Names of accepted amendments that the edits work in.
  std::vector<std::string> worked_in;
  // All of the consultation that are neither withdrawn nor worked in; their
  // order makes no difference.
  std::vector<v1::Amendment> amendments;
  // The name of the new draft, and the number of the last paragraph id.
  std::string draft;
  int last_id = 0;
};

struct NextText {
  std::vector<v1::Paragraph> paragraphs;
  // As in the response; its draft is not filled.
  v1::NextDraftResponse report;
  // The amendments that changed.
  std::vector<v1::Amendment> amendments;
  int last_id = 0;
};

// See NextDraft for the promise and the errors.
absl::StatusOr<NextText> MakeNext(NextInput input);

// Places the amendments that wait for a text, and lets the others follow from
// `before` to `after`, the text of `draft`, whose paragraphs were compared.
// Returns those that changed.
std::vector<v1::Amendment> FollowText(const std::vector<v1::Paragraph>& before,
                                      const std::vector<v1::Paragraph>& after,
                                      std::string_view draft,
                                      std::vector<v1::Amendment> amendments);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_NEXT_DRAFT_RULES_H_
