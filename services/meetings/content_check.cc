#include "services/meetings/content_check.h"

#include <magic.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

namespace reglab::meetings {
namespace {

constexpr size_t kBeginBytes = 256 << 10;
constexpr size_t kEndBytes = 256 << 10;

constexpr std::string_view kOpenXml =
    "application/vnd.openxmlformats-officedocument.";

struct Type {
  std::string_view name;
  // Of Office Open XML: the file in the zip that makes it this document.
  std::string_view part = "";
};

constexpr std::array<Type, 13> kTypes = {{
    {"application/pdf"},
    {"application/vnd.oasis.opendocument.presentation"},
    {"application/vnd.oasis.opendocument.spreadsheet"},
    {"application/vnd.oasis.opendocument.text"},
    {"application/vnd.openxmlformats-officedocument.presentationml."
     "presentation",
     "ppt/presentation.xml"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     "xl/workbook.xml"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
     "word/document.xml"},
    {"image/jpeg"},
    {"image/png"},
    {"image/webp"},
    {"text/csv"},
    {"text/markdown"},
    {"text/plain"},
}};

bool IsText(std::string_view type) { return type.starts_with("text/"); }

// What libmagic takes the beginning of a file for: "image/png".
std::string FoundType(std::string_view begin) {
  // Made for each file: a cookie serves one thread, and the database of types
  // is mapped, not read.
  const std::unique_ptr<magic_set, void (*)(magic_set*)> cookie(
      magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
                 MAGIC_NO_CHECK_ELF),
      magic_close);
  if (cookie == nullptr || magic_load(cookie.get(), nullptr) != 0) {
    LogError("magic",
             {{"what",
               cookie == nullptr ? "no memory" : magic_error(cookie.get())}});
    return "";
  }
  const char* found = magic_buffer(cookie.get(), begin.data(), begin.size());
  return found == nullptr ? "" : found;
}

// A page that says it is a text would be taken for a page somewhere.
bool IsPage(std::string_view text) {
  absl::string_view begin = ForAbsl(text.substr(0, 1024));
  if (absl::StartsWith(begin, "\xEF\xBB\xBF")) begin.remove_prefix(3);
  begin = absl::StripLeadingAsciiWhitespace(begin);
  return absl::StartsWithIgnoreCase(begin, "<!doctype html") ||
         absl::StartsWithIgnoreCase(begin, "<html") ||
         absl::StartsWithIgnoreCase(begin, "<script") ||
         absl::StartsWithIgnoreCase(begin, "<svg");
}

// What libmagic calls a text that is written by some rule.
bool MayBeText(std::string_view found) {
  return (IsText(found) && found != "text/rtf") ||
         found == "application/json" || found == "application/csv" ||
         found == "application/javascript" || found == "message/rfc822" ||
         found == "application/x-ndjson";
}

absl::Status Mismatch(std::string_view declared, std::string_view found) {
  return Refused(
      "CONTENT_TYPE_MISMATCH",
      {Concat("The file is announced as ", declared, ", but its content is ",
              found, ". Announce what it is, or send the right file."),
       Concat("Filen anmäldes som ", declared, ", men innehållet är ", found,
              ". Anmäl den som vad den är, eller skicka rätt fil.")});
}

absl::Status NotUtf8() {
  return Refused("NOT_UTF8", {"The text is not UTF-8. Save the file as UTF-8.",
                              "Texten är inte UTF-8. Spara filen som UTF-8."});
}

}  // namespace

bool IsTakenType(std::string_view content_type) {
  return std::any_of(kTypes.begin(), kTypes.end(), [&](const Type& type) {
    return type.name == content_type;
  });
}

void ContentCheck::FreeDigest::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

ContentCheck::ContentCheck(std::string_view declared)
    : declared_(declared), digest_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(digest_.get(), EVP_sha256(), nullptr);
}

ContentCheck::~ContentCheck() = default;

void ContentCheck::Add(std::string_view bytes) {
  EVP_DigestUpdate(digest_.get(), bytes.data(), bytes.size());
  if (begin_.size() < kBeginBytes) {
    begin_.append(bytes.substr(0, kBeginBytes - begin_.size()));
  }
  end_.append(bytes);
  if (end_.size() > kEndBytes) end_.erase(0, end_.size() - kEndBytes);
  if (IsText(declared_) && utf8_) AddText(bytes);
}

void ContentCheck::AddText(std::string_view bytes) {
  rest_.append(bytes);
  // The last character may go on in the next part.
  size_t whole = rest_.size();
  for (size_t back = 1; back <= std::min<size_t>(3, rest_.size()); ++back) {
    const uint8_t byte = uint8_t(rest_[rest_.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const size_t length = byte >= 0xF0   ? 4
                          : byte >= 0xE0 ? 3
                          : byte >= 0xC0 ? 2
                                         : 1;
    if (length > back) whole = rest_.size() - back;
    break;
  }
  const std::string_view text = std::string_view(rest_).substr(0, whole);
  const bool controls = std::any_of(text.begin(), text.end(), [](char c) {
    return uint8_t(c) < ' ' && c != '\t' && c != '\n' && c != '\r' &&
           c != '\f' && c != '\v';
  });
  utf8_ = !controls && IsUtf8(text);
  rest_.erase(0, whole);
}

std::string ContentCheck::Sha256() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned int length = 0;
  EVP_DigestFinal_ex(digest_.get(), bytes.data(), &length);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), length));
}

// The names of a zip's files stand at its end as they are. Where libmagic knows
// the document by what comes first, that is enough.
bool ContentCheck::IsOfficeDocument(std::string_view found) const {
  if (found != "application/zip" && found != "application/octet-stream") {
    return false;
  }
  const auto type =
      std::find_if(kTypes.begin(), kTypes.end(),
                   [&](const Type& each) { return each.name == declared_; });
  return begin_.starts_with("PK\x03\x04") &&
         end_.find("[Content_Types].xml") != std::string::npos &&
         end_.find(std::string(type->part)) != std::string::npos;
}

absl::Status ContentCheck::CheckType() const {
  const std::string found = FoundType(begin_);
  if (IsText(declared_)) {
    if (IsPage(begin_)) return Mismatch(declared_, "text/html");
    if (utf8_ && rest_.empty() && MayBeText(found)) return absl::OkStatus();
    // Bytes that libmagic takes for some text are one in another encoding.
    return MayBeText(found) ? NotUtf8() : Mismatch(declared_, found);
  }
  if (found == declared_) return absl::OkStatus();
  if (declared_.starts_with(kOpenXml) && IsOfficeDocument(found)) {
    return absl::OkStatus();
  }
  return Mismatch(declared_, found);
}

}  // namespace reglab::meetings
