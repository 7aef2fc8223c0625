#include "services/membership/login_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/common/errors.h"

namespace reglab::membership {
namespace {

// Somebody who does one thing needs no more.
constexpr int kGuestRequestsPerMinute = 60;

}  // namespace

absl::Status CheckOwnLogin(const Caller& caller, std::string_view person,
                           std::string_view name) {
  return caller.secretariat() || caller.name == person ? absl::OkStatus()
                                                       : NotFound(name);
}

absl::Status CheckSpeaksFor(
    const v1::Standing& standing,
    const google::protobuf::RepeatedPtrField<std::string>& organizations) {
  if (std::find(organizations.begin(), organizations.end(),
                standing.organization()) != organizations.end()) {
    return absl::OkStatus();
  }
  return Unauthenticated(
      {"The provider that you logged in with may not speak for your "
       "organisation. Log in with your organisation's own.",
       "Den som du loggade in hos får inte intyga något för din organisation. "
       "Logga in hos din egen organisation."});
}

absl::Status NobodyLinked() {
  return Unauthenticated(
      {"This login belongs to nobody here yet. Open the link of your "
       "invitation, or ask your member representative for one.",
       "Inloggningen hör inte till någon här än. Öppna länken i din inbjudan, "
       "eller be er medlemsansvarige om en."});
}

absl::Status CheckClientIdentity(const v1::Client& client) {
  if (client.issuer().empty() != client.subject().empty()) {
    return InvalidField(
        client.subject().empty() ? "client.subject" : "client.issuer",
        {"Issuer and subject belong together. Give both, or neither.",
         "Utfärdare och subjekt hör ihop. Ange båda eller inget av dem."});
  }
  if (!client.issuer().empty() && client.organization().empty()) {
    return InvalidField(
        "client.issuer",
        {"A provider speaks for organisations, and this client acts for none. "
         "Leave it out, and use a key.",
         "En utfärdare intygar för organisationer, och klienten företräder "
         "ingen. Utelämna den, och använd en nyckel."});
  }
  return absl::OkStatus();
}

absl::Status CheckGuestLink(const v1::GuestLink& link, absl::Time now) {
  const absl::Duration left =
      absl::FromUnixNanos(
          google::protobuf::util::TimeUtil::TimestampToNanoseconds(
              link.expire_time())) -
      now;
  if (left > absl::ZeroDuration() && left <= kLongestGuestLink) {
    return absl::OkStatus();
  }
  const int64_t days = kLongestGuestLink / absl::Hours(24);
  return InvalidField(
      "guest_link.expire_time",
      {absl::StrCat("It is past, or more than ", days,
                    " days away. Give a time in between."),
       absl::StrCat("Tiden har passerat eller ligger mer än ", days,
                    " dagar bort. Ange en tid däremellan.")});
}

v1::Standing StandingOfGuest(const v1::GuestLink& link) {
  v1::Standing standing;
  standing.set_caller(link.name());
  standing.add_roles("GUEST");
  v1::Standing::Matter& matter = *standing.add_delegations();
  matter.set_subject(link.subject());
  matter.add_permissions(link.permission());
  standing.set_requests_per_minute(kGuestRequestsPerMinute);
  return standing;
}

}  // namespace reglab::membership
