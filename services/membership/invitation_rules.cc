#include "services/membership/invitation_rules.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/common/errors.h"
#include "services/common/status_macros.h"
#include "services/membership/mail_message.h"

namespace reglab::membership {

using google::protobuf::util::TimeUtil;
using v1::Invitation;

absl::StatusOr<absl::Duration> LifetimeOf(const Invitation& invitation,
                                          absl::Time now) {
  if (!invitation.has_expire_time()) return kInvitationLifetime;
  const absl::Duration lifetime =
      absl::FromUnixNanos(
          TimeUtil::TimestampToNanoseconds(invitation.expire_time())) -
      now;
  if (lifetime <= absl::ZeroDuration()) {
    return InvalidField(
        "invitation.expire_time",
        {"It is past. Give a later time, or leave it out.",
         "Tiden har passerat. Ange en senare tid, eller utelämna den."});
  }
  if (lifetime > kLongestInvitation) {
    const int64_t days = kLongestInvitation / absl::Hours(24);
    return InvalidField(
        "invitation.expire_time",
        {absl::StrCat("An invitation lasts at most ", days,
                      " days. Give an earlier time, or leave it out."),
         absl::StrCat("En inbjudan gäller högst ", days,
                      " dagar. Ange en tidigare tid, eller utelämna den.")});
  }
  return lifetime;
}

absl::Status CheckNewPerson(const Invitation& invitation) {
  std::vector<FieldError> missing;
  const auto need = [&](const std::string& value, const char* field) {
    if (!value.empty()) return;
    missing.push_back(
        {absl::StrCat("invitation.", field),
         {"It is needed for a new person. Give it, or name a person who is "
          "known.",
          "Det behövs för en ny person. Ange det, eller ange en person som "
          "redan finns."}});
  };
  need(invitation.email(), "email");
  need(invitation.given_name(), "given_name");
  need(invitation.family_name(), "family_name");
  need(invitation.organization(), "organization");
  if (missing.empty()) return absl::OkStatus();
  return InvalidFields(std::move(missing));
}

absl::Status CheckAddress(const Invitation& invitation) {
  if (IsAddress(invitation.email())) return absl::OkStatus();
  return InvalidField("invitation.email",
                      {"No letter can be sent there. Give an address like "
                       "name@example.se.",
                       "Dit går det inte att skicka brev. Ange en adress som "
                       "namn@example.se."});
}

absl::Status CheckWaits(const Invitation& invitation) {
  if (invitation.state() == Invitation::PENDING ||
      invitation.state() == Invitation::EXPIRED) {
    return absl::OkStatus();
  }
  return Refused("INVITATION_CLOSED",
                 {"The invitation was accepted or revoked. Create a new one.",
                  "Inbjudan är antagen eller återkallad. Skapa en ny."});
}

absl::Status CheckResend(const Invitation& invitation, absl::Time now) {
  RETURN_IF_ERROR(CheckWaits(invitation));
  if (invitation.send_count() >= kMostSendings) {
    return Refused(
        "INVITATION_SENT_TOO_OFTEN",
        {absl::StrCat("The invitation was sent ", kMostSendings,
                      " times. Compare the address, revoke the invitation and "
                      "create a new one."),
         absl::StrCat("Inbjudan har skickats ", kMostSendings,
                      " gånger. Jämför adressen, återkalla inbjudan och skapa "
                      "en ny.")});
  }
  const absl::Time sent = absl::FromUnixNanos(
      TimeUtil::TimestampToNanoseconds(invitation.send_time()));
  if (now - sent < kShortestResend) {
    return Refused("INVITATION_JUST_SENT",
                   {"The invitation was sent less than a minute ago. Wait a "
                    "little.",
                    "Inbjudan skickades för mindre än en minut sedan. Vänta "
                    "en stund."});
  }
  return absl::OkStatus();
}

}  // namespace reglab::membership
