#include "gateway/protocols/media_type.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

// The media type without parameters.
bool HasType(std::string_view content_type, const char* type) {
  return absl::EqualsIgnoreCase(
      ForAbsl(Trim(content_type.substr(0, content_type.find(';')))), type);
}

// JSON is UTF-8 (RFC 8259); a charset that says otherwise is not understood.
bool IsUtf8Type(std::string_view content_type) {
  const std::string lower = absl::AsciiStrToLower(ForAbsl(content_type));
  const size_t at = lower.find("charset=");
  return at == std::string::npos ||
         lower.find("utf-8", at) != std::string::npos;
}

absl::Status WrongContentType(const std::vector<std::string>& others) {
  std::string en, sv;
  for (const std::string& type : others) {
    absl::StrAppend(&en, " or ", type);
    absl::StrAppend(&sv, " eller ", type);
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE",
      {Concat("The body must be JSON in UTF-8, not compressed: send "
              "Content-Type: application/json",
              en, "."),
       Concat("Innehållet ska vara JSON i UTF-8, inte komprimerat: skicka "
              "Content-Type: application/json",
              sv, ".")});
}

absl::Status CompressedBody() {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE",
      {"The body is taken as it is. Send it without Content-Encoding.",
       "Innehållet tas emot som det är. Skicka det utan Content-Encoding."});
}

}  // namespace

bool IsText(const Request& request, const Method& method) {
  return std::any_of(method.media_types.begin(), method.media_types.end(),
                     [&](const std::string& type) {
                       return HasType(request[Field::kContentType],
                                      type.c_str());
                     });
}

absl::Status CheckContentType(const Request& request, const Method& method) {
  const bool plain = request[Field::kContentEncoding].empty() ||
                     absl::EqualsIgnoreCase(
                         ForAbsl(request[Field::kContentEncoding]), "identity");
  if (method.content_field != nullptr) {
    return plain ? absl::OkStatus() : CompressedBody();
  }
  const bool patch = request.method() == "PATCH";
  const std::string_view type = request[Field::kContentType];
  const bool known = HasType(type, "application/json") ||
                     (patch && HasType(type, "application/merge-patch+json")) ||
                     IsText(request, method);
  if (known && plain && IsUtf8Type(type)) return absl::OkStatus();
  return WrongContentType(
      patch ? std::vector<std::string>{"application/merge-patch+json"}
            : method.media_types);
}

}  // namespace reglab::gateway
