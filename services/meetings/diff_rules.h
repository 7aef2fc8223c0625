#ifndef REGLAB_SERVICES_MEETINGS_DIFF_RULES_H_
#define REGLAB_SERVICES_MEETINGS_DIFF_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/draft.pb.h"

namespace reglab::meetings {

// What differs between two texts: paragraphs are compared by their stable ids,
// their words with the O(NP) algorithm of Wu, Manber, Myers and Miller (1990),
// as Debian's libdtl-dev has it. dtl was chosen before libgit2's xdiff, which
// compares lines of files: dtl takes any sequence, and adds no library to what
// runs. Plain functions.

// The places of the elements that both have, in order: (in `before`, in
// `after`). Longest, but for texts so large and so different that memory would
// not suffice.
std::vector<std::pair<int, int>> Common(const std::vector<int>& before,
                                        const std::vector<int>& after);

// The pieces of two texts, by word. Those that are the same and those that were
// removed are together `before`; those that are the same and those that were
// added are `after`. What was removed stands before what was added.
std::vector<v1::Piece> DiffWords(std::string_view before,
                                 std::string_view after);

// All paragraphs of both; see DiffDraftResponse.
std::vector<v1::ParagraphDiff> DiffParagraphs(
    const std::vector<v1::Paragraph>& before,
    const std::vector<v1::Paragraph>& after);

// A page of HTML in Swedish, and Markdown (CommonMark). `title` is the
// consultation's; the drafts are named by their numbers.
std::string DiffHtml(std::string_view title, int from, int to,
                     const std::vector<v1::ParagraphDiff>& paragraphs);
std::string DiffMarkdown(std::string_view title, int from, int to,
                         const std::vector<v1::ParagraphDiff>& paragraphs);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_DIFF_RULES_H_
