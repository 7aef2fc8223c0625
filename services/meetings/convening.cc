#include "services/meetings/convening.h"

#include <google/protobuf/struct.pb.h>

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/attendance_store.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_store.h"

namespace reglab::meetings {
namespace {

using membership::v1::SendRequest;
using v1::Attendance;
using v1::Meeting;

constexpr char kSend[] = "/reglab.membership.v1.DeliveryService/Send";

std::string KeyOf(const attendances::Invitation& invitation) {
  if (!invitation.organization.empty()) return invitation.organization;
  return invitation.person.empty() ? invitation.email : invitation.person;
}

// An organisation's attendance is called as the organisation is, unless that is
// taken.
std::string NameFor(const Meeting& meeting, const Invitee& invitee,
                    std::set<std::string>& taken) {
  const std::string collection = meeting.name() + "/attendances/";
  std::string name = collection + RandomId();
  if (const size_t slash = invitee.organization.find('/');
      slash != std::string::npos) {
    const std::string wanted =
        collection + invitee.organization.substr(slash + 1);
    if (taken.count(wanted) == 0) name = wanted;
  }
  taken.insert(name);
  return name;
}

}  // namespace

absl::Status Invite(Transaction& tx, const Meeting& meeting,
                    const std::vector<Invitee>& invitees,
                    std::string_view message) {
  const absl::Time now = absl::Now();
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   attendances::Names(tx, meeting.name()));
  std::set<std::string> taken(names.begin(), names.end());
  ASSIGN_OR_RETURN(const std::vector<attendances::Invitation> invitations,
                   attendances::Invitations(tx, meeting.name()));
  std::map<std::string, std::string> invited;
  for (const attendances::Invitation& invitation : invitations) {
    invited[KeyOf(invitation)] = invitation.name;
  }

  // The letters are written about attendances that have their names.
  std::vector<Attendance> attendances;
  std::vector<google::protobuf::Struct> layouts;
  std::vector<items::NewItem> rows;
  std::vector<std::string> owners;
  attendances.reserve(invitees.size());
  layouts.reserve(invitees.size());
  std::vector<std::pair<std::string, SendRequest>> letters;
  for (const Invitee& invitee : invitees) {
    const auto found = invited.find(invitee.Key());
    const bool guest = invitee.organization.empty() && invitee.person.empty();
    if (found != invited.end() && !guest) continue;
    const std::string name = found != invited.end()
                                 ? found->second
                                 : NameFor(meeting, invitee, taken);
    letters.emplace_back(
        name, InvitationLetter(meeting, name, invitee, message, now));
    if (found != invited.end()) continue;
    Attendance& attendance =
        attendances.emplace_back(AttendanceOf(invitee, now));
    attendance.set_name(name);
    google::protobuf::Struct& layout = layouts.emplace_back();
    if (guest) {
      (*layout.mutable_fields())["guest_email"].set_string_value(invitee.Key());
    }
    owners.push_back(OwnerOf(invitee, name));
    std::vector<std::string> of_row = meetings::OwnersOf(meeting);
    of_row.push_back(owners.back());
    rows.push_back({&attendance, &layout, std::move(of_row)});
  }
  RETURN_IF_ERROR(
      items::Insert(tx, items::TableOf<Attendance>(), meeting, rows));
  meetings::AddOwners(tx, meeting.name(), owners);
  for (const auto& [attendance, letter] : letters) {
    tx.Enqueue({kSend, &letter, attendance});
  }
  return absl::OkStatus();
}

absl::Status TellInvited(Transaction& tx, const Meeting& meeting,
                         const Seats& seats, News news,
                         std::string_view reason) {
  ASSIGN_OR_RETURN(const std::vector<attendances::Invitation> invitations,
                   attendances::Invitations(tx, meeting.name()));
  for (const attendances::Invitation& invitation : invitations) {
    std::vector<std::string> recipients = invitation.people;
    for (const std::string& one :
         {invitation.organization, invitation.person, invitation.email}) {
      if (!one.empty()) recipients.push_back(one);
    }
    if (const auto seat = seats.find(invitation.organization);
        seat != seats.end()) {
      recipients.insert(recipients.end(), seat->second.begin(),
                        seat->second.end());
    }
    if (recipients.empty()) continue;
    const SendRequest letter =
        NewsLetter(meeting, news, reason, invitation.organization, recipients);
    tx.Enqueue({kSend, &letter, meeting.name()});
  }
  return absl::OkStatus();
}

}  // namespace reglab::meetings
