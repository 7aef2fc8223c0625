#include "services/meetings/upload_rules.h"

#include <algorithm>
#include <string>

#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/meetings/content_check.h"

namespace reglab::meetings {

using v1::Upload;

absl::Status CheckAnnounced(const Upload& upload) {
  if (IsTakenType(upload.content_type())) return absl::OkStatus();
  return InvalidField(
      "upload.content_type",
      {Concat(Excerpt(upload.content_type()),
              " is not taken. Send PDF, Office Open XML, OpenDocument, PNG, "
              "JPEG, WebP, or text/plain, text/markdown or text/csv."),
       Concat(Excerpt(upload.content_type()),
              " tas inte emot. Skicka PDF, Office Open XML, OpenDocument, PNG, "
              "JPEG, WebP, eller text/plain, text/markdown eller text/csv.")});
}

absl::StatusOr<int> AlreadyReceived(const Upload& upload, int offset,
                                    int bytes) {
  const int received = upload.received_bytes();
  if (bytes == 0) {
    return InvalidField("content",
                        {"The chunk is empty. Send the bytes as the body.",
                         "Delen är tom. Skicka bytena som innehåll."});
  }
  if (int64_t(offset) + bytes > upload.size_bytes()) {
    return Refused(
        "UPLOAD_TOO_LONG",
        {Concat("The file was announced with ", upload.size_bytes(),
                " bytes; this chunk ends behind that. Announce it anew with "
                "its size."),
         Concat("Filen anmäldes med ", upload.size_bytes(),
                " byte; den här delen slutar efter det. Anmäl den på nytt med "
                "rätt storlek.")});
  }
  if (offset > received) {
    return Refused(
        "UPLOAD_OFFSET",
        {Concat(received, " bytes have arrived. Go on with offset ", received,
                "."),
         Concat(received, " byte har kommit fram. Fortsätt med offset ",
                received, ".")},
        {{"offset",
          {Concat("The next is ", received, "."),
           Concat("Nästa är ", received, ".")}}});
  }
  const int again = std::min(received - offset, bytes);
  if (again < bytes && upload.state() == Upload::COMPLETE) {
    return Refused("UPLOAD_COMPLETE",
                   {"The file is complete. Announce another one.",
                    "Filen är komplett. Anmäl en annan."});
  }
  return again;
}

absl::Status CheckReceived(const Upload& upload) {
  if (upload.received_bytes() == upload.size_bytes()) return absl::OkStatus();
  return Refused("UPLOAD_INCOMPLETE",
                 {Concat(upload.received_bytes(), " of ", upload.size_bytes(),
                         " bytes have arrived. Go on with offset ",
                         upload.received_bytes(), "."),
                  Concat(upload.received_bytes(), " av ", upload.size_bytes(),
                         " byte har kommit fram. Fortsätt med offset ",
                         upload.received_bytes(), ".")});
}

absl::Status CheckDigest(const Upload& upload, std::string_view sha256) {
  if (upload.sha256().empty() || upload.sha256() == sha256) {
    return absl::OkStatus();
  }
  return Refused("DIGEST_MISMATCH",
                 {Concat("The file that arrived has the SHA-256 ", sha256,
                         ", not the one that was announced. Delete this upload "
                         "and send the file again."),
                  Concat("Filen som kom fram har SHA-256 ", sha256,
                         ", inte den som anmäldes. Ta bort uppladdningen och "
                         "skicka filen igen.")});
}

}  // namespace reglab::meetings
