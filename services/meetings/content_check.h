#ifndef REGLAB_SERVICES_MEETINGS_CONTENT_CHECK_H_
#define REGLAB_SERVICES_MEETINGS_CONTENT_CHECK_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

struct evp_md_ctx_st;

namespace reglab::meetings {

// Whether files of this media type are taken at all.
bool IsTakenType(std::string_view content_type);

// Looks at a file part by part: what its digest is, and whether it is what it
// is said to be. What it begins with is told by libmagic; a zip must besides
// list what makes it a document, and a text must be UTF-8 to its end.
class ContentCheck {
 public:
  // `declared` is a media type that is taken.
  explicit ContentCheck(std::string_view declared);
  ~ContentCheck();

  void Add(std::string_view bytes);

  // Once, after all of it: SHA-256 in hexadecimal.
  std::string Sha256();

  // FAILED_PRECONDITION: CONTENT_TYPE_MISMATCH names the type that it has,
  // NOT_UTF8 says what mends that.
  absl::Status CheckType() const;

 private:
  struct FreeDigest {
    void operator()(evp_md_ctx_st* context) const;
  };
  void AddText(std::string_view bytes);
  bool IsOfficeDocument(std::string_view found) const;

  const std::string declared_;
  std::unique_ptr<evp_md_ctx_st, FreeDigest> digest_;
  std::string begin_;  // what libmagic is shown
  std::string end_;    // where a zip lists its files
  std::string rest_;   // of a character whose other bytes are to come
  bool utf8_ = true;
};

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_CONTENT_CHECK_H_
