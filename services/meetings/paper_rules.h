#ifndef REGLAB_SERVICES_MEETINGS_PAPER_RULES_H_
#define REGLAB_SERVICES_MEETINGS_PAPER_RULES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "reglab/meetings/v1/paper.pb.h"
#include "reglab/meetings/v1/upload.pb.h"

namespace reglab::meetings {

// INVALID_ARGUMENT unless a new paper has either a link or an upload.
absl::Status CheckSourceOfNew(const v1::Paper& paper);

// What is left of link and file when those fields of `paper` were changed: the
// one that was given takes the place of the other. INVALID_ARGUMENT when both
// were given, or neither is left.
absl::Status ChooseSource(const std::vector<std::string>& changed,
                          v1::Paper& paper);

// Makes the paper one of this file. FAILED_PRECONDITION, UPLOAD_NOT_COMPLETE.
absl::Status TakeUpload(const v1::Upload& upload, v1::Paper& paper);

// FAILED_PRECONDITION, PAPER_IS_LINK, for a paper without a file.
absl::Status CheckHasFile(const v1::Paper& paper);

// The media type with which a file is answered: texts were checked to be UTF-8.
std::string AnsweredType(const v1::Paper& paper);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_PAPER_RULES_H_
