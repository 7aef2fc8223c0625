#include "gateway/edge/refusals.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"

namespace reglab::gateway {

absl::Status MalformedRequest() {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "MALFORMED_REQUEST",
      {"This is no well-formed HTTP request. Check its first line, its header "
       "fields and the length it states.",
       "Detta är inget välformat HTTP-anrop. Kontrollera första raden, "
       "huvudfälten och den angivna längden."});
}

absl::Status HeadersTooLarge(size_t limit) {
  return MakeError(absl::StatusCode::kResourceExhausted, "HEADERS_TOO_LARGE",
                   {absl::StrCat("The header fields take more than ", limit,
                                 " bytes. Send fewer or shorter ones."),
                    absl::StrCat("Huvudfälten tar mer än ", limit,
                                 " byte. Skicka färre eller kortare fält.")});
}

absl::Status AddressTooLong() {
  return MakeError(absl::StatusCode::kInvalidArgument, "URI_TOO_LONG",
                   {"The address is too long. Shorten the filter or the query.",
                    "Adressen är för lång. Korta filtret eller frågan."});
}

absl::Status BodyTooLarge(size_t limit) {
  return MakeError(absl::StatusCode::kResourceExhausted, "BODY_TOO_LARGE",
                   {absl::StrCat("The body has more than ", limit,
                                 " bytes. Send less at a time."),
                    absl::StrCat("Innehållet har mer än ", limit,
                                 " byte. Skicka mindre åt gången.")});
}

absl::Status RequestTimeout() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, "REQUEST_TIMEOUT",
                   {"The request did not arrive in time. Send it again.",
                    "Anropet kom inte fram i tid. Skicka det igen."});
}

absl::Status TooManyConnections() {
  return MakeError(
      absl::StatusCode::kUnavailable, "TOO_MANY_CONNECTIONS",
      {"There are too many connections just now. Try again in a moment.",
       "Det är för många anslutningar just nu. Försök igen om en stund."});
}

}  // namespace reglab::gateway
