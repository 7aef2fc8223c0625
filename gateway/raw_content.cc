#include "gateway/raw_content.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/edge/message.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

// The media type without parameters, in lower case.
std::string EssenceOf(std::string_view content_type) {
  return absl::AsciiStrToLower(ForAbsl(Trim(Cut(content_type, ';').first)));
}

bool IsText(std::string_view type) {
  return type.starts_with("text/") || type == "application/json" ||
         type == "application/xml";
}

// Pages may have their style in them; nothing else is fetched or run, and they
// are of no origin.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; sandbox allow-popups";
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

// One line of visible text, whatever a service says.
std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (uint8_t(c) >= ' ' && uint8_t(c) < 0x7F) line.push_back(c);
  }
  return line;
}

}  // namespace

std::string DispositionOf(std::string_view content_type,
                          std::string_view file_name) {
  const std::string type = EssenceOf(content_type);
  const bool shown = IsText(type) || type == "application/pdf" ||
                     type == "image/png" || type == "image/jpeg" ||
                     type == "image/webp";
  std::string ascii;
  std::string encoded;
  bool plain = true;
  for (const char c : file_name) {
    const uint8_t byte = uint8_t(c);
    // A name, never a way to somewhere.
    const bool dropped = byte < ' ' || byte == 0x7F || c == '/' || c == '\\';
    if (dropped) continue;
    // One mark for each character that is not ASCII, not for each byte of it.
    if ((byte & 0xC0) == 0x80) {
      plain = false;
    } else if (byte >= 0x80 || c == '"' || c == '%') {
      ascii.push_back('_');
      plain = false;
    } else {
      ascii.push_back(c);
    }
    // attr-char of RFC 8187.
    if (absl::ascii_isalnum(byte) ||
        std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      absl::StrAppend(&encoded, "%", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  std::string value = shown ? "inline" : "attachment";
  if (!ascii.empty()) absl::StrAppend(&value, "; filename=\"", ascii, "\"");
  if (!plain) absl::StrAppend(&value, "; filename*=UTF-8''", encoded);
  return value;
}

Content HeadOfContent(const options::v1::Content& document,
                      std::string_view cache_control) {
  Content content;
  content.type = OneLine(document.content_type());
  if (content.type.empty()) content.type = "application/octet-stream";
  const std::string type = EssenceOf(content.type);
  content.packable = IsText(type);
  content.etag = OneLine(document.etag());
  content.etag.erase(std::remove(content.etag.begin(), content.etag.end(), '"'),
                     content.etag.end());
  AppendField("Content-Security-Policy",
              type == "text/html" ? kPagePolicy : kPolicy, &content.lines);
  AppendField("Cache-Control", cache_control, &content.lines);
  if (!document.file_name().empty()) {
    AppendField("Content-Disposition",
                DispositionOf(content.type, document.file_name()),
                &content.lines);
  }
  return content;
}

}  // namespace reglab::gateway
