#include "services/meetings/attendance_rules.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/common/access_rules.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/meetings/meeting_rules.h"

namespace reglab::meetings {
namespace {

using membership::v1::SendRequest;
using v1::Attendance;
using v1::Meeting;
using v1::RespondAttendanceRequest;

constexpr std::string_view kRespond = "meetings.attendances.respond";
constexpr absl::Duration kDay = absl::Hours(24);

google::protobuf::Timestamp Timestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  return timestamp;
}

template <class Request>
void AddOthers(const Request& request, const Seats& seats,
               std::vector<Invitee>& invitees) {
  for (const std::string& organization : request.organizations()) {
    const auto seat = seats.find(organization);
    invitees.push_back({.organization = organization,
                        .seated = seat == seats.end()
                                      ? std::vector<std::string>()
                                      : seat->second,
                        .person = "",
                        .guest = {}});
  }
  for (const std::string& person : request.people()) {
    invitees.push_back(
        {.organization = "", .seated = {}, .person = person, .guest = {}});
  }
  for (const v1::Guest& guest : request.guests()) {
    invitees.push_back(
        {.organization = "", .seated = {}, .person = "", .guest = guest});
  }
  std::set<std::string> keys;
  std::vector<Invitee> once;
  for (Invitee& invitee : invitees) {
    if (keys.insert(invitee.Key()).second) once.push_back(std::move(invitee));
  }
  invitees = std::move(once);
}

absl::Time LinkEnds(const Meeting& meeting, absl::Time now) {
  absl::CivilDay day;
  absl::Time end = now;
  if (absl::ParseCivilTime(meeting.date(), &day)) {
    end = absl::FromCivil(day + 2, SwedishClock());
  }
  return std::clamp(end, now + 7 * kDay, now + 89 * kDay);
}

std::string Paragraphs(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n\n", part);
  }
  return text;
}

std::string PlaceText(const Meeting& meeting) {
  return meeting.place().empty() ? ""
                                 : absl::StrCat("Plats: ", meeting.place());
}

bool Holds(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

auto Identity(const Attendance& attendance) {
  return std::tie(attendance.person(), attendance.name_text(),
                  attendance.role());
}

}  // namespace

std::string Invitee::Key() const {
  if (!organization.empty()) return organization;
  return person.empty() ? absl::AsciiStrToLower(guest.email()) : person;
}

std::vector<Invitee> InviteesOf(const v1::ConveneMeetingRequest& request,
                                const Seats& seats) {
  std::vector<Invitee> invitees;
  for (const auto& [organization, seated] : seats) {
    invitees.push_back({.organization = organization,
                        .seated = seated,
                        .person = "",
                        .guest = {}});
  }
  AddOthers(request, seats, invitees);
  return invitees;
}

absl::StatusOr<std::vector<Invitee>> InviteesOf(
    const v1::InviteToMeetingRequest& request, const Seats& seats) {
  std::vector<Invitee> invitees;
  AddOthers(request, seats, invitees);
  if (!invitees.empty()) return invitees;
  return InvalidField(
      "organizations",
      {"Nobody is named. Give organizations, people or guests to invite.",
       "Ingen är angiven. Ange organizations, people eller guests att bjuda "
       "in."});
}

Attendance AttendanceOf(const Invitee& invitee, absl::Time now) {
  Attendance attendance;
  attendance.set_status(Attendance::INVITED);
  attendance.set_organization(invitee.organization);
  attendance.set_person(invitee.person);
  attendance.set_name_text(invitee.guest.display_name());
  attendance.set_organization_text(invitee.guest.organization_text());
  attendance.set_guest(invitee.organization.empty() && invitee.person.empty());
  *attendance.mutable_invite_time() = Timestamp(now);
  return attendance;
}

std::string OwnerOf(const Invitee& invitee, std::string_view attendance) {
  if (!invitee.organization.empty()) return invitee.organization;
  return invitee.person.empty() ? std::string(attendance) : invitee.person;
}

SendRequest InvitationLetter(const Meeting& meeting,
                             std::string_view attendance,
                             const Invitee& invitee, std::string_view message,
                             absl::Time now) {
  SendRequest letter;
  letter.set_subject(meeting.name());
  auto& parameters = *letter.mutable_parameters();
  parameters["title"] = meeting.display_name();
  if (invitee.organization.empty() && invitee.person.empty()) {
    const absl::Time end = LinkEnds(meeting, now);
    letter.set_template_("one-time-link");
    letter.add_recipients(absl::AsciiStrToLower(invitee.guest.email()));
    parameters["text"] = Paragraphs(
        {absl::StrCat("Reglab bjuder in dig: ", WhenText(meeting), "."),
         PlaceText(meeting), std::string(message),
         "Svara ja, nej eller kanske."});
    parameters["expires"] = SwedishDay(end);
    membership::v1::GuestLink& link = *letter.mutable_guest_link();
    link.set_subject(std::string(attendance));
    link.set_permission(std::string(kRespond));
    link.set_path(Concat("/v1/", attendance));
    *link.mutable_expire_time() = Timestamp(end);
    return letter;
  }
  letter.set_template_("meeting-invitation");
  parameters["when"] = WhenText(meeting);
  parameters["place"] = PlaceText(meeting);
  parameters["text"] = std::string(message);
  letter.set_link(Concat("/v1/", attendance));
  if (!invitee.person.empty()) letter.add_recipients(invitee.person);
  if (!invitee.organization.empty()) {
    letter.set_organization(invitee.organization);
    letter.add_recipients(invitee.organization);
    for (const std::string& person : invitee.seated) {
      letter.add_recipients(person);
    }
  }
  return letter;
}

SendRequest NewsLetter(const Meeting& meeting, News news,
                       std::string_view reason, std::string_view organization,
                       const std::vector<std::string>& recipients) {
  SendRequest letter;
  letter.set_template_("notice");
  letter.set_subject(meeting.name());
  letter.set_version(absl::StrCat(meeting.sequence()));
  letter.set_organization(std::string(organization));
  letter.set_link(absl::StrCat("/v1/", meeting.name()));
  for (const std::string& recipient : recipients) {
    letter.add_recipients(recipient);
  }
  auto& parameters = *letter.mutable_parameters();
  const bool cancelled = news == News::kCancelled;
  parameters["title"] = absl::StrCat(cancelled ? "Inställt: " : "Ändrat: ",
                                     meeting.display_name());
  parameters["text"] =
      cancelled ? Paragraphs({absl::StrCat(meeting.display_name(), ", ",
                                           WhenText(meeting), ", ställs in."),
                              std::string(reason)})
                : Paragraphs({absl::StrCat(meeting.display_name(),
                                           " har ändrats. Nu gäller: ",
                                           WhenText(meeting), "."),
                              PlaceText(meeting), std::string(reason)});
  return letter;
}

bool TellsTheInvited(const std::vector<std::string>& changed) {
  return std::any_of(
      changed.begin(), changed.end(), [](const std::string& path) {
        return path == "date" || path == "start_time" || path == "end_time" ||
               path == "place" || path == "format" || path == "online_link";
      });
}

absl::Status CheckMayRespond(const Caller& caller, const Meeting& meeting,
                             const Attendance& attendance) {
  if (caller.secretariat()) return absl::OkStatus();
  if (!attendance.person().empty() && caller.name == attendance.person()) {
    return absl::OkStatus();
  }
  const bool seated = caller.name.starts_with("people/") &&
                      Holds(caller.bodies, meeting.body()) &&
                      !caller.organization.empty() &&
                      caller.organization == attendance.organization();
  if (seated) return absl::OkStatus();
  if (!caller.May(kRespond)) return PermissionMissing(kRespond);
  Caller confined = caller;
  confined.ConfineTo(kRespond);
  if (confined.HasRole("GUEST") && Holds(confined.matters, attendance.name())) {
    return absl::OkStatus();
  }
  return CheckActsFor(confined, attendance.organization(), attendance.name());
}

absl::Status CheckResponse(const RespondAttendanceRequest& request,
                           const Attendance& attendance) {
  if (!attendance.has_invite_time()) {
    return Refused(
        "NOT_INVITED",
        {"This is no invitation, so it can't be answered. Answer that of the "
         "organisation, whose name stands in invitation.",
         "Detta är ingen inbjudan och kan inte besvaras. Svara på "
         "organisationens, vars namn står i invitation."});
  }
  if (request.participants().empty()) return absl::OkStatus();
  if (request.answer() == Attendance::NO) {
    return InvalidField(
        "participants",
        {"Nobody comes for who says no. Answer YES or MAYBE, or leave it out.",
         "Ingen kommer för den som svarar nej. Svara YES eller MAYBE, eller "
         "utelämna fältet."});
  }
  if (!attendance.organization().empty()) return absl::OkStatus();
  return InvalidField(
      "participants",
      {"A single person is invited. Leave it out, and ask the secretariat to "
       "invite others.",
       "En enskild person är inbjuden. Utelämna fältet, och be kansliet bjuda "
       "in andra."});
}

ParticipantChanges ChangesOf(const RespondAttendanceRequest& request,
                             const Attendance& attendance,
                             const std::vector<Attendance>& before) {
  ParticipantChanges changes;
  std::vector<Attendance> left = before;
  for (const auto& participant : request.participants()) {
    Attendance wanted;
    wanted.set_organization(attendance.organization());
    wanted.set_person(participant.person());
    wanted.set_name_text(participant.name_text());
    wanted.set_role(participant.role());
    wanted.set_status(Attendance::INVITED);
    wanted.set_answer(request.answer());
    wanted.set_invitation(attendance.name());
    const auto found =
        std::find_if(left.begin(), left.end(), [&](const Attendance& known) {
          return Identity(known) == Identity(wanted);
        });
    if (found == left.end()) {
      changes.added.push_back(std::move(wanted));
      continue;
    }
    changes.kept.push_back(std::move(*found));
    left.erase(found);
  }
  changes.removed = std::move(left);
  return changes;
}

}  // namespace reglab::meetings
