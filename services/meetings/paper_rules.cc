#include "services/meetings/paper_rules.h"

#include <algorithm>

#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::meetings {
namespace {

using v1::Paper;
using v1::Upload;

absl::Status Either(std::string_view field) {
  return InvalidField(field,
                      {"A paper is either a link or a file. Give a link or a "
                       "completed upload, not both.",
                       "Ett underlag är antingen en länk eller en fil. Ange en "
                       "länk eller en komplett uppladdning, inte båda."});
}

}  // namespace

absl::Status CheckSourceOfNew(const Paper& paper) {
  if (paper.link().empty() != paper.upload().empty()) return absl::OkStatus();
  return Either(paper.link().empty() ? "paper.upload" : "paper.link");
}

absl::Status ChooseSource(const std::vector<std::string>& changed,
                          Paper& paper) {
  const auto given = [&](std::string_view path, const std::string& value) {
    return !value.empty() &&
           std::find(changed.begin(), changed.end(), path) != changed.end();
  };
  const bool link = given("link", paper.link());
  const bool upload = given("upload", paper.upload());
  if (link && upload) return Either("paper.link");
  if (link) {
    paper.clear_file_name();
    paper.clear_content_type();
    paper.clear_size_bytes();
    paper.clear_sha256();
  }
  if (upload) paper.clear_link();
  if (!upload && paper.link().empty() && paper.sha256().empty()) {
    return Either("paper.link");
  }
  return absl::OkStatus();
}

absl::Status TakeUpload(const Upload& upload, Paper& paper) {
  if (upload.state() != Upload::COMPLETE) {
    return Refused("UPLOAD_NOT_COMPLETE",
                   {Concat(upload.name(),
                           " is not complete. Send the rest of the file and "
                           "call complete first."),
                    Concat(upload.name(),
                           " är inte komplett. Skicka resten av filen och "
                           "anropa complete först.")});
  }
  paper.clear_upload();
  paper.clear_link();
  paper.set_file_name(upload.file_name());
  paper.set_content_type(upload.content_type());
  paper.set_size_bytes(upload.size_bytes());
  paper.set_sha256(upload.sha256());
  return absl::OkStatus();
}

absl::Status CheckHasFile(const Paper& paper) {
  if (paper.link().empty()) return absl::OkStatus();
  return Refused(
      "PAPER_IS_LINK",
      {Concat("The paper is not kept here: read it at ", paper.link(), "."),
       Concat("Underlaget finns inte här: läs det på ", paper.link(), ".")});
}

std::string AnsweredType(const Paper& paper) {
  return paper.content_type().starts_with("text/")
             ? paper.content_type() + "; charset=utf-8"
             : paper.content_type();
}

}  // namespace reglab::meetings
