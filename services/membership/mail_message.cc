#include "services/membership/mail_message.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "services/common/spelling.h"

namespace reglab::membership {
namespace {

constexpr size_t kLongestAddress = 254;
// RFC 2045, section 6.7: 76 characters with the "=" of a soft line break.
constexpr size_t kLongestLine = 75;
// A line with an encoded word has at most 76 characters (RFC 2047). With
// "Subject: ", "=?UTF-8?B?" and "?=" 55 are left, of which base64 fills 52 with
// 39 bytes.
constexpr size_t kBytesPerWord = 39;

// The value of a header that readers see.
std::string HeaderText(std::string_view value) {
  std::string text;
  bool plain = true;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(byte < 0x20 || byte == 0x7f ? ' ' : c);
    plain = plain && byte < 0x80;
  }
  // A long one is folded between words as encoded words are.
  if (plain && text.size() <= kLongestLine - 10 &&
      text.find("=?") == std::string::npos) {
    return text;
  }
  std::string encoded;
  std::string_view rest = text;
  std::string word;
  const auto flush = [&] {
    if (word.empty()) return;
    absl::StrAppend(&encoded, encoded.empty() ? "" : "\r\n ", "=?UTF-8?B?",
                    absl::Base64Escape(word), "?=");
    word.clear();
  };
  while (!rest.empty()) {
    // No word ends within a letter; a byte that is none stands alone.
    const std::string_view before = rest;
    if (!TakeCodePoint(rest).has_value()) rest.remove_prefix(1);
    const std::string_view letter =
        before.substr(0, before.size() - rest.size());
    if (word.size() + letter.size() > kBytesPerWord) flush();
    word.append(letter);
  }
  flush();
  return encoded;
}

// RFC 2045, section 6.7.
std::string QuotedPrintable(std::string_view text) {
  std::string out;
  size_t line = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += "\r\n";
      line = 0;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    const bool at_end = i + 1 == text.size() || text[i + 1] == '\n';
    const bool literal =
        (byte > 0x20 && byte < 0x7f && c != '=' &&
         // A dot that is alone on a line ends a letter in SMTP.
         !(c == '.' && line == 0)) ||
        (c == ' ' && !at_end);
    const std::string piece =
        literal ? std::string(1, c) : absl::StrFormat("=%02X", byte);
    if (line + piece.size() > kLongestLine) {
      out += "=\r\n";
      line = 0;
    }
    out += piece;
    line += piece.size();
  }
  if (line > 0) out += "\r\n";
  return out;
}

std::string Part(std::string_view boundary, std::string_view type,
                 std::string_view text) {
  return Concat("--", boundary, "\r\nContent-Type: ", type,
                "; charset=utf-8\r\nContent-Transfer-Encoding: "
                "quoted-printable\r\n\r\n",
                QuotedPrintable(text));
}

}  // namespace

bool IsAddress(std::string_view address) {
  if (address.size() > kLongestAddress) return false;
  const size_t at = address.find('@');
  if (at == address.npos || at == 0 || at > 64 || at + 1 == address.size()) {
    return false;
  }
  const bool printable =
      std::all_of(address.begin(), address.end(), [](char c) {
        return c > 0x20 && c < 0x7f &&
               std::string_view("\"(),:;<>[\\]").find(c) ==
                   std::string_view::npos;
      });
  const std::string_view domain = address.substr(at + 1);
  return printable && domain.find('@') == domain.npos &&
         domain.front() != '.' && domain.front() != '-' &&
         domain.back() != '.' && domain.find("..") == domain.npos &&
         std::all_of(domain.begin(), domain.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '.' || c == '-';
         });
}

std::string WriteMessage(const Envelope& envelope, const Letter& letter) {
  const std::string domain = envelope.from.substr(envelope.from.find('@') + 1);
  const std::string boundary = Concat("part-", envelope.id);
  return Concat(
      "From: Reglab <", envelope.from, ">\r\nTo: <", envelope.to,
      ">\r\nSubject: ", HeaderText(letter.title), "\r\nDate: ",
      absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", envelope.date,
                       absl::UTCTimeZone()),
      "\r\nMessage-ID: <", envelope.id, "@", domain,
      ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative; boundary=\"",
      boundary, "\"\r\n\r\n", Part(boundary, "text/plain", letter.text),
      Part(boundary, "text/html", letter.html), "--", boundary, "--\r\n");
}

}  // namespace reglab::membership
