#include "services/meetings/amendment_rules.h"

#include <algorithm>

#include "services/common/access_rules.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/draft_rules.h"
#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

using v1::Amendment;

absl::Status CheckAuthors(std::string_view resource, bool organizations,
                          const std::string& meeting,
                          const std::string& group) {
  if (organizations && !group.empty()) {
    return InvalidField(Concat(resource, ".group"),
                        {"Name either organisations or a group of a meeting.",
                         "Ange antingen organisationer eller en grupp på ett "
                         "möte."});
  }
  if (!organizations && group.empty()) {
    return InvalidField(
        resource == "position" ? "position.organization"
                               : "amendment.organizations",
        {"Say who thinks so: an organisation, or a group of a meeting.",
         "Ange vem som tycker det: en organisation, eller en grupp på ett "
         "möte."});
  }
  if (!group.empty() && meeting.empty()) {
    return InvalidField(Concat(resource, ".meeting"),
                        {"Name the meeting at which the group sat.",
                         "Ange mötet där gruppen satt."});
  }
  return absl::OkStatus();
}

absl::Status NotOpen(const Amendment& amendment) {
  if (amendment.state() == Amendment::WITHDRAWN) {
    return Refused("AMENDMENT_STATE",
                   {"The amendment was taken back by its authors.",
                    "Ändringsförslaget har tagits tillbaka av förslags"
                    "ställarna."});
  }
  if (!amendment.applied_draft().empty()) {
    return Refused(
        "AMENDMENT_STATE",
        {Concat("The amendment is worked into ", amendment.applied_draft(),
                ". Propose a change of that draft instead."),
         Concat("Ändringsförslaget är inarbetat i ", amendment.applied_draft(),
                ". Föreslå en ändring av det utkastet i stället.")});
  }
  return Refused("AMENDMENT_STATE",
                 {"The amendment has its disposition already.",
                  "Ändringsförslaget har redan fått sitt ställningstagande."});
}

bool HasAuthor(const Amendment& amendment, std::string_view organization) {
  return std::find(amendment.organizations().begin(),
                   amendment.organizations().end(),
                   organization) != amendment.organizations().end();
}

}  // namespace

absl::Status CheckAmendment(Amendment& amendment) {
  amendment.set_quote(OneLine(amendment.quote()));
  if (amendment.quote().empty()) amendment.clear_occurrence();
  const bool deletes = amendment.action() == Amendment::DELETE;
  if (deletes && !IsBlank(amendment.text())) {
    return InvalidField("amendment.text",
                        {"Words that are taken out have no new text. To change "
                         "them, use REPLACE.",
                         "Ord som tas bort har ingen ny text. Byt ut dem med "
                         "REPLACE."});
  }
  if (!deletes && IsBlank(amendment.text())) {
    return InvalidField(
        "amendment.text",
        {"Write the words that you propose, or what you want to say.",
         "Skriv de ord du föreslår, eller det du vill säga."});
  }
  return CheckAuthors("amendment", amendment.organizations_size() > 0,
                      amendment.meeting(), amendment.group());
}

absl::Status CheckPosition(const v1::Position& position) {
  if (IsBlank(position.question()) || IsBlank(position.text())) {
    return InvalidField(
        IsBlank(position.question()) ? "position.question" : "position.text",
        {"Write something.", "Skriv något."});
  }
  return CheckAuthors("position", !position.organization().empty(),
                      position.meeting(), position.group());
}

absl::Status CheckMayWriteFor(const Caller& caller,
                              const std::vector<std::string>& organizations,
                              std::string_view subject) {
  if (caller.secretariat()) return absl::OkStatus();
  if (organizations.empty()) return CheckSecretariat(caller);
  for (const std::string& organization : organizations) {
    RETURN_IF_ERROR(CheckActsFor(caller, organization, subject));
  }
  return absl::OkStatus();
}

absl::Status CheckIsAuthor(const Caller& caller, const Amendment& amendment) {
  const bool own = HasAuthor(amendment, caller.organization);
  return CheckActsFor(caller, own ? caller.organization : "", amendment.name());
}

absl::Status CheckIsOpen(const Amendment& amendment) {
  return amendment.state() == Amendment::OPEN ? absl::OkStatus()
                                              : NotOpen(amendment);
}

absl::StatusOr<bool> Support(std::string_view organization,
                             Amendment& amendment) {
  if (HasAuthor(amendment, organization)) {
    return Refused("OWN_AMENDMENT",
                   {"The organisation proposed this itself: others support it.",
                    "Organisationen har själv föreslagit detta: stöder gör "
                    "andra."});
  }
  const auto& supporters = amendment.supporters();
  if (std::find(supporters.begin(), supporters.end(), organization) !=
      supporters.end()) {
    return false;
  }
  amendment.add_supporters(std::string(organization));
  return true;
}

bool WithdrawSupport(std::string_view organization, Amendment& amendment) {
  auto& supporters = *amendment.mutable_supporters();
  const auto found =
      std::find(supporters.begin(), supporters.end(), organization);
  if (found == supporters.end()) return false;
  supporters.erase(found);
  return true;
}

absl::Status Dispose(const v1::DisposeAmendmentRequest& request, absl::Time now,
                     Amendment& amendment) {
  if (amendment.state() == Amendment::WITHDRAWN ||
      !amendment.applied_draft().empty()) {
    return NotOpen(amendment);
  }
  if (IsBlank(request.reason())) {
    return InvalidField("reason",
                        {"Say why: the authors read it.",
                         "Ange varför: förslagsställarna läser det."});
  }
  const bool changes = request.disposition() == Amendment::ACCEPTED ||
                       request.disposition() == Amendment::PARTLY;
  if (!changes && !IsBlank(request.adopted_text())) {
    return InvalidField("adopted_text",
                        {"Words go in with ACCEPTED or PARTLY alone.",
                         "Ord förs in bara med ACCEPTED eller PARTLY."});
  }
  if (request.disposition() == Amendment::ANSWERED &&
      amendment.action() != Amendment::QUESTION) {
    return InvalidField("disposition", {"Only a question is answered.",
                                        "Bara en fråga besvaras."});
  }
  amendment.set_state(Amendment::DISPOSED);
  amendment.set_disposition(request.disposition());
  amendment.set_disposition_reason(request.reason());
  amendment.set_disposition_meeting(request.meeting());
  amendment.set_adopted_text(std::string(Trimmed(request.adopted_text())));
  amendment.mutable_dispose_time()->set_seconds(absl::ToUnixSeconds(now));
  amendment.mutable_dispose_time()->set_nanos(0);
  return absl::OkStatus();
}

}  // namespace reglab::meetings
