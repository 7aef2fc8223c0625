#ifndef REGLAB_SERVICES_MEMBERSHIP_MAIL_MESSAGE_H_
#define REGLAB_SERVICES_MEMBERSHIP_MAIL_MESSAGE_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "services/membership/mail_template.h"

namespace reglab::membership {

// A letter as it goes over the wire (RFC 5322, MIME: multipart/alternative of
// plain text and HTML, both UTF-8 in quoted-printable). Made here and not by
// libcurl's mime API, which hands its bytes to a server alone: letters are also
// written to files, and the tests read what is sent.

// Whether `address` can stand in an envelope: printable ASCII, one "@", a
// domain with letters, no quotes, spaces or brackets, at most 254 characters.
bool IsAddress(std::string_view address);

struct Envelope {
  std::string from;  // an address; readers see "Reglab" before it
  std::string to;    // an address
  // Left of the "@" in Message-ID: the same for each attempt, so that a
  // receiver that gets a letter twice knows it.
  std::string id;
  absl::Time date;
};

// Lines end with CRLF. No value can add a header: control characters become
// spaces, what is not ASCII becomes encoded words (RFC 2047).
std::string WriteMessage(const Envelope& envelope, const Letter& letter);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_MAIL_MESSAGE_H_
